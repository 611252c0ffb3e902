//! The members of a group, and groups that are a search, both ways.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // functions beside `#[test]` ones

mod support;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use entryway_directory::{DynamicGroups, Finder, GroupsSettings, Membership};
use entryway_ldap_types::{AttributeName, Dn, Filter, ResultCode};
use entryway_lookup::{
    EntryId, Gap, GroupLookup, GroupsOf, GroupsOfQuestion, Kinds, Members, MembersQuestion,
    Missing, Reach, Refused,
};
use entryway_testdir::faults::{Fault, FaultPlan};
use entryway_testdir::{Kind, Options, TestServer};
use std::fmt::Write;
use std::time::Instant;
use support::groups::{ADA, chain, group, group_dn, person, start};
use support::lookups::{WANTED, finder_with, misspell_people, misspelt_groups, policy, resolve};
use support::{DEADLINE, PATIENCE};

/// So that the server knows what nobody hidden is.
const BOB: &str = "\ndn: uid=bob,ou=people,dc=example,dc=com\nobjectClass: person\nuid: bob\ncn: Bob\nemployeeType: staff\nl: Bern\n";
const BOB_DN: &str = "uid=bob,ou=people,dc=example,dc=com";

fn settings() -> GroupsSettings {
    GroupsSettings {
        dynamic: Some(DynamicGroups {
            object_class: "groupOfURLs".into(),
            url_attribute: AttributeName::from_static("memberURL"),
            bases: ["ou=people,dc=example,dc=com", "ou=groups,dc=example,dc=com"]
                .map(|base| Dn::parse(base).unwrap())
                .to_vec(),
        }),
        ..support::groups::settings(Membership::Auto)
    }
}

fn finder(server: &TestServer, settings: GroupsSettings) -> Finder {
    finder_with(
        &[("staff", server.ldap_addr())],
        policy(&["staff"]),
        Some(settings),
    )
}

async fn id(finder: &Finder, name: &str) -> EntryId {
    let found = resolve(finder, name, WANTED).await;
    assert!(!found.matches.is_empty(), "{name}: {found:?}");
    found.matches[0].id.clone()
}

async fn id_of(finder: &Finder, dn: &str) -> EntryId {
    id(finder, dn).await
}

async fn members(finder: &Finder, dn: &str, reach: Reach) -> Members {
    let question = MembersQuestion {
        group: id_of(finder, dn).await,
        reach,
        kinds: Kinds::Both,
        limit: 100_000,
        // Three thousand members take a loaded machine a while.
        deadline: Instant::now() + PATIENCE,
    };
    finder.members(question).await.unwrap()
}

async fn groups_of(finder: &Finder, dn: &str) -> GroupsOf {
    let question = GroupsOfQuestion {
        entry: id_of(finder, dn).await,
        reach: Reach::Effective,
        limit: 1000,
        deadline: Instant::now() + DEADLINE,
    };
    finder.groups_of(question).await.unwrap()
}

fn shown(members: &Members) -> Vec<String> {
    let each = members.members.iter().map(|member| {
        let path = member.path.iter().map(|step| format!(" < {}", step.name));
        format!("{}{}", member.entry.name, path.collect::<String>())
    });
    each.collect()
}

fn shown_groups(groups: &GroupsOf) -> Vec<String> {
    let each = groups.groups.iter().map(|group| {
        let path = group.path.iter().rev();
        let path = path.map(|step| format!(" < {}", step.name));
        format!("{}{}", group.group.name, path.collect::<String>())
    });
    each.collect()
}

