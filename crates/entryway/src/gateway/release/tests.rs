use super::Release;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// Writes down whose turn came.
struct Turn(usize, Arc<Mutex<Vec<usize>>>);

impl Wake for Turn {
    fn wake(self: Arc<Self>) {
        let mut turns = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        turns.push(self.0);
    }
}

/// Ten are set in order for one time and known to be refusals in the opposite order: they leave as they were set.
#[tokio::test]
async fn refusals_leave_in_the_order_in_which_they_came() {
    let until = Instant::now() + Duration::from_millis(500);
    let mut releases = Vec::new();
    for _ in 0..10 {
        releases.push(Release::set(until).await);
    }
    let turns: Arc<Mutex<Vec<usize>>> = Arc::default();
    let mut waiting = Vec::new();
    for (number, release) in releases.into_iter().enumerate().rev() {
        let waker = Waker::from(Arc::new(Turn(number, Arc::clone(&turns))));
        let mut release = Box::pin(release.come());
        let polled = release.as_mut().poll(&mut Context::from_waker(&waker));
        assert_eq!(polled, Poll::Pending);
        waiting.push(release);
    }
    let seen = || turns.lock().unwrap_or_else(PoisonError::into_inner);
    while seen().len() < waiting.len() {
        assert!(until.elapsed() < Duration::from_secs(20), "{:?}", seen());
        tokio::task::yield_now().await;
    }
    let turns = seen();
    assert_eq!(*turns, (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_time_that_is_over_is_past() {
    let now = Instant::now();
    assert!(Release::set(now).await.is_past());
    let later = Release::set(now + Duration::from_secs(600)).await;
    assert!(!later.is_past());
}
