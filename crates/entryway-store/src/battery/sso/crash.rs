//! A process that is killed has taken for good every code that it gave away.

use super::{Lab, access, bytes, code, family, kept, session};
use crate::battery::{open, until};
use crate::{AuditKey, OpenOptions, TakenRow};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

const STORE: &str = "ENTRYWAY_TEST_SSO_STORE";
const KEY: &str = "ENTRYWAY_TEST_SSO_KEY";
const ANSWERED: &str = "ENTRYWAY_TEST_SSO_ANSWERED";

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_has_kept_what_it_answered() {
    // This test starts itself: the child redeems codes until it is killed.
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
                "battery::sso::crash::a_killed_process_has_kept_what_it_answered",
            ])
            .env(STORE, &lab.url)
            .env(KEY, lab.path("one.key"))
            .env(ANSWERED, &answered)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until("the child has redeemed codes", async || {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "the child ended by itself");
            fs::read(&answered).is_ok_and(|answered| answered.len() > 50)
        })
        .await;
        child.kill().unwrap();
        child.wait().unwrap();
        let answered = fs::read(&answered).unwrap().len();
        let sso = lab.open().await.sso();
        // Three answers to each code: it stands, it was taken, its tokens are kept.
        for at in 0..answered / 3 {
            let name = format!("c{at}");
            let taken = sso.take_code(&bytes(&name)).await.unwrap();
            assert!(taken == TakenRow::Spent(bytes(&name)), "{name}");
            assert!(sso.access(&bytes(&name), 0).await.unwrap().is_some());
        }
        let last = bytes(&format!("c{}", answered / 3));
        let taken = sso.take_code(&last).await.unwrap();
        match answered % 3 {
            0 => {}
            1 => assert!(taken != TakenRow::Unknown),
            _ => assert!(taken == TakenRow::Spent(bytes(&format!("c{}", answered / 3)))),
        }
    }
}

/// A byte for each answer.
async fn redeem_for_ever(url: &str) {
    let options = OpenOptions {
        node: "one".to_owned(),
        audit_key: AuditKey::load(std::env::var(KEY).unwrap()).unwrap(),
        create: true,
    };
    let sso = open(url, options).await.unwrap().sso();
    let mut answered = fs::File::create(std::env::var(ANSWERED).unwrap()).unwrap();
    sso.keep_session(&session("one", "eve")).await.unwrap();
    for at in 0..1_000_000 {
        let name = format!("c{at}");
        assert!(sso.keep_code(&code(&name, "one")).await.unwrap());
        answered.write_all(b".").unwrap();
        let taken = sso.take_code(&bytes(&name)).await.unwrap();
        assert!(taken == TakenRow::Taken(format!("code {name}")));
        answered.write_all(b".").unwrap();
        assert!(kept(&sso, access(&name, &name), family(&name, "one")).await);
        answered.write_all(b".").unwrap();
    }
}
