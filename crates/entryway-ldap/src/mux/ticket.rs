//! A search in flight, as the one who waits for it holds it.

use super::{Answer, Mux, Unanswered};
use entryway_ldap_proto::MessageId;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// Dropping it abandons the search.
pub(crate) struct Ticket {
    mux: Arc<Mux>,
    id: MessageId,
    answer: oneshot::Receiver<Answer>,
    answered: bool,
}

impl Ticket {
    pub(super) fn new(mux: Arc<Mux>, id: MessageId, answer: oneshot::Receiver<Answer>) -> Self {
        Self {
            mux,
            id,
            answer,
            answered: false,
        }
    }
    pub(crate) fn mux(&self) -> &Arc<Mux> {
        &self.mux
    }
    /// The answer, or `None` when it did not come before `limit`.
    pub(crate) async fn wait(&mut self, limit: Instant) -> Option<Answer> {
        let answer = timeout_at(limit, &mut self.answer).await.ok()?;
        self.answered = true;
        // The driver answers every slot before it ends; without it nobody does.
        Some(answer.unwrap_or_else(|_| {
            Err(Unanswered {
                error: self.mux.end(),
                untouched: true,
            })
        }))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.answered {
            self.mux.abandon(self.id);
        }
    }
}
