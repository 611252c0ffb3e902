//! A store that is full, locked, read-only or gone: a fault, never a wrong verdict, and over when the store is back.

use super::{Lab, account, cases, entry, password, until};
use crate::database::{Begin, Database, args};
use crate::{Outage, Store, StoreUrl};
use entryway_conformance::Postgres;
use entryway_login::{LocalAccounts, VerifyOperation};
use sqlx::Executor;
use std::fs;
use std::time::{Duration, Instant};

cases!(a_locked_store_is_a_fault, a_read_only_store_is_a_fault);

async fn append(store: &Store) -> Result<(), String> {
    // Random, so that it takes its room packed, too.
    let mut bytes = [0; 1000];
    getrandom::fill(&mut bytes).unwrap();
    let body: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let answer = store.audit().append(entry(1, &body)).await;
    answer.map_err(|unavailable| unavailable.0)
}

/// Sets something of the connection that records go through.
async fn pragma(store: &Store, sql: &'static str) {
    store.database().execute(sql, args![]).await.unwrap();
}

async fn recovers(store: &Store) {
    until("the store is back", async || append(store).await.is_ok()).await;
    let report = store.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
}

async fn a_locked_store_is_a_fault(lab: Lab) {
    let store = lab.open().await;
    append(&store).await.unwrap();
    let other = lab.open_as("two").await;
    let mut lock = other.database().begin(Begin::Write).await.unwrap();
    if !lab.is_file() {
        lock.script("LOCK TABLE audit_segment").await.unwrap();
    }
    let error = append(&store).await.unwrap_err();
    assert!(error.contains("is locked by another program"), "{error}");
    drop(lock);
    recovers(&store).await;
}

async fn a_read_only_store_is_a_fault(lab: Lab) {
    let store = lab.open().await;
    append(&store).await.unwrap();
    if lab.is_file() {
        pragma(&store, "PRAGMA query_only = 1").await;
    } else {
        lab.meddle(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', \
             current_database()); END $$; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    }
    let error = append(&store).await.unwrap_err();
    assert!(error.contains("is read-only"), "{error}");
    if lab.is_file() {
        pragma(&store, "PRAGMA query_only = 0").await;
    } else {
        lab.meddle(
            "SET default_transaction_read_only = off; \
             DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', \
             current_database()); END $$; \
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    }
    recovers(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_is_a_fault() {
    let lab = Lab::file();
    let store = lab.open().await;
    append(&store).await.unwrap();
    pragma(&store, "PRAGMA max_page_count = 40").await;
    let mut error = None;
    for _ in 0..200 {
        if let Err(said) = append(&store).await {
            error = Some(said);
            break;
        }
    }
    let error = error.unwrap();
    assert!(error.contains("is full"), "{error}");
    assert!(store.accounts().list().await.unwrap().is_empty());
    pragma(&store, "PRAGMA max_page_count = 4000").await;
    recovers(&store).await;
}

/// SQLite undoes a whole transaction when there is no room, not only the statement.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_found_no_room_is_not_in_the_way_of_the_next() {
    let lab = Lab::file();
    let store = lab.open().await;
    let Database::File(file) = store.database() else {
        panic!("a file is a file")
    };
    let writer = file.writer().unwrap();
    // It is never less than there are already.
    writer.execute("PRAGMA max_page_count = 1").await.unwrap();
    let mut tx = store.database().begin(Begin::Write).await.unwrap();
    let large = "INSERT INTO throttle (bucket, version, over_ms, state) VALUES (x'00', 0, 0, zeroblob(1000000))";
    let error = tx.execute(large, args![]).await.unwrap_err();
    assert_eq!(error.outage(), Some(Outage::Full), "{error}");
    drop(tx);
    store.accounts().add(account("eve")).await.unwrap();
}

/// While the store is away nobody is found or not found, and a password is neither right nor wrong.
async fn check_gone(store: &Store, leave: impl FnOnce(), come_back: impl FnOnce()) {
    store.accounts().add(account("eve")).await.unwrap();
    let held = store.hold_accounts().await.unwrap();
    let eve = held.find_local("eve").unwrap().unwrap();
    append(store).await.unwrap();
    leave();
    assert!(append(store).await.is_err());
    until("nobody is looked up", async || {
        held.find_local("eve").is_err()
    })
    .await;
    assert!(held.find_local("nobody").is_err());
    let answer = held
        .verify_local(VerifyOperation {
            account: eve,
            password: password("correct horse"),
            deadline: Instant::now() + Duration::from_secs(5),
        })
        .await;
    assert!(answer.verified.is_err());
    come_back();
    until("people are looked up again", async || {
        held.find_local("eve").is_ok()
    })
    .await;
    recovers(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_is_a_fault() {
    let lab = Lab::file();
    let store = lab.open().await;
    let (here, away) = (lab.path("store.db"), lab.path("away.db"));
    check_gone(
        &store,
        || fs::rename(&here, &away).unwrap(),
        || fs::rename(&away, &here).unwrap(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_is_a_fault() {
    let server = std::cell::RefCell::new(Postgres::start().unwrap());
    let lab = Lab::file();
    let url = server.borrow().url();
    let store = super::open(&url, lab.options("one")).await.unwrap();
    check_gone(
        &store,
        || server.borrow_mut().stop().unwrap(),
        || server.borrow_mut().restart().unwrap(),
    )
    .await;
}

/// Nobody reads what is written to a file that has no name any more.
#[tokio::test(flavor = "multi_thread")]
async fn another_file_in_its_place_is_the_store_from_then_on() {
    let lab = Lab::file();
    let store = lab.open().await;
    store.accounts().add(account("eve")).await.unwrap();
    let held = store.hold_accounts().await.unwrap();
    append(&store).await.unwrap();
    let other = Lab::file();
    let beside = other.open().await;
    beside.accounts().add(account("adam")).await.unwrap();
    beside.close().await;
    for name in ["store.db-wal", "store.db-shm"] {
        fs::remove_file(lab.path(name)).unwrap();
    }
    fs::rename(other.path("store.db"), lab.path("store.db")).unwrap();
    until("the other file's people are found", async || {
        held.find_local("adam").is_ok_and(|found| found.is_some())
    })
    .await;
    assert_eq!(held.find_local("eve").unwrap(), None);
    // Its audit has not what was written: whoever may put a file there could put an older one.
    let error = append(&store).await.unwrap_err();
    assert!(error.contains("from record 1 (truncated)"), "{error}");
    store.close().await;
    let url = StoreUrl::file(lab.path("store.db"));
    let again = Store::open(&url, lab.options("one")).await.unwrap();
    recovers(&again).await;
    assert!(!again.audit().tail(10).await.unwrap().is_empty());
    let mut tx = again.database().begin(Begin::Read).await.unwrap();
    let checked = tx.row("PRAGMA integrity_check", args![]).await.unwrap();
    assert_eq!(checked.unwrap().text(0).unwrap(), "ok");
}
