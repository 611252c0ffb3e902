//! The one way to wait: for a condition, until a deadline.

use anyhow::{Result, bail};
use std::fs;
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

/// Waits until every thread of a process is stopped: SIGSTOP is sent at once, and each stands still a moment later.
pub fn until_still(pid: u32) -> Result<()> {
    until("the process stands still", Deadline::seconds(10), || {
        Ok(stands_still(pid)?.then_some(()))
    })
}

/// Whether it does: the state after the name in `/proc/PID/task/TID/stat`.
fn stands_still(pid: u32) -> Result<bool> {
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let stat = fs::read_to_string(thread?.path().join("stat"))?;
        if !stat
            .rsplit_once(')')
            .is_some_and(|(_, rest)| rest.starts_with(" T"))
        {
            return Ok(false);
        }
    }
    Ok(true)
}
