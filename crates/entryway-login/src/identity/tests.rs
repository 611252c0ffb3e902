use super::*;
use crate::NameCase;
use crate::support::{attribute, bare, domain, entry, raw_entry, searching, template};

const DN: &str = "uid=jdoe,ou=people,dc=staff";

fn check_subject(entry: &Entry, expected: &str) {
    assert_eq!(subject(&domain("staff"), entry).0, expected);
}

#[test]
fn the_first_readable_identity_is_the_subject() {
    check_subject(
        &entry(
            DN,
            &[("entryUUID", &["3F2504E0-4F89-11D3-9A0C-0305E82C3301"])],
        ),
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
fn an_unreadable_identity_is_passed_over() {
    let by_dn = "staff:uid=jdoe,ou=people,dc=staff";
    check_subject(&raw_entry("objectGUID", &[b"short"]), by_dn);
    check_subject(&raw_entry("entryUUID", &[b"\xff"]), by_dn);
    check_subject(&entry(DN, &[("entryUUID", &[""])]), by_dn);
    check_subject(&entry("UID=JDoe, OU=People, DC=staff", &[]), by_dn);
}

fn check_name(typed: &str, values: &[&str], expected: Option<&str>) {
    let entry = entry(DN, &[("uid", values)]);
    assert_eq!(
        name(&domain("staff"), &bare(typed), &entry).name.as_deref(),
        expected,
        "{typed:?} {values:?}"
    );
}

#[test]
fn the_entry_spells_the_name() {
    check_name("JDOE", &["jdoe"], Some("jdoe"));
    check_name(" jdoe ", &["jdoe"], Some("jdoe"));
    check_name("jane@x.example", &["jdoe"], Some("jdoe"));
}

#[test]
fn of_several_values_the_typed_one() {
    check_name("jane", &["jdoe", "Jane"], Some("Jane"));
    check_name("JÖRG", &["jdoe", "jörg"], Some("jörg"));
    check_name("somebody", &["jdoe", "jane"], Some("jdoe"));
}

#[test]
fn without_a_value_there_is_no_name() {
    check_name("jdoe", &[], None);
    check_name("jdoe", &[""], None);
}

#[test]
fn the_case_of_the_domain_is_applied() {
    let mut staff = domain("staff");
    staff.login_name_case = NameCase::Lower;
    let own = name(&staff, &bare("x"), &entry(DN, &[("uid", &["JDoe"])]));
    assert_eq!(own.name.as_deref(), Some("jdoe"));
    assert_eq!(own.from, Some(attribute("uid")));
}

#[test]
fn a_whole_filter_names_by_its_attributes_or_as_typed() {
    let by = |filter: &str| {
        searching(domain("staff"), |people| {
            people.search_attribute = None;
            people.filter = template(filter);
        })
    };
    let jane = entry(DN, &[("uid", &["jdoe"]), ("mail", &["jane@x.example"])]);
    let own = name(
        &by("(|(sn={login})(uid={login})(mail={login}))"),
        &bare("jane@x.example"),
        &jane,
    );
    assert_eq!(
        (own.name.as_deref(), own.from),
        (Some("jdoe"), Some(attribute("uid")))
    );
    let own = name(&by("(proxyAddresses=smtp:{login})"), &bare(" Jane "), &jane);
    assert_eq!((own.name.as_deref(), own.from), (Some("Jane"), None));
}
