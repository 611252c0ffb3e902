//! Whole logins over a small world of directories.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // what is odd here is a failed test

mod accounts;
mod asserted;
mod carried;
mod certificates;
mod changes;
mod groups;
mod local;
mod names;
mod os;
mod outages;
mod revalidation;
mod rules;
mod sites;
#[path = "../support/mod.rs"]
mod support;
mod throttle;
mod vectors;

use entryway_ldap_types::{
    Dn, Entry, FilterTemplate, PasswordPolicy, PasswordPolicyError, Placeholder, ResultCode,
};
use entryway_login::{
    BindUnanswered, Challenge, Decided, Decision, DomainId, DomainPolicy, Fault, HomeResult,
    IdentityPart, KeptIn, LdapUse, LocalAccount, LoginPolicy, MapTarget, OsAccount, Reason, Record,
    SearchOutcome, ServerFault, Session, SubmittedPassword, Verdict, WhenDown,
};
use std::time::Duration;
use support::replay::replay;
use support::world::{Asked, Directory, World};
use support::{
    attempt, attribute, domain, entry, given, map, mapping, policy, searching, template,
};

fn person(uid: &str, domain: &str) -> Entry {
    entry(
        &format!("uid={uid},ou=people,dc={domain}"),
        &[
            ("objectClass", &["person"]),
            ("uid", &[uid]),
            ("mail", &[&format!("{uid}@mail.example")]),
        ],
    )
}

fn with(mut person: Entry, name: &str, value: &str) -> Entry {
    person
        .attributes
        .extend(entry("dc=x", &[(name, &[value])]).attributes);
    person
}

/// `eng` and `ops` are default domains, `sec` is not.
fn three() -> LoginPolicy {
    let mut policy = policy(vec![domain("eng"), domain("ops"), domain("sec")]);
    policy.default_domains.pop();
    policy
}

/// `bob` in these domains, each with its password.
fn world(eng: Option<&'static str>, ops: Option<&'static str>, sec: Option<&'static str>) -> World {
    let directory = |name, password: Option<&'static str>| {
        Directory::of(
            name,
            password
                .map(|password| (person("bob", name), password))
                .into_iter()
                .collect(),
        )
    };
    World::of(vec![
        directory("eng", eng),
        directory("ops", ops),
        directory("sec", sec),
    ])
}

fn one(change: impl FnOnce(DomainPolicy) -> DomainPolicy) -> LoginPolicy {
    policy(vec![change(domain("eng"))])
}

fn one_world(people: Vec<(Entry, &'static str)>) -> World {
    World::of(vec![Directory::of("eng", people)])
}

/// The decision in a word, and the domains searched.
fn shown(decided: &Decided) -> String {
    match &decided.decision {
        Decision::Accept(session) => format!("accept {} in {}", session.name, session.domain),
        Decision::WouldAccept(session) => {
            format!("would accept {} in {}", session.name, session.domain)
        }
        Decision::Challenge(challenge) => challenge.row().code.to_owned(),
        Decision::Reject(reason) => reason.code().to_owned(),
        Decision::Indeterminate(fault) => fault.code().to_owned(),
        Decision::Changed => "changed".to_owned(),
    }
}

/// Logs in with `right` and says how it ends; the trace must end the same way.
fn check(policy: LoginPolicy, world: &mut World, login_name: &str, expected: &str) -> Decided {
    check_with(policy, world, login_name, given("right"), expected)
}

fn check_with(
    policy: LoginPolicy,
    world: &mut World,
    login_name: &str,
    password: SubmittedPassword,
    expected: &str,
) -> Decided {
    let decided = world.login(policy, attempt(login_name, password));
    assert_eq!(
        shown(&decided),
        expected,
        "{login_name:?} {:?}",
        decided.trace
    );
    match decided.trace.entries.last().map(|entry| &entry.record) {
        Some(Record::Decided(verdict)) => assert_eq!(*verdict, decided.decision.verdict()),
        other => panic!("the trace ends with {other:?}"),
    }
    assert_eq!(
        replay(&decided.trace),
        decided.decision.verdict(),
        "{:?}",
        decided.trace
    );
    decided
}

fn domains_asked(world: &World) -> Vec<usize> {
    let domain = |asked: &Asked| match asked {
        Asked::Find { domain, .. } => Some(*domain),
        _ => None,
    };
    world.asked.iter().filter_map(domain).collect()
}

/// Who was shown the password, in order: `local`, `os`, or the entry's domain.
fn shown_to(world: &World) -> Vec<&'static str> {
    let names = ["eng", "ops", "sec"];
    let who = |asked: &Asked| match asked {
        Asked::Bind { domain, .. } => Some(names[*domain]),
        Asked::Verify(_) => Some("local"),
        Asked::Os(_) => Some("os"),
        _ => None,
    };
    world.asked.iter().filter_map(who).collect()
}

fn session(decided: Decided) -> Box<Session> {
    match decided.decision {
        Decision::Accept(accepted) => accepted.into_session(),
        Decision::WouldAccept(session) => session,
        other => panic!("no session: {other:?}"),
    }
}

fn records(decided: &Decided) -> impl Iterator<Item = &Record> {
    decided.trace.entries.iter().map(|entry| &entry.record)
}

/// An account of the store with a home, switched on.
fn account(name: &str, password: KeptIn) -> LocalAccount {
    LocalAccount {
        id: "7".into(),
        name: name.into(),
        password,
        password_stamp: (*b"1").into(),
        enabled: true,
        uid: Some(77),
        gid: Some(78),
        home: Some("/local/bob".to_owned()),
        shell: None,
        user_type: None,
        email: None,
        display_name: None,
    }
}

fn os_account(name: &str) -> OsAccount {
    OsAccount {
        name: name.to_owned(),
        uid: 500,
        gid: 501,
        home: "/home/os".to_owned(),
        shell: "/bin/sh".to_owned(),
        display_name: "Bob".to_owned(),
    }
}
