//! Groups that nest, by every way: their paths, and where the walk ends.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::{GroupsSettings, Membership};
use entryway_ldap_types::Dn;
use entryway_testdir::Options;
use support::groups::{
    ADA, WAYS, chain, check, check_partial, group, group_dn, groups, open_ldap, person, settings,
    shown, start,
};

#[tokio::test]
async fn groups_nest_and_each_has_its_path() {
    let ldif = person("")
        + &chain(3)
        + &group("other", &[ADA])
        + &group("alone", &["uid=bob,ou=people,dc=example,dc=com"]);
    let server = open_ldap(&ldif).await;
    for way in WAYS {
        let answer = groups(&server, settings(way)).await;
        check(&answer, &["g1", "other", "g2 < g1", "g3 < g2 < g1"]);
        assert_eq!(
            answer.groups[0].dn,
            Some(Dn::parse(&group_dn("g1")).unwrap())
        );
    }
}

#[tokio::test]
async fn whoever_is_in_no_group_has_none() {
    let server = open_ldap(&(person("") + &group("g1", &["uid=x,dc=example,dc=com"]))).await;
    for way in WAYS {
        check(&groups(&server, settings(way)).await, &[]);
    }
}

#[tokio::test]
async fn direct_groups_alone() {
    let server = open_ldap(&(person("") + &chain(3))).await;
    for way in WAYS {
        let settings = GroupsSettings {
            depth: None,
            ..settings(way)
        };
        let answer = groups(&server, settings).await;
        check(&answer, &["g1"]);
        assert_eq!(answer.round_trips, 1, "{way:?}");
    }
}

#[tokio::test]
async fn groups_that_nest_deeper_than_the_limit_are_told_of() {
    let server = open_ldap(&(person("") + &chain(13))).await;
    for way in WAYS {
        let all = GroupsSettings {
            depth: Some(12),
            ..settings(way)
        };
        let answer = groups(&server, all).await;
        assert_eq!(answer.partial, None, "{way:?}");
        assert_eq!(answer.groups.len(), 13);
        assert_eq!(answer.groups[12].path.len(), 12);
        let answer = groups(&server, settings(way)).await;
        assert_eq!(answer.groups.len(), 11, "{way:?}");
        assert_eq!(
            answer.partial.as_deref(),
            Some("groups nest deeper than 10 levels")
        );
    }
}

#[tokio::test]
async fn cycles_end() {
    let ldif = person("")
        + &group("a", &[ADA, &group_dn("c")])
        + &group("b", &[&group_dn("a"), &group_dn("b")])
        + &group("c", &[&group_dn("b")]);
    let server = open_ldap(&ldif).await;
    for way in WAYS {
        check(
            &groups(&server, settings(way)).await,
            &["a", "b < a", "c < b < a"],
        );
    }
}

#[tokio::test]
async fn names_with_separators_are_values() {
    let ada = r"cn=Lovelace\, Ada (x*) \+ \5c,ou=people,dc=example,dc=com";
    let inner = r"cn=R\, D (all)*,ou=groups,dc=example,dc=com";
    let ldif = format!(
        "\ndn: {ada}\nobjectClass: person\nuid: ada\n
dn: {inner}\nobjectClass: groupOfNames\nmember: {ada}\n"
    ) + &group("outer", &[inner]);
    let server = open_ldap(&ldif).await;
    for way in WAYS {
        let answer = groups(&server, settings(way)).await;
        check(&answer, &["R, D (all)*", "outer < R, D (all)*"]);
    }
}

#[tokio::test]
async fn a_group_by_two_ways_is_there_once_by_the_shorter() {
    let ldif = person("")
        + &group("a", &[ADA])
        + &group("b", &[&group_dn("a"), ADA])
        + &group("top", &[&group_dn("a"), &group_dn("b")]);
    let server = open_ldap(&ldif).await;
    for way in WAYS {
        let answer = groups(&server, settings(way)).await;
        check(&answer, &["a", "b", "top < a"]);
    }
}

#[tokio::test]
async fn five_hundred_groups_cost_as_many_round_trips_as_levels_need() {
    let mut ldif = person("");
    for at in 0..500 {
        ldif += &group(&format!("g{at:03}"), &[ADA]);
    }
    ldif += &group("of g123", &[&group_dn("g123")]);
    ldif += &group("of g477", &[&group_dn("g477"), &group_dn("g478")]);
    let server = open_ldap(&ldif).await;
    // 1 for the direct groups, 10 batches, 2 batches in 8 parts and those of 7 in singles, 1 for the last level.
    for (way, most) in [
        (Membership::Member, 42),
        (Membership::MemberOf, 11),
        (Membership::InChain, 1),
    ] {
        let answer = groups(&server, settings(way)).await;
        assert_eq!(answer.partial, None);
        let shown = shown(&answer);
        assert_eq!(shown.len(), 502);
        assert_eq!(shown[..2], ["g000", "g001"]);
        assert_eq!(shown[500..], ["of g123 < g123", "of g477 < g477"]);
        assert!(answer.round_trips <= most, "{way:?} {}", answer.round_trips);
    }
}

