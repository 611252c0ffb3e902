//! How far a login has come, as far as its caller's absence matters: one whose password may have been tried is
//! finished without its caller, any other is given up.
//!
//! A guess that was answered must be in the record and in the throttle, also when the guesser hangs up a moment
//! before the answer. A login that has tried nothing costs the directory nothing more: it is not asked further.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll};
use tokio::runtime::Handle;
use tokio::sync::watch;

/// What is known of one login while it runs. Only one task looks at it at a time.
#[derive(Default)]
pub(crate) struct Course {
    tried: AtomicBool,
    unheard: AtomicBool,
}

impl Course {
    /// From now on an authority may have seen the password.
    pub(crate) fn password_goes_out(&self) {
        self.tried.store(true, Relaxed);
    }

    /// Whether the caller has gone, and the login went on.
    pub(crate) fn is_unheard(&self) -> bool {
        self.unheard.load(Relaxed)
    }
}

/// The logins of this process that go on without a caller; whoever closes the store waits for them.
pub(crate) struct Unheard(watch::Sender<usize>);

impl Default for Unheard {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Unheard {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        *self.0.borrow()
    }

    /// Returns when there is none. Each ends by its login's deadline.
    pub(crate) async fn ended(&self) {
        // The sender is this value: it cannot be gone.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }

    fn enter(self: &Arc<Self>) -> Place {
        self.0.send_modify(|count| *count += 1);
        Place(Arc::clone(self))
    }
}

struct Place(Arc<Unheard>);

impl Drop for Place {
    fn drop(&mut self) {
        let Unheard(count) = &*self.0;
        count.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// A login as its caller waits for it. Dropped before its end, it goes on in a task of its own if it has to.
pub(super) struct Finishing<F: Future<Output: Send> + Send + 'static> {
    login: Option<Pin<Box<F>>>,
    course: Arc<Course>,
    unheard: Arc<Unheard>,
}

impl<F: Future<Output: Send> + Send + 'static> Finishing<F> {
    pub(super) fn new(login: F, course: Arc<Course>, unheard: &Arc<Unheard>) -> Self {
        Self {
            login: Some(Box::pin(login)),
            course,
            unheard: Arc::clone(unheard),
        }
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for Finishing<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Out of reach of `drop` while it runs: one that panics is not run again.
        let Some(mut login) = self.login.take() else {
            return Poll::Pending;
        };
        let polled = login.as_mut().poll(context);
        if polled.is_pending() {
            self.login = Some(login);
        }
        polled
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Finishing<F> {
    fn drop(&mut self) {
        let Some(login) = self.login.take() else {
            return;
        };
        if !self.course.tried.load(Relaxed) {
            return;
        }
        // Without a runtime the process is ending, and every login with it.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        self.course.unheard.store(true, Relaxed);
        let place = self.unheard.enter();
        runtime.spawn(async move {
            login.await;
            drop(place);
        });
    }
}

#[cfg(test)]
mod tests;
