use super::*;
use crate::tls::{TlsOptions, TrustSource, TrustStore};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, SerialNumber, date_time_ymd,
};
use std::fs;

/// Another one each time.
fn list() -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::CrlSign];
    let issuer = Issuer::new(params, KeyPair::generate().unwrap());
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(2090, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(&issuer).unwrap().pem().unwrap()
}

fn following(paths: Vec<PathBuf>) -> (Lists, TlsClient) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
    let store = TrustStore::load(&[TrustSource::Der(vec![authority.der().clone()])]).unwrap();
    let mut lists = Lists::load(paths).unwrap();
    let options = TlsOptions {
        crls: lists.crls().clone(),
        ..TlsOptions::default()
    };
    let client = TlsClient::with(&store, None, options).unwrap();
    lists.serve(client.clone());
    (lists, client)
}

#[test]
fn a_list_that_changes_is_read_again_and_a_damaged_one_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.crl");
    let (first, second) = (list(), list());
    fs::write(&path, &first).unwrap();
    let (mut lists, client) = following(vec![path.clone()]);
    assert!(lists.is_of(std::slice::from_ref(&path)) && lists.files().contains("ca.crl"));
    assert!(matches!(lists.look(), Reread::Same));
    let before = client.crls();
    fs::write(&path, &second).unwrap();
    assert!(matches!(lists.look(), Reread::Renewed));
    assert!(!client.crls().is_same(&before) && client.crls().is_same(lists.crls()));
    assert!(matches!(lists.look(), Reread::Same));

    fs::write(&path, "nothing of the kind").unwrap();
    match lists.look() {
        Reread::Broken(error) => assert_eq!(error.code(), "crl_no_list"),
        other => panic!("{other:?}"),
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(lists.look(), Reread::Same), "told once");
    assert!(client.crls().is_same(lists.crls()));
    fs::write(&path, &second).unwrap();
    assert!(matches!(lists.look(), Reread::Recovered { renewed: false }));
}

/// A file that could not be read when it was replaced can be read later, and nothing of its stamp tells.
#[test]
fn what_cannot_be_read_is_looked_at_again_though_its_stamp_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.crl");
    fs::write(&path, list()).unwrap();
    let (mut lists, client) = following(vec![path.clone()]);
    let before = client.crls();
    // The root has a stamp that has long settled, and nobody can read it as a file, the superuser neither.
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/", &path).unwrap();
    assert!(Stamp::all_settled(&stamps(&lists.paths), SystemTime::now()));
    match lists.look() {
        Reread::Broken(error) => assert_eq!(error.code(), "crl_unreadable"),
        other => panic!("{other:?}"),
    }
    // Its disk is back, and shows what it showed before.
    fs::remove_file(&path).unwrap();
    fs::write(&path, list()).unwrap();
    lists.stamps = stamps(&lists.paths);
    assert!(matches!(lists.look(), Reread::Recovered { renewed: true }));
    assert!(!client.crls().is_same(&before));
}

/// Clocks of file systems tick slowly: what is written just after it was read may have the stamp of before.
#[test]
fn what_was_written_as_it_was_read_is_looked_at_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.crl");
    fs::write(&path, list()).unwrap();
    let (mut lists, _) = following(vec![path.clone()]);
    fs::write(&path, list()).unwrap();
    lists.stamps = stamps(&lists.paths);
    assert!(matches!(lists.look(), Reread::Renewed));
}

#[test]
fn a_list_is_told_of_a_day_before_its_end_at_its_end_and_then_daily() {
    const HOUR: Duration = Duration::from_secs(3600);
    let made = UNIX_EPOCH + 365 * DAY;
    let lasting = |span: Duration| CrlFacts {
        origin: "`ca.crl`".into(),
        issuer: "CN=Corp CA".to_owned(),
        this_update: i64::try_from((365 * DAY).as_secs()).unwrap(),
        next_update: Some(made + span),
    };
    let mut watch = ListWatch::default();
    let mut at = |list: &CrlFacts, now: SystemTime| {
        let due = watch.due([list.clone(), list.clone()], now);
        due.into_iter().map(|(_, hours)| hours).collect::<Vec<_>>()
    };
    let weekly = lasting(7 * DAY);
    let end = made + 7 * DAY;
    assert_eq!(at(&weekly, end - DAY - HOUR), []);
    assert_eq!(at(&weekly, end - DAY), [24]);
    assert_eq!(at(&weekly, end - HOUR), []);
    assert_eq!(at(&weekly, end), [], "its last moment");
    assert_eq!(at(&weekly, end + HOUR / 2), [-1]);
    assert_eq!(at(&weekly, end + HOUR), []);
    assert_eq!(at(&weekly, end + HOUR / 2 + DAY), [-25]);
    // A new one in its place is another.
    assert_eq!(at(&lasting(14 * DAY), end), []);
    assert_eq!(at(&weekly, end + 2 * DAY), [-49]);
    // One of a day is not told of all day long.
    let daily = lasting(DAY);
    assert_eq!(at(&daily, made + HOUR), []);
    assert_eq!(at(&daily, made + 18 * HOUR), [6]);
    // One that says nothing of its end has none.
    let endless = CrlFacts {
        next_update: None,
        ..daily
    };
    assert_eq!(at(&endless, made + 900 * DAY), []);
}
