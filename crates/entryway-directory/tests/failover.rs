//! Servers in order of preference, against in-process directories that fail on request.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::Domains;
use entryway_ldap_types::{Password, ResultCode};
use entryway_login::{BindOperation, Directories, DomainId, ServerFault};
use entryway_testdir::Kind;
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan};
use std::sync::Arc;
use std::time::Instant;
use support::{
    ADA, DEADLINE, PEOPLE, check, domains, empty, find, find_with, full, nobody, start, until,
};

#[tokio::test]
async fn the_preferred_server_is_the_one_that_is_asked() {
    let (first, second) = (full().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
    assert_eq!(second.counters().connections, 0);
}

#[tokio::test]
async fn who_is_not_on_the_first_server_is_not_in_the_domain() {
    let (first, second) = (empty().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 0)),
        &[],
    );
    assert_eq!(second.counters().connections, 0);
}

#[tokio::test]
async fn a_server_that_refuses_connections_is_passed_by() {
    let (first, second) = (nobody().await, full().await);
    let domains = domains(&[first, second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::Unreachable],
    );
}

#[tokio::test]
async fn a_server_that_refuses_the_service_bind_is_passed_by_and_named() {
    let (first, second) = (start(PEOPLE).await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    let answer = find(&domains, "ada").await;
    check(
        &answer,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::ServiceBindRefused],
    );
}

#[tokio::test]
async fn a_busy_server_is_passed_by() {
    let (first, second) = (full().await, full().await);
    first.set_faults(FaultPlan::new().on(
        Kind::Search,
        Fault::Answer {
            code: ResultCode::BUSY,
            diagnostic: String::new(),
        },
    ));
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::Unreachable],
    );
}

#[tokio::test]
async fn a_silent_server_costs_a_moment_of_the_first_search_and_nothing_of_the_next() {
    let (first, second) = (full().await, full().await);
    first.set_faults(FaultPlan::new().on_connect(ConnectFault::Silence));
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::TimedOut],
    );
    let dialled = first.counters().connections;
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[],
    );
    assert_eq!(
        first.counters().connections,
        dialled,
        "the silent server was dialled again at once"
    );
    // The dial goes on without anybody, and its end is what tells.
    let up = || {
        let readiness = domains.readiness();
        assert!(readiness.iter().all(|domain| domain.ready));
        let servers = readiness.iter().flat_map(|domain| &domain.servers);
        servers.map(|server| server.up).collect::<Vec<_>>()
    };
    until(|| up() == [false, true]).await;
}

#[tokio::test]
async fn more_entries_than_were_asked_for_are_an_answer_and_no_outage() {
    let (first, second) = (full().await, full().await);
    first.set_faults(FaultPlan::new().on(Kind::Search, Fault::EndlessEntries));
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    let answer = find(&domains, "ada").await;
    check(&answer, Some((first.ldap_addr(), 2)), &[]);
    let code = answer.served.map(|served| served.code);
    assert_eq!(code, Some(ResultCode::SIZE_LIMIT_EXCEEDED));
    assert_eq!(second.counters().connections, 0);
}

#[tokio::test]
async fn with_every_server_down_nobody_serves() {
    let domains = domains(&[nobody().await, nobody().await]);
    check(
        &find(&domains, "ada").await,
        None,
        &[ServerFault::Unreachable, ServerFault::Unreachable],
    );
}

#[tokio::test]
async fn garbage_is_the_servers_fault() {
    let first = full().await;
    first.set_faults(FaultPlan::new().on(Kind::Search, Fault::Garbage));
    let domains = domains(&[first.ldap_addr()]);
    check(&find(&domains, "ada").await, None, &[ServerFault::Protocol]);
}

async fn bind(
    domains: &Domains,
    server: &str,
    password: &str,
) -> Result<ResultCode, (bool, ServerFault)> {
    let operation = BindOperation {
        domain: DomainId(0),
        server: server.into(),
        dn: ADA.into(),
        password: Arc::new(Password::new(password.as_bytes().to_vec()).unwrap()),
        deadline: Instant::now() + DEADLINE,
    };
    let answer = domains.bind(operation).await;
    answer
        .reply
        .map(|reply| reply.code)
        .map_err(|unanswered| (unanswered.written, unanswered.fault))
}

#[tokio::test]
async fn a_bind_goes_to_the_named_server_once() {
    let (first, second) = (full().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    let name = format!("ldap://{}", second.ldap_addr());
    assert_eq!(
        bind(&domains, &name, "right").await,
        Ok(ResultCode::SUCCESS)
    );
    assert_eq!(
        bind(&domains, &name, "wrong").await,
        Ok(ResultCode::INVALID_CREDENTIALS)
    );
    assert_eq!(second.counters().binds_of(ADA), 2);
    assert_eq!(first.counters().all_binds(), 0);
}

#[tokio::test]
async fn a_server_that_lost_a_bind_is_asked_last() {
    let (first, second) = (full().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    let again = async || find_with(&domains, "ada", Some(first.ldap_addr())).await;
    check(&again().await, Some((second.ldap_addr(), 1)), &[]);
    // It is better than none.
    second.set_faults(FaultPlan::new().on(Kind::Search, Fault::Close));
    let answer = again().await;
    let served = answer.served.map(|served| served.server.to_string());
    assert_eq!(served, Some(format!("ldap://{}", first.ldap_addr())));
}

#[tokio::test]
async fn a_bind_on_a_server_that_is_gone_from_the_configuration_sends_nothing() {
    let first = full().await;
    let domains = domains(&[first.ldap_addr()]);
    assert_eq!(
        bind(&domains, "ldap://elsewhere", "right").await,
        Err((false, ServerFault::Unreachable))
    );
    assert_eq!(first.counters().all_binds(), 0);
}

#[tokio::test]
async fn a_bind_that_is_lost_after_it_was_written_says_so_and_is_not_repeated() {
    let first = full().await;
    first.set_faults(FaultPlan::new().on(Kind::Bind, Fault::Close));
    let domains = domains(&[first.ldap_addr()]);
    let name = format!("ldap://{}", first.ldap_addr());
    assert_eq!(
        bind(&domains, &name, "right").await,
        Err((true, ServerFault::Unreachable))
    );
    assert_eq!(
        first
            .received()
            .iter()
            .filter(|got| got.operation.kind() == Kind::Bind)
            .count(),
        1
    );
}

#[tokio::test]
async fn closing_says_goodbye_on_every_connection() {
    let first = full().await;
    let domains = domains(&[first.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
    domains.close().await;
    let answer = find(&domains, "ada").await;
    assert!(answer.served.is_none());
}
