//! Somebody who may write the store, and has no key, computes everything anew that needs none.

use super::mark::MarkFile;
use super::segment::{Frames, NOTHING, Segment};
use super::{Breach, BreachKind};
use crate::battery::{Lab, cases, entry};
use crate::database::{Begin, Tx, args};
use crate::{AuditEntry, RestoreOptions, Store, StoreUrl, restore};

cases!(
    a_chain_forged_while_nobody_runs_is_found_and_never_signed,
    a_chain_forged_under_a_running_daemon_is_found_and_never_signed,
    a_record_added_while_nobody_runs_is_found_and_never_signed,
    a_record_added_under_a_running_daemon_is_found_and_never_signed,
    a_chain_forged_where_nothing_was_signed_yet_is_found,
    a_tail_cut_with_its_checkpoints_is_found_and_not_gone_on_from,
    an_emptied_audit_is_found_and_not_gone_on_from,
    what_a_running_daemon_wrote_is_not_cut_off_under_it,
    another_epoch_alone_changes_nothing,
    two_processes_sign_one_chain_by_turns,
    a_node_goes_on_under_another_name,
    an_older_backup_is_gone_on_from_once_it_was_restored_here,
    an_older_state_that_nobody_restored_is_refused,
    what_a_killed_process_did_not_sign_is_signed_later,
    a_clock_set_wrong_prunes_nothing,
    a_base_is_not_signed_over_what_was_not_verified,
);

/// Ten commits; signed when the store is closed.
async fn ten(lab: &Lab) -> Store {
    let store = lab.open().await;
    append(&store, 0..10).await;
    store
}

async fn append(store: &Store, ms: std::ops::Range<u64>) {
    for ms in ms {
        store
            .audit()
            .append(entry(ms, "{\"who\":\"bob\"}"))
            .await
            .unwrap();
    }
}

/// A segment as it was before there were seals, or as one makes it who has no key.
fn forged(at: &Segment, previous: [u8; 32], bodies: &[AuditEntry]) -> Segment {
    let mut frames = Frames::default();
    bodies.iter().for_each(|body| frames.push(body));
    let mut segment = Segment {
        first_seq: at.first_seq,
        count: i64::try_from(bodies.len()).unwrap(),
        from_ms: at.from_ms,
        to_ms: at.to_ms,
        previous,
        hash: NOTHING,
        body: frames.body,
        unpacked: 0,
    };
    segment.hash = segment.computed("one");
    segment
}

async fn insert(tx: &mut Tx, segment: &Segment) {
    tx.execute(
        "INSERT INTO audit_segment (node, first_seq, count, from_ms, to_ms, previous_hash, hash, body, unpacked) \
         VALUES ('one', $1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            segment.first_seq,
            segment.count,
            segment.from_ms,
            segment.to_ms,
            segment.previous.as_slice(),
            segment.hash.as_slice(),
            segment.body.as_slice(),
            segment.unpacked
        ],
    )
    .await
    .unwrap();
}

