use super::*;

#[test]
fn a_role_is_read_as_it_is_written_and_nothing_else() {
    for role in [SiteRole::Hub, SiteRole::Connector("c-1".to_owned())] {
        let read = SiteRole::read(&role.uri("plant-a"));
        assert_eq!(read, Some(("plant-a".to_owned(), role)));
    }
    for other in [
        "https://hub.example/",
        "entryway:site:",
        "entryway:site::hub",
        "entryway:site:plant-a",
        "entryway:site:plant-a:hub:x",
        "entryway:site:plant-a:connector:",
        "entryway:site:plant-a:connector",
        "entryway:site:plant-a:connector:a:b",
    ] {
        assert_eq!(SiteRole::read(other), None, "{other}");
    }
}

#[test]
fn a_fingerprint_is_read_aloud_in_groups() {
    let fingerprint = std::array::from_fn(|at| at as u8);
    assert_eq!(
        fingerprint_in_words(&fingerprint),
        "00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d1e1f"
    );
}

#[test]
fn a_key_is_the_same_after_it_was_written() {
    let key = ConnectorKey::generate().unwrap();
    let again = ConnectorKey::from_pkcs8(&key.pkcs8()).unwrap();
    assert_eq!(again.fingerprint(), key.fingerprint());
    assert!(ConnectorKey::from_pkcs8(b"garbage").is_err());
    assert_eq!(format!("{key:?}"), "ConnectorKey(..)");
}
