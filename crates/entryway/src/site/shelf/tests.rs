use super::*;
use entryway_tunnel::SiteAuthority;
use std::time::Duration;

fn credential(authority: &SiteAuthority) -> Credential {
    let key = ConnectorKey::generate().unwrap();
    let connector = ConnectorId::from_bits([1; 10]);
    let (now, life) = (SystemTime::now(), Duration::from_secs(86_400));
    let chain = authority.issue_connector(&key.request().unwrap(), connector.as_str(), now, life);
    Credential {
        site: SiteName::parse("plant-a").unwrap(),
        connector,
        authority: authority.certificate().clone(),
        chain: vec![chain.unwrap()],
        key,
    }
}

fn facts() -> Facts {
    Facts {
        stores: 1,
        site: SiteName::parse("plant-a").unwrap(),
        connector: ConnectorId::from_bits([1; 10]),
        name: "one".to_owned(),
        url: "https://hub.example/connector/v1/plant-a".to_owned(),
        nodes: vec!["https://hub.example".to_owned()],
        version: 1,
        enrolled: today(),
    }
}

fn shelf() -> (tempfile::TempDir, Shelf, SiteAuthority) {
    let folder = tempfile::tempdir().unwrap();
    let shelf = Shelf::at(folder.path().join("connector"));
    let authority = SiteAuthority::make("plant-a", SystemTime::now()).unwrap();
    (folder, shelf, authority)
}

#[test]
fn what_is_kept_is_for_its_owner_alone_and_comes_back() {
    let (_folder, shelf, authority) = shelf();
    assert!(shelf.load().unwrap().is_none());
    let made = credential(&authority);
    shelf.save(&facts(), &made).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(shelf.folder()), 0o700);
    for file in fs::read_dir(shelf.folder()).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    let kept = shelf.load().unwrap().unwrap();
    assert_eq!(kept.facts, facts());
    assert_eq!(kept.credential.fingerprint(), made.fingerprint());
    shelf.keep(Kept::Version(2)).unwrap();
    assert_eq!(shelf.load().unwrap().unwrap().facts.version, 2);
    shelf.remove().unwrap();
    assert!(shelf.load().unwrap().is_none());
    assert!(!shelf.folder().exists());
}

#[test]
fn a_renewal_that_was_interrupted_is_finished() {
    let (_folder, shelf, authority) = shelf();
    shelf.save(&facts(), &credential(&authority)).unwrap();
    let next = credential(&authority);
    // The certificates are in their place, the key is not.
    shelf.write(NEXT_KEY, next.key.pem().as_bytes()).unwrap();
    shelf.write(CHAIN, pem(&next.chain).as_bytes()).unwrap();
    let kept = shelf.load().unwrap().unwrap();
    assert_eq!(kept.credential.fingerprint(), next.fingerprint());
    assert!(!shelf.path(NEXT_KEY).exists());
    // Interrupted earlier, the old ones count.
    let later = credential(&authority);
    shelf.write(NEXT_KEY, later.key.pem().as_bytes()).unwrap();
    let kept = shelf.load().unwrap().unwrap();
    assert_eq!(kept.credential.fingerprint(), next.fingerprint());
}

#[test]
fn parts_that_do_not_fit_are_no_identity() {
    let (_folder, shelf, authority) = shelf();
    shelf.save(&facts(), &credential(&authority)).unwrap();
    shelf
        .write(KEY, credential(&authority).key.pem().as_bytes())
        .unwrap();
    assert!(shelf.load().is_err());
    shelf.save(&facts(), &credential(&authority)).unwrap();
    shelf.write(CHAIN, b"garbage").unwrap();
    assert!(shelf.load().is_err());
    shelf.write(IDENTITY, b"{}").unwrap();
    assert!(shelf.load().is_err());
}

#[test]
fn a_key_that_others_can_read_is_none() {
    let (_folder, shelf, authority) = shelf();
    shelf.save(&facts(), &credential(&authority)).unwrap();
    fs::set_permissions(shelf.path(KEY), Permissions::from_mode(0o640)).unwrap();
    let refused = shelf.load().err().map(|error| format!("{error:#}"));
    let refused = refused.expect("it is read all the same");
    assert!(refused.contains("(mode 0640)"), "{refused}");
    fs::set_permissions(shelf.path(KEY), Permissions::from_mode(0o600)).unwrap();
    assert!(shelf.load().unwrap().is_some());
}
