use super::super::options::{TlsOptions, provider};
use super::super::store::TrustSource;
use super::*;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, GeneralSubtree,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, NameConstraints, RevokedCertParams,
    SerialNumber, date_time_ymd,
};

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
}

fn params(name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2090, 1, 1);
    params
}

fn as_authority(mut params: CertificateParams) -> CertificateParams {
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

impl Authority {
    fn root(name: &str) -> Self {
        Self::root_of(as_authority(params(name, &[])))
    }
    fn root_of(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().clone();
        Self {
            issuer: Issuer::new(params, key),
            der,
        }
    }
    fn below(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let der = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        Self {
            issuer: Issuer::new(params, key),
            der,
        }
    }
    fn leaf(&self) -> CertificateDer<'static> {
        self.below(params("server", &["dc1.corp.example"])).der
    }
}

fn verifier(anchors: &[&Authority], options: TlsOptions) -> Verifier {
    let anchors = anchors.iter().map(|authority| authority.der.clone());
    let store = TrustStore::load(&[TrustSource::Der(anchors.collect())]).unwrap();
    let algorithms = provider().signature_verification_algorithms;
    Verifier::new(Arc::new(options.rules().unwrap()), store, algorithms)
}

fn judge(verifier: &Verifier, chain: &[&CertificateDer<'static>]) -> Result<Verdict, TlsFailure> {
    let chain: Vec<CertificateDer<'_>> = chain.iter().map(|&der| der.clone()).collect();
    let name = ServerName::try_from("dc1.corp.example").unwrap();
    // 2030-01-01
    let now = UnixTime::since_unix_epoch(Duration::from_secs(1_893_456_000));
    verifier.judge(&chain[0], &chain[1..], &name, now)
}

#[test]
fn a_chain_names_its_anchor_and_what_stands_between() {
    let root = Authority::root("Root");
    let mut middle = as_authority(params("Middle", &[]));
    middle.not_after = date_time_ymd(2040, 1, 1);
    let middle = root.below(middle);
    let verdict = judge(
        &verifier(&[&root], TlsOptions::default()),
        &[&middle.leaf(), &middle.der],
    );
    let verdict = verdict.unwrap();
    assert_eq!(
        verdict.accepted,
        Accepted::Chain {
            anchor: "CN=Root".to_owned(),
            origin: "the given list".into(),
            through: vec!["CN=Middle".to_owned()],
        }
    );
    // An authority's end is the chain's.
    assert_eq!(
        super::super::utc(verdict.expires),
        "2040-01-01 00:00:00 UTC"
    );
    assert_eq!(verdict.ends_first.subject, "CN=Middle");
    assert_ne!(verdict.ends_first.fingerprint, verdict.leaf.fingerprint);
}

#[test]
fn of_two_roots_of_one_name_either_may_have_signed() {
    let (first, second) = (Authority::root("Root"), Authority::root("Root"));
    let both = verifier(&[&first, &second], TlsOptions::default());
    for root in [&first, &second] {
        assert!(judge(&both, &[&root.leaf()]).is_ok());
    }
    let third = Authority::root("Root");
    let failure = judge(&both, &[&third.leaf()]).unwrap_err();
    assert_eq!(failure.code(), "tls_other_authority");
}

#[test]
fn a_certificate_that_signed_itself_and_is_no_authority_vouches_for_itself_alone() {
    let own = Authority::root_of(params("server", &["dc1.corp.example"]));
    let root = Authority::root("Root");
    let both = verifier(&[&own, &root], TlsOptions::default());
    assert!(judge(&both, &[&own.der]).is_ok());
    assert!(judge(&both, &[&root.leaf()]).is_ok());
    // With its key, for a name that it never had, or for its own.
    let forged = own.below(params("forged", &["dc1.corp.example"])).der;
    let failure = judge(&both, &[&forged]).unwrap_err();
    assert_eq!(failure.code(), "tls_unknown_issuer");
    // Nor through an authority that it made.
    let below = own.below(as_authority(params("Middle", &[])));
    assert!(judge(&both, &[&below.leaf(), &below.der]).is_err());
    // One that is an authority of the same name hides nothing.
    let authority = Authority::root("server");
    let three = verifier(&[&own, &authority], TlsOptions::default());
    assert!(judge(&three, &[&authority.leaf()]).is_ok());
    assert!(judge(&three, &[&forged]).is_err());
}

#[test]
fn what_is_missing_is_named() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let middle = root.below(as_authority(params("Middle", &[])));
    let trusting = verifier(&[&root], TlsOptions::default());
    let failure = judge(&trusting, &[&middle.leaf()]).unwrap_err();
    assert_eq!(
        failure.to_string(),
        "the server's certificate leads to `CN=Middle`, which is no authority that is trusted here: tried 1 of the given list; the server sent its own certificate alone, without any of an authority between"
    );
    let elsewhere = verifier(&[&other], TlsOptions::default());
    let failure = judge(&elsewhere, &[&middle.leaf(), &middle.der]).unwrap_err();
    assert!(
        failure.to_string().contains("leads to `CN=Root`"),
        "{failure}"
    );
    let own = Authority::root_of(params("dc1", &["dc1.corp.example"]));
    let failure = judge(&trusting, &[&own.der]).unwrap_err();
    assert_eq!(failure.code(), "tls_self_signed");
    // One that is no authority may vouch for itself, once it is trusted.
    assert!(judge(&verifier(&[&own], TlsOptions::default()), &[&own.der]).is_ok());
}

