//! What a backup has of single sign-on, and what a restore ends.

use super::{
    LATER, Lab, NOW, access, bytes, cases, code, count, family, is_revoked, offline_code,
    offline_family, opens, session,
};
use crate::database::{Begin, args};
use crate::schema::TABLES;
use crate::{
    AccessRow, HostCodeRow, Outage, RestoreOptions, SigningKeyRow, Store, StoreUrl, TakenRow,
    restore,
};
use zeroize::Zeroizing;

cases!(
    a_backup_has_consents_and_keys_and_nothing_that_ends,
    a_restore_ends_what_began_before_it,
    a_store_in_which_people_are_signed_in_is_occupied,
    every_table_is_in_a_backup_or_meant_not_to_be,
);

/// Somebody who is signed in, with a code that waits, one that was taken, and tokens.
async fn signed_in(lab: &Lab) -> Store {
    let store = lab.open().await;
    let sso = store.sso();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    let host = HostCodeRow {
        code: bytes("host"),
        session: "one".to_owned(),
        host: "wiki.example".to_owned(),
        browser: bytes("browser"),
        expires_ms: LATER,
        target: "/".to_owned(),
    };
    assert!(sso.keep_host_code(&host).await.unwrap());
    assert!(sso.keep_code(&code("waits", "one")).await.unwrap());
    assert!(sso.keep_code(&offline_code("taken", "one")).await.unwrap());
    assert!(sso.take_code(&bytes("taken")).await.unwrap() != TakenRow::Unknown);
    for (token, row) in [
        (access("on", "on"), family("on", "one")),
        (access("off", "off"), offline_family("off", "one")),
    ] {
        assert!(sso.keep_tokens(&token, Some(&row)).await.unwrap());
    }
    let own = AccessRow {
        family: None,
        ..access("own", "")
    };
    assert!(sso.keep_tokens(&own, None).await.unwrap());
    assert!(
        sso.take_assertion("wiki", &bytes("j"), LATER)
            .await
            .unwrap()
    );
    sso.add_consent("eve", "wiki", &["email", "groups"])
        .await
        .unwrap();
    let key = SigningKeyRow {
        kid: "k".to_owned(),
        algorithm: "ES256".to_owned(),
        private: Zeroizing::new(vec![0, 1, 2, 255]),
        published_ms: NOW,
        signs_from_ms: NOW + 1,
        drop_after_ms: Some(NOW + 2),
    };
    assert!(sso.add_signing_key(&key, None).await.unwrap());
    store
}

fn replacing(lab: &Lab) -> RestoreOptions {
    RestoreOptions {
        replace: true,
        audit_key: Some(lab.path("one.key")),
    }
}

async fn has_what_stays(store: &Store) {
    let sso = store.sso();
    let scopes = sso.consent("eve", "wiki").await.unwrap();
    assert_eq!(scopes, ["email", "groups"]);
    let keys = sso.signing_keys().await.unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].kid, "k");
    assert_eq!(keys[0].algorithm, "ES256");
    assert_eq!(keys[0].private.as_slice(), [0, 1, 2, 255]);
    assert_eq!(keys[0].published_ms, NOW);
    assert_eq!(keys[0].signs_from_ms, NOW + 1);
    assert_eq!(keys[0].drop_after_ms, Some(NOW + 2));
}

async fn a_backup_has_consents_and_keys_and_nothing_that_ends(lab: Lab) {
    let store = signed_in(&lab).await;
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    for other in [Lab::file(), Lab::server()] {
        let url = StoreUrl::parse(&other.url).unwrap();
        restore(&backup, &url, RestoreOptions::default())
            .await
            .unwrap();
        let restored = other.open().await;
        has_what_stays(&restored).await;
        let ends = "SELECT (SELECT count(*) FROM sso_session) + (SELECT count(*) FROM sso_session_client) \
                    + (SELECT count(*) FROM sso_code) + (SELECT count(*) FROM sso_family) \
                    + (SELECT count(*) FROM sso_access) + (SELECT count(*) FROM sso_assertion) \
                    + (SELECT count(*) FROM sso_host)";
        assert_eq!(count(&restored, ends).await, 0);
    }
    // A backup ends nothing.
    assert!(opens(&store, "on").await && opens(&store, "own").await);
    assert!(store.sso().session("one").await.unwrap().is_some());
}

