//! When a refusal may leave.
//!
//! Timers due in the same millisecond fire in the order in which they were set. One that is set when the refusal is
//! known tells by its place among others how long that took: a login with a bind would leave behind those without.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Instant;
use tokio::time::{Sleep, sleep_until};

/// A time that is waited for from before anything is asked; none where refusals are not held.
pub(crate) struct Release(Option<Pin<Box<Sleep>>>);

impl Release {
    /// Sets the timer at its first poll: await it before the work begins.
    pub(super) async fn set(until: Instant) -> Self {
        if until <= Instant::now() {
            return Self(None);
        }
        let mut sleep = Box::pin(sleep_until(until.into()));
        poll_fn(|context| {
            // Only a poll sets it. Whether it is due already shows when it is waited for.
            let _ = sleep.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
        Self(Some(sleep))
    }

    /// Whether nobody needs to wait for it any more.
    pub(super) fn is_past(&self) -> bool {
        let Some(sleep) = &self.0 else { return true };
        sleep.is_elapsed() || sleep.deadline() <= Instant::now().into()
    }

    /// Returns when it has come.
    pub(super) async fn come(self) {
        if let Some(sleep) = self.0 {
            sleep.await;
        }
    }
}

#[cfg(test)]
mod tests;
