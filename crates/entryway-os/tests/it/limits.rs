//! How many helpers there are at once.

use super::support::{LONG, PERSON, RIGHT, System, operation};
use super::verdicts::CHECKED;
use entryway_login::{OsAccounts, OsReply};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_logins_at_once_are_each_answered_for_themselves() {
    let system = Arc::new(System::new(CHECKED));
    let mut logins = JoinSet::new();
    for number in 0..64 {
        let system = Arc::clone(&system);
        logins.spawn(async move {
            let right = number % 3 == 0;
            let password = if right { RIGHT } else { "wrong" };
            let reply = system.login(password).await;
            (right, reply)
        });
    }
    let mut answered = 0;
    while let Some(done) = logins.join_next().await {
        let (right, reply) = done.unwrap();
        match reply {
            OsReply::Verified(_) => assert!(right),
            OsReply::WrongPassword => assert!(!right),
            other => panic!("{other:?}"),
        }
        answered += 1;
    }
    assert_eq!(answered, 64);
}

/// A system with room for one helper, and a check that does not end before `fifo` is written to.
fn narrow() -> System {
    let system = System::with_room(CHECKED, 1);
    let fifo = system.path("fifo");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    let started = system.path("started");
    let lines = format!(
        "echo $$ > {}\nread -r _ < {}",
        started.display(),
        fifo.display()
    );
    system.script("check", &lines);
    system
}

#[tokio::test]
async fn who_finds_no_room_waits_until_the_deadline_and_no_longer() {
    let system = Arc::new(narrow());
    let first = tokio::spawn({
        let system = Arc::clone(&system);
        async move { system.login(RIGHT).await }
    });
    system.number("started").await;
    let within = Duration::from_millis(300);
    let second = system
        .accounts
        .login_os(operation(PERSON, RIGHT, within))
        .await;
    let words = "the helpers for OS accounts were all busy until the deadline".to_owned();
    assert_eq!(second.reply, OsReply::NoVerdict(words));
    assert!(
        second.took >= within && second.took < LONG,
        "{:?}",
        second.took
    );
    let fifo = system.path("fifo");
    tokio::task::spawn_blocking(move || std::fs::write(fifo, "\n").unwrap())
        .await
        .unwrap();
    assert!(matches!(first.await.unwrap(), OsReply::Verified(_)));
}

#[tokio::test]
async fn room_is_given_back_by_logins_that_were_dropped() {
    let system = narrow();
    tokio::select! {
        reply = system.login(RIGHT) => panic!("{reply:?}"),
        _ = system.number("started") => {}
    }
    system.script("check", "true");
    assert!(matches!(system.login(RIGHT).await, OsReply::Verified(_)));
}
