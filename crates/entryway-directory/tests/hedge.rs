//! Servers that are slow or fall silent after they have served: who waits for them, and for how long.

#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

mod support;

use entryway_directory::{Domains, Membership};
use entryway_ldap_types::ResultCode;
use entryway_login::{Directories, DomainId, GroupsOperation, ServerFault};
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan, Gate, Rule};
use entryway_testdir::{Kind, TestServer};
use std::time::Instant;
use support::groups::{chain, entry, open_ldap, person, settings};
use support::{DEADLINE, PATIENCE, check, domains, find, full, until};

/// As a process that was stopped (SIGSTOP): the kernel takes connections, and nothing is answered.
fn pause(server: &TestServer) {
    let plan = FaultPlan::new().on_connect(ConnectFault::Silence);
    server.set_faults(plan.rule(Rule::on_any(Fault::Silence)));
}

fn up(domains: &Domains) -> Vec<bool> {
    let readiness = domains.readiness();
    let servers = readiness.iter().flat_map(|domain| &domain.servers);
    servers.map(|server| server.up).collect()
}

#[tokio::test]
async fn a_server_that_stops_after_it_has_served_costs_one_login_a_part_of_its_time() {
    let (first, second) = (full().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
    pause(&first);
    let answer = find(&domains, "ada").await;
    check(
        &answer,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::TimedOut],
    );
    assert!(answer.took < DEADLINE / 2, "{:?}", answer.took);
    // It is looked at meanwhile, and not waited for.
    for _ in 0..20 {
        check(
            &find(&domains, "ada").await,
            Some((second.ldap_addr(), 1)),
            &[],
        );
    }
    until(|| up(&domains) == [false, true]).await;
    first.set_faults(FaultPlan::new());
    until(|| up(&domains) == [true, true]).await;
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
}

