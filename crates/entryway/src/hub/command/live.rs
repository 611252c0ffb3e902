//! What the running hub of this machine says of its tunnels, beside what the store holds.

use crate::cli::Running;
use crate::control::ask;
use entryway_wire::{ConnectorJson, ControlAsk, ControlReply, HubStatus, LiveJson, SiteJson};
use serde::Serialize;

/// The hub that was asked, or why none was.
pub(super) struct Live(Result<HubStatus, String>);

/// An answer as JSON, with where its live part comes from.
#[derive(Serialize)]
pub(super) struct WithLive<'a, T> {
    #[serde(flatten)]
    stored: &'a T,
    live: LiveJson,
}

impl Live {
    /// Asks it. That nobody answers is no failure: the store is shown all the same.
    pub(super) fn of(running: &Running) -> Self {
        Self(
            match ask(running.socket.as_deref(), ControlAsk::Hub, false) {
                Ok(ControlReply::Hub(status)) => Ok(status),
                Ok(_) => Err("the daemon's answer is to another question".to_owned()),
                Err(error) => Err(error.to_string()),
            },
        )
    }

    /// What the store holds, for programs: with where its live part comes from.
    pub(super) fn beside<'a, T>(&self, stored: &'a T) -> WithLive<'a, T> {
        WithLive {
            stored,
            live: self.json(),
        }
    }

    /// Where it comes from.
    pub(super) fn json(&self) -> LiveJson {
        LiveJson {
            known: self.0.is_ok(),
            node: self.0.as_ref().ok().map(|hub| hub.node.clone()),
            problem: self.0.as_ref().err().cloned(),
        }
    }

    /// The same for people, below what is shown.
    pub(super) fn told(&self) -> String {
        match &self.0 {
            Ok(hub) => format!("tunnels are those to the node `{}`\n", hub.node),
            Err(problem) => format!("which tunnels are up is not known: {problem}\n"),
        }
    }

    /// Whether the hub that was asked knows this connector: one of another store has nothing to say of it.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.connector(id).is_some()
    }

    fn connector(&self, id: &str) -> Option<&ConnectorJson> {
        let hub = self.0.as_ref().ok()?;
        hub.connectors.iter().find(|one| one.id == id)
    }

    /// Puts the tunnels beside the connectors. Who has one has been replaced by nobody.
    pub(super) fn complete(&self, connectors: &mut [ConnectorJson]) {
        for one in connectors {
            one.tunnel = self.connector(&one.id).and_then(|own| own.tunnel.clone());
            if one.tunnel.is_some() {
                one.replaced_by = None;
            }
        }
    }

    /// Puts what only a running node knows beside the sites.
    pub(super) fn complete_sites(&self, sites: &mut [SiteJson]) {
        let Ok(hub) = &self.0 else { return };
        for site in sites {
            let Some(own) = hub.sites.iter().find(|own| own.name == site.name) else {
                continue;
            };
            site.tunnels = own.tunnels;
            site.ready.clone_from(&own.ready);
            if let (Some(shown), Some(own)) = (&mut site.certificate, &own.certificate) {
                shown.not_offered.clone_from(&own.not_offered);
            }
        }
    }

    /// Whether the hub that was asked has this site.
    pub(super) fn knows_site(&self, name: &str) -> bool {
        let hub = self.0.as_ref();
        hub.is_ok_and(|hub| hub.sites.iter().any(|own| own.name == name))
    }
}
