//! The trace as it grows.

use super::Step;
use crate::{Decided, Decision, LoginId, Record, ReserveOperation, Settled, Trace, TraceEntry};
use std::time::Duration;

/// The trace so far; it knows the time of the answer that is being looked at.
#[derive(Default)]
pub(crate) struct Log {
    trace: Trace,
    at: Duration,
}

impl Log {
    /// Since submission: when the answer that is being looked at arrived.
    pub(super) fn at(&self) -> Duration {
        self.at
    }
    pub(super) fn look_at(&mut self, at: Duration) {
        self.at = at;
    }
    /// Adds what was thought.
    pub(crate) fn note(&mut self, record: Record) {
        self.trace.entries.push(TraceEntry {
            record,
            at: self.at,
            took: None,
        });
    }
    /// Adds what was asked and answered.
    pub(super) fn note_answer(&mut self, record: Record, took: Duration) {
        self.trace.entries.push(TraceEntry {
            record,
            at: self.at,
            took: Some(took),
        });
    }
    pub(super) fn decide(
        mut self,
        id: LoginId,
        decision: Decision,
        settle: Vec<(ReserveOperation, Settled)>,
    ) -> Step {
        self.note(Record::Decided(decision.verdict()));
        Step::Decided(Box::new(Decided {
            id,
            decision,
            took: self.at,
            trace: self.trace,
            tokens: None,
            settle,
        }))
    }
}