#[tokio::test]
async fn a_path_may_cost_less_than_the_groups() {
    let mut ldif = person("");
    for at in 0..40 {
        ldif += &group(&format!("g{at:02}"), &[ADA]);
    }
    ldif += &group("top", &[&group_dn("g31")]);
    let server = open_ldap(&ldif).await;
    let poor = GroupsSettings {
        max_searches: 4,
        ..settings(Membership::Member)
    };
    let answer = groups(&server, poor).await;
    assert_eq!(answer.partial, None);
    assert_eq!(shown(&answer)[40..], ["top < …"]);
}

#[tokio::test]
async fn budgets_are_told_of() {
    let ldif = person("") + &group("a", &[ADA]) + &group("b", &[ADA]) + &group("c", &[ADA]);
    let server = open_ldap(&(ldif + &group("top", &[&group_dn("a")]))).await;
    for way in [Membership::Member, Membership::MemberOf] {
        let two = GroupsSettings {
            max_groups: 2,
            ..settings(way)
        };
        check_partial(
            &groups(&server, two).await,
            &["a", "b"],
            "there are more than 2 groups",
        );
        let one_search = GroupsSettings {
            max_searches: 1,
            ..settings(way)
        };
        check_partial(
            &groups(&server, one_search).await,
            &["a", "b", "c"],
            "the limit of 1 searches is reached",
        );
    }
}

#[tokio::test]
async fn a_server_that_sends_no_more_is_told_of() {
    let ldif = person("") + &group("a", &[ADA]) + &group("b", &[ADA]);
    let options = Options {
        size_limit: 1,
        ..Options::default()
    };
    let server = start(&ldif, options).await;
    check_partial(
        &groups(&server, settings(Membership::Member)).await,
        &["a"],
        "the server sends 1 groups and has more",
    );
}

#[tokio::test]
async fn groups_outside_the_base_are_none() {
    let ldif = person("")
        + &format!("\ndn: cn=far,dc=example,dc=com\nobjectClass: groupOfNames\nmember: {ADA}\n")
        + &group("near", &["cn=far,dc=example,dc=com"])
        + &group("own", &[ADA]);
    let server = open_ldap(&ldif).await;
    for way in [Membership::Member, Membership::MemberOf] {
        check(&groups(&server, settings(way)).await, &["own"]);
    }
    // The server walks where it likes.
    let answer = groups(&server, settings(Membership::InChain)).await;
    check(&answer, &["own", "near < …"]);
}

#[tokio::test]
async fn a_base_that_is_not_there_is_told_of() {
    let server = open_ldap(&person("")).await;
    let settings = GroupsSettings {
        membership: Membership::Member,
        ..GroupsSettings::new(Dn::parse("ou=nowhere,dc=example,dc=com").unwrap())
    };
    let answer = groups(&server, settings).await;
    check_partial(&answer, &[], "the server answers noSuchObject (32)");
}

#[tokio::test]
async fn groups_within_groups_that_a_member_of_tells_too_are_not_direct() {
    // As 389 Directory Server writes it: of every depth.
    let tells = |all: &[&str]| {
        let lines = all
            .iter()
            .map(|name| format!("memberOf: {}\n", group_dn(name)));
        lines.collect::<String>()
    };
    let ldif = person(&tells(&["g1", "g2", "g3", "other"]))
        + &group("g1", &[ADA])
        + &tells(&["g2", "g3"])
        + &group("g2", &[&group_dn("g1")])
        + &tells(&["g3"])
        + &group("g3", &[&group_dn("g2")])
        + &group("other", &[ADA]);
    let server = open_ldap(&ldif).await;
    for way in [Membership::Auto, Membership::MemberOf] {
        let answer = groups(&server, settings(way)).await;
        check(&answer, &["g1", "other", "g2 < g1", "g3 < g2 < g1"]);
        let direct = GroupsSettings {
            depth: None,
            ..settings(way)
        };
        check(&groups(&server, direct).await, &["g1", "other"]);
    }
}

#[tokio::test]
async fn whoever_is_in_a_group_and_in_one_within_it_is_in_both_directly() {
    let ldif = person("") + &group("g1", &[ADA]) + &group("g2", &[&group_dn("g1"), ADA]);
    let server = open_ldap(&ldif).await;
    check(
        &groups(&server, settings(Membership::Auto)).await,
        &["g1", "g2"],
    );
    // `memberOf` alone does not tell it from a server that names groups of every depth: the way through the other is there too,
    // and no group is asked for its members.
    let before = server.received().len();
    let by_name = groups(&server, settings(Membership::MemberOf)).await;
    check(&by_name, &["g1", "g2 < g1"]);
    let asked = format!("{:?}", server.received().split_off(before));
    assert!(asked.contains("Equal(\"entryDN\","), "{asked}");
    assert!(!asked.contains("Equal(\"member\","), "{asked}");
    let direct = GroupsSettings {
        depth: None,
        ..settings(Membership::MemberOf)
    };
    check(&groups(&server, direct).await, &["g1", "g2"]);
}
