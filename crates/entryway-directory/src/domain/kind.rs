//! What kind of directory a domain turns out to be, for look-ups: a login asks each server as it says that it is.

use super::{Domain, order_now};
use crate::ask::is_active_directory;
use crate::hedge::{Hedged, first_answer};
use entryway_ldap::{DirectoryKind, SearchRole};
use entryway_login::ServerTry;
use std::sync::atomic::Ordering;
use std::time::Instant;

impl Domain {
    /// Whether its directory is known to be Active Directory; asks nobody.
    pub(crate) fn is_known_active_directory(&self) -> bool {
        self.active_directory.load(Ordering::Relaxed)
            || self.servers.known().iter().any(|server| {
                let root = server.known_root_dse();
                root.is_some_and(|root| root.kind() == DirectoryKind::ActiveDirectory)
            })
    }

    /// Whether its directory says that it is Active Directory, or why nobody tells.
    pub(crate) async fn is_active_directory(
        &self,
        role: SearchRole,
        deadline: Instant,
    ) -> Result<bool, Vec<ServerTry>> {
        let order = order_now(&self.servers.servers(deadline).await);
        let asked = first_answer(&order, role, deadline, |server, due| async move {
            is_active_directory(&server, role, due).await
        });
        match asked.await {
            Hedged {
                answer: Some((_, said)),
                ..
            } => {
                self.active_directory.store(said, Ordering::Relaxed);
                Ok(said)
            }
            Hedged { tried, .. } => Err(tried),
        }
    }
}
