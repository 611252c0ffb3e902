use super::*;
use rcgen::{CertificateParams, KeyPair};

fn made() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["gateway.example".to_owned()]).unwrap();
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

#[test]
fn an_identity_shows_where_it_is_from_and_nothing_of_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.pem");
    let (certificate, key) = made();
    std::fs::write(&path, certificate + &key).unwrap();
    let source = IdentitySource::Store {
        file: StoreFile::open(&path),
        alias: None,
    };
    let identity = ClientIdentity::load(&source).unwrap();
    assert_eq!(identity.chain().len(), 1);
    assert_eq!(identity.subject(), "CN=rcgen self signed cert");
    let origin = format!("\"`{}`\"", path.display());
    assert_eq!(
        format!("{identity:?}"),
        format!("ClientIdentity {{ origin: {origin}, .. }}")
    );
    assert!(identity.is_same(&ClientIdentity::load(&source).unwrap()));
}

#[test]
fn of_a_pair_the_file_that_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let ((certificate, key), (_, other)) = (made(), made());
    let certificate = file("gateway.crt", &certificate);
    let pair = |key: PathBuf| {
        ClientIdentity::load(&IdentitySource::Pair {
            certificate: certificate.clone(),
            key: StoreFile::open(key),
        })
    };
    assert!(pair(file("gateway.key", &key)).is_ok());
    let error = pair(file("other.key", &other)).unwrap_err();
    assert_eq!(error.code(), "store_other_key");
    assert!(error.to_string().contains("other.key"), "{error}");
    let error = pair(folder.path().join("nowhere.key")).unwrap_err();
    assert_eq!(error.code(), "store_unreadable");
    assert!(error.to_string().contains("nowhere.key"), "{error}");
}
