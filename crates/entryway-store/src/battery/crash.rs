//! A process that ends in the middle.

use super::{Lab, cases, entry, open};
use std::fs;
use std::io::Write;
use std::process::{Child, Command, Stdio};

cases!(a_store_that_is_dropped_keeps_what_it_answered);

async fn a_store_that_is_dropped_keeps_what_it_answered(lab: Lab) {
    let store = lab.open().await;
    for ms in 0..20 {
        store.audit().append(entry(ms, "{}")).await.unwrap();
    }
    drop(store);
    let store = lab.open().await;
    store.audit().append(entry(20, "{}")).await.unwrap();
    let report = store.audit().verify().await.unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!(report.nodes[0].records, 21);
}

const STORE: &str = "ENTRYWAY_TEST_STORE";
const KEY: &str = "ENTRYWAY_TEST_KEY";
const ANSWERED: &str = "ENTRYWAY_TEST_ANSWERED";

/// Killed without a word, a process has kept every record that it answered for.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_has_kept_what_it_answered() {
    // This test starts itself: the child appends until it is killed.
    if let Ok(url) = std::env::var(STORE) {
        append_for_ever(&url).await;
        return;
    }
    for lab in [Lab::file(), Lab::server()] {
        let answered = lab.path("answered");
        drop(lab.options("one"));
        let mut child = start_child(&lab, &answered);
        super::until("the child has appended", async || {
            assert!(
                child.try_wait().unwrap().is_none(),
                "the child ended by itself"
            );
            fs::read(&answered).is_ok_and(|answered| answered.len() > 100)
        })
        .await;
        child.kill().unwrap();
        child.wait().unwrap();
        let answered = fs::read(&answered).unwrap().len();
        let store = lab.open().await;
        store.audit().append(entry(1, "after")).await.unwrap();
        let report = store.audit().verify().await.unwrap();
        assert!(report.is_whole(), "{report:?}");
        let kept = usize::try_from(report.nodes[0].records).unwrap();
        assert!(
            kept > answered,
            "kept {kept} with one more, answered {answered}"
        );
    }
}

fn start_child(lab: &Lab, answered: &std::path::Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "battery::crash::a_killed_process_has_kept_what_it_answered",
        ])
        .env(STORE, &lab.url)
        .env(KEY, lab.path("one.key"))
        .env(ANSWERED, answered)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// A byte for each record that was answered.
async fn append_for_ever(url: &str) {
    let options = crate::OpenOptions {
        node: "one".to_owned(),
        audit_key: crate::AuditKey::load(std::env::var(KEY).unwrap()).unwrap(),
        create: true,
    };
    let store = open(url, options).await.unwrap();
    let mut answered = fs::File::create(std::env::var(ANSWERED).unwrap()).unwrap();
    for ms in 0..1_000_000 {
        let audit = store.audit();
        let (one, two) = tokio::join!(audit.append(entry(ms, "{}")), audit.append(entry(ms, "{}")));
        one.and(two).unwrap();
        answered.write_all(b"..").unwrap();
    }
}
