//! Whether a server is worth dialling: a breaker that learns from real traffic and from looks in the background.
//!
//! Only a whole LDAP answer counts as health; a connection that opens and then says nothing does
//! not. While the breaker is open, [`crate::watch`] looks at the server after growing pauses; while it is closed and
//! nobody asks the server anything, [`crate::patrol`] does now and then. Work
//! that has nowhere else to go may dial too, one at a time, so that a lone server that comes back
//! is used at once and one that does not costs a few people a wait.

mod pace;

use crate::error::{Breach, DialError, LdapError};
use crate::events::{BreakerHalfOpen, DirectoryDegraded, DirectoryRecovered};
use pace::{PACE, Pace};
pub(crate) use pace::{PACE_REFUSED, refuses_password};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// Failures that answer at once (a refusal) cost nobody time: several are waited for.
const QUICK_FAILURES: u32 = 3;
/// The pause between dials of anybody else while the breaker is open.
const DIAL_PAUSE: Duration = Duration::from_millis(500);

/// A server's health as it was learnt.
#[derive(Debug, Clone, Default)]
pub struct HealthReport {
    /// Since when it is degraded; `None` while it is up.
    pub degraded_since: Option<std::time::Instant>,
    /// Whether it is being tried at this moment although it is degraded: the breaker is half open.
    pub trying: bool,
    /// Failures in a row.
    pub consecutive_failures: u32,
    /// The last failure since the last answer, in words.
    pub last_error: Option<Arc<str>>,
    /// The same as [`LdapError::code`].
    pub last_code: Option<&'static str>,
}

pub(crate) struct Health {
    display: Arc<str>,
    /// Nothing to forget: lets the way of every answer skip the lock.
    spotless: AtomicBool,
    /// Whether anything was answered since the patrol last came by.
    heard: AtomicBool,
    state: Mutex<State>,
    /// Told when the breaker opens or closes.
    changed: OnceLock<Arc<Notify>>,
}

#[derive(Default)]
struct State {
    failures: u32,
    last: Option<Arc<LdapError>>,
    open: Option<Open>,
    /// When the breaker was last closed, and the pause it had come to.
    closed: Option<(Instant, Duration)>,
}

/// An open breaker.
struct Open {
    since: Instant,
    pause: Duration,
    /// The watch looks next.
    look_at: Instant,
    /// A dial of anybody else is let through from here on.
    dial_at: Instant,
    /// One was let through and has not ended.
    dialling: bool,
    /// The watch looks at it now.
    looking: bool,
    _watch: Watch,
}

/// The background task of an open breaker: ends with it.
struct Watch(Option<AbortHandle>);

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

/// The right to dial; given back when dropped.
pub(crate) struct Grant<'a>(Option<&'a Health>);

impl Drop for Grant<'_> {
    fn drop(&mut self) {
        let Some(health) = self.0 else { return };
        if let Some(open) = &mut health.state.lock().open {
            open.dialling = false;
            open.dial_at = open.dial_at.max(Instant::now() + DIAL_PAUSE);
        }
    }
}

