use super::*;
use crate::groups::tests_support::{entry, settings};

const SID: &[u8] = &[
    1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 80, 4, 0, 0,
];

#[track_caller]
fn check(membership: Membership, attributes: &[(&'static str, &[u8])], way: Way, posix: bool) {
    let entry = entry(attributes);
    let person = Person::new(&entry, &settings(membership));
    assert_eq!((person.way, person.posix), (way, posix));
}

#[test]
fn what_the_entry_has_chooses_the_way() {
    let (sid, of, gid) = (
        ("objectSid", SID),
        ("memberOf", &b"cn=a"[..]),
        ("gidNumber", &b"100"[..]),
    );
    check(Membership::Auto, &[], Way::Member, false);
    check(Membership::Auto, &[gid], Way::Member, true);
    check(Membership::Auto, &[of, gid], Way::MemberOf, true);
    check(Membership::Auto, &[sid, of, gid], Way::MemberOf, false);
    check(Membership::Auto, &[sid, gid], Way::Member, false);
    let part = ("memberOf;range=0-1499", &b"cn=a"[..]);
    check(Membership::Auto, &[sid, part], Way::InChain, false);
    check(Membership::Member, &[sid, of, gid], Way::Member, false);
    check(Membership::MemberOf, &[gid], Way::MemberOf, false);
    check(Membership::TokenGroups, &[], Way::InChain, false);
    check(Membership::MemberUid, &[sid, of], Way::Nowhere, true);
    let unreadable = ("gidNumber", &b"many"[..]);
    check(Membership::Auto, &[unreadable], Way::Member, false);
}

#[track_caller]
fn check_sid(sid: &[u8], group: &[u8], expected: Option<&[u8]>) {
    let entry = entry(&[("objectSid", sid), ("primaryGroupID", group)]);
    assert_eq!(primary_sid(&entry).as_deref(), expected);
}

#[test]
fn the_primary_group_is_in_the_account_s_domain() {
    let mut users = SID.to_vec();
    users.splice(24.., [1, 2, 0, 0]);
    check_sid(SID, b"513", Some(&users));
    check_sid(SID, b"all", None);
    check_sid(SID, b"4294967296", None);
    check_sid(&SID[..27], b"513", None);
    check_sid(&[1, 0, 0, 0, 0, 0, 0, 5], b"513", None);
    check_sid(b"", b"513", None);
}

#[track_caller]
fn check_named(attributes: &[(&'static str, &[u8])], count: usize, more: bool) {
    let (groups, open) = member_of(&entry(attributes));
    assert_eq!((groups.len(), open), (count, more));
}

#[test]
fn a_part_of_the_values_is_not_all() {
    check_named(&[], 0, false);
    check_named(&[("memberOf", b"cn=a"), ("memberOf", b"cn=b")], 2, false);
    check_named(&[("memberOf;range=0-1499", b"cn=a")], 1, true);
    check_named(&[("memberOf;Range=1500-*", b"cn=a")], 1, false);
    check_named(&[("memberOf", b"a group")], 0, true);
    check_named(&[("memberOf", b"\xff")], 0, true);
}
