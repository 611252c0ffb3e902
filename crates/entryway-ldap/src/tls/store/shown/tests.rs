use super::*;
use crate::tls::store::StoreFile;
use rcgen::{CertificateParams, KeyPair};
use std::path::Path;

fn made() -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["login.example".to_owned()]).unwrap();
    params.self_signed(&key).unwrap().pem() + &key.serialize_pem()
}

fn shown(path: &Path) -> ShownIdentity {
    ShownIdentity::load(IdentitySource::Store {
        file: StoreFile::open(path),
        alias: None,
    })
    .unwrap()
}

#[test]
fn another_certificate_is_seen_and_a_touched_file_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("login.pem");
    let first = made();
    std::fs::write(&path, &first).unwrap();
    let mut shown = shown(&path);
    let before = shown.certified();
    assert!(matches!(shown.look(), Reread::Same));
    std::fs::write(&path, &first).unwrap();
    assert!(matches!(shown.look(), Reread::Same));
    assert_eq!(shown.certified().cert, before.cert);
    std::fs::write(&path, made()).unwrap();
    assert!(matches!(shown.look(), Reread::Renewed));
    assert_ne!(shown.certified().cert, before.cert);
    let purposes = shown.certificates().into_iter().map(|one| one.purpose);
    assert_eq!(purposes.collect::<Vec<_>>(), [Purpose::Listener]);
}

#[test]
fn what_cannot_be_used_is_told_once_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("login.pem");
    let first = made();
    std::fs::write(&path, &first).unwrap();
    let mut shown = shown(&path);
    let before = shown.certified();
    std::fs::write(&path, "half of a certif").unwrap();
    let Reread::Broken(error) = shown.look() else {
        panic!("it is no certificate");
    };
    assert_eq!(error.code(), "store_not_one");
    assert!(matches!(shown.look(), Reread::Same));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(shown.look(), Reread::Same));
    assert_eq!(shown.certified().cert, before.cert);
    std::fs::write(&path, &first).unwrap();
    assert!(matches!(shown.look(), Reread::Recovered { renewed: false }));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(shown.look(), Reread::Broken(_)));
    std::fs::write(&path, made()).unwrap();
    assert!(matches!(shown.look(), Reread::Recovered { renewed: true }));
    assert_ne!(shown.certified().cert, before.cert);
}
