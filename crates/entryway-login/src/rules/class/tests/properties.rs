//! Whatever the rows and the person are, the index finds what reading the rows in order finds.

use super::{any, *};
use proptest::prelude::*;

/// Section 4, step 4, read aloud.
fn naive(rows: &[UserClass], person: &Person) -> Found {
    let same = |a: &str, b: &str| {
        a.chars()
            .flat_map(char::to_lowercase)
            .eq(b.chars().flat_map(char::to_lowercase))
    };
    for row in rows {
        let group = row.group.as_ref().is_none_or(|group| match group {
            GroupCriterion::Gid { domain, gid } => {
                (same(domain, &person.domain) && person.gid == Some(*gid))
                    || person
                        .groups
                        .iter()
                        .any(|group| same(&group.domain, domain) && group.gid == Some(*gid))
            }
            GroupCriterion::Named { domain, name } => person
                .groups
                .iter()
                .any(|group| same(&group.domain, domain) && same(&group.name, name)),
            GroupCriterion::Dn { domain, dn } => person
                .groups
                .iter()
                .any(|group| same(&group.domain, domain) && group.dn.as_ref() == Some(dn)),
        });
        let fits = group
            && row
                .domain
                .as_ref()
                .is_none_or(|domain| same(domain, &person.domain))
            && row
                .users
                .as_ref()
                .is_none_or(|users| users.matches(&person.name))
            && row.user_type.is_none_or(|of| person.user_type == Some(of))
            && row.address.is_none_or(|block| {
                person
                    .address
                    .is_some_and(|address| block.contains(address))
            });
        if !fits {
            continue;
        }
        match row.when.as_ref().map(|when| when.holds(&person.facts())) {
            None | Some(Ok(true)) => return Ok(Some(row.rule.0)),
            Some(Ok(false)) => {}
            Some(Err(_)) => return Err(row.rule.0),
        }
    }
    Ok(None)
}

const DOMAINS: [&str; 4] = ["staff", "Staff", "partners", "local"];
const GROUPS: [&str; 3] = ["a", "A", "ΟΔΟΣ"];
const GROUP_DNS: [&str; 3] = ["cn=a,dc=x", "CN=A, dc=X", "cn=b"];
const BLOCKS: [&str; 7] = [
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.3",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::/32",
    "::ffff:10.0.0.0/104",
];
const ADDRESSES: [&str; 5] = [
    "10.1.2.3",
    "10.9.9.9",
    "::ffff:10.1.2.3",
    "2001:db8::1",
    "203.0.113.1",
];
const PATTERNS: [&str; 12] = [
    "ab", "AB", "a*", "*b", "ab*", "*ab", "a?", "?b", "a*b", "*a*", "*", "é*",
];

fn one_of(of: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(of)
}

fn a_type() -> impl Strategy<Value = Option<UserType>> {
    prop::sample::select(vec![None, Some(UserType::Real), Some(UserType::Virtual)])
}

prop_compose! {
    fn a_row()(
        domain in prop::option::weighted(0.3, one_of(&DOMAINS)),
        users in prop::option::weighted(0.4, one_of(&PATTERNS)),
        user_type in a_type(),
        group in prop::option::weighted(0.4, prop_oneof![
            (one_of(&DOMAINS), 0u32..3).prop_map(|(domain, gid)| by_gid(domain, gid)),
            (one_of(&DOMAINS), one_of(&GROUPS)).prop_map(|(domain, name)| named(domain, name)),
            (one_of(&DOMAINS), one_of(&GROUP_DNS)).prop_map(|(domain, dn)| by_dn(domain, dn)),
        ]),
        address in prop::option::weighted(0.3, one_of(&BLOCKS)),
        when in prop::option::weighted(0.3, prop::sample::select(vec![Ok(true), Ok(false), Err(())])),
    ) -> UserClass {
        UserClass {
            domain: domain.map(Into::into),
            users: users.map(NamePattern::new),
            user_type,
            group: group.flatten(),
            address: address.and_then(block),
            when: when.and_then(says),
            ..any(0)
        }
    }
}

prop_compose! {
    fn a_person()(
        name in "[abAé]{0,3}",
        domain in one_of(&DOMAINS),
        user_type in a_type(),
        gid in prop::option::of(0u32..3),
        groups in prop::collection::vec(
            (one_of(&DOMAINS), one_of(&GROUPS), prop::option::of(one_of(&GROUP_DNS)), prop::option::of(0u32..3)),
            0..4,
        ),
        address in prop::option::of(one_of(&ADDRESSES)),
    ) -> Person {
        let groups = groups.into_iter().map(|(domain, name, dn, gid)| group(domain, name, dn, gid));
        Person {
            name,
            domain: domain.to_owned(),
            user_type,
            gid,
            groups: groups.collect(),
            address: address.map(|text| text.parse().unwrap()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn the_index_answers_as_the_rows_do(mut rows in prop::collection::vec(a_row(), 0..10), person in a_person()) {
        for (at, row) in (0..).zip(&mut rows) {
            row.rule = RuleId(at);
        }
        let expected = naive(&rows, &person);
        let asked = EVALUATED.replace(0);
        prop_assert_eq!(find(&UserClasses::new(rows), &person), expected);
        // And asks no expression that the rows, read in order, would not have asked.
        prop_assert!(EVALUATED.replace(0) <= asked);
    }
}
