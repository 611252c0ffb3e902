//! Somebody who may write the store changes the record of decisions.

use super::{Lab, cases, entry};
use crate::{Breach, BreachKind, Store, StoreError};

cases!(
    a_changed_body_is_found,
    a_changed_time_is_found,
    a_removed_segment_is_found,
    a_removed_beginning_is_found,
    exchanged_segments_are_found,
    a_cut_tail_is_found,
    a_cut_tail_is_found_and_nothing_is_appended_behind_it,
    a_chain_that_was_computed_anew_is_found,
    a_forged_checkpoint_is_found,
    a_checkpoint_of_another_key_is_found,
    another_daemon_that_writes_as_this_node_is_told_as_that,
    another_nodes_records_do_not_pass_for_ours,
    what_is_broken_is_not_pruned,
);

/// Ten segments of one record each, signed; then `sql`.
async fn tampered(lab: &Lab, sql: &'static str) -> Store {
    let store = lab.open().await;
    for ms in 0..10 {
        store.audit().append(entry(ms, "{\"a\":1}")).await.unwrap();
    }
    store.close().await;
    let store = lab.open().await;
    assert!(store.audit().verify().await.unwrap().is_whole());
    lab.meddle(sql).await;
    store
}

async fn check(lab: &Lab, sql: &'static str, seq: i64, kind: BreachKind) {
    let store = tampered(lab, sql).await;
    let report = store.audit().verify().await.unwrap();
    assert_eq!(
        report.nodes[0].breach,
        Some(Breach { seq, kind }),
        "{report:?}"
    );
    assert!(!report.is_whole());
}

async fn a_changed_body_is_found(lab: Lab) {
    let sql = if lab.is_file() {
        "UPDATE audit_segment SET body = zeroblob(length(body)) WHERE first_seq = 4"
    } else {
        "UPDATE audit_segment SET body = set_byte(body, 25, 50) WHERE first_seq = 4"
    };
    check(&lab, sql, 4, BreachKind::Altered).await;
}

async fn a_changed_time_is_found(lab: Lab) {
    let sql = "UPDATE audit_segment SET to_ms = to_ms + 1 WHERE first_seq = 0";
    check(&lab, sql, 0, BreachKind::Altered).await;
}

async fn a_removed_segment_is_found(lab: Lab) {
    let sql = "DELETE FROM audit_segment WHERE first_seq = 3";
    check(&lab, sql, 3, BreachKind::Gap).await;
}

async fn a_removed_beginning_is_found(lab: Lab) {
    let sql = "DELETE FROM audit_segment WHERE first_seq < 3";
    check(&lab, sql, 0, BreachKind::Gap).await;
}

async fn exchanged_segments_are_found(lab: Lab) {
    let sql = "UPDATE audit_segment SET first_seq = 1000 WHERE first_seq = 5; \
               UPDATE audit_segment SET first_seq = 5 WHERE first_seq = 7; \
               UPDATE audit_segment SET first_seq = 7 WHERE first_seq = 1000";
    check(&lab, sql, 5, BreachKind::Reordered).await;
}

async fn a_cut_tail_is_found(lab: Lab) {
    let sql = "DELETE FROM audit_segment WHERE first_seq > 6";
    check(&lab, sql, 7, BreachKind::Truncated).await;
}

async fn a_cut_tail_is_found_and_nothing_is_appended_behind_it(lab: Lab) {
    let store = tampered(&lab, "DELETE FROM audit_segment WHERE first_seq > 6").await;
    assert!(store.audit().append(entry(20, "{}")).await.is_err());
    let report = store.audit().verify().await.unwrap();
    let kind = BreachKind::Truncated;
    assert_eq!(report.nodes[0].breach, Some(Breach { seq: 7, kind }));
}