async fn a_restore_ends_what_began_before_it(lab: Lab) {
    let store = signed_in(&lab).await;
    let sso = store.sso();
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    sso.keep_session(&session("two", "adam")).await.unwrap();
    sso.add_consent("adam", "wiki", &["email"]).await.unwrap();
    let url = StoreUrl::parse(&lab.url).unwrap();
    restore(&backup, &url, replacing(&lab)).await.unwrap();
    has_what_stays(&store).await;
    assert!(sso.consent("adam", "wiki").await.unwrap().is_empty());
    assert!(sso.sessions(None, 9).await.unwrap().is_empty());
    for token in ["on", "off", "own"] {
        assert!(!opens(&store, token).await, "{token}");
    }
    for name in ["on", "off"] {
        assert!(is_revoked(&store, name).await, "{name}");
    }
    // Whoever was about to redeem a code is not given anything, nor is whoever comes with it later.
    for row in [family("waits", "one"), offline_family("taken", "one")] {
        let token = AccessRow {
            family: Some(row.family),
            ..access("late", "")
        };
        assert!(!sso.keep_tokens(&token, Some(&row)).await.unwrap());
    }
    // An assertion that was used is not taken once more.
    assert!(
        !sso.take_assertion("wiki", &bytes("j"), LATER)
            .await
            .unwrap()
    );
    sso.keep_session(&session("one", "eve")).await.unwrap();
    let clients = sso
        .end_session("one", NOW, LATER)
        .await
        .unwrap()
        .unwrap()
        .clients;
    assert!(clients.is_empty());
}

async fn a_store_in_which_people_are_signed_in_is_occupied(lab: Lab) {
    let other = Lab::file();
    let backup = lab.path("backup.db");
    other.open().await.backup(&backup).await.unwrap();
    let url = StoreUrl::parse(&lab.url).unwrap();
    let store = lab.open().await;
    let refused = async || {
        let error = restore(&backup, &url, RestoreOptions::default()).await;
        assert_eq!(error.unwrap_err().outage(), Some(Outage::Occupied));
    };
    store
        .sso()
        .keep_session(&session("one", "eve"))
        .await
        .unwrap();
    refused().await;
    store
        .sso()
        .end_session("one", NOW, LATER)
        .await
        .unwrap()
        .unwrap();
    store
        .sso()
        .add_consent("eve", "wiki", &["email"])
        .await
        .unwrap();
    refused().await;
    assert_eq!(store.sso().consent("eve", "wiki").await.unwrap(), ["email"]);
    store.sso().withdraw_consent("eve", "wiki").await.unwrap();
    restore(&backup, &url, RestoreOptions::default())
        .await
        .unwrap();
}

/// A new table has to be put in one of the two lists.
async fn every_table_is_in_a_backup_or_meant_not_to_be(lab: Lab) {
    const MEANT: [&str; 8] = [
        "store_version",
        "sso_session",
        "sso_session_client",
        "sso_host",
        "sso_code",
        "sso_family",
        "sso_access",
        "sso_assertion",
    ];
    let store = lab.open().await;
    let tables = if lab.is_file() {
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
    } else {
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    };
    let mut tx = store.database().begin(Begin::Read).await.unwrap();
    let rows = tx.rows(tables, args![]).await.unwrap();
    let mut found: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    let copied = TABLES
        .iter()
        .map(|table| table.delete.trim_start_matches("DELETE FROM "));
    let mut expected: Vec<_> = copied.chain(MEANT).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}