#[tokio::test]
async fn members_of_members_with_their_paths_and_cycles_end() {
    let ldif = person("")
        + BOB
        + &group("inner", &[ADA, &group_dn("outer"), BOB_DN])
        + &group(
            "outer",
            &[
                &group_dn("inner"),
                BOB_DN,
                "uid=gone,ou=people,dc=example,dc=com",
                "cn=far,dc=elsewhere",
            ],
        );
    let server = start(&ldif, Options::default()).await;
    let finder = finder(&server, settings());
    let outer = group_dn("outer");
    let direct = members(&finder, &outer, Reach::Direct).await;
    assert_eq!(shown(&direct), ["Bob", "inner"]);
    let all = members(&finder, &outer, Reach::Effective).await;
    assert_eq!(shown(&all), ["Bob", "inner", "Ada < inner"]);
    assert_eq!(all.gaps, []);
    assert_eq!(
        all.members[2].path[0].id,
        Some(id_of(&finder, &group_dn("inner")).await)
    );
    let unresolved: Vec<_> = all
        .unresolved
        .iter()
        .map(|one| (one.value.as_deref(), one.why.code()))
        .collect();
    assert_eq!(
        unresolved,
        [
            (Some("cn=far,dc=elsewhere"), "elsewhere"),
            (None, "not_found")
        ]
    );
}

#[tokio::test]
async fn depth_and_budgets_are_told_of() {
    let ldif = person("") + BOB + &chain(6);
    let server = start(&ldif, Options::default()).await;
    let shallow = GroupsSettings {
        depth: Some(2),
        ..settings()
    };
    let shallow = finder(&server, shallow);
    let found = members(&shallow, &group_dn("g6"), Reach::Effective).await;
    assert_eq!(shown(&found), ["g5", "g4 < g5", "g3 < g5 < g4"]);
    assert_eq!(found.gaps[0].why.code(), "depth");
    let found = members(&shallow, &group_dn("g3"), Reach::Effective).await;
    assert_eq!(shown(&found), ["g2", "g1 < g2", "Ada < g2 < g1"]);
    assert_eq!(found.gaps, []);
    let few = GroupsSettings {
        max_members: 2,
        ..settings()
    };
    let found = members(&finder(&server, few), &group_dn("g6"), Reach::Effective).await;
    assert_eq!(
        (shown(&found).len(), found.gaps[0].why.code()),
        (2, "entry_budget")
    );
    let poor = GroupsSettings {
        max_searches: 4,
        ..settings()
    };
    let found = members(&finder(&server, poor), &group_dn("g6"), Reach::Effective).await;
    assert_eq!(found.gaps[0].why.code(), "search_budget");
    assert!(!found.members.is_empty());
}

#[tokio::test]
async fn a_group_of_three_thousand_told_in_parts_is_whole() {
    let mut ldif = person("") + BOB;
    let mut everybody = Vec::new();
    for at in 0..3_000 {
        let dn = format!("uid=p{at:04},ou=people,dc=example,dc=com");
        write!(
            ldif,
            "\ndn: {dn}\nobjectClass: person\nuid: p{at:04}\ncn: P {at:04}\n"
        )
        .unwrap();
        everybody.push(dn);
    }
    let names: Vec<&str> = everybody.iter().map(String::as_str).collect();
    ldif += &group("everybody", &names);
    let options = Options {
        value_range: 1500,
        ..Options::default()
    };
    let server = start(&ldif, options).await;
    let finder = finder(&server, settings());
    let found = members(&finder, &group_dn("everybody"), Reach::Effective).await;
    assert_eq!(found.gaps, []);
    assert_eq!(found.members.len(), 3_000);
    assert_eq!(found.unresolved, []);
    // The group, a second part of it, then sixty searches, sixteen at a time.
    assert!(found.spent.round_trips <= 7, "{:?}", found.spent);
}

fn dynamic(name: &str, url: &str) -> String {
    format!(
        "\ndn: {}\nobjectClass: groupOfURLs\ncn: {name}\nmemberURL: {url}\n",
        group_dn(name)
    )
}