/// Everything that can be computed without the key is computed anew.
async fn a_chain_that_was_computed_anew_is_found(lab: Lab) {
    let store = tampered(&lab, "DELETE FROM audit_segment").await;
    // Written with another key into another store, under the same name and with the same numbers.
    let other = Lab::file();
    let forged = other.open().await;
    for ms in 0..10 {
        forged.audit().append(entry(ms, "{\"a\":2}")).await.unwrap();
    }
    forged.close().await;
    let forged = other.open().await;
    let mut from = forged
        .database()
        .begin(crate::database::Begin::Read)
        .await
        .unwrap();
    let mut to = store
        .database()
        .begin(crate::database::Begin::Write)
        .await
        .unwrap();
    crate::backup::copy_table(&mut from, &mut to, &crate::schema::TABLES[5])
        .await
        .unwrap();
    to.commit().await.unwrap();
    let report = store.audit().verify().await.unwrap();
    assert_eq!(
        report.nodes[0].breach,
        Some(Breach {
            seq: 9,
            kind: BreachKind::Altered
        })
    );
}

/// Two that were set up alike: both begin a chain, and the first that writes has it.
async fn another_daemon_that_writes_as_this_node_is_told_as_that(lab: Lab) {
    let own = lab.open().await;
    let mut options = lab.options("two");
    options.node = "one".to_owned();
    let other = super::open(&lab.url, options).await.unwrap();
    own.audit().goes_on().await.unwrap();
    other.audit().goes_on().await.unwrap();
    other.audit().append(entry(0, "{}")).await.unwrap();
    let refused = own.audit().append(entry(1, "{}")).await.unwrap_err();
    assert!(
        refused.0.contains("another daemon writes as this node")
            && refused.0.contains("audit.node"),
        "{refused:?}"
    );
    // Whoever starts now is told before any login.
    let found = own.audit().goes_on().await.unwrap_err();
    assert!(
        matches!(&found, StoreError::SharedNode { node, seq: 0 } if node == "one"),
        "{found:?}"
    );
    // The one that has the chain goes on.
    other.audit().append(entry(2, "{}")).await.unwrap();
}

async fn a_forged_checkpoint_is_found(lab: Lab) {
    let sql =
        "UPDATE audit_checkpoint SET next_seq = 7; DELETE FROM audit_segment WHERE first_seq > 6";
    check(&lab, sql, 7, BreachKind::BadSignature).await;
}

async fn a_checkpoint_of_another_key_is_found(lab: Lab) {
    let store = tampered(&lab, "SELECT 1").await;
    store.close().await;
    // The same name, and another key.
    std::fs::rename(lab.path("one.key"), lab.path("old.key")).unwrap();
    let store = lab.open().await;
    let report = store.audit().verify().await.unwrap();
    let breach = Breach {
        seq: 10,
        kind: BreachKind::UnknownKey,
    };
    assert_eq!(report.nodes[0].breach, Some(breach));
    store.close().await;
    // An old key that is trusted is one's own.
    let old = crate::AuditKey::load(lab.path("old.key")).unwrap();
    let mut options = lab.options("one");
    options
        .audit_key
        .trust(old.public_key().try_into().unwrap());
    let store = super::open(&lab.url, options).await.unwrap();
    assert!(store.audit().verify().await.unwrap().is_whole());
}

async fn another_nodes_records_do_not_pass_for_ours(lab: Lab) {
    let two = lab.open_as("two").await;
    two.audit().append(entry(1, "{}")).await.unwrap();
    let store = lab.open().await;
    lab.meddle("UPDATE audit_segment SET node = 'one'").await;
    let report = store.audit().verify().await.unwrap();
    let breach = Breach {
        seq: 0,
        kind: BreachKind::Altered,
    };
    assert_eq!(report.nodes[0].breach, Some(breach));
}

async fn what_is_broken_is_not_pruned(lab: Lab) {
    let store = tampered(&lab, "DELETE FROM audit_segment WHERE first_seq = 3").await;
    let pruned = store.audit().prune(entry(8, "").at).await;
    assert!(matches!(pruned, Err(StoreError::Damaged { .. })));
    assert_eq!(store.audit().tail(100).await.unwrap().len(), 9);
}
