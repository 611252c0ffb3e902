//! Sites in numbers, for metrics and status.

use super::Outcome;
use crate::hub::certificates::Assertion;
use entryway_bridge::message::Ability;
use std::sync::Arc;
use std::time::Duration;

/// A site in numbers.
#[derive(Debug, Clone)]
pub(crate) struct Figures {
    pub(crate) name: Arc<str>,
    pub(crate) tunnels: usize,
    /// Those whose connectors give no sign of life just now.
    pub(crate) silent: usize,
    pub(crate) outstanding: usize,
    /// Tunnels that are ready and asked, for each of [`Ability::ALL`].
    pub(crate) ready: [usize; Ability::ALL.len()],
    /// The least of its tunnels.
    pub(crate) latency: Option<Duration>,
    /// For each of [`Outcome::ALL`].
    pub(crate) counts: [u64; Outcome::ALL.len()],
    /// For each of [`Assertion::ALL`].
    pub(crate) assertions: [u64; Assertion::ALL.len()],
}

impl Figures {
    pub(crate) fn new(name: Arc<str>) -> Self {
        Self {
            name,
            tunnels: 0,
            silent: 0,
            outstanding: 0,
            ready: [0; Ability::ALL.len()],
            latency: None,
            counts: [0; Outcome::ALL.len()],
            assertions: [0; Assertion::ALL.len()],
        }
    }
}
