use super::Reloads;
use parking_lot::Mutex;
use std::future::Future;
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(30);

fn is_pending(future: impl Future<Output = ()>) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending
}

#[tokio::test]
async fn others_go_on_while_one_reading_is_slow_and_another_follows_it() {
    let (begun, begins) = mpsc::channel();
    let (go_on, going_on) = mpsc::channel::<()>();
    let going_on = Mutex::new(going_on);
    let mut reloads = Reloads::of(move || {
        let _ = begun.send(());
        let _ = going_on.lock().recv_timeout(SOON);
    });
    // Asking does not wait, nor does whoever looks beside it.
    reloads.ask();
    begins.recv_timeout(SOON).expect("a reading");
    reloads.ask();
    reloads.ask();
    assert!(is_pending(reloads.ended()));
    assert!(begins.try_recv().is_err(), "one at a time");

    go_on.send(()).expect("read");
    timeout(SOON, reloads.ended()).await.expect("the first");
    begins.recv_timeout(SOON).expect("one for both");
    go_on.send(()).expect("read");
    timeout(SOON, reloads.ended()).await.expect("the second");
    assert!(is_pending(reloads.ended()));
    assert!(begins.try_recv().is_err(), "and no third");
}