#[tokio::test]
async fn one_slow_answer_makes_nobody_leave_the_preferred_server() {
    let (first, second) = (full().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
    let gate = Gate::new();
    let slow = Rule::on(Kind::Search, Fault::Hold(gate.clone())).times(1);
    first.set_faults(FaultPlan::new().rule(slow));
    check(
        &find(&domains, "ada").await,
        Some((second.ldap_addr(), 1)),
        &[ServerFault::TimedOut],
    );
    // The look has found it well.
    assert!(
        first
            .wait_until(PATIENCE, |seen| seen.root_dse_reads == 1 && seen.open == 1)
            .await
    );
    assert_eq!(up(&domains), [true, true]);
    let returned = async {
        let end = Instant::now() + PATIENCE;
        loop {
            let served = find(&domains, "ada").await.served.unwrap();
            if *served.server == *format!("ldap://{}", first.ldap_addr()) {
                break;
            }
            assert!(Instant::now() < end);
        }
    };
    returned.await;
}

#[tokio::test]
async fn the_first_answer_is_taken_whoever_gives_it() {
    let (first, second) = (full().await, full().await);
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
    let (one, other) = (Gate::new(), Gate::new());
    let held = |gate: &Gate| FaultPlan::new().on(Kind::Search, Fault::Hold(gate.clone()));
    first.set_faults(held(&one));
    second.set_faults(held(&other));
    let answer = async {
        let answer = find(&domains, "ada").await;
        check(
            &answer,
            Some((first.ldap_addr(), 1)),
            &[ServerFault::TimedOut],
        );
        let late = &answer.tried[0];
        assert_eq!(*late.server, *format!("ldap://{}", second.ldap_addr()));
        assert!(late.cause.starts_with("no answer after "), "{}", late.cause);
    };
    let asked = async {
        assert!(one.wait_held(1, PATIENCE).await && other.wait_held(1, PATIENCE).await);
        one.release_all();
    };
    tokio::join!(answer, asked);
    // Who lost is told to stop.
    assert!(second.wait_until(PATIENCE, |seen| seen.abandons == 1).await);
}

#[tokio::test]
async fn a_server_that_is_known_to_be_down_is_no_help_to_a_slow_one() {
    let (first, second) = (full().await, full().await);
    second.set_faults(FaultPlan::new().on_connect(ConnectFault::Close));
    let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
    domains.start();
    until(|| up(&domains) == [true, false]).await;
    check(
        &find(&domains, "ada").await,
        Some((first.ldap_addr(), 1)),
        &[],
    );
    pause(&first);
    let answer = find(&domains, "ada").await;
    check(
        &answer,
        None,
        &[ServerFault::TimedOut, ServerFault::Unreachable],
    );
    assert!(answer.took >= DEADLINE / 3, "{:?}", answer.took);
}

#[tokio::test]
async fn groups_go_on_at_the_next_server_while_the_first_is_silent() {
    let ldif = person("") + &chain(2);
    let (first, second) = (open_ldap(&ldif).await, open_ldap(&ldif).await);
    let settings = settings(Membership::Member);
    let domains = support::groups::domains(&[&first, &second], settings.clone());
    let (entry, server) = entry(&domains, settings.needs()).await;
    pause(&first);
    let operation = GroupsOperation {
        domain: DomainId(0),
        entry,
        server,
        name: "ada".into(),
        deadline: Instant::now() + DEADLINE,
    };
    let answer = domains.groups(&operation).await;
    support::groups::check(&answer, &["g1", "g2 < g1"]);
    assert_eq!(answer.tried.len(), 1, "{:?}", answer.tried);
    assert!(answer.took < DEADLINE / 2, "{:?}", answer.took);
}

/// What a server may do to a search, and that the next one answers it inside the deadline.
#[tokio::test]
async fn whatever_a_server_does_to_a_search_the_next_one_answers_it() {
    let busy = |code| Fault::Answer {
        code,
        diagnostic: String::new(),
    };
    let notice = Fault::Notice {
        code: ResultCode::UNAVAILABLE,
        diagnostic: "restart".to_owned(),
    };
    for fault in [
        Fault::Silence,
        Fault::Close,
        Fault::Reset,
        Fault::CloseMidMessage,
        Fault::HalfThenSilence,
        Fault::Drip(Gate::new()),
        Fault::Garbage,
        Fault::WrongKind,
        notice,
        busy(ResultCode::BUSY),
        busy(ResultCode::UNAVAILABLE),
    ] {
        let (first, second) = (full().await, full().await);
        first.set_faults(FaultPlan::new().on(Kind::Search, fault.clone()));
        let domains = domains(&[first.ldap_addr(), second.ldap_addr()]);
        let answer = find(&domains, "ada").await;
        let served = answer.served.unwrap_or_else(|| panic!("{fault:?}"));
        assert_eq!(
            *served.server,
            *format!("ldap://{}", second.ldap_addr()),
            "{fault:?}"
        );
        assert_eq!(answer.tried.len(), 1, "{fault:?}: {:?}", answer.tried);
        assert!(answer.took < DEADLINE / 2, "{fault:?}: {:?}", answer.took);
    }
}

/// What is no fault of a server's: its answer had come.
#[tokio::test]
async fn a_server_that_leaves_after_its_answer_has_done_nothing_wrong() {
    for fault in [Fault::AnswerAndDrop, Fault::AnswerAndReset] {
        let only = full().await;
        only.set_faults(FaultPlan::new().on(Kind::Search, fault.clone()));
        let domains = domains(&[only.ldap_addr()]);
        for _ in 0..5 {
            check(
                &find(&domains, "ada").await,
                Some((only.ldap_addr(), 1)),
                &[],
            );
        }
        assert_eq!(up(&domains), [true], "{fault:?}");
        let health = domains.iter().next().unwrap().servers()[0].health();
        assert_eq!(health.consecutive_failures, 0, "{fault:?}");
    }
}
