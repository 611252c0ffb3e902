//! The hub while it runs: takes tunnels, knows who may, and hears of every change. Outlives each configuration.

mod admit;
mod watch;

use super::leaf::Leaves;
use super::registry::{Figures, Registry};
use crate::events::hub::{SiteClosed, TunnelRefused};
use admit::SiteDoor;
use arc_swap::ArcSwapOption;
use entryway_bridge::SiteName;
use entryway_bridge::message::ByeCode;
use entryway_config::HubSettings;
use entryway_store::Hub as HubStore;
use entryway_tunnel::Pace;
use entryway_tunnel::hub::{Tunnel, accept};
use entryway_web::{NoTunnel, TunnelBytes, Tunnels};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Handshakes at a time: each costs two signatures, and nobody has said yet who they are.
const SHAKING: usize = 256;

/// What connectors are told that we run.
pub(crate) const SOFTWARE: &str = concat!("entryway ", env!("CARGO_PKG_VERSION"));

/// The hub of this node.
pub(crate) struct Exchange {
    pub(super) store: HubStore,
    /// What this node is called.
    node: Arc<str>,
    settings: ArcSwapOption<HubSettings>,
    pub(super) registry: Registry<Tunnel>,
    pub(super) leaves: Leaves,
    shaking: AtomicUsize,
}

impl Exchange {
    /// Without sites, until [`configure`](Self::configure).
    pub(crate) fn new(store: HubStore, node: String) -> Arc<Self> {
        Arc::new(Self {
            store,
            node: node.into(),
            settings: ArcSwapOption::empty(),
            registry: Registry::default(),
            leaves: Leaves::default(),
            shaking: AtomicUsize::new(0),
        })
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

impl Tunnels for Exchange {
    fn admits(&self, site: &str, _: Option<IpAddr>) -> Result<(), NoTunnel> {
        if !self.registry.has(site) {
            return Err(NoTunnel::Unknown);
        }
        match self.shaking.load(Ordering::Relaxed) < SHAKING {
            true => Ok(()),
            false => Err(NoTunnel::Full),
        }
    }

    fn run(
        self: Arc<Self>,
        site: String,
        from: Option<IpAddr>,
        io: Box<dyn TunnelBytes>,
        stopping: Pin<Box<dyn Future<Output = ()> + Send>>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let Ok(site) = SiteName::parse(&site) else {
                return;
            };
            let refused = |problem: String| {
                TunnelRefused {
                    site: site.as_str(),
                    from,
                    problem: &problem,
                }
                .emit();
            };
            let tls = match self.leaves.tls(&self.store, &site).await {
                Ok(tls) => tls,
                Err(error) => return refused(in_words(&error)),
            };
            let door = Arc::new(SiteDoor::new(Arc::clone(&self), site.clone(), from));
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
