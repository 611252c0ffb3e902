//! `[sso]` and `[client.X]`.

use entryway_oidc::{Client, Issuer, Lifetimes};
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
    /// Of browsers.
    pub sessions: SessionLimits,
    /// Of the keys that sign tokens.
    pub keys: KeyRotation,
    /// The enabled ones, by id.
    pub clients: Vec<ClientSetting>,
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
}
