//! The one way to wait: for a condition, until a deadline.

use anyhow::{Result, bail};
use std::thread;
use std::time::{Duration, Instant};

/// How often a condition is looked at. Short, because everything waited for is on this machine.
const LOOK: Duration = Duration::from_millis(5);

/// When a wait gives up.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// So many seconds from now.
    pub fn seconds(seconds: u64) -> Self {
        Self(Instant::now() + Duration::from_secs(seconds))
    }

    fn passed(self) -> bool {
        Instant::now() >= self.0
    }
}

/// Looks until `condition` gives a value. An error of the condition ends the wait; running out of
/// time is an error that says `what` was waited for.
pub fn until<T>(
    what: &str,
    deadline: Deadline,
    mut condition: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    loop {
        if let Some(value) = condition()? {
            return Ok(value);
        }
        if deadline.passed() {
            bail!("gave up waiting until {what}");
        }
        thread::park_timeout(LOOK);
    }
}
