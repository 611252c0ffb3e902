//! After how many wrong passwords a directory locks an account: read in the background, now and then.
//!
//! The throttle stays below that number, so that no stranger locks somebody out of everything else. Where the
//! numbers stand is `read`'s. No login waits for any of this.

mod read;

use crate::ask::Asker;
use crate::domain::{ROLE, order_now};
use crate::roster::Roster;
use entryway_ldap::Server;
use entryway_login::LockoutPolicy;
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

/// What was last read for a domain.
#[derive(Default)]
pub(crate) struct Lockout {
    known: Mutex<Option<LockoutPolicy>>,
}

impl Lockout {
    pub(crate) fn policy(&self) -> LockoutPolicy {
        self.known.lock().unwrap_or_default()
    }

    /// Reads it now. Without an answer in time nothing is known, as at a daemon's start.
    pub(crate) async fn read_once(&self, servers: &Roster, deadline: Instant) {
        let servers = servers.servers(deadline).await;
        let mut asker = Asker::new(order_now(&servers), ROLE, deadline, SEARCHES);
        if let Ok(policy) = read::read(&mut asker).await {
            self.known.lock().replace(policy);
        }
    }

    /// Reads again and again; never ends.
    pub(crate) async fn keep_reading(&self, domain: &str, servers: &Roster) {
        let mut told = false;
        loop {
            let deadline = Instant::now() + PATIENCE;
            let servers = servers.servers(deadline).await;
            let mut asker = Asker::new(order_now(&servers), ROLE, deadline, SEARCHES);
            let pause = match read::read(&mut asker).await {
                Ok(policy) => {
                    let before = self.known.lock().replace(policy);
                    if before != Some(policy) {
                        tracing::debug!(domain, ?policy, "lockout policy read");
                        warn(domain, policy);
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

/// What one server says of it, read now. `None`: it did not answer.
pub async fn read_lockout(server: &Arc<Server>, deadline: Instant) -> Option<LockoutPolicy> {
    let mut asker = Asker::new(vec![Arc::clone(server)], ROLE, deadline, SEARCHES);
    read::read(&mut asker).await.ok()
}

/// A directory that locks at the first wrong password leaves no room to stay below: nobody could log in at all.
fn warn(domain: &str, policy: LockoutPolicy) {
    if policy.threshold == Some(1) {
        tracing::warn!(
            target: "directory.locks_at_once",
            domain,
            "one wrong password locks an account here, and the throttle cannot prevent it"
        );
    }
}

/// The strictest of several policies that lock: fewest failures, longest window.
fn strictest(policies: impl IntoIterator<Item = LockoutPolicy>) -> LockoutPolicy {
    let mut locking = policies
        .into_iter()
        .filter(|policy| policy.threshold.is_some());
    let Some(first) = locking.next() else {
        return LockoutPolicy::default();
    };
    locking.fold(first, |one, other| LockoutPolicy {
        threshold: one.threshold.min(other.threshold),
        // `None` is the longest: until the next success.
        window: one
            .window
            .zip(other.window)
            .map(|(one, other)| one.max(other)),
        duration: one.duration.filter(|_| one.duration == other.duration),
    })
}

#[cfg(test)]
mod tests;
