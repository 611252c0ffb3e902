//! What is counted outlives the process, and processes that share a store agree.

use entryway_login::{IdentityReserve, ReserveAnswer, ReserveOperation, Settled, Throttle as _};
use entryway_store::{AuditKey, OpenOptions, Store, StoreUrl, Throttle, ThrottleSettings};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

async fn open(folder: &Path) -> Store {
    let url = format!("sqlite:{}", folder.join("entryway.db").display());
    let options = OpenOptions {
        node: "here".to_owned(),
        audit_key: AuditKey::load_or_create(&folder.join("audit.key")).unwrap(),
        create: true,
    };
    Store::open(&StoreUrl::parse(&url).unwrap(), options)
        .await
        .unwrap()
}

/// Writes only when it is closed, so that a test says when.
fn settings() -> ThrottleSettings {
    ThrottleSettings {
        write_every: Duration::from_secs(3_600),
        ..ThrottleSettings::default()
    }
}

fn guess(address: &str, threshold: Option<u32>) -> ReserveOperation {
    ReserveOperation::Identity(IdentityReserve {
        identity: Arc::from("staff:jdoe"),
        address: Some(address.parse().unwrap()),
        device: None,
        threshold,
        failures: 1,
        at: SystemTime::now(),
    })
}

fn guesses(throttle: &Throttle, threshold: Option<u32>, most: usize) -> usize {
    let answers = (0..most).map(|_| throttle.reserve(&guess("192.0.2.1", threshold)));
    answers
        .filter(|answer| *answer == ReserveAnswer::Reserved)
        .count()
}

#[tokio::test]
async fn what_is_counted_is_alive_after_a_restart() {
    for (threshold, allowed) in [(None, 5), (Some(5), 3)] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).await;
        let throttle = store.throttle(&settings()).await.unwrap();
        assert_eq!(guesses(&throttle, threshold, 2), 2);
        throttle.close().await;
        store.close().await;

        let store = open(folder.path()).await;
        let throttle = store.throttle(&settings()).await.unwrap();
        assert_eq!(guesses(&throttle, threshold, 50), allowed - 2);
        throttle.close().await;

        let throttle = store.throttle(&settings()).await.unwrap();
        assert_eq!(guesses(&throttle, threshold, 50), 0);
    }
}

#[tokio::test]
async fn two_processes_add_up_and_give_back_together() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path()).await, open(folder.path()).await);
    let first = one.throttle(&settings()).await.unwrap();
    let second = other.throttle(&settings()).await.unwrap();
    let taken = guess("192.0.2.1", None);
    assert_eq!(first.reserve(&taken), ReserveAnswer::Reserved);
    assert_eq!(guesses(&first, None, 1), 1);
    assert_eq!(guesses(&second, None, 2), 2);
    first.close().await;
    second.close().await;

    let third = one.throttle(&settings()).await.unwrap();
    assert_eq!(guesses(&third, None, 50), 1, "two and two are four of five");
    third.settle(&guess("192.0.2.9", None), Settled::NotCounted);
    assert_eq!(guesses(&third, None, 50), 0, "nothing was counted there");
}

#[tokio::test]
async fn what_is_given_back_after_it_was_written_is_written_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let often = ThrottleSettings {
        write_every: Duration::from_millis(5),
        ..ThrottleSettings::default()
    };
    let throttle = store.throttle(&often).await.unwrap();
    let operation = guess("192.0.2.1", Some(5));
    assert_eq!(throttle.reserve(&operation), ReserveAnswer::Reserved);
    let deadline = Instant::now() + Duration::from_secs(20);
    while store.throttle(&settings()).await.unwrap().counts().held[1] == 0 {
        assert!(Instant::now() < deadline, "it is never written");
    }
    throttle.settle(&operation, Settled::Passed);
    throttle.close().await;
    let throttle = store.throttle(&settings()).await.unwrap();
    assert_eq!(guesses(&throttle, Some(5), 50), 3);
}

#[tokio::test]
async fn nobody_is_asked_when_nothing_can_be_counted_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let throttle = store.throttle(&settings()).await.unwrap();
    let later = |seconds| ReserveOperation::Address {
        address: None,
        at: SystemTime::now() + Duration::from_secs(seconds),
    };
    assert_eq!(throttle.reserve(&later(2)), ReserveAnswer::Reserved);
    let answer = throttle.reserve(&later(60));
    assert!(
        matches!(answer, ReserveAnswer::Unavailable(_)),
        "{answer:?}"
    );
}
