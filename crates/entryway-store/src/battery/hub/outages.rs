//! A store that is locked, closed, read-only or gone: an error, never "unknown", and nothing is half done.

use super::{LATER, Lab, NOW, authority, bytes, cases, enrolled, new, standing, ticket, until};
use crate::battery::open;
use crate::database::{Begin, Database};
use crate::{Hub, Outage, Redeemed, Standing, Store, StoreError};
use entryway_conformance::Postgres;
use sqlx::Executor;
use std::fs;

cases!(a_locked_store_lets_nobody_in, a_closed_store_knows_nobody);

/// A connector, and a ticket that waits.
async fn filled(store: &Store) {
    let hub = store.hub();
    enrolled(&hub, "c1", "plant-a").await;
    hub.keep_ticket(&ticket("t", "plant-a")).await.unwrap();
}

fn failed<T>(answer: Result<T, StoreError>) -> Option<Outage> {
    match answer {
        Ok(_) => panic!("expected an error"),
        Err(error) => error.outage(),
    }
}

async fn changes_nothing(store: &Store) -> Vec<Option<Outage>> {
    let hub = store.hub();
    let (digest, new, key) = (bytes("t"), new("c2"), bytes("c1"));
    let (came, revoked, renewed) = tokio::join!(
        hub.redeem(&digest, "plant-a", &new, NOW),
        hub.set_standing("c1", Standing::Revoked, "root", NOW),
        hub.renew("c1", &key, &digest, b"next", LATER),
    );
    vec![failed(came), failed(revoked), failed(renewed)]
}

/// All is as it was, and goes on.
async fn goes_on(store: &Store) {
    let hub = store.hub();
    until("the store is back", async || {
        hub.shown_key("c1", &bytes("c1")).await.is_ok()
    })
    .await;
    let row = hub.connector("c1").await.unwrap().unwrap();
    assert_eq!((row.standing, row.spki), (Standing::Active, bytes("c1")));
    assert_eq!(standing(&hub, "c2").await, None);
    let came = hub.redeem(&bytes("t"), "plant-a", &new("c2"), NOW).await;
    assert_eq!(came.unwrap(), Redeemed::Enrolled);
    assert!(
        hub.set_standing("c1", Standing::Revoked, "root", NOW)
            .await
            .unwrap()
    );
}

async fn a_locked_store_lets_nobody_in(lab: Lab) {
    let store = lab.open().await;
    filled(&store).await;
    let other = lab.open_as("two").await;
    let mut lock = other.database().begin(Begin::Write).await.unwrap();
    if !lab.is_file() {
        lock.script("LOCK TABLE site_state, site_ticket, site_connector IN EXCLUSIVE MODE")
            .await
            .unwrap();
    }
    let outages = changes_nothing(&store).await;
    assert!(outages.contains(&Some(Outage::Locked)), "{outages:?}");
    // Readers go on meanwhile: who is known is let in.
    assert_eq!(standing(&store.hub(), "c1").await, Some(Standing::Active));
    store.hub().standings_since(0).await.unwrap();
    drop(lock);
    goes_on(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_only_read_lets_nobody_in() {
    let lab = Lab::file();
    let store = lab.open().await;
    filled(&store).await;
    let writer = match store.database() {
        Database::File(file) => file.writer().unwrap(),
        Database::Server(_) => panic!("a file is a file"),
    };
    writer.execute("PRAGMA query_only = 1").await.unwrap();
    let hub = store.hub();
    let came = hub.redeem(&bytes("t"), "plant-a", &new("c2"), NOW).await;
    assert_eq!(failed(came), Some(Outage::ReadOnly));
    let revoked = hub.set_standing("c1", Standing::Revoked, "root", NOW).await;
    assert_eq!(failed(revoked), Some(Outage::ReadOnly));
    writer.execute("PRAGMA query_only = 0").await.unwrap();
    goes_on(&store).await;
}

/// Everything that can be asked.
async fn answers_nothing(hub: &Hub) {
    let (row, slip, new, key) = (
        authority("plant-a", "k"),
        ticket("u", "plant-a"),
        new("c2"),
        bytes("c1"),
    );
    let seen = [("c1".to_owned(), "1.0".to_owned())];
    macro_rules! all {
        ($($name:ident($($argument:expr),*);)*) => {{
            let failures = tokio::join!($(async { hub.$name($($argument),*).await.map(drop) }),*);
            let ($($name),*) = failures;
            $(assert!($name.is_err(), stringify!($name));)*
        }};
    }
    all! {
        authority("plant-a");
        authorities();
        found_authority(&row);
        keep_ticket(&slip);
        tickets(None);
        redeem(&bytes("t"), "plant-a", &new, NOW);
        end_ticket(&bytes("t"), "root", NOW);
        prune_tickets(NOW);
        connectors(None);
        connector("c1");
        renew("c1", &key, &key, b"next", LATER);
        shown_key("c1", &key);
        seen("one", &seen, NOW);
        set_standing("c1", Standing::Revoked, "root", NOW);
        standings_since(0);
        tickets_between(0, 1);
    }
}

async fn a_closed_store_knows_nobody(lab: Lab) {
    let store = lab.open().await;
    filled(&store).await;
    let hub = store.hub();
    store.close().await;
    answers_nothing(&hub).await;
    assert_eq!(failed(hub.connector("c1").await), Some(Outage::Closed));
    goes_on(&lab.open().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_knows_nobody() {
    let lab = Lab::file();
    let store = lab.open().await;
    filled(&store).await;
    fs::rename(lab.path("store.db"), lab.path("away.db")).unwrap();
    answers_nothing(&store.hub()).await;
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
    answers_nothing(&store.hub()).await;
    server.restart().unwrap();
    goes_on(&store).await;
}
