//! What is counted outlives the process and an outage of the store, and processes that share a store agree.

use super::{Lab, cases, until};
use crate::{Store, Throttle, ThrottleSettings};
use entryway_conformance::Postgres;
use entryway_login::{IdentityReserve, ReserveAnswer, ReserveOperation, Settled, Throttle as _};
use std::cell::RefCell;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime};

cases!(
    what_is_counted_is_alive_after_a_restart,
    two_processes_add_up_and_give_back_together,
    what_a_right_password_forgets_is_forgotten_in_the_store_too,
    nobody_is_asked_when_nothing_can_be_counted_for_long,
    what_is_under_way_is_nobody_elses_business,
);

/// Nobody waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes only when it is closed, so that a test says when.
fn settings() -> ThrottleSettings {
    ThrottleSettings {
        write_every: Duration::from_secs(3_600),
        ..ThrottleSettings::default()
    }
}

fn often() -> ThrottleSettings {
    ThrottleSettings {
        write_every: Duration::from_millis(5),
        ..ThrottleSettings::default()
    }
}

fn guess(threshold: Option<u32>, at: SystemTime) -> ReserveOperation {
    ReserveOperation::Identity(IdentityReserve {
        identity: Arc::from("staff:jdoe"),
        address: Some([192, 0, 2, 1].into()),
        device: None,
        threshold,
        window: None,
        failures: 1,
        at,
        deadline: Instant::now() + PATIENCE,
    })
}

/// How many of so many wrong passwords are let through.
async fn guesses(throttle: &Throttle, threshold: Option<u32>, most: usize) -> usize {
    let mut reserved = 0;
    for _ in 0..most {
        let operation = guess(threshold, SystemTime::now());
        if throttle.reserve(&operation).await == ReserveAnswer::Reserved {
            reserved += 1;
            throttle.settle(&operation, Settled::Failed);
        }
    }
    reserved
}

async fn what_is_counted_is_alive_after_a_restart(lab: Lab) {
    let store = lab.open().await;
    let throttle = store.throttle(&settings()).await.unwrap();
    assert_eq!(guesses(&throttle, Some(5), 2).await, 2);
    throttle.close().await;
    store.close().await;

    let store = lab.open().await;
    let throttle = store.throttle(&settings()).await.unwrap();
    assert_eq!(guesses(&throttle, Some(5), 50).await, 1);
    throttle.close().await;

    let throttle = store.throttle(&settings()).await.unwrap();
    assert_eq!(guesses(&throttle, Some(5), 50).await, 0);
    assert_eq!(guesses(&throttle, None, 50).await, 2, "five by network");
}

async fn two_processes_add_up_and_give_back_together(lab: Lab) {
    let (one, other) = (lab.open().await, lab.open_as("two").await);
    let first = one.throttle(&settings()).await.unwrap();
    let second = other.throttle(&settings()).await.unwrap();
    assert_eq!(guesses(&first, None, 2).await, 2);
    assert_eq!(guesses(&second, None, 2).await, 2);
    first.close().await;
    second.close().await;

    let third = one.throttle(&settings()).await.unwrap();
    assert_eq!(
        guesses(&third, None, 50).await,
        1,
        "two and two are four of five"
    );
}

async fn what_a_right_password_forgets_is_forgotten_in_the_store_too(lab: Lab) {
    let store = lab.open().await;
    let throttle = store.throttle(&often()).await.unwrap();
    assert_eq!(guesses(&throttle, Some(5), 2).await, 2);
    until("it is written", async || {
        store.throttle(&settings()).await.unwrap().counts().held[1] == 1
    })
    .await;
    // Longer after them than a login takes.
    let right = guess(Some(5), SystemTime::now() + Duration::from_secs(4));
    assert_eq!(throttle.reserve(&right).await, ReserveAnswer::Reserved);
    throttle.settle(&right, Settled::Passed);
    throttle.close().await;
    let throttle = store.throttle(&settings()).await.unwrap();
    assert_eq!(guesses(&throttle, Some(5), 50).await, 3);
}

fn out_of_reach() -> entryway_login::StoreUnavailable {
    entryway_login::StoreUnavailable("the store does not answer".to_owned())
}

async fn nobody_is_asked_when_nothing_can_be_counted_for_long(lab: Lab) {
    let store = lab.open().await;
    let throttle = store.throttle(&settings()).await.unwrap();
    let later = |seconds| ReserveOperation::Address {
        address: None,
        at: SystemTime::now() + Duration::from_secs(seconds),
        deadline: Instant::now(),
    };
    assert_eq!(throttle.reserve(&later(2)).await, ReserveAnswer::Reserved);
    let answer = throttle.reserve(&later(60)).await;
    assert_eq!(answer, ReserveAnswer::Unavailable(out_of_reach()));
}

