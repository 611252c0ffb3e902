//! Whether a server is worth dialling: a breaker that learns from real traffic.
//!
//! Only a whole LDAP answer counts as health; a connection that opens and then says nothing does
//! not. While the breaker is open one dial is let through per interval, so that a server that
//! comes back is found and one that does not costs one attempt.

use crate::error::{DialError, LdapError};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Failures that answer at once (a refusal) cost nobody time: several are waited for.
const QUICK_FAILURES: u32 = 3;
/// The first interval without dials, doubled with each further failure.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest interval without dials: how late a recovered server may be noticed.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// A server's health as it was learnt.
#[derive(Debug, Clone, Default)]
pub struct HealthReport {
    /// Since when it is degraded; `None` while it is up.
    pub degraded_since: Option<std::time::Instant>,
    /// Failures in a row.
    pub consecutive_failures: u32,
    /// The last failure since the last answer, in words.
    pub last_error: Option<Arc<str>>,
}

pub(crate) struct Health {
    display: Arc<str>,
    /// Nothing to forget: lets the way of every answer skip the lock.
    spotless: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    failures: u32,
    last: Option<Arc<str>>,
    open: Option<Open>,
}

struct Open {
    since: Instant,
    pause: Duration,
    /// The next dial is let through from here on.
    retry_at: Instant,
    /// A dial was let through and has not been heard of.
    probing: bool,
}

impl Health {
    pub(crate) fn new(display: Arc<str>) -> Self {
        Self {
            display,
            spotless: AtomicBool::new(true),
            state: Mutex::default(),
        }
    }
    /// Whether a dial would be let through.
    pub(crate) fn available(&self, now: Instant) -> bool {
        self.spotless.load(Ordering::Relaxed)
            || self
                .state
                .lock()
                .open
                .as_ref()
                .is_none_or(|open| now >= open.retry_at)
    }
    /// Asks for a dial. While the breaker is open each interval grants one.
    pub(crate) fn grant(&self, now: Instant) -> Result<(), DialError> {
        if self.spotless.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut state = self.state.lock();
        let last = state.last.clone();
        match &mut state.open {
            Some(open) if now < open.retry_at => Err(DialError::Suspended {
                last: last.unwrap_or_else(|| Arc::from("unknown")),
            }),
            Some(open) => {
                open.retry_at = now + open.pause;
                open.probing = true;
                Ok(())
            }
            None => Ok(()),
        }
    }
    /// The server answered something, whatever it was.
    pub(crate) fn answered(&self) {
        if self.spotless.load(Ordering::Relaxed) {
            return;
        }
        let recovered = {
            let mut state = self.state.lock();
            let open = state.open.take();
            *state = State::default();
            self.spotless.store(true, Ordering::Relaxed);
            open
        };
        if let Some(open) = recovered {
            tracing::info!(
                target: "directory.recovered",
                server = %self.display,
                degraded_ms = u64::try_from(open.since.elapsed().as_millis()).unwrap_or(u64::MAX),
                "server answers again"
            );
        }
    }
    /// A dial failed, or the server went silent.
    pub(crate) fn failed(&self, error: &LdapError, now: Instant) {
        if !is_the_servers(error) {
            return;
        }
        let degraded = {
            let mut state = self.state.lock();
            self.spotless.store(false, Ordering::Relaxed);
            state.failures = state.failures.saturating_add(1);
            let words: Arc<str> = error.in_words().into();
            state.last = Some(Arc::clone(&words));
            let failures = state.failures;
            match &mut state.open {
                Some(open) => {
                    // Attempts that were under way when it opened fail late: they say nothing new.
                    if std::mem::take(&mut open.probing) {
                        open.pause = (open.pause * 2).min(LONGEST_PAUSE);
                        open.retry_at = now + open.pause;
                    }
                    None
                }
                None if error.is_slow() || failures >= QUICK_FAILURES => {
                    state.open = Some(Open {
                        since: now,
                        pause: FIRST_PAUSE,
                        retry_at: now + FIRST_PAUSE,
                        probing: false,
                    });
                    Some((words, failures))
                }
                None => None,
            }
        };
        if let Some((error_words, failures)) = degraded {
            tracing::warn!(
                target: "directory.degraded",
                server = %self.display,
                code = error.code(),
                error = %error_words,
                failures,
                "server is left alone for a while"
            );
        }
    }
    pub(crate) fn report(&self) -> HealthReport {
        let state = self.state.lock();
        HealthReport {
            degraded_since: state.open.as_ref().map(|open| open.since.into_std()),
            consecutive_failures: state.failures,
            last_error: state.last.clone(),
        }
    }
}

/// Our own shutdown, limits and requests say nothing about the server.
fn is_the_servers(error: &LdapError) -> bool {
    match error {
        LdapError::Unreachable { cause, .. } => {
            !matches!(cause, DialError::Suspended { .. } | DialError::NoServerName)
        }
        LdapError::Overloaded(_) | LdapError::Unsendable(_) => false,
        LdapError::Closed(reason) => *reason != crate::error::CloseReason::ShuttingDown,
        LdapError::Tls(_)
        | LdapError::ServiceBindRefused { .. }
        | LdapError::TimedOut { .. }
        | LdapError::Protocol(_) => true,
    }
}

#[cfg(test)]
mod tests;
