//! What was counted of a server, apart from the server: one that takes its place, because the configuration is read again,
//! counts on from there.

use crate::stats::{RoleTotals, ServiceBinds};
use entryway_ldap_types::{ByRole, Role};
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;

/// Counters of one server, which only ever rise. Servers that are given the same ones count together.
#[derive(Clone)]
pub struct ServerTotals(Arc<Totals>);

struct Totals {
    roles: ByRole<Arc<RoleTotals>>,
    service_binds: Mutex<ServiceBinds>,
}

impl ServerTotals {
    /// Whether a server counts with them, or anybody else holds them too.
    pub fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
    pub(crate) fn role(&self, role: Role) -> &Arc<RoleTotals> {
        self.0.roles.of(role)
    }
    pub(crate) fn service_binds(&self) -> &Mutex<ServiceBinds> {
        &self.0.service_binds
    }
}

/// Nothing counted yet.
impl Default for ServerTotals {
    fn default() -> Self {
        Self(Arc::new(Totals {
            roles: ByRole::each(|_| Arc::default()),
            service_binds: Mutex::default(),
        }))
    }
}

impl fmt::Debug for ServerTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerTotals")
    }
}
