//! What this connector is ready for. Closed words: nothing of the site's network leaves.

use super::Desk;
use super::release::unix_ms;
use entryway_bridge::Text;
use entryway_bridge::message::{Ability, Ready, Report, Unready};

const SOFTWARE: &str = concat!("entryway ", env!("CARGO_PKG_VERSION"));

impl Desk {
    /// What is told to each node now.
    pub(crate) fn report(&self) -> Report {
        let running = self.live.now();
        let settings = running.connector();
        let store = self.live.kept().is_ready();
        let mut readiness = running.gateway.domains().readiness().into_iter();
        let password = match (store, readiness.len()) {
            (false, _) => Some(Unready::StoreUnavailable),
            // The site's people may be local accounts.
            (true, 0) => None,
            (true, _) if readiness.any(|domain| domain.ready) => None,
            (true, _) => Some(Unready::DirectoriesDown),
        };
        let lookups = match (settings.release.lookups, self.relays()) {
            (true, true) => password,
            _ => Some(Unready::SwitchedOff),
        };
        let ready = |ability, not_because| Ready {
            ability,
            not_because,
        };
        Report {
            ready: vec![
                ready(Ability::Password, password),
                ready(Ability::Lookups, lookups),
                ready(Ability::Certificate, Some(Unready::SwitchedOff)),
            ],
            draining: false,
            max_in_flight: settings.max_in_flight,
            started_ms: unix_ms(self.started),
            software: Text::cut(SOFTWARE),
        }
    }
}
