use super::{Outcome, Reloads};
use crate::live::InForce;
use parking_lot::Mutex;
use std::future::Future;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(30);

fn is_pending(future: impl Future<Output = ()>) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending
}

/// The reading of this number was refused.
fn refused(generation: u64) -> Outcome {
    Outcome::Refused {
        in_force: InForce {
            generation,
            domains: 1,
            callers: 1,
            files: 1,
            restart_needed: Vec::new(),
        },
        problem: "nothing works".to_owned(),
        report: None,
    }
}

#[tokio::test]
async fn others_go_on_while_one_reading_is_slow_and_another_follows_it() {
    let (begun, begins) = mpsc::channel();
    let (go_on, going_on) = mpsc::channel::<u64>();
    let going_on = Mutex::new(going_on);
    let mut reloads = Reloads::of(move || {
        let _ = begun.send(());
        refused(going_on.lock().recv_timeout(SOON).unwrap_or_default())
    });
    // Asking does not wait, nor does whoever looks beside it.
    let (tell, first) = oneshot::channel();
    reloads.ask(Some(tell));
    begins.recv_timeout(SOON).expect("a reading");
    let (tell, second) = oneshot::channel();
    reloads.ask(Some(tell));
    reloads.ask(None);
    assert!(is_pending(reloads.ended()));
    assert!(begins.try_recv().is_err(), "one at a time");

    go_on.send(1).expect("read");
    timeout(SOON, reloads.ended()).await.expect("the first");
    assert_eq!(first.await.expect("told").told("x", false).generation, 1);
    begins.recv_timeout(SOON).expect("one for both");
    go_on.send(2).expect("read");
    timeout(SOON, reloads.ended()).await.expect("the second");
    // Not the one that began before it was asked for.
    assert_eq!(second.await.expect("told").told("x", false).generation, 2);
    assert!(is_pending(reloads.ended()));
    assert!(begins.try_recv().is_err(), "and no third");
}

#[tokio::test]
async fn a_reading_that_breaks_is_no_outcome_and_not_the_last() {
    let broken = Mutex::new(true);
    let mut reloads = Reloads::of(move || {
        assert!(!std::mem::take(&mut *broken.lock()), "broken");
        refused(1)
    });
    let (tell, told) = oneshot::channel();
    reloads.ask(Some(tell));
    timeout(SOON, reloads.ended()).await.expect("an end");
    assert!(told.await.is_err());
    let (tell, told) = oneshot::channel();
    reloads.ask(Some(tell));
    timeout(SOON, reloads.ended()).await.expect("an end");
    assert!(told.await.is_ok());
}
