//! What the store keeps of what was given out: never the texts themselves.

use crate::{ClientId, FamilyId, Fingerprint, Scopes, SessionId, Timestamp};
use entryway_login::{Method, Subject};
use std::sync::Arc;

/// What a person let a client have, by one authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// All tokens that come of it.
    pub family: FamilyId,
    /// To whom.
    pub client: ClientId,
    /// About whom.
    pub subject: Subject,
    /// Within which session.
    pub session: SessionId,
    /// As that is called in tokens.
    pub sid: Arc<str>,
    /// What for.
    pub scopes: Scopes,
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub method: Method,
}

impl Grant {
    /// Whether it outlives the session.
    pub fn is_offline(&self) -> bool {
        self.scopes.has(Scopes::OFFLINE_ACCESS)
    }
}

/// An authorization code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRecord {
    /// By what it is found.
    pub fingerprint: Fingerprint,
    /// What it stands for.
    pub grant: Grant,
    /// `redirect_uri` of the request, where it had one.
    pub redirect: Option<String>,
    /// `code_challenge` (S256), where it had one.
    pub challenge: Option<Challenge>,
    /// `nonce`, where it had one.
    pub nonce: Option<String>,
    /// When it ends. The record is kept for as long as tokens of its grant may live, so that a replay is noticed.
    pub expires: Timestamp,
}

/// A `code_challenge` of method S256: SHA-256 of the verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge(pub Fingerprint);

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// By what it is found.
    pub fingerprint: Fingerprint,
    /// To whom it was given.
    pub client: ClientId,
    /// What for.
    pub scopes: Scopes,
    /// Since when.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// Whose; `None` for a client's own (`client_credentials`).
    pub grant: Option<Arc<Grant>>,
}
