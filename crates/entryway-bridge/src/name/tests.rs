use super::*;

#[test]
fn sites_are_called_as_hosts_are() {
    for good in ["a", "7", "plant-a", "x--y", &"a".repeat(63)] {
        assert_eq!(SiteName::parse(good).unwrap().as_str(), good);
    }
    for bad in [
        "",
        "-a",
        "a-",
        "A",
        "a.b",
        "a b",
        "ä",
        "a/b",
        &"a".repeat(64),
    ] {
        assert!(SiteName::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_connector_is_16_characters_of_its_80_bits() {
    let id = ConnectorId::from_bits([0; 10]);
    assert_eq!(id.as_str(), "aaaaaaaaaaaaaaaa");
    let id = ConnectorId::from_bits([0xff; 10]);
    assert_eq!(id.as_str(), "7777777777777777");
    let id = ConnectorId::from_bits(*b"foobarfoob");
    assert_eq!(id.as_str(), "mzxw6ytbojtg633c");
    assert_eq!(ConnectorId::parse(id.as_str()), Ok(id));
    for bad in [
        "",
        "mzxw6ytboj4g633",
        "MZXW6YTBOJ4G633C",
        "mzxw6ytboj4g6331",
    ] {
        assert!(ConnectorId::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_name_that_is_none_is_no_message() {
    assert!(serde_json::from_str::<SiteName>("\"plant-a\"").is_ok());
    assert!(serde_json::from_str::<SiteName>("\"Plant\"").is_err());
    // With an escape, which cannot be borrowed.
    assert!(serde_json::from_str::<SiteName>("\"pl\\u0061nt\"").is_ok());
}
