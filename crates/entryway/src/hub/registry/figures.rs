//! Sites in numbers, for metrics and status.

use super::{Line, Outcome, Registry, Site};
use crate::hub::certificates::Assertion;
use entryway_bridge::message::Ability;
use std::sync::Arc;
use std::sync::atomic::Ordering;
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

impl<L: Line> Registry<L> {
    /// Every site in numbers.
    pub(crate) fn figures(&self) -> Vec<Figures> {
        let sites = self.sites.lock();
        let one = |(name, site): (&Arc<str>, &Site<L>)| {
            let mut figures = Figures::new(Arc::clone(name));
            figures.tunnels = site.lines.len();
            figures.outstanding = site.outstanding.load(Ordering::Relaxed);
            for (figure, count) in figures.counts.iter_mut().zip(&site.counts.0) {
                *figure = count.load(Ordering::Relaxed);
            }
            for (figure, count) in figures.assertions.iter_mut().zip(&site.assertions) {
                *figure = count.load(Ordering::Relaxed);
            }
            for held in &site.lines {
                figures.silent += usize::from(held.line.is_silent());
                figures.latency = figures.latency.into_iter().chain(held.line.latency()).min();
                let is_asked = !held.draining && !held.line.is_draining();
                for (ready, ability) in figures.ready.iter_mut().zip(Ability::ALL) {
                    *ready += usize::from(is_asked && site.is_ready(&held.line, ability));
                }
            }
            figures
        };
        sites.iter().map(one).collect()
    }
}
