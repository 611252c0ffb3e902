use super::*;

#[track_caller]
fn check(subject: &str, text: &str) {
    let id = EntryId::from_subject(Subject(subject.to_owned())).unwrap();
    assert_eq!(id.to_string(), text);
    assert_eq!(EntryId::parse(text), Some(id));
}

#[test]
fn an_id_is_the_session_s_subject_in_letters_that_no_url_changes() {
    check(
        "staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    );
    check("staff:1042", "staff:1042");
    check(
        "staff:dn:cn=doe\\2c jane,dc=corp",
        "staff:dn:cn=doe~5c2c~20jane,dc=corp",
    );
    check("staff:a/b?c#d%e~é", "staff:a~2fb~3fc~23d~25e~7e~c3~a9");
}

#[test]
fn one_entry_has_one_address() {
    for other in [
        "",
        ":",
        "staff",
        "staff:",
        ":1",
        "staff:a b",
        "staff:a~2Fb",
        "staff:a~61",
        "staff:a~2",
        "staff:~ff",
        "staff:é",
        "staff:a%20b",
    ] {
        assert_eq!(EntryId::parse(other), None, "{other}");
    }
}

#[test]
fn the_identity_says_how_it_is_found() {
    let id = EntryId::parse("staff:dn:uid=jdoe,dc=corp").unwrap();
    assert_eq!(id.domain(), "staff");
    assert_eq!(
        id.key(),
        Some(IdKey::Dn(Dn::parse("UID=jdoe, DC=corp").unwrap()))
    );
    let id = EntryId::parse("staff:1042").unwrap();
    assert_eq!(id.key(), Some(IdKey::Identity("1042")));
    assert_eq!(EntryId::parse("staff:dn:nonsense").unwrap().key(), None);
}
