//! Changes of state of a server, as they stand in the log. Names and fields are an interface:
//! `docs/events.md` has them all.

use crate::error::LdapError;
use std::time::Duration;

/// The breaker opened: the server is left alone for a while.
pub(crate) struct DirectoryDegraded<'a> {
    pub(crate) server: &'a str,
    pub(crate) error: &'a LdapError,
    /// In a row.
    pub(crate) failures: u32,
}

impl DirectoryDegraded<'_> {
    pub(crate) fn emit(&self) {
        let (server, failures) = (self.server, self.failures);
        let (code, error) = (self.error.code(), self.error.in_words());
        tracing::warn!(target: "directory.degraded", server, code, error, failures);
    }
}

/// The server is tried while its breaker is open.
pub(crate) struct BreakerHalfOpen<'a> {
    pub(crate) server: &'a str,
    pub(crate) degraded: Duration,
    pub(crate) failures: u32,
}

impl BreakerHalfOpen<'_> {
    pub(crate) fn emit(&self) {
        let (server, failures) = (self.server, self.failures);
        let degraded_ms = millis(self.degraded);
        // Every few seconds for each server that is down: no change of state that lasts.
        tracing::debug!(target: "directory.tried", server, degraded_ms, failures);
    }
}

/// The breaker closed: the server answers again.
pub(crate) struct DirectoryRecovered<'a> {
    pub(crate) server: &'a str,
    pub(crate) degraded: Duration,
}

impl DirectoryRecovered<'_> {
    pub(crate) fn emit(&self) {
        let (server, degraded_ms) = (self.server, millis(self.degraded));
        tracing::info!(target: "directory.recovered", server, degraded_ms);
    }
}

/// The service account was let in until now, and is refused.
pub(crate) struct ServiceBindRefused<'a> {
    /// Host and port.
    pub(crate) server: &'a str,
    pub(crate) error: &'a LdapError,
    /// The password is not sent again before.
    pub(crate) pause: Duration,
}

impl ServiceBindRefused<'_> {
    pub(crate) fn emit(&self) {
        let (server, error) = (self.server, self.error.in_words());
        let pause_ms = millis(self.pause);
        tracing::error!(target: "service_bind.refused", server, error, pause_ms);
    }
}

/// The service account was refused, and is let in again.
pub(crate) struct ServiceBindAccepted<'a> {
    /// Host and port.
    pub(crate) server: &'a str,
}

impl ServiceBindAccepted<'_> {
    pub(crate) fn emit(&self) {
        let server = self.server;
        tracing::info!(target: "service_bind.accepted", server);
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
