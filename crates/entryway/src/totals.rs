//! What is counted of servers, from one configuration to the next: a reload makes every server anew, and whoever adds up
//! would see each counter fall to nothing.

use entryway_directory::ServerSource;
use entryway_ldap::ServerTotals;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// With so many kept, those that no server counts with are let go of: DNS may name others every hour for years.
const MANY: usize = 1024;

/// A server as the metrics name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Name {
    domain: Arc<str>,
    source: ServerSource,
    server: Arc<str>,
}

/// Counters by server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals(Arc<Mutex<HashMap<Name, ServerTotals>>>);

impl Totals {
    /// Those of the server of this name in this domain: one that is named again counts on.
    pub(crate) fn of(
        &self,
        domain: &Arc<str>,
        source: ServerSource,
        server: &Arc<str>,
    ) -> ServerTotals {
        let name = Name {
            domain: Arc::clone(domain),
            source,
            server: Arc::clone(server),
        };
        let mut kept = self.0.lock();
        if kept.len() >= MANY && !kept.contains_key(&name) {
            kept.retain(|_, totals| totals.is_shared());
        }
        kept.entry(name).or_default().clone()
    }
}

#[cfg(test)]
mod tests;
