use super::*;
use crate::NameCase;
use crate::support::{attribute, domain, entry, raw_entry, searching, template};

const DN: &str = "uid=jdoe,ou=people,dc=staff";

/// The subject, or what is wrong with the value it should come from.
fn check_subject(entry: &Entry, expected: &str) {
    let found = match subject(&domain("staff"), entry) {
        Ok(subject) => subject.0,
        Err(unusable) => {
            assert_eq!(unusable.part, IdentityPart::Subject);
            format!("{} {}", unusable.from, unusable.problem)
        }
    };
    assert_eq!(found, expected);
}

fn check_uuid(values: &[&str], expected: &str) {
    check_subject(&entry(DN, &[("entryUUID", values)]), expected);
}

#[test]
fn the_first_identity_is_the_subject() {
    check_uuid(
        &["3F2504E0-4F89-11D3-9A0C-0305E82C3301"],
        "staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    );
    let guid: [u8; 16] = [
        0xe0, 0x04, 0x25, 0x3f, 0x89, 0x4f, 0xd3, 0x11, 0x9a, 0x0c, 0x03, 0x05, 0xe8, 0x2c, 0x33,
        0x01,
    ];
    check_subject(
        &raw_entry("objectGUID", &[&guid]),
        "staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    );
}

#[test]
fn only_a_uuid_is_the_same_in_any_case() {
    check_uuid(
        &["3F2504E0-4F8911D3-9A0C0305-E82C3301"],
        "staff:3f2504e0-4f8911d3-9a0c0305-e82c3301",
    );
    check_uuid(&["aB3"], "staff:aB3");
    check_uuid(&["AB3"], "staff:AB3");
    check_uuid(
        &["3F2504E0-4F89-11D3-9A0C-0305E82C330X"],
        "staff:3F2504E0-4F89-11D3-9A0C-0305E82C330X",
    );
}

#[test]
fn an_entry_without_an_identity_is_its_dn() {
    let by_dn = "staff:dn:uid=jdoe,ou=people,dc=staff";
    check_subject(&entry("UID=JDoe, OU=People, DC=staff", &[]), by_dn);
    check_uuid(&[], by_dn);
}

#[test]
fn an_identity_that_cannot_be_read_is_not_passed_over() {
    check_uuid(&["victim", "mine"], "entryUUID has 2 values, expected one");
    check_uuid(&["mine", "mine"], "entryUUID has 2 values, expected one");
    check_uuid(&[""], "entryUUID is empty");
    check_uuid(&[" "], "entryUUID is empty");
    check_uuid(
        &["a\nb"],
        "entryUUID is \"a\\nb\", which holds a control character",
    );
    check_subject(
        &raw_entry("entryUUID", &[b"\xff"]),
        "entryUUID is not UTF-8 text",
    );
    for bytes in [15, 17] {
        check_subject(
            &raw_entry("objectGUID", &[&vec![1; bytes]]),
            &format!("objectGUID has {bytes} bytes, expected 16"),
        );
    }
}

#[test]
fn no_identity_reads_as_a_dn() {
    for marked in ["dn:uid=boss,dc=x", "DN:"] {
        check_uuid(
            &[marked],
            &format!(
                "entryUUID is {marked:?}, which reads as the subject of an entry without an identity"
            ),
        );
    }
    check_uuid(&["uid=boss,dc=x"], "staff:uid=boss,dc=x");
}

#[test]
fn a_secret_is_no_identity() {
    let mut staff = domain("staff");
    staff.people.id_attributes = vec![attribute("userPassword")];
    let entry = entry(DN, &[("userPassword", &["{SSHA}x"])]);
    assert_eq!(
        subject(&staff, &entry).map(|subject| subject.0),
        Ok(format!("staff:dn:{DN}"))
    );
}

/// The name, `none`, or what is wrong with it.
fn named(entry: &Entry) -> String {
    match name(&domain("staff"), entry) {
        Ok(own) => own.name.unwrap_or_else(|| "none".to_owned()),
        Err(unusable) => {
            assert_eq!(unusable.part, IdentityPart::Name);
            format!("{} {}", unusable.from, unusable.problem)
        }
    }
}

fn check_name(dn: &str, values: &[&str], expected: &str) {
    let entry = entry(dn, &[("uid", values)]);
    assert_eq!(named(&entry), expected, "{dn} {values:?}");
}

#[test]
fn the_entry_spells_the_name() {
    check_name(DN, &["jdoe"], "jdoe");
    check_name(DN, &["JDoe"], "JDoe");
    check_name("cn=Jane,dc=staff", &["jdoe"], "jdoe");
}

#[test]
fn of_several_values_the_one_in_the_rdn() {
    check_name(DN, &["root", "jdoe"], "jdoe");
    check_name("UID=JDOE,dc=staff", &["jdoe", "root"], "jdoe");
    check_name("cn=Jane+uid=jdoe,dc=staff", &["root", "jdoe"], "jdoe");
}

#[test]
fn several_values_of_which_none_stands_out_are_unusable() {
    check_name(
        "cn=Jane,dc=staff",
        &["jdoe", "root"],
        "uid has 2 values, none of them in the entry's own RDN, expected one",
    );
    check_name(
        "uid=jdoe+uid=root,dc=staff",
        &["jdoe", "root"],
        "uid has 2 values, several of them in the entry's own RDN, expected one",
    );
}

#[test]
fn a_name_is_a_line_of_text() {
    check_name(
        DN,
        &["j\r\nX-User: root\0"],
        "uid is \"j\\r\\nX-User: root\\0\", which holds a control character",
    );
    check_name(DN, &[""], "uid is empty");
    check_name(DN, &["  "], "uid is empty");
    assert_eq!(
        named(&raw_entry("uid", &[b"\xff"])),
        "uid is not UTF-8 text"
    );
}

#[test]
fn without_a_value_there_is_no_name() {
    check_name(DN, &[], "none");
}

#[test]
fn the_case_of_the_domain_is_applied() {
    let mut staff = domain("staff");
    staff.login_name_case = NameCase::Lower;
    let own = name(&staff, &entry(DN, &[("uid", &["JDoe"])])).unwrap();
    assert_eq!(own.name.as_deref(), Some("jdoe"));
    assert_eq!(own.from, Some(attribute("uid")));
}

#[test]
fn a_whole_filter_names_by_its_attributes_or_not_at_all() {
    let by = |filter: &str| {
        searching(domain("staff"), |people| {
            people.search_attribute = None;
            people.filter = template(filter);
        })
    };
    let jane = entry(DN, &[("uid", &["jdoe"]), ("mail", &["jane@x.example"])]);
    let own = name(&by("(|(sn={login})(uid={login})(mail={login}))"), &jane).unwrap();
    assert_eq!(
        (own.name.as_deref(), own.from),
        (Some("jdoe"), Some(attribute("uid")))
    );
    // Whoever types chooses no name.
    let own = name(&by("(:caseIgnoreMatch:={login})"), &jane).unwrap();
    assert_eq!((own.name, own.from), (None, None));
    for filter in [
        "(uid:caseIgnoreMatch:={login})",
        "(uid~={login})",
        "(uid={login}*)",
    ] {
        let own = name(&by(filter), &jane).unwrap();
        assert_eq!(own.name.as_deref(), Some("jdoe"), "{filter}");
    }
}

#[test]
fn an_unusable_name_does_not_give_way_to_the_next_attribute() {
    let by = searching(domain("staff"), |people| {
        people.search_attribute = None;
        people.filter = template("(|(uid={login})(mail={login}))");
    });
    let jane = entry(
        "cn=Jane,dc=staff",
        &[("uid", &["jdoe", "root"]), ("mail", &["jane@x.example"])],
    );
    assert!(name(&by, &jane).is_err());
}
