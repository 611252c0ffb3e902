use super::*;
use crate::tls::TlsVersion;
use crate::tls::store::StoreFile;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use std::path::Path;

/// A certificate and its key, in one text.
fn made() -> String {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["ca.example".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.self_signed(&key).unwrap().pem() + &key.serialize_pem()
}

fn trusting(path: &Path) -> (Rereading, TlsClient) {
    let mut rereading =
        Rereading::load(vec![TrustSource::File(StoreFile::open(path))], None).unwrap();
    let client = TlsClient::new(rereading.store(), None, TlsVersion::Tls12, None).unwrap();
    rereading.serve(client.clone());
    (rereading, client)
}

#[test]
fn a_file_that_is_replaced_by_a_rename_is_read_and_open_connections_are_of_the_past() {
    let folder = tempfile::tempdir().unwrap();
    let (path, next) = (folder.path().join("ca.pem"), folder.path().join("next"));
    std::fs::write(&path, made()).unwrap();
    let (mut rereading, client) = trusting(&path);
    let (_, before) = client.connect("localhost").unwrap();
    assert!(matches!(rereading.look(), Reread::Same));
    assert!(before.is_current());

    std::fs::write(&next, made()).unwrap();
    std::fs::rename(&next, &path).unwrap();
    assert!(matches!(rereading.look(), Reread::Renewed));
    assert!(!before.is_current(), "trust that was withdrawn lives on");
    assert!(client.connect("localhost").unwrap().1.is_current());
    assert!(client.trust().is_same(rereading.store()));
    assert!(matches!(rereading.look(), Reread::Same));
}

#[test]
fn the_same_content_in_another_file_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (path, next) = (folder.path().join("ca.pem"), folder.path().join("next"));
    std::fs::write(&path, made()).unwrap();
    let (mut rereading, client) = trusting(&path);
    let (_, before) = client.connect("localhost").unwrap();
    std::fs::copy(&path, &next).unwrap();
    std::fs::rename(&next, &path).unwrap();
    assert!(matches!(rereading.look(), Reread::Same));
    assert!(before.is_current());
}

#[test]
fn the_exchange_of_a_link_is_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for version in ["..1", "..2"] {
        std::fs::create_dir(at(version)).unwrap();
        std::fs::write(at(version).join("ca.pem"), made()).unwrap();
    }
    // As Kubernetes mounts secrets: the file hangs on a folder's link, and that is exchanged.
    std::os::unix::fs::symlink("..1", at("..data")).unwrap();
    std::os::unix::fs::symlink("..data/ca.pem", at("ca.pem")).unwrap();
    let (mut rereading, _) = trusting(&at("ca.pem"));
    std::os::unix::fs::symlink("..2", at("..next")).unwrap();
    std::fs::rename(at("..next"), at("..data")).unwrap();
    assert!(matches!(rereading.look(), Reread::Renewed));
}

#[test]
fn what_is_broken_keeps_the_last_reading_is_told_once_and_so_is_its_recovery() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    let first = made();
    std::fs::write(&path, &first).unwrap();
    let (mut rereading, client) = trusting(&path);
    let kept = client.trust();

    std::fs::write(&path, &first[..first.len() / 4]).unwrap();
    match rereading.look() {
        Reread::Broken(error) => assert_eq!(error.code(), "store_damaged"),
        other => panic!("{other:?}"),
    }
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(rereading.look(), Reread::Same), "told once");
    assert!(client.trust().is_same(&kept));

    std::fs::write(&path, &first).unwrap();
    assert!(matches!(
        rereading.look(),
        Reread::Recovered { renewed: false }
    ));
    std::fs::write(&path, "no store").unwrap();
    assert!(
        matches!(rereading.look(), Reread::Broken(_)),
        "another time"
    );
    std::fs::write(&path, made()).unwrap();
    assert!(matches!(
        rereading.look(),
        Reread::Recovered { renewed: true }
    ));
    assert!(!client.trust().is_same(&kept));
}

#[test]
fn an_identity_is_renewed_as_trust_is() {
    let folder = tempfile::tempdir().unwrap();
    let (ca, own) = (folder.path().join("ca.pem"), folder.path().join("own.pem"));
    std::fs::write(&ca, made()).unwrap();
    std::fs::write(&own, made()).unwrap();
    let identity = IdentitySource::Store {
        file: StoreFile::open(&own),
        alias: None,
    };
    let trust = vec![TrustSource::File(StoreFile::open(&ca))];
    let mut rereading = Rereading::load(trust, Some(identity)).unwrap();
    let client = TlsClient::new(
        rereading.store(),
        rereading.identity(),
        TlsVersion::Tls12,
        None,
    )
    .unwrap();
    rereading.serve(client.clone());
    let before = client.identity().unwrap();
    std::fs::write(&own, made()).unwrap();
    assert!(matches!(rereading.look(), Reread::Renewed));
    assert!(!client.identity().unwrap().is_same(&before));
    assert_eq!(client.local_certificates().len(), 2);
}

#[test]
fn a_servers_own_certificate_in_place_of_the_authoritys_keeps_the_last_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, made()).unwrap();
    let (mut rereading, client) = trusting(&path);
    let kept = client.trust();
    let key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority
        .distinguished_name
        .push(rcgen::DnType::CommonName, "Corp CA");
    let issuer = rcgen::Issuer::new(authority, key);
    let own = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["dc1.corp.example".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&own, &issuer).unwrap();
    std::fs::write(&path, leaf.pem()).unwrap();
    match rereading.look() {
        Reread::Broken(error) => assert_eq!(error.code(), "store_no_authority"),
        other => panic!("{other:?}"),
    }
    assert!(client.trust().is_same(&kept));
}
