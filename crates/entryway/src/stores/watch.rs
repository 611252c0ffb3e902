//! Looks at the stores now and then for as long as their configuration is in force.

use super::Stores;
use super::told::{self, Expiring};
use std::time::{Duration, SystemTime};
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

/// How old a change may be before it is seen. A look at a file that did not change is one `stat`.
pub(crate) const EVERY: Duration = Duration::from_secs(10);

/// The looking; ends when this is dropped.
pub(crate) struct StoreWatch(AbortHandle);

impl Drop for StoreWatch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl StoreWatch {
    /// Looks from now on. Needs a tokio runtime.
    pub(crate) fn start(stores: Stores, every: Duration) -> Self {
        let watching = tokio::spawn(async move {
            let (mut stores, mut expiry) = (stores, Expiring::default());
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                // Files may wait for a disk, and a store's key is computed for a while.
                let looked = spawn_blocking(move || {
                    look(&mut stores, &mut expiry, SystemTime::now());
                    (stores, expiry)
                });
                match looked.await {
                    Ok(back) => (stores, expiry) = back,
                    Err(_) => {
                        tracing::error!(target: "tls.store_unusable", problem = "looking at the stores has failed");
                        return;
                    }
                }
            }
        });
        Self(watching.abort_handle())
    }
}

/// One look at everything, told in the log.
fn look(stores: &mut Stores, expiring: &mut Expiring, now: SystemTime) {
    for relied in &mut stores.all {
        if told::store_renewed(&mut relied.stores) {
            let servers = relied.servers.all();
            let files = told::files(&relied.stores);
            tracing::info!(target: "tls.store_renewed", files, servers = servers.len());
            servers.iter().for_each(|server| server.drain_old());
        }
    }
    for lists in &mut stores.lists {
        told::lists_renewed(lists);
    }
    let lists = stores.lists.iter();
    let lists = lists.flat_map(|lists| lists.crls().in_force().cloned().collect::<Vec<_>>());
    let certificates = stores.all.iter().flat_map(|relied| {
        let own = relied.stores.identity().map(|own| own.certificates());
        let trusted = relied.stores.store().certificates();
        trusted.into_iter().chain(own.unwrap_or_default())
    });
    expiring.tell(certificates, lists, now);
}

#[cfg(test)]
mod tests;
