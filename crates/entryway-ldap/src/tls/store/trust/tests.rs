use super::*;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

fn authority() -> rcgen::Certificate {
    let mut params = CertificateParams::new(vec!["ca.example".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap()
}

/// Loads a file with this content; an error without its path, which changes from run to run.
fn check(content: &str, expected: Result<usize, &str>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, content).unwrap();
    let loaded = TrustStore::load(&[TrustSource::File(StoreFile::open(&path))]);
    let result = loaded.map(|store| store.len());
    let words = |error: TrustError| match std::error::Error::source(&error) {
        Some(source) if !matches!(error, TrustError::NoAnchor { .. }) => {
            format!("{error}: {source}")
        }
        _ => error.to_string(),
    };
    let result = result.map_err(|error| words(error).replace(&*path.to_string_lossy(), "FILE"));
    assert_eq!(result, expected.map_err(str::to_owned));
}

#[test]
fn a_file_holds_one_or_more_certificates_and_other_sections() {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let (first, second) = (authority().pem(), authority().pem());
    check(&first, Ok(1));
    check(&format!("# comment\n{first}{key}{second}"), Ok(2));
}

#[test]
fn a_file_that_gives_nothing_is_named_with_what_is_wrong() {
    check(
        "not PEM at all\n",
        Err(
            "`FILE` cannot be trusted: it is no store of certificates, it looks like text without a `-----BEGIN CERTIFICATE-----`",
        ),
    );
    let good = authority().pem();
    let cut = good.split("-----END").next().unwrap();
    check(
        cut,
        Err("`FILE` cannot be trusted: it is damaged PEM: `END CERTIFICATE` is missing"),
    );
}

#[test]
fn a_missing_file_is_named() {
    let path = PathBuf::from("/nowhere/ca.pem");
    let error = TrustStore::load(&[TrustSource::File(StoreFile::open(path))]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "trust file `/nowhere/ca.pem` cannot be read"
    );
}

#[test]
fn sources_add_up_and_none_is_an_error() {
    let certificates = vec![authority().der().clone(), authority().der().clone()];
    let one = TrustSource::Der(vec![authority().der().clone()]);
    let store = TrustStore::load(&[TrustSource::Der(certificates), one]).unwrap();
    assert_eq!((store.len(), store.warnings().len()), (3, 0));
    let origins: Vec<_> = store
        .anchors()
        .iter()
        .map(|anchor| &*anchor.origin)
        .collect();
    assert_eq!(origins, ["the given list"; 3]);
    assert!(matches!(TrustStore::load(&[]), Err(TrustError::NoSource)));
    assert!(matches!(
        TrustStore::load(&[TrustSource::Der(Vec::new())]),
        Err(TrustError::NoSource)
    ));
}

#[test]
fn a_servers_own_certificate_is_no_authoritys() {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, "Corp CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = rcgen::Issuer::new(params, key);
    let own = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec!["dc1.corp.example".to_owned()]).unwrap();
    leaf.distinguished_name = rcgen::DistinguishedName::new();
    leaf.distinguished_name
        .push(rcgen::DnType::CommonName, "dc1");
    let leaf = leaf.signed_by(&own, &issuer).unwrap();
    let text = "certificate 2 in it, `CN=dc1`, is no authority's, and would vouch for every name; name the certificate of its authority, `CN=Corp CA`, or pin it: `tls.pins`";
    check(
        &(authority().pem() + &leaf.pem()),
        Err(&format!("`FILE` cannot be trusted: {text}")),
    );
    let given = TrustSource::Der(vec![leaf.der().clone()]);
    let error = TrustStore::load(&[given]).unwrap_err();
    assert_eq!(error.code(), "store_no_authority");
}

#[test]
fn two_of_one_subject_are_both_kept_and_one_in_two_files_is_kept_once() {
    let (first, second) = (authority(), authority());
    let folder = tempfile::tempdir().unwrap();
    let (one, both) = (
        folder.path().join("one.pem"),
        folder.path().join("both.pem"),
    );
    std::fs::write(&one, first.pem()).unwrap();
    std::fs::write(&both, first.pem() + &second.pem()).unwrap();
    let load = |paths: &[&PathBuf]| {
        let sources: Vec<_> = paths
            .iter()
            .map(|path| TrustSource::File(StoreFile::open(*path)))
            .collect();
        TrustStore::load(&sources).unwrap()
    };
    let store = load(&[&one, &both]);
    let kept: Vec<_> = store.anchors().iter().collect();
    assert_eq!(kept.len(), 2);
    assert_eq!(&*kept[0].origin, format!("`{}`", one.display()));
    assert_eq!(&*kept[1].origin, format!("`{}`", both.display()));
    assert_eq!(kept[1].certificate, *second.der());
    // What is trusted counts, and not where it stands.
    assert!(store.is_same(&load(&[&both])));
    assert!(!store.is_same(&load(&[&one])));
}
