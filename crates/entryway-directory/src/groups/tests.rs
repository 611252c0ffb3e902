use super::tests_support::settings;
use super::*;

#[track_caller]
fn check(settings: &GroupsSettings, expected: &str) {
    let names: Vec<_> = settings.needs().iter().map(ToString::to_string).collect();
    assert_eq!(names.join(" "), expected);
}

#[test]
fn each_membership_needs_its_attributes() {
    let needs = |membership, expected| check(&settings(membership), expected);
    needs(
        Membership::Auto,
        "objectSid primaryGroupID memberOf uid gidNumber",
    );
    needs(Membership::Member, "objectSid primaryGroupID");
    needs(Membership::MemberOf, "objectSid primaryGroupID memberOf");
    needs(Membership::InChain, "objectSid primaryGroupID memberOf");
    needs(Membership::TokenGroups, "objectSid primaryGroupID memberOf");
    needs(
        Membership::MemberUid,
        "objectSid primaryGroupID uid gidNumber",
    );
}

#[test]
fn a_filter_s_attributes_are_needed_once() {
    let any = Placeholder::EntryAttribute(AttributeName::from_static("x"));
    let text = "(|(memberUid={entry.UID})(a={entry.title})(b={entry.Title})(member={dn}))";
    let template = FilterTemplate::parse(text, &[any, Placeholder::EntryDn]).unwrap();
    let settings = GroupsSettings {
        membership_filter: Some(template),
        ..settings(Membership::MemberUid)
    };
    check(&settings, "objectSid primaryGroupID uid gidNumber title");
}

#[test]
fn a_group_is_asked_for_its_name_once() {
    let settings = GroupsSettings {
        name_attribute: AttributeName::from_static("gidnumber"),
        ..settings(Membership::Auto)
    };
    let names: Vec<_> = settings
        .of_group(&[])
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["gidnumber", "memberOf"]);
}
