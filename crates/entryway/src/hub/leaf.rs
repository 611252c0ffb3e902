//! What this node shows the connectors of each site: a certificate of the site's own authority, made here, kept in memory
//! and made anew before it ends.

use super::desk::{self, DeskError};
use entryway_bridge::SiteName;
use entryway_store::Hub as HubStore;
use entryway_tunnel::{InnerError, SiteAuthority, hub_tls};
use parking_lot::Mutex;
use rustls::ServerConfig;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How long one holds. A node that is stolen is worth nothing to the thief after that.
const LIFE: Duration = Duration::from_secs(7 * 86_400);
/// It is made anew after so long.
const USED: Duration = Duration::from_secs(86_400);

/// Of every site that somebody has dialled.
#[derive(Default)]
pub(super) struct Leaves(Mutex<HashMap<SiteName, Leaf>>);

#[derive(Clone)]
struct Leaf {
    authority: Arc<SiteAuthority>,
    tls: Arc<ServerConfig>,
    made: SystemTime,
}

/// Whether one that was made then is shown now. Where the clock has been put back since, it may not be valid yet.
fn is_good(made: SystemTime, now: SystemTime) -> bool {
    now.duration_since(made).is_ok_and(|age| age < USED)
}

/// Why a site has none.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoLeaf {
    /// No ticket was ever made for it.
    #[error("no ticket was ever made for the site")]
    NoAuthority,
    /// The store, or what it keeps.
    #[error("the authority of the site cannot be read")]
    Desk(#[from] DeskError),
    /// It cannot be made.
    #[error("no certificate can be made")]
    Made(#[from] entryway_tunnel::AuthorityError),
    /// It cannot be used.
    #[error("the certificate cannot be used")]
    Tls(#[from] InnerError),
}

impl Leaves {
    /// What is shown to connectors of this site.
    pub(super) async fn tls(
        &self,
        store: &HubStore,
        site: &SiteName,
    ) -> Result<Arc<ServerConfig>, NoLeaf> {
        self.leaf(store, site).await.map(|leaf| leaf.tls)
    }

    /// Who certifies them.
    pub(super) async fn authority(
        &self,
        store: &HubStore,
        site: &SiteName,
    ) -> Result<Arc<SiteAuthority>, NoLeaf> {
        self.leaf(store, site).await.map(|leaf| leaf.authority)
    }

    /// The store's contents are others.
    pub(super) fn forget(&self) {
        self.0.lock().clear();
    }

    async fn leaf(&self, store: &HubStore, site: &SiteName) -> Result<Leaf, NoLeaf> {
        let now = SystemTime::now();
        let known = self.0.lock().get(site).cloned();
        if let Some(known) = known.filter(|known| is_good(known.made, now)) {
            return Ok(known);
        }
        let authority = desk::known_authority(store, site.as_str()).await?;
        let authority = Arc::new(authority.ok_or(NoLeaf::NoAuthority)?);
        let made = authority.issue_hub(now, LIFE)?;
        let tls = hub_tls(&made, authority.certificate())?;
        let leaf = Leaf {
            authority,
            tls,
            made: now,
        };
        self.0.lock().insert(site.clone(), leaf.clone());
        Ok(leaf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_made_anew_after_a_day_and_where_the_clock_was_put_back() {
        let made = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        assert!(is_good(made, made));
        assert!(is_good(made, made + USED - Duration::from_secs(1)));
        assert!(!is_good(made, made + USED));
        assert!(!is_good(made, made - Duration::from_secs(1)));
    }
}