impl Health {
    pub(crate) fn new(display: Arc<str>) -> Self {
        Self {
            display,
            spotless: AtomicBool::new(true),
            heard: AtomicBool::new(false),
            state: Mutex::default(),
            changed: OnceLock::new(),
        }
    }
    /// Has `changed` told when the breaker opens or closes. The first one is; a second is ignored.
    pub(crate) fn tell(&self, changed: Arc<Notify>) {
        let _ = self.changed.set(changed);
    }
    fn tell_change(&self) {
        if let Some(changed) = self.changed.get() {
            changed.notify_one();
        }
    }
    /// Whether it is not known to be down.
    pub(crate) fn available(&self) -> bool {
        self.spotless.load(Ordering::Relaxed) || self.state.lock().open.is_none()
    }
    /// Asks for a dial.
    pub(crate) fn grant(&self, now: Instant) -> Result<Grant<'_>, DialError> {
        if self.spotless.load(Ordering::Relaxed) {
            return Ok(Grant(None));
        }
        let mut state = self.state.lock();
        let State { open, last, .. } = &mut *state;
        match (open, last) {
            (Some(open), Some(last)) if open.dialling || now < open.dial_at => {
                Err(DialError::Suspended {
                    last: Arc::clone(last),
                })
            }
            (Some(open), _) => {
                open.dialling = true;
                Ok(Grant(Some(self)))
            }
            (None, _) => Ok(Grant(None)),
        }
    }
    /// The server answered something, whatever it was.
    pub(crate) fn answered(&self) {
        // Written once and then only read: every answer of every connection comes by here.
        if !self.heard.load(Ordering::Relaxed) {
            self.heard.store(true, Ordering::Relaxed);
        }
        if self.spotless.load(Ordering::Relaxed) {
            return;
        }
        let recovered = {
            let mut state = self.state.lock();
            let open = state.open.take();
            let closed = match &open {
                Some(open) => Some((Instant::now(), open.pause)),
                None => state.closed,
            };
            *state = State {
                closed,
                ..State::default()
            };
            self.spotless.store(true, Ordering::Relaxed);
            open
        };
        if let Some(open) = recovered {
            self.tell_change();
            DirectoryRecovered {
                server: &self.display,
                degraded: open.since.elapsed(),
            }
            .emit();
        }
    }
    /// Whether anything was answered since this was last asked.
    pub(crate) fn was_heard(&self) -> bool {
        self.heard.swap(false, Ordering::Relaxed)
    }
    /// A dial failed, or the server went silent. `watch` is called when the breaker opens.
    pub(crate) fn failed(
        &self,
        error: &LdapError,
        now: Instant,
        watch: impl FnOnce() -> Option<AbortHandle>,
    ) {
        self.note(error, |state, last| match &mut state.open {
            Some(open) => {
                open.put_off(last, now);
                false
            }
            None if last.is_slow()
                || refuses_password(last)
                || state.failures >= QUICK_FAILURES =>
            {
                state.open(last, now, watch);
                true
            }
            None => false,
        });
    }
    /// The first look at the server failed: nothing else is needed to know that it is down.
    pub(crate) fn found_down(
        &self,
        error: &LdapError,
        now: Instant,
        watch: impl FnOnce() -> Option<AbortHandle>,
    ) {
        self.note(error, |state, last| {
            let opens = state.open.is_none();
            if opens {
                state.open(last, now, watch);
            }
            opens
        });
    }
    /// A look of the watch failed. Opens nothing: where the breaker was closed meanwhile, that watch is over.
    pub(crate) fn still_down(&self, error: &LdapError, now: Instant) {
        if let Some(open) = &mut self.state.lock().open {
            open.looking = false;
        }
        self.note(error, |state, last| {
            if let Some(open) = &mut state.open {
                open.pause = Pace::of(last).after(open.pause);
                open.look_at = now + open.pause;
                open.dial_at = now;
                open.put_off(last, now);
            }
            false
        });
    }
    /// Notes a failure; `judge` says whether it opened the breaker.
    fn note(&self, error: &LdapError, judge: impl FnOnce(&mut State, &LdapError) -> bool) {
        if !is_the_servers(error) {
            return;
        }
        let (opened, failures) = {
            let mut state = self.state.lock();
            self.spotless.store(false, Ordering::Relaxed);
            state.failures = state.failures.saturating_add(1);
            state.last = Some(Arc::new(error.clone()));
            (judge(&mut state, error), state.failures)
        };
        if opened {
            self.tell_change();
            DirectoryDegraded {
                server: &self.display,
                error,
                failures,
            }
            .emit();
        }
    }
    /// The watch looks at it: the breaker is half open until it was [`Self::answered`] or is [`Self::still_down`].
    pub(crate) fn looked_at(&self) {
        let mut state = self.state.lock();
        let State { open, failures, .. } = &mut *state;
        if let Some(open) = open {
            open.looking = true;
            let degraded = open.since.elapsed();
            BreakerHalfOpen {
                server: &self.display,
                degraded,
                failures: *failures,
            }
            .emit();
        }
    }
    /// When the watch looks next; `None` while the breaker is closed.
    pub(crate) fn next_look(&self) -> Option<Instant> {
        self.state.lock().open.as_ref().map(|open| open.look_at)
    }
    pub(crate) fn report(&self) -> HealthReport {
        let state = self.state.lock();
        HealthReport {
            degraded_since: state.open.as_ref().map(|open| open.since.into_std()),
            trying: state
                .open
                .as_ref()
                .is_some_and(|open| open.dialling || open.looking),
            consecutive_failures: state.failures,
            last_error: state.last.as_ref().map(|last| last.in_words().into()),
            last_code: state.last.as_ref().map(|last| last.code()),
        }
    }
}

impl State {
    fn open(
        &mut self,
        error: &LdapError,
        now: Instant,
        watch: impl FnOnce() -> Option<AbortHandle>,
    ) {
        let pace = Pace::of(error);
        // A server that answers each look and fails the work after it costs somebody a wait each time.
        let pause = match self.closed {
            Some((at, pause)) if now.saturating_duration_since(at) < PACE.longest => {
                pace.after(pause)
            }
            _ => pace.first,
        };
        let mut open = Open {
            since: now,
            pause,
            look_at: now + pause,
            dial_at: now,
            dialling: false,
            looking: false,
            _watch: Watch(watch()),
        };
        open.put_off(error, now);
        self.open = Some(open);
    }
}

impl Open {
    /// Nobody dials for a moment. Where the service account's password is refused nobody but the watch
    /// does at all, because it alone knows how often is too often.
    fn put_off(&mut self, error: &LdapError, now: Instant) {
        self.dial_at = self.dial_at.max(now + DIAL_PAUSE);
        if refuses_password(error) {
            self.look_at = self.look_at.max(now + PACE_REFUSED.first);
            self.dial_at = self.dial_at.max(self.look_at + DIAL_PAUSE);
        }
    }
}

/// Our own shutdown, limits and requests say nothing about the server; nor does one entry that cannot
/// be read, which is an answer to one question.
fn is_the_servers(error: &LdapError) -> bool {
    match error {
        LdapError::Unreachable {
            cause: DialError::Suspended { .. } | DialError::NoServerName,
            ..
        }
        | LdapError::Protocol(Breach::Entry(_)) => false,
        error => !error.is_our_own(),
    }
}

#[cfg(test)]
mod tests;
