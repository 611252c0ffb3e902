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
    let loaded = TrustStore::load(&[TrustSource::PemFile(path.clone())]);
    let result = loaded.map(|store| store.len());
    let result =
        result.map_err(|error| error.to_string().replace(&*path.to_string_lossy(), "FILE"));
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
fn a_file_without_a_certificate_is_named() {
    let nothing =
        "trust file `FILE` holds no certificate, expected at least one `BEGIN CERTIFICATE`";
    check("", Err(nothing));
    check("not PEM at all\n", Err(nothing));
    check(&KeyPair::generate().unwrap().serialize_pem(), Err(nothing));
}

#[test]
fn a_damaged_file_is_named_with_what_is_wrong() {
    let good = authority().pem();
    let cut = good.split("-----END").next().unwrap();
    check(
        cut,
        Err("trust file `FILE` is damaged PEM: `END CERTIFICATE` is missing"),
    );
    let (head, tail) = good.split_once('\n').unwrap();
    check(
        &format!("{head}\n%%%{tail}"),
        Err("trust file `FILE` is damaged PEM: a section is not base64"),
    );
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    check(
        &format!("{good}{empty}"),
        Err("certificate 2 of `FILE` cannot be a trust anchor"),
    );
}

#[test]
fn a_missing_file_is_named() {
    let path = PathBuf::from("/nowhere/ca.pem");
    let error = TrustStore::load(&[TrustSource::PemFile(path)]).unwrap_err();
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
    assert!(matches!(TrustStore::load(&[]), Err(TrustError::NoSource)));
    assert!(matches!(
        TrustStore::load(&[TrustSource::Der(Vec::new())]),
        Err(TrustError::NoSource)
    ));
}