/// Takes every checkpoint out, and writes the first `keep` commits again with another name in them.
async fn forge_all(store: &Store, keep: usize) {
    let mut tx = store.database().begin(Begin::Write).await.unwrap();
    let segments = Segment::page(&mut tx, "one", 0).await.unwrap();
    for sql in ["DELETE FROM audit_checkpoint", "DELETE FROM audit_segment"] {
        tx.execute(sql, args![]).await.unwrap();
    }
    let mut previous = NOTHING;
    for segment in segments.iter().take(keep) {
        let mut entries = segment.entries().unwrap();
        entries[0].body = b"{\"who\":\"eve\"}".to_vec();
        let forged = forged(segment, previous, &entries);
        insert(&mut tx, &forged).await;
        previous = forged.hash;
    }
    tx.execute("UPDATE store_state SET epoch = epoch + 1", args![])
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// Adds a record behind the last, and has whoever runs look for the end anew.
async fn forge_one(store: &Store) {
    let mut tx = store.database().begin(Begin::Write).await.unwrap();
    let segments = Segment::page(&mut tx, "one", 0).await.unwrap();
    let last = segments.last().unwrap();
    let mut at = forged(last, NOTHING, &last.entries().unwrap());
    at.first_seq = last.next_seq();
    let added = forged(&at, last.hash, &[entry(11, "{\"who\":\"eve\"}")]);
    insert(&mut tx, &added).await;
    tx.execute("UPDATE store_state SET epoch = epoch + 1", args![])
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// The breach is found, nothing is appended behind it, and the key signs none of it, now or after a restart.
async fn refused(lab: &Lab, store: Store, seq: i64, kind: BreachKind) {
    let expected = Some(Breach { seq, kind });
    let before = store.audit().tail(100).await.unwrap().len();
    let signed = checkpoints(&store).await;
    let mut store = store;
    for restart in [false, true] {
        if restart {
            store.close().await;
            store = lab.open().await;
        }
        let report = store.audit().verify().await.unwrap();
        let ours = report.nodes.iter().find(|node| node.node == "one");
        assert_eq!(ours.unwrap().breach, expected, "{restart} {report:?}");
        let error = store.audit().append(entry(20, "{}")).await.unwrap_err();
        assert!(
            error
                .0
                .contains("is damaged: look at `entryway audit verify`"),
            "{error:?}"
        );
        assert!(store.audit().goes_on().await.is_err());
        assert_eq!(store.audit().tail(100).await.unwrap().len(), before);
        assert_eq!(checkpoints(&store).await, signed);
    }
}

async fn checkpoints(store: &Store) -> i64 {
    let mut tx = store.database().begin(Begin::Read).await.unwrap();
    let row = tx
        .row("SELECT count(*) FROM audit_checkpoint", args![])
        .await
        .unwrap();
    row.unwrap().int(0).unwrap()
}

async fn whole(store: &Store, records: i64) {
    let report = store.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.nodes[0].records, records);
}

async fn a_chain_forged_while_nobody_runs_is_found_and_never_signed(lab: Lab) {
    ten(&lab).await.close().await;
    let store = lab.open().await;
    forge_all(&store, 2).await;
    refused(&lab, store, 0, BreachKind::Unsigned).await;
}

async fn a_chain_forged_under_a_running_daemon_is_found_and_never_signed(lab: Lab) {
    let store = ten(&lab).await;
    forge_all(&store, 10).await;
    // Nothing was signed yet: this process knows what it wrote, and anybody else that no seal stands there.
    let error = store.audit().append(entry(20, "{}")).await.unwrap_err();
    assert!(error.0.contains("from record"), "{error:?}");
    refused(&lab, store, 0, BreachKind::Unsigned).await;
}

async fn a_record_added_while_nobody_runs_is_found_and_never_signed(lab: Lab) {
    ten(&lab).await.close().await;
    let store = lab.open().await;
    forge_one(&store).await;
    refused(&lab, store, 10, BreachKind::Unsigned).await;
}

async fn a_record_added_under_a_running_daemon_is_found_and_never_signed(lab: Lab) {
    let store = ten(&lab).await;
    forge_one(&store).await;
    let error = store.audit().append(entry(20, "{}")).await.unwrap_err();
    assert!(error.0.contains("from record 10 (unsigned)"), "{error:?}");
    refused(&lab, store, 10, BreachKind::Unsigned).await;
}

async fn a_chain_forged_where_nothing_was_signed_yet_is_found(lab: Lab) {
    // Closed, and what it signed taken away: one that is only dropped signs while the chain is being forged.
    ten(&lab).await.close().await;
    let store = lab.open().await;
    forge_all(&store, 10).await;
    std::fs::remove_file(lab.path("one.key.mark")).unwrap();
    refused(&lab, store, 0, BreachKind::Unsigned).await;
}

async fn a_tail_cut_with_its_checkpoints_is_found_and_not_gone_on_from(lab: Lab) {
    ten(&lab).await.close().await;
    let store = lab.open().await;
    lab.meddle(
        "DELETE FROM audit_segment WHERE first_seq > 6; DELETE FROM audit_checkpoint WHERE next_seq > 6",
    )
    .await;
    let report = store.audit().verify().await.unwrap();
    assert_eq!(report.nodes[0].marked_below, Some(10));
    assert_eq!(report.nodes[0].records, 7);
    refused(&lab, store, 7, BreachKind::Truncated).await;
}

async fn an_emptied_audit_is_found_and_not_gone_on_from(lab: Lab) {
    ten(&lab).await.close().await;
    let store = lab.open().await;
    lab.meddle("DELETE FROM audit_segment; DELETE FROM audit_checkpoint")
        .await;
    refused(&lab, store, 0, BreachKind::Truncated).await;
}

async fn what_a_running_daemon_wrote_is_not_cut_off_under_it(lab: Lab) {
    let store = ten(&lab).await;
    lab.meddle(
        "DELETE FROM audit_segment WHERE first_seq > 6; UPDATE store_state SET epoch = epoch + 1",
    )
    .await;
    let error = store.audit().append(entry(20, "{}")).await.unwrap_err();
    assert!(error.0.contains("from record 10 (truncated)"), "{error:?}");
}

async fn another_epoch_alone_changes_nothing(lab: Lab) {
    let store = ten(&lab).await;
    lab.meddle("UPDATE store_state SET epoch = epoch + 1").await;
    append(&store, 10..12).await;
    lab.meddle("UPDATE store_state SET epoch = epoch + 1").await;
    store.close().await;
    let store = lab.open().await;
    whole(&store, 12).await;
    assert_eq!(checkpoints(&store).await, 1);
    append(&store, 12..13).await;
}

async fn two_processes_sign_one_chain_by_turns(lab: Lab) {
    let daemon = ten(&lab).await;
    for round in 1..6 {
        let command = lab.open().await;
        append(&command, round * 100..round * 100 + 3).await;
        command.close().await;
        append(&daemon, round * 100 + 10..round * 100 + 12).await;
    }
    daemon.close().await;
    let store = lab.open().await;
    whole(&store, 35).await;
    let report = store.audit().verify().await.unwrap();
    assert_eq!(report.nodes[0].marked_below, Some(35));
    append(&store, 900..901).await;
}

async fn a_node_goes_on_under_another_name(lab: Lab) {
    ten(&lab).await.close().await;
    let store = lab.open().await;
    forge_all(&store, 3).await;
    let mut options = lab.options("one");
    options.node = "one-2".to_owned();
    let other = crate::battery::open(&lab.url, options).await.unwrap();
    append(&other, 0..3).await;
    other.close().await;
    // What was found stays to be found.
    refused(&lab, store, 0, BreachKind::Unsigned).await;
}

async fn an_older_backup_is_gone_on_from_once_it_was_restored_here(lab: Lab) {
    ten(&lab).await.close().await;
    let daemon = lab.open().await;
    let backup = lab.path("backup.db");
    daemon.backup(&backup).await.unwrap();
    append(&daemon, 10..15).await;
    daemon.close().await;
    let daemon = lab.open().await;
    append(&daemon, 15..17).await;
    let options = RestoreOptions {
        replace: true,
        audit_key: Some(lab.path("one.key")),
    };
    let url = StoreUrl::parse(&lab.url).unwrap();
    restore(&backup, &url, options).await.unwrap();
    append(&daemon, 20..23).await;
    whole(&daemon, 13).await;
    daemon.close().await;
    let store = lab.open().await;
    whole(&store, 13).await;
    append(&store, 30..31).await;
}

async fn an_older_state_that_nobody_restored_is_refused(lab: Lab) {
    ten(&lab).await.close().await;
    let store = lab.open().await;
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    append(&store, 10..15).await;
    store.close().await;
    let options = RestoreOptions {
        replace: true,
        audit_key: None,
    };
    let url = StoreUrl::parse(&lab.url).unwrap();
    restore(&backup, &url, options).await.unwrap();
    refused(&lab, lab.open().await, 10, BreachKind::Truncated).await;
}

async fn what_a_killed_process_did_not_sign_is_signed_later(lab: Lab) {
    // Never closed: as if killed.
    let killed = ten(&lab).await;
    let store = lab.open().await;
    whole(&store, 10).await;
    append(&store, 10..11).await;
    store.close().await;
    let marks = MarkFile::beside(&lab.path("one.key")).read().unwrap();
    assert_eq!(marks.end("one").unwrap().next_seq, 11);
    drop(killed);
}

async fn a_clock_set_wrong_prunes_nothing(lab: Lab) {
    let store = ten(&lab).await;
    let far = std::time::SystemTime::now() + std::time::Duration::from_secs(3600 * 86_400);
    assert_eq!(store.audit().prune(far).await.unwrap(), 0);
    whole(&store, 10).await;
    assert_eq!(store.audit().prune(entry(9, "").at).await.unwrap(), 9);
    append(&store, 10..12).await;
    whole(&store, 3).await;
    store.close().await;
    let store = lab.open().await;
    append(&store, 12..13).await;
    whole(&store, 4).await;
}

async fn a_base_is_not_signed_over_what_was_not_verified(lab: Lab) {
    ten(&lab).await.close().await;
    let store = lab.open().await;
    lab.meddle(
        "DELETE FROM audit_segment WHERE first_seq < 4; DELETE FROM audit_checkpoint; \
         UPDATE store_state SET epoch = epoch + 1",
    )
    .await;
    let pruned = store.audit().prune(entry(8, "").at).await;
    assert!(pruned.is_err(), "{pruned:?}");
    assert_eq!(checkpoints(&store).await, 0);
}
