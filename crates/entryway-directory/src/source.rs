//! Why a domain has a server: what one is for decides what its being down means.

use entryway_ldap::Server;
use std::sync::Arc;

/// The part of a domain's configuration that a server comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServerSource {
    /// `servers` or `srv`: logins, and everything that has no servers of its own.
    Servers,
    /// `cards.servers`: cards alone.
    Cards,
    /// `referrals`: searches that a server sent on. There is none before the first of them.
    Referrals,
}

impl ServerSource {
    /// Each server with its own.
    pub(crate) fn each(
        servers: &[Arc<Server>],
        cards: &[Arc<Server>],
        referrals: Vec<Arc<Server>>,
    ) -> Vec<(Self, Arc<Server>)> {
        let servers = servers.iter().cloned().map(|it| (Self::Servers, it));
        let cards = cards.iter().cloned().map(|it| (Self::Cards, it));
        let referrals = referrals.into_iter().map(|it| (Self::Referrals, it));
        servers.chain(cards).chain(referrals).collect()
    }
    /// `servers`, `cards`, `referrals`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Servers => "servers",
            Self::Cards => "cards",
            Self::Referrals => "referrals",
        }
    }
}
