//! What this connector is ready for. Closed words: nothing of the site's network leaves.

use super::Desk;
use super::release::unix_ms;
use crate::live::Running;
use crate::site::Showing;
use entryway_bridge::Text;
use entryway_bridge::message::{Ability, Ready, Report, Unready};
use entryway_login::{LdapUse, LoginPolicy};
use std::sync::Arc;
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
        let certificate = self.certificate(draining, password);
        let url = running.site_certificates().map(|it| Arc::clone(&it.url));
        let ready = |ability, not_because| Ready {
            ability,
            not_because,
        };
        Report {
            ready: vec![
                ready(Ability::Password, password),
                ready(Ability::Lookups, lookups),
                ready(Ability::Certificate, certificate),
            ],
            draining,
            max_in_flight: settings.max_in_flight,
            started_ms: unix_ms(self.started),
            software: Text::cut(SOFTWARE),
            certificate_url: url.and_then(|url| Text::new(&*url)),
        }
    }

    /// Why nobody comes in by a certificate now. Whose it is the directories say, as of a password.
    fn certificate(&self, draining: bool, password: Option<Unready>) -> Option<Unready> {
        match self.shows.as_ref().map(|shows| shows.state()) {
            None | Some(Showing::Off) => Some(Unready::SwitchedOff),
            _ if draining => Some(Unready::Stopping),
            Some(Showing::Starting) => Some(Unready::Starting),
            Some(Showing::Incomplete(_)) => Some(Unready::Incomplete),
            Some(Showing::Open(_)) => password,
        }
    }

    /// Why nobody comes in by a password now.
    fn password(&self, running: &Running) -> Option<Unready> {
        let policy = running.gateway.policy();
        if !self.live.kept().is_ready() {
            return Some(Unready::StoreUnavailable);
        }
        if has_directories(policy) {
            // Another connector of the site may have one that answers.
            let domains = running.gateway.domains().readiness();
            let is_any = domains.into_iter().any(|domain| domain.ready);
            return (!is_any).then_some(Unready::DirectoriesDown);
        }
        let accounts = self.live.kept().accounts.count();
        // Whoever a sister lets in must not be refused by this one.
        has_nobody(policy, accounts).then_some(Unready::Incomplete)
    }
}

/// Whether directories are asked who somebody is.
fn has_directories(policy: &LoginPolicy) -> bool {
    policy.ldap != LdapUse::Disabled && !policy.domains.is_empty()
}

/// Whether nobody is here whom this gateway, which has so many accounts, could let in.
pub(crate) fn has_nobody(policy: &LoginPolicy, accounts: usize) -> bool {
    let has_others = policy.os_users || accounts > 0;
    !has_directories(policy) && (policy.ldap == LdapUse::Required || !has_others)
}
