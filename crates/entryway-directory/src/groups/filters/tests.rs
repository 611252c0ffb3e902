use super::*;
use crate::groups::Membership;
use crate::groups::tests_support::{ADA, entry, settings};

#[track_caller]
fn check(filter: Filter, expected: &str) {
    assert_eq!(filter.to_string(), expected);
}

#[track_caller]
fn check_direct(
    settings: &GroupsSettings,
    attributes: &[(&'static str, &[u8])],
    expected: Option<&str>,
) {
    let entry = entry(attributes);
    let person = Person::new(&entry, settings);
    let filter = settings.direct(&person, "ada");
    assert_eq!(filter.map(|filter| filter.to_string()).as_deref(), expected);
}

fn template(text: &str) -> FilterTemplate {
    let any = Placeholder::EntryAttribute(AttributeName::from_static("x"));
    FilterTemplate::parse(text, &[Placeholder::EntryDn, Placeholder::Name, any]).unwrap()
}

fn with(text: &str) -> GroupsSettings {
    GroupsSettings {
        membership_filter: Some(template(text)),
        ..settings(Membership::Auto)
    }
}

fn of_class(membership: Membership, class: &str) -> GroupsSettings {
    GroupsSettings {
        object_class: Some(class.into()),
        ..settings(membership)
    }
}

#[test]
fn members_are_values() {
    let groups = settings(Membership::Member);
    check(
        groups.with_members([r"cn=a\, (b)*"].into_iter()),
        r"(member=cn=a\5c, \28b\29\2a)",
    );
    check(
        groups.with_members(["cn=a", "cn=b"].into_iter()),
        "(|(member=cn=a)(member=cn=b))",
    );
    let of_names = of_class(Membership::Member, "groupOfNames");
    check(
        of_names.with_members(["cn=a", "cn=b"].into_iter()),
        "(&(objectClass=groupOfNames)(|(member=cn=a)(member=cn=b)))",
    );
    check(
        of_names.in_chain(ADA),
        "(&(objectClass=groupOfNames)(member:1.2.840.113556.1.4.1941:=uid=ada,dc=x))",
    );
    check(groups.with_sid(&[1, 0x28]), r"(objectSid=\01\28)");
}

#[test]
fn groups_are_named_in_the_server_s_way() {
    let names = [Dn::parse("cn=a").unwrap(), Dn::parse(r"cn=b\2Cc").unwrap()];
    let groups = settings(Membership::MemberOf);
    check(
        groups.named(names.iter(), false),
        r"(|(entryDN=cn=a)(entryDN=cn=b\5c,c))",
    );
    check(
        groups.named(names.iter().take(1), true),
        "(distinguishedName=cn=a)",
    );
}

#[test]
fn names_and_numbers_in_one_question() {
    check_direct(
        &settings(Membership::Auto),
        &[("uid", b"ada"), ("uid", b"a*"), ("gidNumber", b"0100")],
        Some(
            r"(|(member=uid=ada,dc=x)(&(objectClass=posixGroup)(|(memberUid=ada)(memberUid=a\2a)(gidNumber=100))))",
        ),
    );
    check_direct(
        &settings(Membership::MemberUid),
        &[("uid", b"ada")],
        Some("(&(objectClass=posixGroup)(memberUid=ada))"),
    );
    check_direct(
        &of_class(Membership::MemberUid, "group"),
        &[("gidNumber", b"100")],
        Some("(&(objectClass=group)(gidNumber=100))"),
    );
    check_direct(&settings(Membership::MemberUid), &[], None);
    check_direct(&settings(Membership::MemberOf), &[], None);
}

#[test]
fn an_own_filter_takes_every_value_of_the_entry() {
    let both = [("title", &b"x"[..]), ("title", b"y"), ("ou", b"(1)")];
    check_direct(
        &with("(&(a={entry.title})(b={entry.ou})(c={name}))"),
        &both,
        Some(r"(|(&(a=x)(b=\281\29)(c=ada))(&(a=y)(b=\281\29)(c=ada)))"),
    );
    check_direct(&with("(a={entry.none})"), &both, None);
    check_direct(&with("(a={entry.title}*)"), &[("title", b"")], None);
    check_direct(&with("(a=b)"), &both, Some("(a=b)"));
}

#[test]
fn groups_of_groups_are_asked_for_with_an_own_filter_of_dns_alone() {
    let above = |text| with(text).with_members(["cn=a"].into_iter());
    check(above("(&(x=y)(m={dn}))"), "(&(x=y)(m=cn=a))");
    check(above("(memberUid={name})"), "(member=cn=a)");
    check(above("(|(m={dn})(memberUid={name}))"), "(member=cn=a)");
    check(above("(cn=all)"), "(member=cn=a)");
}

#[test]
fn combinations_are_bounded() {
    let values: Vec<String> = (0..200).map(|at| at.to_string()).collect();
    let many: Vec<_> = values
        .iter()
        .map(|value| ("title", value.as_bytes()))
        .collect();
    let entry = entry(&many);
    let settings = with("(&(a={entry.title})(b={dn}))");
    let person = Person::new(&entry, &settings);
    let Some(Filter::Or(any)) = settings.direct(&person, "ada") else {
        unreachable!()
    };
    assert_eq!(any.len(), COMBINATIONS);
}