#[tokio::test]
async fn groups_that_are_a_search_are_evaluated_both_ways_and_never_over_secrets() {
    let ldif = person("l: Bern\nuserPassword: right\n")
        + BOB
        + &dynamic("bern", "ldap:///ou=people,dc=example,dc=com??sub?(l=Bern)")
        + &dynamic(
            "of groups",
            "ldap:///ou=groups,dc=example,dc=com??one?(cn=bern)",
        )
        + &dynamic(
            "spy",
            "ldap:///ou=people,dc=example,dc=com??sub?(userPassword=*)",
        )
        + &dynamic("far", "ldap:///dc=other??sub?(l=Bern)")
        + &group("static", &[&group_dn("bern")]);
    let server = start(&ldif, Options::default()).await;
    let on = finder(&server, settings());
    let found = members(&on, &group_dn("static"), Reach::Effective).await;
    assert_eq!(shown(&found), ["bern", "Ada < bern", "Bob < bern"]);
    let found = members(&on, &group_dn("of groups"), Reach::Effective).await;
    assert_eq!(shown(&found), ["bern", "Ada < bern", "Bob < bern"]);
    for (name, why) in [("spy", "not_evaluated"), ("far", "elsewhere")] {
        let found = members(&on, &group_dn(name), Reach::Effective).await;
        assert_eq!(found.members, []);
        assert_eq!(found.unresolved[0].why.code(), why);
    }
    let groups = groups_of(&on, ADA).await;
    assert_eq!(
        shown_groups(&groups),
        ["bern", "of groups < bern", "static < bern"]
    );
    assert_eq!(groups.gaps, []);
    let off = GroupsSettings {
        dynamic: None,
        ..settings()
    };
    let off = finder(&server, off);
    assert_eq!(shown_groups(&groups_of(&off, ADA).await), [] as [&str; 0]);
    let none = members(&off, &group_dn("bern"), Reach::Effective).await;
    assert_eq!((none.members, none.unresolved), (vec![], vec![]));
}

#[tokio::test]
async fn posix_groups_have_members_by_login_name_and_by_number() {
    let ldif = person("gidNumber: 100\n")
        + BOB
        + "gidNumber: 200\n"
        + "\ndn: cn=wheel,ou=groups,dc=example,dc=com\nobjectClass: posixGroup\ncn: wheel\ngidNumber: 100\nmemberUid: BOB\nmemberUid: nobody\n";
    let server = start(&ldif, Options::default()).await;
    let finder = finder(&server, settings());
    let found = members(&finder, &group_dn("wheel"), Reach::Effective).await;
    assert_eq!(shown(&found), ["Ada", "Bob"]);
    assert_eq!(found.unresolved[0].why.code(), "not_found");
    assert_eq!(shown_groups(&groups_of(&finder, ADA).await), ["wheel"]);
}

#[tokio::test]
async fn groups_of_a_person_are_those_that_a_login_sees_and_are_told_again() {
    let ldif = person("") + BOB + &chain(3);
    let server = start(&ldif, Options::default()).await;
    let finder = finder(&server, settings());
    for _ in 0..2 {
        let groups = groups_of(&finder, ADA).await;
        assert_eq!(shown_groups(&groups), ["g1", "g2 < g1", "g3 < g2 < g1"]);
        assert_eq!(
            groups.groups[2].path[1].id,
            Some(id_of(&finder, &group_dn("g2")).await)
        );
    }
    let figures = finder.cache_figures();
    assert_eq!((figures[1].1.misses, figures[1].1.hits), (1, 1));
    // Groups have groups too.
    let above = groups_of(&finder, &group_dn("g1")).await;
    assert_eq!(shown_groups(&above), ["g2", "g3 < g2"]);
}

