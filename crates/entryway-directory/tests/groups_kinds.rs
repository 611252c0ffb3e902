//! Groups that are not lists of DNs: by numbers, by a filter of one's own, and Active Directory's.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use entryway_directory::{GroupsSettings, Membership};
use entryway_ldap_types::{AttributeName, FilterTemplate, Placeholder};
use entryway_testdir::{Operation, Options};
use support::groups::{
    ADA, WAYS, active_directory, check, group, group_dn, groups, open_ldap, person, settings, start,
};

#[tokio::test]
async fn groups_of_names_and_groups_of_numbers_together() {
    let posix = |name: &str, gid: u32, members: &str| {
        format!(
            "\ndn: cn={name},ou=groups,dc=example,dc=com\nobjectClass: posixGroup\ngidNumber: {gid}\n{members}"
        )
    };
    let ldif = person("gidNumber: 100\nuidNumber: 7\n")
        + &posix("users", 100, "")
        + &posix("wheel", 10, "memberUid: ada\n")
        + &posix("other", 11, "memberUid: Ada\n")
        + &group("named", &[ADA])
        + &group("of wheel", &[&group_dn("wheel")]);
    let server = open_ldap(&ldif).await;
    let answer = groups(&server, settings(Membership::Auto)).await;
    check(&answer, &["named", "users", "wheel", "of wheel < wheel"]);
    let numbers: Vec<_> = answer.groups.iter().map(|group| group.gid).collect();
    assert_eq!(numbers, [None, Some(100), Some(10), None]);
    // Numbers alone: in one search, and without nesting.
    let answer = groups(&server, settings(Membership::MemberUid)).await;
    check(&answer, &["users", "wheel"]);
    assert_eq!(answer.round_trips, 1);
    // Without a number in the entry nobody asks for numbers.
    let answer = groups(&server, settings(Membership::Member)).await;
    check(&answer, &["named"]);
}

#[tokio::test]
async fn an_own_filter_stands_for_the_members() {
    let ldif = person("employeeType: a)(cn=*\nemployeeType: staff\n")
        + "\ndn: cn=staff,ou=groups,dc=example,dc=com\nobjectClass: groupOfURLs\ndescription: staff\n"
        + "\ndn: cn=a,ou=groups,dc=example,dc=com\nobjectClass: groupOfURLs\ndescription: a\n"
        + &group("top", &[&group_dn("staff")])
        + &group("own", &[ADA]);
    let server = open_ldap(&ldif).await;
    let with = |text: &str| GroupsSettings {
        membership_filter: Some(
            FilterTemplate::parse(
                text,
                &[
                    Placeholder::EntryDn,
                    Placeholder::Name,
                    Placeholder::EntryAttribute(AttributeName::from_static("x")),
                ],
            )
            .unwrap(),
        ),
        ..settings(Membership::Auto)
    };
    let answer = groups(&server, with("(description={entry.employeeType})")).await;
    check(&answer, &["staff", "top < staff"]);
    let answer = groups(&server, with("(&(objectClass=groupOfNames)(member={dn}))")).await;
    check(&answer, &["own"]);
    // What the entry does not have names nobody.
    let answer = groups(&server, with("(description={entry.title})")).await;
    check(&answer, &[]);
}

#[tokio::test]
async fn a_group_without_a_name_is_passed_through() {
    let ldif = person("")
        + "\ndn: ou=nameless,ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\n"
        + &format!("member: {ADA}\n")
        + &group("top", &["ou=nameless,ou=groups,dc=example,dc=com"]);
    let server = open_ldap(&ldif).await;
    for way in WAYS {
        let answer = groups(&server, settings(way)).await;
        check(&answer, &["top < ou=nameless,ou=groups,dc=example,dc=com"]);
    }
}

