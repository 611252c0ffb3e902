use super::*;
use entryway_ldap::{TlsOptions, TrustSource, TrustStore, certificates_in};
use std::fs;

const LIST: &str = include_str!("../../../../entryway-config/tests/good/corp-ca.crl");
const AUTHORITY: &str = include_str!("../../../../entryway-config/tests/good/corp-ca.pem");

fn client(folder: &std::path::Path) -> TlsClient {
    let path = folder.join("ca.pem");
    fs::write(&path, AUTHORITY).expect("written");
    assert!(certificates_in(AUTHORITY.as_bytes()).is_some());
    let source = TrustSource::File(entryway_ldap::StoreFile::open(path));
    let store = TrustStore::load(&[source]).expect("a store");
    TlsClient::with(&store, None, TlsOptions::default()).expect("a client")
}

#[test]
fn a_list_that_changes_is_read_again_and_a_damaged_one_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.crl");
    fs::write(&path, LIST).expect("written");
    let mut lists = Lists::new(vec![path.clone()], client(folder.path()));
    assert!(!lists.look().expect("unchanged"));
    fs::write(&path, format!("{LIST}{LIST}")).expect("written");
    assert!(lists.look().expect("a list"), "it was read again");
    assert!(!lists.look().expect("unchanged"));
    fs::write(&path, "nothing of the kind").expect("written");
    assert_eq!(
        lists.look().map_err(|error| error.code()),
        Err("crl_no_list")
    );
    assert!(!lists.look().expect("told already"));
    fs::remove_file(&path).expect("removed");
    assert_eq!(
        lists.look().map_err(|error| error.code()),
        Err("crl_unreadable")
    );
    fs::write(&path, LIST).expect("written");
    assert!(lists.look().expect("a list"));
    assert!(lists.files().contains("ca.crl"));
}
