//! Why a domain has a server: what one is for decides what its being down means.

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
    /// `servers`, `cards`, `referrals`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Servers => "servers",
            Self::Cards => "cards",
            Self::Referrals => "referrals",
        }
    }
}
