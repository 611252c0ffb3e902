//! Groups where servers fail, and where nobody waits any more.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::Membership;
use entryway_ldap_types::ResultCode;
use entryway_login::{Directories, DomainId, GroupsOperation};
use entryway_testdir::Kind;
use entryway_testdir::Options;
use entryway_testdir::faults::{Fault, FaultPlan, Rule};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;
use support::groups::{
    ADA, chain, check, check_partial, domains, entry, group, groups_with, open_ldap, person,
    settings, start,
};
use support::{DEADLINE, PATIENCE};

#[tokio::test]
async fn the_server_that_gave_the_entry_is_asked_first() {
    let ldif = person("") + &chain(2);
    let (first, second) = (open_ldap(&ldif).await, open_ldap(&ldif).await);
    let settings = settings(Membership::Member);
    let domains = domains(&[&first, &second], settings.clone());
    let (entry, _) = entry(&domains, settings.needs()).await;
    let given: Arc<str> = format!("ldap://{}", second.ldap_addr()).into();
    let operation = GroupsOperation {
        domain: DomainId(0),
        entry,
        server: Arc::clone(&given),
        name: "ada".into(),
        deadline: Instant::now() + DEADLINE,
    };
    let answer = domains.groups(&operation).await;
    check(&answer, &["g1", "g2 < g1"]);
    assert_eq!(answer.server, Some(given));
    assert_eq!(first.counters().searches, 1);
}

#[tokio::test]
async fn another_server_goes_on_where_the_first_stops() {
    let ldif = person("") + &chain(3);
    let (first, second) = (open_ldap(&ldif).await, open_ldap(&ldif).await);
    let settings = settings(Membership::Member);
    let domains = domains(&[&first, &second], settings.clone());
    let (entry, server) = entry(&domains, settings.needs()).await;
    // The second search of the question is not answered.
    first.set_faults(FaultPlan::new().on(
        Kind::Search,
        Fault::Answer {
            code: ResultCode::UNAVAILABLE,
            diagnostic: String::new(),
        },
    ));
    let operation = GroupsOperation {
        domain: DomainId(0),
        entry,
        server,
        name: "ada".into(),
        deadline: Instant::now() + DEADLINE,
    };
    let answer = domains.groups(&operation).await;
    check(&answer, &["g1", "g2 < g1", "g3 < g2 < g1"]);
    let tried: BTreeSet<_> = answer.tried.iter().map(|tried| &*tried.cause).collect();
    assert_eq!(tried, BTreeSet::from(["answers unavailable (52)"]));
    assert_eq!(
        answer.server,
        Some(format!("ldap://{}", second.ldap_addr()).into())
    );
}

/// Each server numbers the values in its own way: what one tells from the fifth on is not what another has left.
#[tokio::test]
async fn parts_of_two_servers_make_no_whole() {
    let numbers = 0..7;
    let named = |number| group(&format!("g{number}"), &[ADA]);
    let one: String = numbers.clone().map(named).collect();
    let other: String = numbers.clone().rev().map(named).collect();
    let in_parts = || Options {
        value_range: 2,
        ..Options::default()
    };
    let (first, second) = (
        start(&(person("") + &one), in_parts()).await,
        start(&(person("") + &other), in_parts()).await,
    );
    let settings = settings(Membership::MemberOf);
    let domains = domains(&[&first, &second], settings.clone());
    let (entry, server) = entry(&domains, settings.needs()).await;
    let rule = Rule::on(
        Kind::Search,
        Fault::Answer {
            code: ResultCode::UNAVAILABLE,
            diagnostic: String::new(),
        },
    );
    first.set_faults(FaultPlan::new().rule(rule.after(1)));
    let operation = GroupsOperation {
        domain: DomainId(0),
        entry,
        server,
        name: "ada".into(),
        deadline: Instant::now() + DEADLINE,
    };
    let answer = domains.groups(&operation).await;
    let expected: Vec<_> = numbers.map(|number| format!("g{number}")).collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    check(&answer, &expected);
    assert_eq!(first.counters().searches, 3);
}

#[tokio::test]
async fn without_a_server_the_groups_are_partial() {
    let server = open_ldap(&(person("") + &chain(2))).await;
    let settings = settings(Membership::Member);
    let domains = domains(&[&server], settings.clone());
    let (entry, given) = entry(&domains, settings.needs()).await;
    server.set_faults(FaultPlan::new().on(Kind::Search, Fault::Close));
    let operation = GroupsOperation {
        domain: DomainId(0),
        entry,
        server: given,
        name: "ada".into(),
        deadline: Instant::now() + DEADLINE,
    };
    let answer = domains.groups(&operation).await;
    check_partial(&answer, &[], "no server answers");
    assert_eq!(answer.tried.len(), 1);
}

#[tokio::test]
async fn whoever_goes_away_abandons_what_was_asked() {
    let server = open_ldap(&(person("") + &chain(2))).await;
    let settings = settings(Membership::Member);
    let domains = domains(&[&server], settings.clone());
    let (entry, given) = entry(&domains, settings.needs()).await;
    server.set_faults(FaultPlan::new().on(Kind::Search, Fault::Silence));
    let operation = GroupsOperation {
        domain: DomainId(0),
        entry,
        server: given,
        name: "ada".into(),
        deadline: Instant::now() + PATIENCE,
    };
    tokio::select! {
        _ = domains.groups(&operation) => unreachable!(),
        asked = server.wait_until(PATIENCE, |counters| counters.searches == 2) => assert!(asked),
    }
    assert!(
        server
            .wait_until(PATIENCE, |counters| counters.abandons == 1)
            .await
    );
}

#[tokio::test]
async fn a_domain_without_settings_says_so() {
    let server = open_ldap(&person("")).await;
    let domains = support::domains(&[server.ldap_addr()]);
    let answer = groups_with(&domains, &settings(Membership::Member)).await;
    check_partial(&answer, &[], "domain `staff` has no groups configured");
}
