//! `[sso]` and `[client.X]`.

mod branding;
mod rules;

pub use branding::{Accent, Branding, ImageKind, Logo, PageLanguage};
pub use rules::ClaimFailed;

use super::TokenScope;
use entryway_cel::CompiledExpression;
use entryway_oidc::{Client, GroupPatterns, Issuer, Lifetimes};
use std::sync::Arc;
use std::time::Duration;

/// Single sign-on, where it is switched on.
#[derive(Debug, Clone)]
pub struct SsoSettings {
    /// Who Entryway is to applications.
    pub issuer: Issuer,
    /// How long codes and tokens live.
    pub lifetimes: Lifetimes,
    /// More groups than this are told by a link.
    pub most_groups: usize,
    /// Groups are told with their domain.
    pub qualified_groups: bool,
    /// Of browsers.
    pub sessions: SessionLimits,
    /// Of the keys that sign tokens.
    pub keys: KeyRotation,
    /// Of the pages.
    pub branding: Branding,
    /// Domains to choose from.
    pub offered: OfferedDomains,
    /// The enabled ones, by id.
    pub clients: Vec<ClientSetting>,
}

/// `sso.offered_domains`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfferedDomains {
    /// Domains and sites, in the order of the page; none where nothing is offered.
    pub names: Vec<String>,
    /// Suffixes of all domains and sites: a name that ends in one says itself where it belongs.
    pub suffixes: Vec<String>,
    /// Ids of clients all of whose people are one site's: nothing is offered there.
    pub nowhere_at: Vec<String>,
}

/// How long browsers' sessions last, and how many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without use.
    pub idle: Duration,
    /// However much it is used.
    pub max: Duration,
    /// Of one person; one more ends the one that was unused for longest.
    pub most: usize,
}

/// When keys follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRotation {
    /// How long one signs.
    pub every: Duration,
    /// How long it is published before, and after.
    pub overlap: Duration,
}

/// One `[client.X]`.
#[derive(Debug, Clone)]
pub struct ClientSetting {
    /// What the protocol needs to know of it.
    pub client: Arc<Client>,
    /// What it may do at our own API, with an access token for itself that has the scope of that name.
    pub api: Vec<TokenScope>,
    /// Which groups it is told of; `None` for every group.
    pub groups: Option<GroupPatterns>,
    /// Claims of its own, in the order in which they are written.
    pub claims: Vec<ClaimSetting>,
}

/// One of `client.X.claims`.
#[derive(Debug, Clone)]
pub struct ClaimSetting {
    /// What it is called.
    pub name: Arc<str>,
    /// With which scope alone it is told.
    pub scope: Option<Arc<str>>,
    /// What it says.
    pub value: Arc<CompiledExpression>,
}
