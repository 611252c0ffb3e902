//! Who is reached by what a store holds.

use entryway_ldap::Server;
use parking_lot::Mutex;
use std::sync::{Arc, Weak};

/// The servers that rely on one store: the ones that are written, and those that DNS or a referral names later. They
/// belong to their domains, and are not kept here when those let go of them.
#[derive(Clone, Default)]
pub(crate) struct Reliant(Arc<Mutex<Vec<Weak<Server>>>>);

impl Reliant {
    pub(crate) fn add(&self, server: &Arc<Server>) {
        let mut servers = self.0.lock();
        // DNS may name others every hour for years.
        servers.retain(|known| known.strong_count() > 0);
        servers.push(Arc::downgrade(server));
    }
    /// Those that are still somebody's.
    pub(super) fn all(&self) -> Vec<Arc<Server>> {
        self.0.lock().iter().filter_map(Weak::upgrade).collect()
    }
}