#[tokio::test]
async fn a_group_is_what_the_configuration_says_and_not_what_its_class_says() {
    // Empty, of no usual class, and in a base that people have too.
    let ldif = person("")
        + BOB
        + "\ndn: cn=list,ou=groups,dc=example,dc=com\nobjectClass: applicationProcess\ncn: list\nou: lists\n"
        + &group("top", &[&group_dn("list"), BOB_DN]);
    let server = start(&ldif, Options::default()).await;
    let mut policy = policy(&["staff"]);
    let lookups = &mut policy.domains[0];
    lookups.groups.restriction = Filter::parse("(|(objectClass=groupOfNames)(ou=lists))").unwrap();
    lookups.people.base = Dn::parse("dc=example,dc=com").unwrap();
    lookups.people.base_text = "dc=example,dc=com".into();
    let finder = finder_with(&[("staff", server.ldap_addr())], policy, Some(settings()));
    let found = members(&finder, &group_dn("top"), Reach::Direct).await;
    assert_eq!(shown(&found), ["Bob", "list"]);
    let kinds: Vec<_> = found
        .members
        .iter()
        .map(|one| one.entry.kind.as_str())
        .collect();
    assert_eq!(kinds, ["person", "group"]);
}

#[tokio::test]
async fn posix_groups_hold_uids_whatever_people_log_in_with() {
    let ldif = person("mail: bob@corp.example\n")
        + BOB
        + "mail: ada@corp.example\ngidNumber: 200\n"
        + "\ndn: cn=wheel,ou=groups,dc=example,dc=com\nobjectClass: posixGroup\ncn: wheel\ngidNumber: 100\nmemberUid: bob\n";
    let server = start(&ldif, Options::default()).await;
    let mut by_mail = policy(&["staff"]);
    by_mail.domains[0].people.login_attribute = Some(AttributeName::from_static("mail"));
    let finder = finder_with(&[("staff", server.ldap_addr())], by_mail, Some(settings()));
    let found = members(&finder, &group_dn("wheel"), Reach::Effective).await;
    assert_eq!(
        (shown(&found), found.unresolved),
        (vec!["Bob".to_owned()], vec![])
    );
    assert_eq!(shown_groups(&groups_of(&finder, BOB_DN).await), ["wheel"]);
}

#[tokio::test]
async fn whom_a_server_keeps_back_is_not_missing() {
    let ldif = person("") + BOB + &group("both", &[ADA, BOB_DN]);
    let options = Options {
        size_limit: 1,
        ..Options::default()
    };
    let server = start(&ldif, options).await;
    let finder = finder(&server, settings());
    let found = members(&finder, &group_dn("both"), Reach::Effective).await;
    assert_eq!(found.members.len(), 1);
    assert_eq!(found.unresolved, []);
    assert_eq!(found.gaps[0].why.code(), "server_limit");
}

#[tokio::test]
async fn members_and_groups_on_another_server_leave_a_gap() {
    let ldif = person("employeeType: staff\n") + &group("one", &[ADA, BOB_DN]);
    let server = start(&ldif, Options::default()).await;
    let finder = finder(&server, settings());
    let (one, ada) = (
        id_of(&finder, &group_dn("one")).await,
        id_of(&finder, ADA).await,
    );
    let elsewhere = "ldap://child.example/ou=people,dc=child,dc=example".to_owned();
    server.set_faults(FaultPlan::new().on(Kind::Search, Fault::Continue(vec![elsewhere])));
    let question = MembersQuestion {
        group: one,
        reach: Reach::Effective,
        kinds: Kinds::Both,
        limit: 100,
        deadline: Instant::now() + DEADLINE,
    };
    let found = finder.members(question).await.unwrap();
    assert_eq!(shown(&found), ["Ada"]);
    assert_eq!(found.unresolved, [], "he may be there");
    assert_eq!(found.gaps.len(), 1);
    assert_eq!(found.gaps[0].why.code(), "referral");
    let question = GroupsOfQuestion {
        entry: ada,
        reach: Reach::Effective,
        limit: 1000,
        deadline: Instant::now() + DEADLINE,
    };
    let groups = finder.groups_of(question).await.unwrap();
    assert_eq!(shown_groups(&groups), ["one"]);
    assert_eq!(groups.gaps[0].why.code(), "referral");
}

