//! The record of decisions.

use super::{Lab, cases, entry};
use crate::AuditEntry;
use std::time::Duration;

cases!(
    what_was_appended_is_read_and_verifies,
    parallel_appends_stay_one_chain,
    two_processes_of_one_node_share_a_chain,
    a_chain_goes_on_after_a_restart,
    a_login_is_found_by_its_id,
    what_is_pruned_is_gone_and_the_rest_verifies,
    a_record_that_is_too_large_is_refused,
);

async fn what_was_appended_is_read_and_verifies(lab: Lab) {
    let store = lab.open().await;
    for ms in 0..5 {
        let body = format!("{{\"n\":{ms}}}");
        store.audit().append(entry(ms, &body)).await.unwrap();
    }
    let tail = store.audit().tail(3).await.unwrap();
    let read: Vec<_> = tail
        .iter()
        .map(|record| {
            (
                record.seq,
                &*record.node,
                String::from_utf8_lossy(&record.body),
            )
        })
        .map(|(seq, node, body)| format!("{seq} {node} {body}"))
        .collect();
    assert_eq!(
        read,
        ["2 one {\"n\":2}", "3 one {\"n\":3}", "4 one {\"n\":4}"]
    );
    assert_eq!(tail[0].at, entry(2, "").at);
    let report = store.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.nodes[0].records, 5);
    store.close().await;
    let report = lab.open().await.audit().verify().await.unwrap();
    assert_eq!(report.nodes[0].signed_below, 5);
    assert!(report.nodes[0].unknown_keys.is_empty());
}

async fn append_many(store: &crate::Store, from: u64, count: u64) {
    let mut appending = tokio::task::JoinSet::new();
    for ms in from..from + count {
        let audit = store.audit().clone();
        appending.spawn(async move { audit.append(entry(ms, "{}")).await });
    }
    for answer in appending.join_all().await {
        answer.unwrap();
    }
}

async fn parallel_appends_stay_one_chain(lab: Lab) {
    let store = lab.open().await;
    append_many(&store, 0, 3000).await;
    let report = store.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.nodes[0].records, 3000);
    let tail = store.audit().tail(5000).await.unwrap();
    let mut ids: Vec<_> = tail.iter().map(|record| record.login_id).collect();
    ids.sort_unstable();
    assert_eq!(
        ids,
        (0..3000)
            .map(|ms| entry(ms, "").login_id)
            .collect::<Vec<_>>()
    );
}

async fn two_processes_of_one_node_share_a_chain(lab: Lab) {
    let (one, same, two) = (lab.open().await, lab.open().await, lab.open_as("two").await);
    for round in 0..20 {
        let from = round * 100;
        tokio::join!(
            append_many(&one, from, 10),
            append_many(&same, from + 10, 10),
            append_many(&two, from + 20, 10)
        );
    }
    same.close().await;
    let report = one.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    let counts: Vec<_> = report
        .nodes
        .iter()
        .map(|node| (&*node.node, node.records))
        .collect();
    assert_eq!(counts, [("one", 400), ("two", 200)]);
    two.close().await;
    let report = one.audit().verify().await.unwrap();
    // Nobody here can tell whether that key is the other node's.
    assert_eq!(report.nodes[1].unknown_keys.len(), 1);
    assert!(report.is_whole(), "{report:?}");
}

async fn a_chain_goes_on_after_a_restart(lab: Lab) {
    for round in 0..3 {
        let store = lab.open().await;
        append_many(&store, round * 10, 10).await;
        store.close().await;
    }
    let report = lab.open().await.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(
        (report.nodes[0].records, report.nodes[0].signed_below),
        (30, 30)
    );
}

async fn a_login_is_found_by_its_id(lab: Lab) {
    let store = lab.open().await;
    append_many(&store, 1_000_000, 200).await;
    // Decided a minute after its submission.
    let mut slow = entry(1_000_000, "slow");
    slow.login_id ^= 1;
    slow.at += Duration::from_secs(60);
    store.audit().append(slow.clone()).await.unwrap();
    append_many(&store, 9_000_000, 200).await;
    let find = async |id| store.audit().get(id).await.unwrap();
    assert_eq!(find(slow.login_id).await.unwrap().body, b"slow");
    let wanted = entry(9_000_123, "");
    assert_eq!(find(wanted.login_id).await.unwrap().at, wanted.at);
    assert_eq!(find(wanted.login_id ^ 1).await, None);
    assert_eq!(find(u64::MAX).await, None);
    assert_eq!(find(0).await, None);
}

async fn what_is_pruned_is_gone_and_the_rest_verifies(lab: Lab) {
    let store = lab.open().await;
    for round in 0..4 {
        append_many(&store, round * 1000, 10).await;
    }
    let cut = entry(2000, "").at;
    let before = store.audit().tail(100).await.unwrap();
    assert_eq!(store.audit().prune(cut).await.unwrap(), 20);
    let after = store.audit().tail(100).await.unwrap();
    assert_eq!(after, before[20..]);
    append_many(&store, 9000, 5).await;
    store.close().await;
    let store = lab.open().await;
    let report = store.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    let node = &report.nodes[0];
    assert_eq!(
        (node.first_seq, node.records, node.signed_below),
        (20, 25, 45)
    );
    // The last commit stays, and pruning again is nothing.
    let last = entry(9004, "").at;
    assert!(store.audit().prune(last).await.unwrap() > 0);
    assert_eq!(store.audit().prune(last).await.unwrap(), 0);
    append_many(&store, 10_000, 1).await;
    let report = store.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
}

async fn a_record_that_is_too_large_is_refused(lab: Lab) {
    let store = lab.open().await;
    let large = AuditEntry {
        body: vec![b'x'; (1 << 20) + 1],
        ..entry(1, "")
    };
    assert!(store.audit().append(large).await.is_err());
    let largest = AuditEntry {
        body: vec![b'x'; 1 << 20],
        ..entry(1, "")
    };
    let (one, two, three) = tokio::join!(
        store.audit().append(largest.clone()),
        store.audit().append(largest.clone()),
        store.audit().append(largest)
    );
    assert_eq!([one, two, three], [Ok(()), Ok(()), Ok(())]);
    assert_eq!(store.audit().verify().await.unwrap().nodes[0].records, 3);
}
