//! A connector that is asked and says nothing at all: its process is stopped, or its line swallows what is sent. Its
//! tunnel stands until the pings end it; meanwhile whoever can ask another asks that one.

use std::time::Duration;
use tokio::time::Instant;

/// What is known of the other end since it was last asked.
pub(super) struct Silence {
    quiet: Duration,
    /// Since when something is waited for and nothing has come.
    since: Option<Instant>,
    known: Known,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// It works long on what it was asked, or it is gone: a ping is on its way.
    Looked,
    Silent,
}

/// What to do about it.
pub(super) enum Due {
    /// A ping: whoever lives answers it at once, however long the question takes.
    Look,
    /// It did not answer that either.
    IsSilent,
}

impl Silence {
    pub(super) fn new(quiet: Duration) -> Self {
        Self {
            quiet,
            since: None,
            known: Known::Nothing,
        }
    }
    /// Something was asked.
    pub(super) fn asked(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }
    /// Something has come, whatever it is; `waits`: for more. Gives whether it had been silent.
    pub(super) fn heard(&mut self, waits: bool) -> bool {
        self.since = waits.then(Instant::now);
        std::mem::replace(&mut self.known, Known::Nothing) == Known::Silent
    }
    /// When there is something to do, should nothing come until then.
    pub(super) fn by(&self) -> Option<Instant> {
        let since = self.since?;
        match self.known {
            Known::Nothing => Some(since + self.quiet),
            Known::Looked => Some(since + 2 * self.quiet),
            Known::Silent => None,
        }
    }
    /// What to do now.
    pub(super) fn due(&mut self, now: Instant) -> Option<Due> {
        if self.by().is_none_or(|by| by > now) {
            return None;
        }
        let (known, due) = match self.known {
            Known::Nothing => (Known::Looked, Due::Look),
            Known::Looked | Known::Silent => (Known::Silent, Due::IsSilent),
        };
        self.known = known;
        Some(due)
    }
}
