use super::*;
use crate::EntryError;
use bytes::Bytes;
use entryway_ldap_types::{AttributeName, Entry};

fn entry(op: &str) -> Result<Result<Entry, EntryError>, DecodeError> {
    let frame = Bytes::from(hex(&format!("30[020101 64[{op}]]")));
    match decode(&frame)?.op {
        Op::SearchResultEntry(entry) => entry.to_entry(&frame, &Limits::CLIENT),
        other => panic!("{}", other.name()),
    }
}

#[test]
fn rfc4511_4_5_2_entries() {
    let found = entry("04[636e3d78] 30[30[04[636e] 04[78]]]").err();
    assert_eq!(
        found,
        Some(DecodeError::Tag {
            expected: "vals",
            found: Tag(0x04)
        })
    );

    let frame = "04[636e3d78] 30[30[04[636e] 31[04[78] 04[79]]] 30[04[61] 31[]]]";
    let entry = entry(frame).unwrap().unwrap();
    assert_eq!(&*entry.dn_text, "cn=x");
    assert_eq!(entry.attributes.len(), 2);
    let cn = AttributeName::parse("CN").unwrap();
    let values: Vec<_> = entry.values(&cn).map(|value| value.to_vec()).collect();
    assert_eq!(values, [b"x", b"y"]);
    assert!(entry.attributes[1].values.is_empty());
}

#[test]
fn an_entry_that_is_not_one_is_refused_or_unreadable() {
    assert_eq!(
        entry("04[ff] 30[]").err(),
        Some(DecodeError::Text { what: "objectName" })
    );
    assert!(
        matches!(entry("04[2c] 30[]"), Ok(Err(EntryError::Dn(_)))),
        "encoded well, and no name"
    );
    assert!(matches!(
        entry("04[] 30[30[04[28] 31[]]]"),
        Ok(Err(EntryError::Attribute(_)))
    ));
    let found = entry("04[] 30[30[04[ff] 31[]]]").err();
    assert_eq!(
        found,
        Some(DecodeError::Text {
            what: "attribute description"
        })
    );
    // Broken encoding counts more than an unreadable name, wherever it stands.
    assert_eq!(
        entry("04[2c] 30[30[04]]").err(),
        Some(DecodeError::Truncated)
    );
}

#[test]
fn values_and_attributes_are_bounded_before_they_are_kept() {
    let limits = Limits {
        attributes_per_entry: 2,
        values_per_entry: 3,
        ..Limits::CLIENT
    };
    let check = |attributes: &[usize], expected: Option<DecodeError>| {
        let mut server = crate::server::Connection::new(limits);
        let row = attributes.iter().map(|&count| ("a", vec![b"v"; count]));
        server.search_entry(MessageId(1), "", row, &[]);
        let frame = Bytes::copy_from_slice(server.outbound().as_slice());
        let Op::SearchResultEntry(entry) = decode(&frame).unwrap().op else {
            panic!()
        };
        assert_eq!(
            entry.to_entry(&frame, &limits).err(),
            expected,
            "{attributes:?}"
        );
    };
    check(&[1, 2], None);
    check(
        &[2, 2],
        Some(DecodeError::TooMany {
            what: "values in an entry",
            limit: 3,
        }),
    );
    check(
        &[4],
        Some(DecodeError::TooMany {
            what: "values in an entry",
            limit: 3,
        }),
    );
    check(
        &[0, 0, 0],
        Some(DecodeError::TooMany {
            what: "attributes",
            limit: 2,
        }),
    );
}

#[test]
fn values_share_the_memory_of_their_frame() {
    let frame = Bytes::from(hex("30[020101 64[04[] 30[30[04[61] 31[04[76]]]]]]"));
    let Op::SearchResultEntry(entry) = decode(&frame).unwrap().op else {
        panic!()
    };
    let entry = entry.to_entry(&frame, &Limits::CLIENT).unwrap().unwrap();
    assert_eq!(
        entry.attributes[0].values[0].as_ptr(),
        frame[frame.len() - 1..].as_ptr()
    );
}
