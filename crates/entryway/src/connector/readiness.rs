//! What this connector is ready for. Closed words: nothing of the site's network leaves.

use super::Desk;
use super::release::unix_ms;
use crate::live::Running;
use entryway_bridge::Text;
use entryway_bridge::message::{Ability, Ready, Report, Unready};
use entryway_login::LdapUse;
use std::sync::atomic::Ordering;

const SOFTWARE: &str = concat!("entryway ", env!("CARGO_PKG_VERSION"));

impl Desk {
    /// From now on it wants nothing new, and says so.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// What is told to each node now.
    pub(crate) fn report(&self) -> Report {
        let running = self.live.now();
        let settings = running.connector();
        let draining = self.stopping.load(Ordering::Relaxed);
        let password = match draining {
            true => Some(Unready::Stopping),
            false => self.password(&running),
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
            draining,
            max_in_flight: settings.max_in_flight,
            started_ms: unix_ms(self.started),
            software: Text::cut(SOFTWARE),
        }
    }

    /// Why nobody comes in by a password now.
    fn password(&self, running: &Running) -> Option<Unready> {
        let policy = running.gateway.policy();
        if !self.live.kept().is_ready() {
            return Some(Unready::StoreUnavailable);
        }
        if policy.ldap != LdapUse::Disabled && !policy.domains.is_empty() {
            // Another connector of the site may have one that answers.
            let domains = running.gateway.domains().readiness();
            let is_any = domains.into_iter().any(|domain| domain.ready);
            return (!is_any).then_some(Unready::DirectoriesDown);
        }
        let has_others = policy.os_users || self.live.kept().accounts.count() > 0;
        // Nobody is here whom it could let in: whoever a sister lets in must not be refused by this one.
        (policy.ldap == LdapUse::Required || !has_others).then_some(Unready::Incomplete)
    }
}