/// `objectSid` S-1-5-21-1-2-3 and this.
fn sid_line(relative: u32) -> String {
    let mut bytes = vec![1, 5, 0, 0, 0, 0, 0, 5];
    for part in [21, 1, 2, 3, relative] {
        bytes.extend_from_slice(&u32::to_le_bytes(part));
    }
    format!("objectSid:: {}\n", BASE64_STANDARD.encode(bytes))
}

/// What a domain controller has of everything that has a SID: this is so named.
fn account(relative: u32) -> String {
    format!("{}sAMAccountName: a{relative}\n", sid_line(relative))
}

#[tokio::test]
async fn a_search_among_the_groups_of_a_chain_is_walked_through() {
    let ldif = person(&format!("l: Bern\nprimaryGroupID: 513\n{}", sid_line(1104)))
        + &group("g1", &[ADA])
        + &account(2001)
        + &group("g2", &[&group_dn("g1")])
        + &account(2002)
        + &dynamic(
            "of groups",
            "ldap:///ou=groups,dc=example,dc=com??one?(cn=g2)",
        )
        + &account(2003)
        + &dynamic("bern", "ldap:///ou=people,dc=example,dc=com??sub?(l=Bern)")
        + &account(2004)
        + &group("above", &[&group_dn("of groups")])
        + &account(2005)
        + &group("above that", &[&group_dn("above")])
        + &account(2006)
        + &group("beside", &[&group_dn("bern")])
        + &account(2007);
    let server = start(&ldif, Options::active_directory("CORP")).await;
    for membership in [
        Membership::Member,
        Membership::MemberOf,
        Membership::InChain,
        Membership::TokenGroups,
    ] {
        let settings = GroupsSettings {
            membership,
            ..settings()
        };
        let mut everybody = policy(&["staff"]);
        everybody.domains[0].people.restriction = Filter::parse("(objectClass=person)").unwrap();
        let domains = [("staff", server.ldap_addr())];
        let finder = finder_with(&domains, everybody, Some(settings));
        let found = groups_of(&finder, ADA).await;
        let mut shown = shown_groups(&found);
        shown.sort();
        assert_eq!(
            shown,
            [
                "above < of groups < g2 < g1",
                "above that < above < of groups < g2 < g1",
                "bern",
                "beside < bern",
                "g1",
                "g2 < g1",
                "of groups < g2 < g1",
            ],
            "{membership:?}"
        );
        assert_eq!(found.gaps, []);
    }
}

#[tokio::test]
async fn groups_that_look_ups_do_not_see_are_in_no_list_and_in_no_path() {
    // Whatever names her in `member` is no group for that.
    let ldif = person("")
        + &group("seen", &[ADA])
        + &group("layoffs", &[ADA])
        + "ou: secret\n"
        + &group("between", &[&group_dn("seen")])
        + "ou: secret\n"
        + &group("between too", &[&group_dn("between")])
        + "ou: secret\n"
        + &group("above", &[&group_dn("between too")])
        + "\ndn: cn=list,ou=groups,dc=example,dc=com\nobjectClass: applicationProcess\ncn: list\nmember: uid=ada,ou=people,dc=example,dc=com\n";
    for options in [Options::default(), Options::active_directory("CORP")] {
        let server = start(&ldif, options).await;
        let mut hiding = policy(&["staff"]);
        hiding.domains[0].people.restriction = Filter::parse("(objectClass=person)").unwrap();
        hiding.domains[0].groups.restriction =
            Filter::parse("(&(objectClass=groupOfNames)(!(ou=secret)))").unwrap();
        let domains = [("staff", server.ldap_addr())];
        let finder = finder_with(&domains, hiding, Some(settings()));
        let groups = groups_of(&finder, ADA).await;
        assert_eq!(shown_groups(&groups), ["seen", "above < … < seen"]);
        assert_eq!(groups.gaps, []);
        assert_eq!(groups.groups[1].path[1].id, None);
    }
}

