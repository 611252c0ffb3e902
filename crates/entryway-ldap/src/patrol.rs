//! Looks at servers that are up and that nobody asks anything: the second and third of a domain, and all of them at
//! night. One that dies unnoticed would cost the first person who needs it a wait.
//!
//! A look is a dial of its own, with everything that a login's needs, and the root DSE. Where people's work is
//! answered nothing is looked at, because that says as much; but where the certificate ends soon, now and then, for it is
//! mostly renewed.

use crate::shared::Shared;
use crate::watch;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

/// How long a server may be silent before it is looked at, and twice that at most.
const EVERY: Duration = Duration::from_secs(60);

/// Starts to look; `None` without a runtime. Ends with the server. A way that no login needs is left in peace
/// but for its certificate.
pub(crate) fn start(shared: &Arc<Shared>, for_logins: bool) -> Option<AbortHandle> {
    let runtime = Handle::try_current().ok()?;
    let begin = spread(&shared.settings.display, EVERY);
    let patrol = patrol(Arc::downgrade(shared), for_logins, begin, EVERY);
    Some(runtime.spawn(patrol).abort_handle())
}

/// When a server's turn is within the period: hundreds of servers must not be looked at in one moment.
fn spread(name: &str, period: Duration) -> Duration {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    // The upper half of the hash, as a part of the period.
    period.mul_f64(f64::from((hasher.finish() >> 32) as u32) / f64::from(u32::MAX))
}

async fn patrol(server: Weak<Shared>, for_logins: bool, begin: Duration, every: Duration) {
    let mut next = Instant::now() + begin;
    loop {
        sleep_until(next).await;
        let Some(shared) = server.upgrade() else {
            return;
        };
        let is_silent = !shared.health.was_heard() && for_logins;
        let is_stale = shared.expiry.is_stale(SystemTime::now());
        // One that is down is the watch's.
        if (is_silent || is_stale) && shared.health.available() {
            watch::look_and_tell(&shared).await;
        }
        // A connection may stand for weeks without another handshake.
        shared
            .expiry
            .look(&shared.settings.display, SystemTime::now());
        next = (next + every).max(Instant::now());
    }
}

#[cfg(test)]
mod tests;
