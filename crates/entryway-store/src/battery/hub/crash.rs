//! A process that is killed while tickets are redeemed has let in whom it answered, and nobody by halves.

use super::{NOW, bytes, new, ticket};
use crate::battery::{Lab, open, until};
use crate::{AuditKey, OpenOptions, Redeemed, TicketTrouble};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

const STORE: &str = "ENTRYWAY_TEST_HUB_STORE";
const KEY: &str = "ENTRYWAY_TEST_HUB_KEY";
const ANSWERED: &str = "ENTRYWAY_TEST_HUB_ANSWERED";

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_has_let_in_whom_it_answered() {
    // This test starts itself: the child redeems tickets until it is killed.
    if let Ok(url) = std::env::var(STORE) {
        redeem_for_ever(&url).await;
        return;
    }
    for lab in [Lab::file(), Lab::server()] {
        let answered = lab.path("answered");
        drop(lab.options("one"));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "battery::hub::crash::a_killed_process_has_let_in_whom_it_answered",
            ])
            .env(STORE, &lab.url)
            .env(KEY, lab.path("one.key"))
            .env(ANSWERED, &answered)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until("the child has redeemed tickets", async || {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "the child ended by itself");
            fs::read(&answered).is_ok_and(|answered| answered.len() > 40)
        })
        .await;
        child.kill().unwrap();
        child.wait().unwrap();
        let hub = lab.open().await.hub();
        // Two answers to each ticket: it stands, it was redeemed.
        let answered = fs::read(&answered).unwrap().len();
        for at in 0..answered / 2 {
            let name = format!("c{at}");
            assert!(hub.connector(&name).await.unwrap().is_some(), "{name}");
            let again = hub
                .redeem(&bytes(&name), "plant-a", &new("late"), NOW)
                .await;
            assert_eq!(again.unwrap(), Redeemed::Not(TicketTrouble::Used));
        }
        // Of every ticket that was used the connector stands, and of no other.
        let used = hub.tickets(None).await.unwrap();
        let mut used: Vec<_> = used.into_iter().filter_map(|row| row.connector).collect();
        let connectors = hub.connectors(None).await.unwrap();
        let mut known: Vec<_> = connectors.into_iter().map(|row| row.id).collect();
        used.sort_unstable();
        known.sort_unstable();
        assert_eq!(used, known);
    }
}

/// A byte for each answer.
async fn redeem_for_ever(url: &str) {
    let options = OpenOptions {
        node: "one".to_owned(),
        audit_key: AuditKey::load(std::env::var(KEY).unwrap()).unwrap(),
        create: true,
    };
    let hub = open(url, options).await.unwrap().hub();
    let mut answered = fs::File::create(std::env::var(ANSWERED).unwrap()).unwrap();
    for at in 0..1_000_000 {
        let name = format!("c{at}");
        hub.keep_ticket(&ticket(&name, "plant-a")).await.unwrap();
        answered.write_all(b".").unwrap();
        let came = hub.redeem(&bytes(&name), "plant-a", &new(&name), NOW).await;
        assert_eq!(came.unwrap(), Redeemed::Enrolled);
        answered.write_all(b".").unwrap();
    }
}
