//! Decisions go into the record before they leave, or they are no decisions.

use entryway_login::StoreUnavailable;
use entryway_store::{Audit, AuditEntry, Expected};
use parking_lot::Mutex;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::Histogram;
use std::time::{Duration, Instant};
use tokio::time::timeout_at;

/// Upper ends in seconds. A commit waits for a disk: a few milliseconds, and many times that when it is ill.
const SECONDS: [f64; 11] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 3.0,
];
/// How long a store that did not take a record counts as one that takes none. Only the next login finds out, so it
/// must not be kept from coming.
const BELIEVED: Duration = Duration::from_secs(10);

/// The way into the record.
pub(crate) struct Recorder {
    audit: Audit,
    failed_at: Mutex<Option<Instant>>,
    pub(crate) written: Counter,
    pub(crate) not_written: Counter,
    pub(crate) seconds: Histogram,
}

impl Recorder {
    /// Into `audit`.
    pub(crate) fn new(audit: Audit) -> Self {
        Self {
            audit,
            failed_at: Mutex::new(None),
            written: Counter::default(),
            not_written: Counter::default(),
            seconds: Histogram::new(SECONDS),
        }
    }

    /// A decision is on its way here.
    pub(crate) fn expect(&self) -> Expected {
        self.audit.expect()
    }

    /// Writes a decision; returns when it is durable. On an error, which comes by `until` at the latest, nobody may
    /// be told the decision: it is not in the record, or nobody knows whether it is.
    pub(crate) async fn write(
        &self,
        entry: AuditEntry,
        expected: Expected,
        until: Instant,
    ) -> Result<(), StoreUnavailable> {
        let began = Instant::now();
        let written = timeout_at(until.into(), self.audit.append_expected(entry, expected))
            .await
            .unwrap_or_else(|_| {
                let late = "the store does not take a record before the login's deadline";
                Err(StoreUnavailable(late.to_owned()))
            });
        match &written {
            Ok(()) => {
                self.written.inc();
                self.seconds.observe(began.elapsed().as_secs_f64());
                if self.failed_at.lock().take().is_some() {
                    tracing::info!(target: "audit.written", lost = self.not_written.get());
                }
            }
            Err(why) => {
                self.not_written.inc();
                // One line for the outage: each login that it costs has its own.
                if self.failed_at.lock().replace(Instant::now()).is_none() {
                    tracing::error!(target: "audit.not_written", problem = %why.0);
                }
            }
        }
        written
    }

    /// Whether the last record was not taken, and that was lately.
    pub(crate) fn is_failing(&self) -> bool {
        let failed_at = *self.failed_at.lock();
        failed_at.is_some_and(|at| at.elapsed() < BELIEVED)
    }
}
