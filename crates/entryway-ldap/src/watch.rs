//! Looks at a server that is known to be down, so that people need not.
//!
//! One task for each open breaker, and it ends with the breaker or the server. It dials by the same
//! way as every connection and reads the root DSE, on a connection that nobody else uses.

use crate::dial::{Dial, Identity, Progress};
use crate::error::LdapError;
use crate::probe;
use crate::shared::Shared;
use crate::stats::Counters;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

/// Starts to look; `None` without a runtime.
pub(crate) fn start(shared: &Arc<Shared>) -> Option<AbortHandle> {
    let runtime = Handle::try_current().ok()?;
    Some(runtime.spawn(watch(Arc::downgrade(shared))).abort_handle())
}

async fn watch(server: Weak<Shared>) {
    loop {
        // Held by nobody but its users: a server that is dropped takes its health along.
        let Some(next) = server
            .upgrade()
            .and_then(|shared| shared.health.next_look())
        else {
            return;
        };
        sleep_until(next).await;
        let Some(shared) = server.upgrade() else {
            return;
        };
        shared.health.looked_at();
        match look(&shared).await {
            Ok(()) => shared.health.answered(),
            Err(error) => {
                tracing::debug!(server = %shared.settings.display, code = error.code(), error = %error.in_words(), "server is still down");
                shared.health.still_down(error.underlying(), Instant::now());
            }
        }
    }
}

/// Looks now, at a server that is not known to be down.
pub(crate) fn look_once(shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    let Ok(runtime) = Handle::try_current() else {
        return;
    };
    runtime.spawn(async move {
        look_and_tell(&shared).await;
        // After the breaker was told: in between, the server would be preferred again.
        shared.doubted.store(false, Ordering::Relaxed);
    });
}

/// Looks at a server that is not known to be down, and tells the breaker.
pub(crate) async fn look_and_tell(shared: &Arc<Shared>) {
    match look(shared).await {
        Ok(()) => shared.health.answered(),
        Err(error) => shared
            .health
            .found_down(error.underlying(), Instant::now(), || start(shared)),
    }
}

async fn look(shared: &Shared) -> Result<(), LdapError> {
    let deadline = shared.nobodys_deadline();
    let progress = Progress::default();
    // Not among any role's: nothing here was done for a role.
    let counters = Arc::<Counters>::default();
    let (link, steps) = Dial::new(shared, deadline, &progress)
        .open(Identity::Service, &counters)
        .await?;
    shared.agreed(&link);
    let operation = shared.settings.timeouts.operation;
    let report = probe::read(link, steps, deadline, operation).await?;
    shared.knows(report.root_dse);
    Ok(())
}

#[cfg(test)]
mod tests;
