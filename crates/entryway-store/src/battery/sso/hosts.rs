//! Hosts that forward authentication protects.

use super::{LATER, Lab, NOW, bytes, cases, count, session};
use crate::database::Begin;
use crate::{HostCodeRow, HostExchange, Sso};
use tokio::task::JoinSet;

cases!(
    a_code_is_exchanged_once_by_its_browser_at_its_host,
    a_code_is_looked_at_without_writing,
    a_code_is_exchanged_by_one_of_many_who_come,
    a_cookie_opens_its_own_host_and_ends_with_the_session,
    a_session_has_one_cookie_for_a_host,
    codes_that_nobody_exchanged_are_forgotten,
);

fn code(name: &str, session: &str) -> HostCodeRow {
    HostCodeRow {
        code: bytes(name),
        session: session.to_owned(),
        host: "wiki.example".to_owned(),
        browser: bytes("browser"),
        expires_ms: NOW + 60_000,
        target: format!("/{name}?x"),
    }
}

fn exchange(code: &str, cookie: &str) -> HostExchange {
    HostExchange {
        code: bytes(code),
        host: "wiki.example".to_owned(),
        browser: bytes("browser"),
        cookie: bytes(cookie),
        now_ms: NOW,
    }
}

async fn whose(sso: &Sso, cookie: &str, host: &str) -> Option<String> {
    let found = sso.session_by_host_cookie(&bytes(cookie), host).await;
    found.unwrap().map(|row| row.subject)
}

async fn a_code_is_exchanged_once_by_its_browser_at_its_host(lab: Lab) {
    let sso = lab.open().await.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    assert!(sso.keep_host_code(&code("c", "one")).await.unwrap());
    // A code is no cookie.
    assert_eq!(whose(&sso, "c", "wiki.example").await, None);
    for other in [
        HostExchange {
            host: "shop.example".to_owned(),
            ..exchange("c", "k")
        },
        HostExchange {
            browser: bytes("another"),
            ..exchange("c", "k")
        },
        HostExchange {
            now_ms: NOW + 60_000,
            ..exchange("c", "k")
        },
        exchange("other", "k"),
    ] {
        assert_eq!(sso.exchange_host_code(&other).await.unwrap(), None);
    }
    let target = sso.exchange_host_code(&exchange("c", "k")).await.unwrap();
    assert_eq!(target.as_deref(), Some("/c?x"));
    for again in [exchange("c", "l"), exchange("k", "l")] {
        assert_eq!(sso.exchange_host_code(&again).await.unwrap(), None);
    }
    assert_eq!(whose(&sso, "k", "wiki.example").await.unwrap(), "eve");
    assert_eq!(whose(&sso, "l", "wiki.example").await, None);
}

async fn a_code_is_looked_at_without_writing(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    assert!(sso.keep_host_code(&code("c", "one")).await.unwrap());
    // Somebody else writes meanwhile.
    let writing = store.database().begin(Begin::Write).await.unwrap();
    for (name, host, now_ms, expected) in [
        ("c", "wiki.example", NOW, Some(bytes("browser"))),
        ("c", "shop.example", NOW, None),
        ("c", "wiki.example", NOW + 60_000, None),
        ("other", "wiki.example", NOW, None),
    ] {
        let found = sso.browser_of_host_code(&bytes(name), host, now_ms).await;
        assert_eq!(found.unwrap(), expected);
    }
    drop(writing);
    sso.exchange_host_code(&exchange("c", "k")).await.unwrap();
    // Neither a code any more, nor is its cookie one.
    for name in ["c", "k"] {
        let code = bytes(name);
        let found = sso.browser_of_host_code(&code, "wiki.example", NOW);
        assert_eq!(found.await.unwrap(), None);
    }
}

async fn a_code_is_exchanged_by_one_of_many_who_come(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    let sso = stores[0].sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    assert!(sso.keep_host_code(&code("c", "one")).await.unwrap());
    let mut exchanging = JoinSet::new();
    for turn in 0..40 {
        let sso = stores[turn % 2].sso();
        let exchange = exchange("c", &format!("k{turn}"));
        exchanging.spawn(async move { sso.exchange_host_code(&exchange).await.unwrap() });
    }
    let targets = exchanging.join_all().await;
    assert_eq!(targets.iter().flatten().count(), 1);
}

async fn a_cookie_opens_its_own_host_and_ends_with_the_session(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    for name in ["c", "waits"] {
        assert!(sso.keep_host_code(&code(name, "one")).await.unwrap());
    }
    sso.exchange_host_code(&exchange("c", "k")).await.unwrap();
    assert_eq!(whose(&sso, "k", "wiki.example").await.unwrap(), "eve");
    assert_eq!(whose(&sso, "k", "shop.example").await, None);
    sso.end_session("one", NOW, LATER).await.unwrap().unwrap();
    assert_eq!(whose(&sso, "k", "wiki.example").await, None);
    let late = sso.exchange_host_code(&exchange("waits", "l")).await;
    assert_eq!(late.unwrap(), None);
    assert!(!sso.keep_host_code(&code("late", "one")).await.unwrap());
    assert_eq!(count(&store, "SELECT count(*) FROM sso_host").await, 0);
}

async fn a_session_has_one_cookie_for_a_host(lab: Lab) {
    let sso = lab.open().await.sso();
    for (name, subject) in [("one", "eve"), ("two", "adam")] {
        sso.keep_session(&session(name, subject)).await.unwrap();
    }
    for (code_name, of, cookie) in [("c", "one", "k"), ("d", "one", "l"), ("e", "two", "m")] {
        assert!(sso.keep_host_code(&code(code_name, of)).await.unwrap());
        let taken = sso.exchange_host_code(&exchange(code_name, cookie)).await;
        assert!(taken.unwrap().is_some());
    }
    assert_eq!(whose(&sso, "k", "wiki.example").await, None);
    assert_eq!(whose(&sso, "l", "wiki.example").await.unwrap(), "eve");
    assert_eq!(whose(&sso, "m", "wiki.example").await.unwrap(), "adam");
}

async fn codes_that_nobody_exchanged_are_forgotten(lab: Lab) {
    let store = lab.open().await;
    let sso = store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    for name in ["taken", "left"] {
        assert!(sso.keep_host_code(&code(name, "one")).await.unwrap());
    }
    sso.exchange_host_code(&exchange("taken", "k"))
        .await
        .unwrap();
    // Another node's clock may be behind.
    assert_eq!(sso.prune_sso(NOW + 60_000).await.unwrap(), 0);
    assert_eq!(sso.prune_sso(NOW + 2 * 3_600_000).await.unwrap(), 1);
    assert_eq!(count(&store, "SELECT count(*) FROM sso_host").await, 1);
    assert_eq!(whose(&sso, "k", "wiki.example").await.unwrap(), "eve");
}
