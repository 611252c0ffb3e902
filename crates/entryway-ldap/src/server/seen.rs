//! What is seen of a server from outside.

use super::{Pool, Server};
use crate::stats::ServerStats;
use std::sync::Arc;
use tokio::sync::Notify;

impl Server {
    /// Has `changed` told (one permit) whenever [`Self::available`] changes. The first caller's is.
    pub fn tell(&self, changed: Arc<Notify>) {
        for way in &self.ways {
            way.health.tell(Arc::clone(&changed));
        }
    }
    /// Counters at this moment, of roles that were used.
    pub fn stats(&self) -> ServerStats {
        let roles = self.pools.iter().filter_map(|(role, pool)| match pool {
            Some(Pool::Persons(pool)) => Some(pool.counters().snapshot(role)),
            Some(Pool::Searches(pool)) => {
                let mut stats = pool.counters().snapshot(role);
                stats.idle = pool.idle_connections();
                Some(stats)
            }
            Some(Pool::Single(_)) | None => None,
        });
        ServerStats {
            display: Arc::clone(&self.settings.display),
            health: self.health(),
            sessions: self
                .ways
                .iter()
                .filter_map(|way| way.expiry.session())
                .collect(),
            service_binds: self.host.credentials.counted(),
            roles: roles.filter(|role| role.was_used()).collect(),
        }
    }
}