#[tokio::test]
async fn a_search_that_is_cut_among_those_who_are_known_leaves_a_gap() {
    let mut ldif = person("") + BOB;
    let mut named = Vec::new();
    for at in 0..30 {
        let dn = format!("uid=p{at:02},ou=people,dc=example,dc=com");
        write!(
            ldif,
            "\ndn: {dn}\nobjectClass: person\nuid: p{at:02}\ncn: P {at:02}\nl: Basel\n"
        )
        .unwrap();
        named.push(dn);
    }
    // Those whom the group names stand first among those whom its search finds.
    let search = dynamic("bern", "ldap:///ou=people,dc=example,dc=com??sub?(l=Basel)");
    let mut names: Vec<&str> = named[..12].iter().map(String::as_str).collect();
    let of_search = group_dn("bern");
    names.push(&of_search);
    ldif += &(search + &group("all", &names));
    let server = start(&ldif, Options::default()).await;
    let few = GroupsSettings {
        max_members: 20,
        ..settings()
    };
    let finder = finder(&server, few);
    let found = members(&finder, &group_dn("all"), Reach::Effective).await;
    assert_eq!(found.members.len(), 13);
    assert_eq!(found.gaps.len(), 1, "thirty are its members");
    assert_eq!(found.gaps[0].why.code(), "entry_budget");
}

#[tokio::test]
async fn who_cannot_be_told_is_counted_and_takes_no_more_room_than_members_do() {
    let hidden = "\ndn: uid=max,ou=people,dc=example,dc=com\nobjectClass: person\nuid: max\ncn: Max\nemployeeType: hidden\n";
    let mut ldif = person("")
        + BOB
        + hidden
        + &group(
            "some",
            &[
                "uid=max,ou=people,dc=example,dc=com",
                "uid=gone,ou=people,dc=example,dc=com",
                ADA,
            ],
        )
        + "\ndn: cn=wheel,ou=groups,dc=example,dc=com\nobjectClass: posixGroup\ncn: wheel\ngidNumber: 7\nmemberUid: max\n"
        + &dynamic(
            "spy",
            "ldap:///ou=people,dc=example,dc=com??sub?(userPassword=a*)",
        );
    let far: Vec<String> = (0..8)
        .map(|at| format!("cn=far{at},dc=elsewhere"))
        .collect();
    let far: Vec<&str> = far.iter().map(String::as_str).collect();
    ldif += &group("far", &far);
    let server = start(&ldif, Options::default()).await;
    let few = GroupsSettings {
        max_members: 5,
        ..settings()
    };
    let finder = finder(&server, few);
    for (name, why, count) in [
        ("some", "not_found", 2),
        ("wheel", "not_found", 1),
        ("spy", "not_evaluated", 1),
    ] {
        let found = members(&finder, &group_dn(name), Reach::Effective).await;
        assert_eq!(found.unresolved.len(), 1, "{name}");
        let one = &found.unresolved[0];
        assert_eq!((one.value.as_deref(), one.why.code()), (None, why));
        assert_eq!(one.count, count);
        assert_eq!(found.gaps, []);
    }
    let found = members(&finder, &group_dn("far"), Reach::Effective).await;
    assert_eq!(found.unresolved.len(), 5);
    assert_eq!(found.gaps[0].why.code(), "entry_budget");
    let question = MembersQuestion {
        group: id_of(&finder, &group_dn("far")).await,
        reach: Reach::Direct,
        kinds: Kinds::Both,
        limit: 3,
        deadline: Instant::now() + PATIENCE,
    };
    let found = finder.members(question).await.unwrap();
    assert_eq!(found.unresolved.len(), 3);
    assert!(found.gaps.iter().any(|gap| gap.why.code() == "limit"));
}

