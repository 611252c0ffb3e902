//! A store that is locked, read-only, full or gone: an error, never "unknown", and nothing is half done.

use super::{
    LATER, Lab, NOW, access, bytes, cases, code, family, kept, lives, offline_family, opens,
    session, until,
};
use crate::battery::open;
use crate::database::{Begin, Database};
use crate::{
    AccessRow, CodeRow, FamilyRow, Outage, SigningKeyRow, Sso, Store, StoreError, TakenRow,
};
use entryway_conformance::Postgres;
use sqlx::Executor;
use std::fs;
use zeroize::Zeroizing;

cases!(a_locked_store_takes_nothing, a_closed_store_knows_nobody,);

/// A session with a code that waits, and a family.
async fn filled(store: &Store) {
    let sso = store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    assert!(sso.keep_code(&code("c", "one")).await.unwrap());
    assert!(kept(&sso, access("a", "f"), offline_family("f", "one")).await);
}

fn next() -> FamilyRow {
    FamilyRow {
        generation: 1,
        ..offline_family("f", "one")
    }
}

fn failed<T>(answer: Result<T, StoreError>) -> Option<Outage> {
    match answer {
        Ok(_) => panic!("expected an error"),
        Err(error) => error.outage(),
    }
}

fn writer(store: &Store) -> sqlx::SqlitePool {
    match store.database() {
        Database::File(file) => file.writer().unwrap(),
        Database::Server(_) => panic!("a file is a file"),
    }
}

/// What decides anything, while it cannot be written.
async fn takes_nothing(store: &Store) -> Vec<Option<Outage>> {
    let sso = store.sso();
    let code = bytes("c");
    let (token, other, row, next) = (
        access("b", "f"),
        access("b", "g"),
        family("g", "one"),
        next(),
    );
    let (taken, rotated, kept, ended) = tokio::join!(
        sso.take_code(&code),
        sso.rotate(0, &next, &token),
        sso.keep_tokens(&other, Some(&row)),
        sso.end_session("one", NOW, LATER),
    );
    vec![failed(taken), failed(rotated), failed(kept), failed(ended)]
}

/// All is as it was, and goes on.
async fn goes_on(store: &Store) {
    let sso = store.sso();
    until("the store is back", async || {
        sso.session_used("one", NOW).await.is_ok()
    })
    .await;
    assert!(sso.session("one").await.unwrap().is_some());
    assert!(!opens(store, "b").await && !lives(store, "g").await);
    assert!(opens(store, "a").await);
    assert!(sso.take_code(&bytes("c")).await.unwrap() == TakenRow::Taken("code c".to_owned()));
    assert!(sso.rotate(0, &next(), &access("b", "f")).await.unwrap());
    assert!(sso.end_session("one", NOW, LATER).await.unwrap().is_some());
}

