use super::*;
use rcgen::{CertificateParams, KeyPair};

struct Made {
    certificate: String,
    key: KeyPair,
}

fn made() -> Made {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["gateway.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    Made { certificate, key }
}

fn error(found: Result<Identity, KeystoreError>) -> String {
    found.unwrap_err().to_string()
}

#[test]
fn one_text_holds_both_in_any_order() {
    let Made { certificate, key } = made();
    let other = made().certificate;
    let key = key.serialize_pem();
    for text in [
        format!("{certificate}{key}"),
        format!("{key}{other}{certificate}"),
    ] {
        let identity = identity(text.as_bytes(), None, None).unwrap();
        assert_eq!(identity.certified.cert.len(), 1);
        assert_eq!(format!("{identity:?}"), "Identity { .. }");
    }
}

#[test]
fn what_is_missing_or_does_not_fit_is_said() {
    let Made { certificate, key } = made();
    let (one, other) = (key.serialize_pem(), made().key.serialize_pem());
    let read = |text: String| error(identity(text.as_bytes(), None, None));
    assert_eq!(read(certificate.clone()), "it holds no private key");
    assert_eq!(
        read(one.clone()),
        "it holds a key and no certificate for it"
    );
    assert_eq!(
        read(format!("{certificate}{other}")),
        "the key does not fit the certificate"
    );
    assert_eq!(
        read(format!("{certificate}{one}{other}")),
        "it holds several keys, expected an `alias`, one of `1`, `2`"
    );
}

#[test]
fn a_pair_names_the_file_that_is_wrong() {
    let Made { certificate, key } = made();
    let (one, other) = (key.serialize_pem(), made().key.serialize_pem());
    let pair = |certificate: &[u8], key: &[u8]| {
        identity_pair(certificate, key, None).map_err(|(half, error)| (half, error.code()))
    };
    let certificate = certificate.as_bytes();
    assert!(pair(certificate, one.as_bytes()).is_ok());
    assert!(pair(certificate, &key.serialize_der()).is_ok());
    assert_eq!(
        pair(certificate, other.as_bytes()).unwrap_err(),
        (Half::Key, "store_other_key")
    );
    assert_eq!(
        pair(one.as_bytes(), one.as_bytes()).unwrap_err(),
        (Half::Certificate, "store_no_certificate")
    );
    assert_eq!(
        pair(certificate, certificate).unwrap_err(),
        (Half::Key, "store_no_key")
    );
    assert_eq!(
        pair(certificate, b"").unwrap_err(),
        (Half::Key, "store_not_one")
    );
}
