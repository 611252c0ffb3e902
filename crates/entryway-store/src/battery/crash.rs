//! A process that ends in the middle.

use super::{Lab, cases, entry, open, until};
use crate::{AuditKey, OpenOptions, Store};
use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::process::{Command, Stdio};

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

/// A process that goes on until it is killed: a test that has started itself.
pub(super) struct Doomed {
    pub(super) store: Store,
    answered: File,
}

impl Doomed {
    /// What this process is to work with, if it is one; `None` in the test itself.
    pub(super) async fn here() -> Option<Self> {
        let url = env::var(STORE).ok()?;
        let options = OpenOptions {
            node: "one".to_owned(),
            audit_key: AuditKey::load(env::var(KEY).unwrap()).unwrap(),
            create: true,
        };
        Some(Self {
            store: open(&url, options).await.unwrap(),
            answered: File::create(env::var(ANSWERED).unwrap()).unwrap(),
        })
    }

    /// Notes so many answers of the store: on disk whatever happens to this process.
    pub(super) fn answered(&mut self, count: usize) {
        self.answered.write_all(&b"..."[..count]).unwrap();
    }
}

/// Runs `test` in a process of its own and kills it once the store has answered it more often than `most`; gives how often.
pub(super) async fn killed(lab: &Lab, test: &str, most: usize) -> usize {
    let answered = lab.path("answered");
    // Makes the key.
    drop(lab.options("one"));
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test])
        .env(STORE, &lab.url)
        .env(KEY, lab.path("one.key"))
        .env(ANSWERED, &answered)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    until("the child has been answered", async || {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "the child ended by itself");
        fs::read(&answered).is_ok_and(|answered| answered.len() > most)
    })
    .await;
    child.kill().unwrap();
    child.wait().unwrap();
    fs::read(&answered).unwrap().len()
}

/// Killed without a word, a process has kept every record that it answered for.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_has_kept_what_it_answered() {
    if let Some(doomed) = Doomed::here().await {
        append_for_ever(doomed).await;
        return;
    }
    for lab in [Lab::file(), Lab::server()] {
        let own = "battery::crash::a_killed_process_has_kept_what_it_answered";
        let answered = killed(&lab, own, 100).await;
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

async fn append_for_ever(mut doomed: Doomed) {
    for ms in 0..1_000_000 {
        let audit = doomed.store.audit();
        let (one, two) = tokio::join!(audit.append(entry(ms, "{}")), audit.append(entry(ms, "{}")));
        one.and(two).unwrap();
        doomed.answered(2);
    }
}