#[test]
fn a_pin_takes_the_place_of_everything_but_time() {
    let root = Authority::root("Root");
    let strange = Authority::root_of(as_authority(params("elsewhere", &[])));
    let pinning = |pin: &CertificateDer<'_>| {
        let options = TlsOptions {
            pins: vec![fingerprint(pin)],
            ..TlsOptions::default()
        };
        verifier(&[&root], options)
    };
    let verdict = judge(&pinning(&strange.der), &[&strange.der]).unwrap();
    assert_eq!(verdict.accepted, Accepted::Pin(fingerprint(&strange.der)));
    // A chain to a trusted authority is no way around it.
    let failure = judge(&pinning(&strange.der), &[&root.leaf()]).unwrap_err();
    assert_eq!(failure.code(), "tls_not_pinned");
    let mut old = params("dc1", &["dc1.corp.example"]);
    old.not_after = date_time_ymd(2021, 1, 1);
    let old = Authority::root_of(old);
    let failure = judge(&pinning(&old.der), &[&old.der]).unwrap_err();
    assert_eq!(failure.code(), "tls_expired");
    let mut early = params("dc1", &["dc1.corp.example"]);
    early.not_before = date_time_ymd(2080, 1, 1);
    let early = Authority::root_of(early);
    let failure = judge(&pinning(&early.der), &[&early.der]).unwrap_err();
    assert_eq!(failure.code(), "tls_not_yet_valid");
}

#[test]
fn unverified_is_anybody_and_says_so() {
    let (root, other) = (Authority::root("Root"), Authority::root("Other"));
    let options = TlsOptions {
        verify: false,
        ..TlsOptions::default()
    };
    let verdict = judge(&verifier(&[&root], options), &[&other.der]).unwrap();
    assert_eq!(verdict.accepted, Accepted::Unverified);
}

#[test]
fn a_common_name_below_a_constrained_authority_does_not_count() {
    let root = Authority::root("Root");
    let mut constrained = as_authority(params("Constrained", &[]));
    constrained.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("corp.example".to_owned())],
        excluded_subtrees: Vec::new(),
    });
    let constrained = root.below(constrained);
    let options = TlsOptions {
        allow_common_name: true,
        ..TlsOptions::default()
    };
    let trusting = verifier(&[&root], options);
    let nameless = params("dc1.corp.example", &[]);
    let free = root.below(nameless.clone());
    assert!(judge(&trusting, &[&free.der]).is_ok());
    let bound = constrained.below(nameless);
    let failure = judge(&trusting, &[&bound.der, &constrained.der]).unwrap_err();
    assert_eq!(failure.code(), "tls_wrong_name");
}

#[test]
fn an_authority_s_end_is_told_as_its_own() {
    let root = Authority::root("Root");
    let mut old = as_authority(params("Old", &[]));
    old.not_after = date_time_ymd(2021, 1, 1);
    let old = root.below(old);
    let failure = judge(
        &verifier(&[&root], TlsOptions::default()),
        &[&old.leaf(), &old.der],
    );
    let text = failure.unwrap_err().to_string();
    assert!(
        text.ends_with("it is that of the authority `CN=Old` in its chain"),
        "{text}"
    );
}

/// A list of an authority on which one serial number stands.
fn list_of(authority: &Authority, serial: u64, next_update: i32) -> std::path::PathBuf {
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(next_update, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: date_time_ymd(2024, 2, 29),
            reason_code: Some(rcgen::RevocationReason::KeyCompromise),
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let (file, path) = tempfile::NamedTempFile::new().unwrap().keep().unwrap();
    drop(file);
    std::fs::write(&path, list.signed_by(&authority.issuer).unwrap().der()).unwrap();
    path
}

#[test]
fn what_is_revoked_not_covered_or_out_of_date_is_refused() {
    let root = Authority::root("Root");
    let middle = root.below(as_authority(params("Middle", &[])));
    let mut leaf = params("server", &["dc1.corp.example"]);
    leaf.serial_number = Some(SerialNumber::from(7));
    let leaf = middle.below(leaf).der;
    let check = |lists: &[(&Authority, u64, i32)], expected: &str| {
        let paths: Vec<_> = lists
            .iter()
            .map(|(authority, serial, next)| list_of(authority, *serial, *next))
            .collect();
        let crls = Crls::load(&paths).unwrap();
        paths
            .iter()
            .for_each(|path| std::fs::remove_file(path).unwrap());
        let options = TlsOptions {
            crls,
            ..TlsOptions::default()
        };
        let result = judge(&verifier(&[&root], options), &[&leaf, &middle.der]);
        let text = result.map_or_else(|failure| failure.to_string(), |_| "accepted".to_owned());
        assert!(text.contains(expected), "expected {expected}, found {text}");
    };
    check(&[(&root, 9, 2090), (&middle, 9, 2090)], "accepted");
    check(
        &[(&root, 9, 2090), (&middle, 7, 2090)],
        "`CN=server` is revoked since 2024-02-29 00:00:00 UTC, its key was compromised",
    );
    // An authority without a list is not one without revoked certificates.
    check(
        &[(&root, 9, 2090)],
        "none of the revocation lists is of `CN=Middle`",
    );
    check(
        &[(&middle, 9, 2090)],
        "none of the revocation lists is of `CN=Root`",
    );
    check(
        &[(&root, 9, 2090), (&middle, 9, 2021)],
        "is expired since 2021-01-01 00:00:00 UTC, the clock here says 2030-01-01",
    );
}

#[test]
fn a_damaged_certificate_is_an_error() {
    let root = Authority::root("Root");
    let failure = judge(
        &verifier(&[&root], TlsOptions::default()),
        &[&CertificateDer::from(vec![0x30, 0])],
    );
    assert_eq!(failure.unwrap_err().code(), "tls_certificate");
}
