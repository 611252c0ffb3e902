use super::values;
use bytes::Bytes;
use entryway_ldap_types::{Attribute, AttributeName, Dn, Entry};

#[track_caller]
fn check(attribute: &'static str, given: &[&[u8]], expected: &[&str]) {
    let name = AttributeName::from_static(attribute);
    let entry = Entry {
        dn: Dn::parse("uid=jdoe").unwrap(),
        dn_text: "uid=jdoe".into(),
        attributes: vec![Attribute {
            name: name.clone(),
            values: given
                .iter()
                .map(|value| Bytes::copy_from_slice(value))
                .collect(),
        }],
    };
    assert_eq!(values(&entry, &name).collect::<Vec<_>>(), expected);
}

#[test]
fn text_is_what_people_read() {
    check(
        "l",
        &[b" Bern ", b"", b"  ", b"Z\xc3\xbcrich"],
        &["Bern", "Zürich"],
    );
    check("jpegPhoto", &[b"\xff\xd8\xff"], &[]);
    check(
        "info",
        &[b"one\r\ntwo\rthree\x00\x1b[31m", b"a$b"],
        &["one\ntwo\nthree  [31m", "a$b"],
    );
}

#[test]
fn postal_addresses_are_lines() {
    check(
        "postalAddress",
        &[
            b"1234 Main St.$Anytown, CA 12345$USA",
            b"\\241,000,000 Sweepstakes$PO Box\\5C 1",
        ],
        &[
            "1234 Main St.\nAnytown, CA 12345\nUSA",
            "$1,000,000 Sweepstakes\nPO Box\\ 1",
        ],
    );
}