async fn a_locked_store_takes_nothing(lab: Lab) {
    let store = lab.open().await;
    filled(&store).await;
    let other = lab.open_as("two").await;
    let mut lock = other.database().begin(Begin::Write).await.unwrap();
    if !lab.is_file() {
        lock.script("LOCK TABLE sso_session, sso_code, sso_family IN EXCLUSIVE MODE")
            .await
            .unwrap();
    }
    let outages = takes_nothing(&store).await;
    assert!(outages.contains(&Some(Outage::Locked)), "{outages:?}");
    // Readers go on meanwhile.
    assert!(opens(&store, "a").await);
    assert!(store.sso().session("one").await.unwrap().is_some());
    drop(lock);
    goes_on(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_only_read_takes_nothing() {
    let lab = Lab::file();
    let store = lab.open().await;
    filled(&store).await;
    let writer = writer(&store);
    writer.execute("PRAGMA query_only = 1").await.unwrap();
    let outages = takes_nothing(&store).await;
    assert_eq!(outages, [Some(Outage::ReadOnly); 4]);
    writer.execute("PRAGMA query_only = 0").await.unwrap();
    goes_on(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_keeps_nothing_by_halves() {
    let lab = Lab::file();
    let store = lab.open().await;
    filled(&store).await;
    let sso = store.sso();
    // Never less than there are already; a connection whose transaction found no room makes way for a new one.
    let full = async || {
        let limit = "PRAGMA max_page_count = 1";
        writer(&store).execute(limit).await.unwrap();
    };
    let large = "x".repeat(100_000);
    let token = AccessRow {
        body: large.clone(),
        ..access("b", "g")
    };
    full().await;
    let kept = sso.keep_tokens(&token, Some(&family("g", "one"))).await;
    assert_eq!(failed(kept), Some(Outage::Full));
    full().await;
    let rotated = sso.rotate(0, &next(), &token).await;
    assert_eq!(failed(rotated), Some(Outage::Full));
    let row = CodeRow {
        body: large,
        ..code("d", "one")
    };
    full().await;
    assert_eq!(failed(sso.keep_code(&row).await), Some(Outage::Full));
    assert!(sso.take_code(&row.code).await.unwrap() == TakenRow::Unknown);
    goes_on(&store).await;
}

/// Everything that can be asked.
async fn answers_nothing(sso: &Sso) {
    let (row, token) = (session("two", "eve"), access("b", "g"));
    let (lineage, code, next) = (family("g", "one"), code("d", "one"), next());
    let key = SigningKeyRow {
        kid: "k".to_owned(),
        algorithm: "ES256".to_owned(),
        private: Zeroizing::new(vec![1]),
        published_ms: NOW,
        signs_from_ms: NOW,
        drop_after_ms: None,
    };
    macro_rules! all {
        ($($name:ident($($argument:expr),*);)*) => {{
            let failures = tokio::join!($(async { sso.$name($($argument),*).await.map(drop) }),*);
            let ($($name),*) = failures;
            $(assert!($name.is_err(), stringify!($name));)*
        }};
    }
    all! {
        keep_session(&row);
        renew_session(&row);
        session_by_cookie(&row.cookie);
        session("one");
        session_used("one", NOW);
        sessions_of("eve");
        sessions(None, 9);
        whole_sessions_of("eve");
        end_session("one", NOW, LATER);
        end_sessions_of("eve", None, true, NOW, LATER);
        keep_code(&code);
        take_code(&code.code);
        take_assertion("wiki", &code.code, NOW);
        keep_tokens(&token, Some(&lineage));
        family(&lineage.family);
        rotate(0, &next, &token);
        revoke_family(&lineage.family, LATER);
        access(&token.token, NOW);
        drop_access(&token.token);
        offline_families_of("eve", NOW);
        consent("eve", "wiki");
        add_consent("eve", "wiki", &["email"]);
        withdraw_consent("eve", "wiki");
        signing_keys();
        add_signing_key(&key, None);
        drop_signing_keys(NOW);
        retire_signing_key("k", NOW);
        prune_sso(NOW);
    }
}

async fn a_closed_store_knows_nobody(lab: Lab) {
    let store = lab.open().await;
    filled(&store).await;
    let sso = store.sso();
    store.close().await;
    answers_nothing(&sso).await;
    assert_eq!(failed(sso.session("one").await), Some(Outage::Closed));
    goes_on(&lab.open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_knows_nobody() {
    let lab = Lab::file();
    let store = lab.open().await;
    filled(&store).await;
    fs::rename(lab.path("store.db"), lab.path("away.db")).unwrap();
    answers_nothing(&store.sso()).await;
    fs::rename(lab.path("away.db"), lab.path("store.db")).unwrap();
    goes_on(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_gone_knows_nobody() {
    let mut server = Postgres::start().unwrap();
    let lab = Lab::file();
    let store = open(&server.url(), lab.options("one")).await.unwrap();
    filled(&store).await;
    server.stop().unwrap();
    answers_nothing(&store.sso()).await;
    server.restart().unwrap();
    goes_on(&store).await;
}
