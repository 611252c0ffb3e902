//! After how many wrong passwords a directory locks an account: read in the background, now and then.
//!
//! The throttle stays below that number, so that no stranger locks somebody out of everything else. Where the
//! numbers stand is `read`'s. No login waits for any of this.

mod read;

use crate::ask::Asker;
use crate::domain::order_now;
use entryway_ldap::Server;
use entryway_ldap_types::LockoutDuration;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Policies change rarely, and at once for nobody.
const EVERY: Duration = Duration::from_secs(600);
/// While nobody knows the policy: the first minutes after a start decide as much as later ones.
const WHILE_UNKNOWN: Duration = Duration::from_secs(30);
/// Nobody waits for it, and no server should work on it for long.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most searches of one reading.
const SEARCHES: u32 = 40;

/// When a directory locks an account, and for how long: the strictest that applies to anybody in the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LockoutPolicy {
    /// Wrong passwords after which an account is locked. `None`: it does not lock, or does not tell.
    pub threshold: Option<u32>,
    /// How long a wrong password counts, the longest of several; `None`: until the next right one, or
    /// it does not tell.
    pub window: Option<Duration>,
    /// How long accounts stay locked; `None` where policies differ, or it does not tell.
    pub duration: Option<LockoutDuration>,
}

/// What was last read for a domain.
#[derive(Default)]
pub(crate) struct Lockout {
    known: Mutex<Option<LockoutPolicy>>,
}

impl Lockout {
    pub(crate) fn policy(&self) -> LockoutPolicy {
        self.known.lock().unwrap_or_default()
    }

    /// Reads again and again; never ends.
    pub(crate) async fn keep_reading(&self, domain: &str, servers: &[Arc<Server>]) {
        let mut told = false;
        loop {
            let deadline = Instant::now() + PATIENCE;
            let mut asker = Asker::new(order_now(servers), deadline, SEARCHES);
            let pause = match read::read(&mut asker).await {
                Ok(policy) => {
                    let before = self.known.lock().replace(policy);
                    if before != Some(policy) {
                        tracing::debug!(domain, ?policy, "lockout policy read");
                    }
                    told = false;
                    EVERY
                }
                Err(unanswered) => {
                    // What was read before is likelier still true than nothing.
                    if !told {
                        tracing::debug!(domain, cause = %unanswered, "lockout policy not read");
                    }
                    told = true;
                    if self.known.lock().is_some() {
                        EVERY
                    } else {
                        WHILE_UNKNOWN
                    }
                }
            };
            tokio::time::sleep(pause).await;
        }
    }
}

impl LockoutPolicy {
    /// The strictest of several policies that lock: fewest failures, longest window.
    fn strictest(policies: impl IntoIterator<Item = Self>) -> Self {
        let mut locking = policies
            .into_iter()
            .filter(|policy| policy.threshold.is_some());
        let Some(first) = locking.next() else {
            return Self::default();
        };
        locking.fold(first, |one, other| Self {
            threshold: one.threshold.min(other.threshold),
            // `None` is the longest: until the next success.
            window: one
                .window
                .zip(other.window)
                .map(|(one, other)| one.max(other)),
            duration: one.duration.filter(|_| one.duration == other.duration),
        })
    }
}

#[cfg(test)]
mod tests;