async fn what_is_under_way_is_nobody_elses_business(lab: Lab) {
    let store = lab.open().await;
    let throttle = store.throttle(&settings()).await.unwrap();
    let login = guess(None, SystemTime::now());
    for _ in 0..5 {
        assert_eq!(throttle.reserve(&login).await, ReserveAnswer::Reserved);
    }
    throttle.close().await;
    let beside = store.throttle(&settings()).await.unwrap();
    assert_eq!(guesses(&beside, None, 50).await, 5);
}

/// While the store is away nobody is asked; what was counted meanwhile is there when it is back.
async fn check_lost(store: &Store, leave: impl FnOnce(), come_back: impl FnOnce()) {
    let impatient = ThrottleSettings {
        patience: Duration::from_millis(500),
        ..often()
    };
    let throttle = store.throttle(&impatient).await.unwrap();
    assert_eq!(guesses(&throttle, None, 2).await, 2);
    let login = guess(None, SystemTime::now());
    assert_eq!(throttle.reserve(&login).await, ReserveAnswer::Reserved);
    leave();
    throttle.settle(&login, Settled::Failed);
    let is_there = async || {
        let nowhere = ReserveOperation::Address {
            address: None,
            at: SystemTime::now(),
            deadline: Instant::now(),
        };
        throttle.reserve(&nowhere).await == ReserveAnswer::Reserved
    };
    until("nobody is asked", async || !is_there().await).await;
    come_back();
    until("people are asked again", is_there).await;
    throttle.close().await;
    let throttle = store.throttle(&settings()).await.unwrap();
    let left = guesses(&throttle, None, 50).await;
    // Where nobody knows whether it was written, it is told again: too much, and never too little.
    assert!(
        (1..=2).contains(&left),
        "{left} of five are left after three"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_loses_no_count() {
    let lab = Lab::file();
    let store = lab.open().await;
    let (here, away) = (lab.path("store.db"), lab.path("away.db"));
    check_lost(
        &store,
        || fs::rename(&here, &away).unwrap(),
        || fs::rename(&away, &here).unwrap(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_loses_no_count() {
    let server = RefCell::new(Postgres::start().unwrap());
    let lab = Lab::file();
    let url = server.borrow().url();
    let store = super::open(&url, lab.options("one")).await.unwrap();
    check_lost(
        &store,
        || server.borrow_mut().stop().unwrap(),
        || server.borrow_mut().restart().unwrap(),
    )
    .await;
}

/// How many of so many logins at once reached the directory, were let in, and had no verdict.
async fn at_once(logins: usize, right: bool, threshold: Option<u32>) -> [usize; 3] {
    let lab = Lab::file();
    let store = lab.open().await;
    let throttle = Arc::new(store.throttle(&often()).await.unwrap());
    let counts = Arc::new([const { AtomicUsize::new(0) }; 3]);
    let tasks: Vec<_> = (0..logins)
        .map(|_| {
            let (throttle, counts) = (Arc::clone(&throttle), Arc::clone(&counts));
            tokio::spawn(async move {
                let operation = guess(threshold, SystemTime::now());
                let [asked, passed, no_verdict] = &*counts;
                match throttle.reserve(&operation).await {
                    ReserveAnswer::Reserved => {}
                    ReserveAnswer::Throttled { .. } => return,
                    _ => {
                        no_verdict.fetch_add(1, Relaxed);
                        return;
                    }
                }
                asked.fetch_add(1, Relaxed);
                // The directory takes its time.
                for _ in 0..20 {
                    tokio::task::yield_now().await;
                }
                let settled = match right {
                    true => Settled::Passed,
                    false => Settled::Failed,
                };
                passed.fetch_add(usize::from(right), Relaxed);
                throttle.settle(&operation, settled);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let waiting = throttle.counts().waiting;
    assert_eq!(waiting, 0);
    throttle.close().await;
    [&counts[0], &counts[1], &counts[2]].map(|count| count.load(Relaxed))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_guesses_at_once_only_the_limit_reaches_the_directory() {
    for (threshold, limit) in [(None, 5), (Some(5), 3), (Some(2), 1), (Some(1), 1)] {
        let [asked, ..] = at_once(10_000, false, threshold).await;
        assert_eq!(asked, limit, "{threshold:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_right_logins_of_one_account_at_once_all_pass() {
    for threshold in [None, Some(5), Some(2)] {
        let passed = at_once(100, true, threshold).await;
        assert_eq!(passed, [100, 100, 0], "{threshold:?}");
    }
}
