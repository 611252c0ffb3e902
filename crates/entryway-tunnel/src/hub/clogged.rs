//! A connector that never ends what was cancelled: each such request keeps its place, and in the end nothing could be
//! asked any more.

use entryway_bridge::link::{HubLink, RequestId};
use std::time::Duration;
use tokio::time::Instant;

/// How long the oldest of the cancelled requests keeps its place.
pub(super) struct Clogged {
    patience: Duration,
    oldest: Option<(RequestId, Instant)>,
}

impl Clogged {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            patience,
            oldest: None,
        }
    }
    /// When patience with the connector is over, should it end nothing until then.
    pub(super) fn by(&mut self, link: &HubLink) -> Option<Instant> {
        self.oldest = link
            .oldest_cancelled()
            .map(|oldest| match self.oldest.take() {
                Some((same, by)) if same == oldest => (same, by),
                _ => (oldest, Instant::now() + self.patience),
            });
        self.oldest.map(|(_, by)| by)
    }
}
