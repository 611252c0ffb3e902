use super::*;

fn entry(attributes: &[(&str, &[&[u8]])]) -> Entry {
    let attributes = attributes
        .iter()
        .map(|(name, values)| Attribute {
            name: AttributeName::parse(name).unwrap(),
            values: values
                .iter()
                .map(|value| Bytes::copy_from_slice(value))
                .collect(),
        })
        .collect();
    Entry {
        dn: Dn::default(),
        dn_text: "cn=x".into(),
        attributes,
    }
}

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).unwrap()
}

#[test]
fn values_run_over_every_option_variant() {
    let entry = entry(&[
        ("cn", &[b"a", b"b"]),
        ("sn", &[b"no"]),
        ("CN;lang-de", &[b"c"]),
    ]);
    assert_eq!(
        entry.values(&name("Cn")).collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    assert_eq!(entry.values(&name("cnx")).count(), 0);
}

#[test]
fn the_first_value_may_stand_behind_an_empty_variant() {
    let entry = entry(&[("cn", &[]), ("cn;lang-de", &[b"c"])]);
    assert_eq!(entry.first(&name("cn")).unwrap(), "c");
    assert_eq!(entry.first_text(&name("cn")), Some("c"));
    assert_eq!(entry.first(&name("sn")), None);
}

#[test]
fn text_is_utf8_or_nothing() {
    let entry = entry(&[("cn", &[b"\xff", b"b"])]);
    assert!(entry.first(&name("cn")).is_some());
    assert_eq!(entry.first_text(&name("cn")), None);
}

#[test]
fn debug_shows_no_values() {
    let entry = entry(&[("userPassword", &[b"{SSHA}secret"])]);
    let shown = format!("{entry:?}");
    assert!(shown.contains("userPassword (1 values)"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}
