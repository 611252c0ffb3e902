//! What kind of directory is asked, where nobody wrote it: what the server says.

#![allow(clippy::unwrap_used, clippy::panic)] // functions beside `#[test]` ones

mod support;

use entryway_ldap_types::{AttributeName, Filter, Scope};
use entryway_login::{Alternative, Directories, DomainId, FindAnswer, FindOperation, ServerFault};
use entryway_testdir::faults::{Fault, FaultPlan};
use entryway_testdir::{Directory, Kind, Options, TestServer};
use std::sync::Arc;
use std::time::Instant;
use support::{DEADLINE, PEOPLE, SERVICE, domains};

async fn active_directory() -> TestServer {
    let options = Options::active_directory("EXAMPLE");
    let ldif = format!("{PEOPLE}{SERVICE}");
    TestServer::start(Directory::from_ldif(&ldif).unwrap(), options)
        .await
        .unwrap()
}

/// `ada`; in Active Directory somebody else, who is not there.
fn operation(alternative: bool) -> FindOperation {
    let is = |name: &'static str, value: &str| {
        Arc::new(Filter::Equal(
            AttributeName::from_static(name),
            value.as_bytes().to_vec(),
        ))
    };
    let other = Box::new(Alternative {
        filter: is("uid", "nobody"),
        attributes: Arc::new([AttributeName::from_static("cn")]),
    });
    FindOperation {
        domain: DomainId(0),
        base: "dc=example,dc=com".into(),
        scope: Scope::Subtree,
        filter: is("uid", "ada"),
        attributes: Arc::new([AttributeName::from_static("uid")]),
        active_directory: alternative.then_some(other),
        last: None,
        deadline: Instant::now() + DEADLINE,
    }
}

fn found(answer: &FindAnswer) -> Option<(bool, usize)> {
    let Some(served) = &answer.served else {
        panic!("nobody serves: {:?}", answer.tried);
    };
    Some((served.active_directory, served.entries.len()))
}

#[tokio::test]
async fn a_server_is_asked_what_it_says_that_it_is() {
    let (windows, unix) = (active_directory().await, support::full().await);
    let of_windows = domains(&[windows.ldap_addr()]);
    assert_eq!(
        found(&of_windows.find(&operation(true)).await),
        Some((true, 0))
    );
    assert_eq!(
        found(&of_windows.find(&operation(false)).await),
        Some((false, 1))
    );
    let of_unix = domains(&[unix.ldap_addr()]);
    assert_eq!(
        found(&of_unix.find(&operation(true)).await),
        Some((false, 1))
    );
    // What it is, it is asked once.
    for _ in 0..3 {
        of_windows.find(&operation(true)).await;
    }
    assert_eq!(windows.counters().root_dse_reads, 1);
}

#[tokio::test]
async fn a_server_that_does_not_answer_what_it_is_is_no_server_and_the_next_is_asked() {
    let (silent, windows) = (active_directory().await, active_directory().await);
    silent.set_faults(FaultPlan::new().on(Kind::Search, Fault::Silence));
    let both = domains(&[silent.ldap_addr(), windows.ldap_addr()]);
    let answer = both.find(&operation(true)).await;
    assert_eq!(found(&answer), Some((true, 0)));
    assert_eq!(answer.tried[0].fault, ServerFault::TimedOut);
}
