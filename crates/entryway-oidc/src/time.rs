//! Moments as the protocol writes them. No clock is read here: each request is handed its own.

use serde::Serialize;
use std::time::Duration;

/// Whole seconds since 1970 (`NumericDate`, RFC 7519 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Later by that.
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration.as_secs()))
    }
    /// Seconds from `earlier` to this; none where it is the other way round.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0))
    }
}
