//! The hub while it runs: takes tunnels, knows who may, and hears of every change. Outlives each configuration.

mod admit;
mod decisions;
mod places;
mod watch;

use super::leaf::Leaves;
use super::registry::{Figures, Registry};
use crate::events::hub::{SiteClosed, TunnelRefused};
use admit::SiteDoor;
use arc_swap::ArcSwapOption;
use decisions::Decisions;
use entryway_bridge::SiteName;
use entryway_bridge::message::ByeCode;
use entryway_config::HubSettings;
use entryway_store::{Hub as HubStore, Standings, StoreError};
use entryway_tunnel::Pace;
use entryway_tunnel::hub::{Tunnel, accept};
use entryway_web::{NoTunnel, TunnelBytes, TunnelPlace, Tunnels};
use parking_lot::Mutex;
use places::{Place, Places};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

/// What connectors are told that we run.
pub(crate) const SOFTWARE: &str = concat!("entryway ", env!("CARGO_PKG_VERSION"));

/// The hub of this node.
pub(crate) struct Exchange {
    pub(super) store: HubStore,
    /// What this node is called.
    pub(super) node: Arc<str>,
    /// The store's epoch, and its revision of standings, when this began.
    began: (i64, i64),
    settings: ArcSwapOption<HubSettings>,
    pub(super) registry: Registry<Tunnel>,
    pub(super) leaves: Leaves,
    /// Those on their way in.
    places: Arc<Places>,
    /// Held while a connector is told of certificates: what it is told last is what holds.
    pub(super) telling: Mutex<()>,
    decisions: Decisions,
    /// Held from when a decision is written until it counts here: of two about one connector the one that is written last
    /// counts last.
    deciding: tokio::sync::Mutex<()>,
}

impl Exchange {
    /// Without sites, until [`configure`](Self::configure). What anybody does from now on is news.
    pub(crate) async fn open(store: HubStore, node: String) -> Result<Arc<Self>, StoreError> {
        // Nobody's standing was changed after that: what is asked is where things stand.
        let Standings {
            epoch, revision, ..
        } = store.standings_since(i64::MAX).await?;
        Ok(Arc::new(Self {
            store,
            began: (epoch, revision),
            node: node.into(),
            settings: ArcSwapOption::empty(),
            registry: Registry::default(),
            leaves: Leaves::default(),
            places: Arc::default(),
            telling: Mutex::default(),
            decisions: Decisions::default(),
            deciding: tokio::sync::Mutex::default(),
        }))
    }

    /// Puts a configuration in force. Tunnels go on, but those of sites that are none any more: they are told.
    pub(crate) fn configure(&self, settings: Option<Arc<HubSettings>>) {
        let sites = settings.as_ref().map_or(&[][..], |hub| &hub.sites);
        let gone = self.registry.configure(sites);
        self.settings.store(settings.clone());
        for tunnel in gone {
            SiteClosed {
                site: tunnel.site().as_str(),
                connector: tunnel.connector().as_str(),
            }
            .emit();
            tunnel.close(
                ByeCode::Unknown,
                "the site is not in the hub's configuration any more",
            );
        }
        self.tell_all_certificates();
        self.look_at_certificates();
    }

    /// Every site in numbers, as this node sees it.
    pub(crate) fn figures(&self) -> Vec<Figures> {
        self.registry.figures()
    }

    /// The hub in force.
    pub(crate) fn settings(&self) -> Option<Arc<HubSettings>> {
        self.settings.load_full()
    }
}

/// One that may come in, as soon as it has said who it is.
struct Comer {
    exchange: Arc<Exchange>,
    site: SiteName,
    from: Option<IpAddr>,
    place: Place,
}

impl Tunnels for Exchange {
    fn admits(
        self: Arc<Self>,
        site: &str,
        from: Option<IpAddr>,
    ) -> Result<Box<dyn TunnelPlace>, NoTunnel> {
        if !self.registry.has(site) {
            return Err(NoTunnel::Unknown);
        }
        let site = SiteName::parse(site).map_err(|_| NoTunnel::Unknown)?;
        let place = self.places.take(from).ok_or(NoTunnel::Full)?;
        Ok(Box::new(Comer {
            exchange: self,
            site,
            from,
            place,
        }))
    }
}

impl TunnelPlace for Comer {
    fn run(
        self: Box<Self>,
        io: Box<dyn TunnelBytes>,
        stopping: Pin<Box<dyn Future<Output = ()> + Send>>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let Self {
            exchange,
            site,
            from,
            place,
        } = *self;
        Box::pin(async move {
            let refused = |problem: String| {
                TunnelRefused {
                    site: site.as_str(),
                    from,
                    problem: &problem,
                }
                .emit();
            };
            let tls = match exchange.leaves.tls(&exchange.store, &site).await {
                Ok(tls) => tls,
                Err(error) => return refused(in_words(&error)),
            };
            let door = Arc::new(SiteDoor::new(
                Arc::clone(&exchange),
                site.clone(),
                from,
                place,
            ));
            let pace = Pace::default();
            let ended = accept(io, &site, tls, door, SOFTWARE, pace, stopping).await;
            if let Err(error) = ended {
                refused(in_words(&error));
            }
        })
    }
}

/// An error with its causes.
pub(super) fn in_words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
