//! Looks at the stores now and then for as long as their configuration is in force.

use super::{Relied, Stores};
use entryway_ldap::{ExpiryWatch, ListWatch, Reread};
use std::sync::Arc;
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

/// What was told of that ends.
#[derive(Default)]
struct Expiring {
    certificates: ExpiryWatch,
    lists: ListWatch,
}

/// One look at everything, told in the log.
fn look(stores: &mut Stores, expiry: &mut Expiring, now: SystemTime) {
    for relied in &mut stores.all {
        let renewed = match relied.stores.look() {
            Reread::Same => false,
            Reread::Renewed => true,
            Reread::Broken(error) => {
                let code = error.code();
                let problem = format!("{:#}", anyhow::Error::from(error));
                tracing::warn!(target: "tls.store_unusable", code, problem, kept = "what was read last");
                false
            }
            Reread::Recovered { renewed } => {
                tracing::info!(target: "tls.store_recovered", files = files(relied));
                renewed
            }
        };
        if renewed {
            let servers = relied.servers.all();
            tracing::info!(target: "tls.store_renewed", files = files(relied), servers = servers.len());
            servers.iter().for_each(|server| server.drain_old());
        }
    }
    for lists in &mut stores.lists {
        let renewed = match lists.look() {
            Reread::Same => false,
            Reread::Renewed => true,
            Reread::Broken(error) => {
                let code = error.code();
                let problem = format!("{:#}", anyhow::Error::from(error));
                tracing::warn!(target: "tls.lists_unusable", code, problem, kept = "what was read last");
                false
            }
            Reread::Recovered { renewed } => {
                tracing::info!(target: "tls.lists_recovered", files = lists.files());
                renewed
            }
        };
        if renewed {
            tracing::info!(target: "tls.lists_renewed", files = lists.files());
        }
    }
    let lists = stores.lists.iter();
    let lists = lists.flat_map(|lists| lists.crls().in_force().cloned().collect::<Vec<_>>());
    for (list, hours) in expiry.lists.due(lists, now) {
        tracing::warn!(
            target: "tls.list_expires",
            hours,
            issuer = list.issuer,
            file = %list.origin,
            expires = list.next_update.map(entryway_ldap::utc),
        );
    }
    let certificates = stores.all.iter().flat_map(|relied| {
        let own = relied.stores.identity().map(|own| own.certificates());
        let trusted = relied.stores.store().certificates();
        trusted.into_iter().chain(own.unwrap_or_default())
    });
    for (certificate, days) in expiry.certificates.due(certificates, now) {
        tracing::warn!(
            target: "tls.expires",
            days,
            subject = certificate.subject,
            file = %certificate.origin,
            purpose = certificate.purpose.as_str(),
        );
    }
}

/// What there is to be read, for the log.
fn files(relied: &Relied) -> String {
    let anchors = relied.stores.store().anchors().iter();
    let mut files: Vec<Arc<str>> = anchors.map(|anchor| Arc::clone(&anchor.origin)).collect();
    let own = relied.stores.identity();
    files.extend(own.map(|own| Arc::clone(own.origin())));
    files.dedup();
    files.join(", ")
}

#[cfg(test)]
mod tests;