#[tokio::test]
async fn groups_in_groups_leave_a_gap_where_they_count_and_have_somebody() {
    let ldif = person("gidNumber: 100\n")
        + BOB
        + "\ndn: cn=wheel,ou=groups,dc=example,dc=com\nobjectClass: posixGroup\ncn: wheel\ngidNumber: 100\n"
        + "\ndn: cn=none,ou=groups,dc=example,dc=com\nobjectClass: posixGroup\ncn: none\ngidNumber: 300\n"
        + &group("inner", &[ADA])
        + &group("outer", &[&group_dn("inner")])
        + &group("counted", &[&group_dn("wheel")])
        + &group("empty", &[&group_dn("none")]);
    let server = start(&ldif, Options::default()).await;
    for (depth, name, gaps) in [
        (None, "outer", 0),
        (None, "counted", 0),
        (Some(0), "outer", 1),
        (Some(0), "counted", 1),
        (Some(0), "empty", 0),
    ] {
        let settings = GroupsSettings {
            depth,
            ..settings()
        };
        let finder = finder(&server, settings);
        let found = members(&finder, &group_dn(name), Reach::Effective).await;
        assert_eq!(found.members.len(), 1);
        assert_eq!(found.gaps.len(), gaps, "{name} {depth:?}");
    }
}

/// Nobody has looked: whoever is named is not known to be missing, and no group is known to be hidden.
#[tokio::test]
async fn a_base_that_is_not_there_is_told_of_both_ways() {
    let ldif = person("")
        + BOB
        + &group("top", &[ADA])
        + "\ndn: cn=wheel,ou=groups,dc=example,dc=com\nobjectClass: posixGroup\ncn: wheel\nmemberUid: bob\n";
    let server = start(&ldif, Options::default()).await;
    let at = [("staff", server.ldap_addr())];
    let gone = Missing::Refused(ResultCode::NO_SUCH_OBJECT);
    let whys = |gaps: &[Gap]| gaps.iter().map(|gap| gap.why).collect::<Vec<_>>();
    let mut without_people = policy(&["staff"]);
    misspell_people(&mut without_people.domains[0]);
    let finder = finder_with(&at, without_people, Some(settings()));
    let found = members(&finder, &group_dn("wheel"), Reach::Effective).await;
    assert_eq!((found.members, found.unresolved), (vec![], vec![]));
    assert_eq!(whys(&found.gaps), [gone]);
    let finder = finder_with(&at, misspelt_groups(), Some(settings()));
    let found = groups_of(&finder, ADA).await;
    assert_eq!((found.groups, whys(&found.gaps)), (vec![], vec![gone]));
}

#[tokio::test]
async fn groups_beyond_the_limit_are_a_gap_and_accounts_of_no_directory_are_told_so() {
    let ldif = person("") + BOB + &chain(3);
    let server = start(&ldif, Options::default()).await;
    let finder = finder(&server, settings());
    let ask = |entry: EntryId, limit: u32| {
        finder.groups_of(GroupsOfQuestion {
            entry,
            reach: Reach::Effective,
            limit,
            deadline: Instant::now() + DEADLINE,
        })
    };
    let ada = id_of(&finder, ADA).await;
    // The whole is kept, whatever part of it is told.
    for (limit, names, gaps) in [
        (2, &["g1", "g2 < g1"][..], vec![Missing::Limit(2)]),
        (3, &["g1", "g2 < g1", "g3 < g2 < g1"], vec![]),
    ] {
        let told = ask(ada.clone(), limit).await.unwrap();
        assert_eq!(shown_groups(&told), names);
        let whys: Vec<_> = told.gaps.iter().map(|gap| gap.why).collect();
        assert_eq!(whys, gaps);
    }
    for id in ["local:7", "os:root"] {
        let refused = ask(EntryId::parse(id).unwrap(), 3).await.unwrap_err();
        assert_eq!(refused, Refused::NoDirectory(id.to_owned()));
    }
}