/// `objectSid` S-1-5-21-1-2-3 and this.
fn sid_line(relative: u32) -> String {
    let mut bytes = vec![1, 5, 0, 0, 0, 0, 0, 5];
    for part in [21, 1, 2, 3, relative] {
        bytes.extend_from_slice(&u32::to_le_bytes(part));
    }
    format!("objectSid:: {}\n", BASE64_STANDARD.encode(bytes))
}

fn in_active_directory() -> String {
    let account = format!(
        "sAMAccountName: ada\nprimaryGroupID: 513\n{}",
        sid_line(1104)
    );
    let group = |name: &str, members: &[&str]| {
        let text = group(name, members).replace("groupOfNames", "group");
        format!("{text}sAMAccountName: {name}\n")
    };
    person(&account)
        + &group("Domain Users", &[])
        + &sid_line(513)
        + &group("g1", &[ADA])
        + &group("g2", &[&group_dn("g1")])
        + &group("Everybody", &[&group_dn("Domain Users"), &group_dn("g2")])
            .replace("objectClass: group", "objectClass: role")
}

#[tokio::test]
async fn active_directory_s_primary_group_is_one_of_them() {
    let server = active_directory(&in_active_directory()).await;
    let expected = ["Domain Users", "g1", "Everybody < Domain Users", "g2 < g1"];
    for way in WAYS.into_iter().chain([Membership::TokenGroups]) {
        let answer = groups(&server, settings(way)).await;
        check(&answer, &expected);
    }
    let direct = GroupsSettings {
        depth: None,
        ..settings(Membership::Auto)
    };
    check(&groups(&server, direct).await, &expected[..2]);
}

#[tokio::test]
async fn the_chain_costs_the_same_however_deep_it_is() {
    let server = active_directory(&in_active_directory()).await;
    let answer = groups(&server, settings(Membership::InChain)).await;
    // The chain and the primary group at once, then the primary group's chain.
    assert_eq!(answer.round_trips, 3);
}

/// Nothing is learnt from what answers took: the same person gets the same groups in the same way each time.
#[tokio::test]
async fn the_method_is_the_setting_s_however_often_it_was_asked() {
    let server = active_directory(&in_active_directory()).await;
    for way in [
        Membership::Auto,
        Membership::Member,
        Membership::MemberOf,
        Membership::InChain,
    ] {
        let mut asked: Vec<Vec<String>> = Vec::new();
        for _ in 0..3 {
            let before = server.received().len();
            groups(&server, settings(way)).await;
            let searches = server.received().split_off(before).into_iter();
            let filters = searches.filter_map(|received| match received.operation {
                Operation::Search { filter, .. } => Some(filter.to_string()),
                _ => None,
            });
            let mut filters: Vec<String> = filters.collect();
            filters.sort();
            asked.push(filters);
        }
        assert!(asked[0].len() > 1, "{way:?}: {asked:?}");
        assert!(
            asked.iter().all(|one| *one == asked[0]),
            "{way:?}: {asked:?}"
        );
    }
}

#[tokio::test]
async fn a_class_keeps_others_out() {
    let server = active_directory(&in_active_directory()).await;
    for way in WAYS {
        let settings = GroupsSettings {
            object_class: Some("group".into()),
            ..settings(way)
        };
        let answer = groups(&server, settings).await;
        check(&answer, &["Domain Users", "g1", "g2 < g1"]);
    }
}

#[tokio::test]
async fn a_member_of_that_is_told_in_parts_is_asked_for_to_the_end() {
    let mut ldif = person("");
    let mut expected = Vec::new();
    for number in 0..7 {
        ldif += &group(&format!("g{number}"), &[ADA]);
        expected.push(format!("g{number}"));
    }
    // And a group that is in many itself.
    for number in 0..5 {
        ldif += &group(&format!("h{number}"), &[&group_dn("g0")]);
        expected.push(format!("h{number} < g0"));
    }
    let options = Options {
        value_range: 2,
        ..Options::default()
    };
    let server = start(&ldif, options).await;
    let answer = groups(&server, settings(Membership::MemberOf)).await;
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(&answer, &expected);
}
