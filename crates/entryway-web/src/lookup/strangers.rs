//! Those who show no token, and how many of them are answered at once: what they ask costs a search like what anybody
//! asks, and nobody can be told to stop.

use std::time::Instant;
use tokio::sync::{Semaphore, SemaphorePermit};

/// A page of faces is there soon, and a directory has little to do for them.
const AT_ONCE: usize = 16;

/// The turns of those who show no token.
#[derive(Debug)]
pub struct Strangers(Semaphore);

impl Default for Strangers {
    fn default() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }
}

impl Strangers {
    /// A turn, as long as it is held; `None` where none comes by the deadline.
    pub(super) async fn turn(&self, deadline: Instant) -> Option<SemaphorePermit<'_>> {
        let turn = tokio::time::timeout_at(deadline.into(), self.0.acquire()).await;
        turn.ok()?.ok()
    }
}
