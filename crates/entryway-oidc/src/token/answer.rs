//! What a client gets (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).

use crate::claims::{ClaimsError, IdToken};
use crate::record::{AccessRecord, Grant};
use crate::secret::generate_access;
use crate::{Client, ClientId, Person, Problem, Provider, Scopes, Secret, Timestamp};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Tokens. No `Debug`. Whoever sends it says `Cache-Control: no-store`.
pub struct TokenAnswer {
    /// `access_token`
    pub access: Secret,
    /// `expires_in`
    pub expires_in: Duration,
    /// `refresh_token`
    pub refresh: Option<Secret>,
    /// `id_token`
    pub id_token: Option<Secret>,
    /// `scope`: what was granted, also where that is what was asked for.
    pub scopes: Scopes,
    /// What it comes of, for the record; `None` for a client's own.
    pub grant: Option<Arc<Grant>>,
}

#[derive(Serialize)]
struct Body<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    scope: String,
}

impl TokenAnswer {
    /// The body, wiped when dropped.
    pub fn to_json(&self) -> Zeroizing<String> {
        let body = Body {
            access_token: self.access.expose(),
            token_type: "Bearer",
            expires_in: self.expires_in.as_secs(),
            refresh_token: self.refresh.as_ref().map(Secret::expose),
            id_token: self.id_token.as_ref().map(Secret::expose),
            scope: self.scopes.to_string(),
        };
        // Texts and a number: this does not fail.
        Zeroizing::new(serde_json::to_string(&body).unwrap_or_default())
    }
}

/// A new access token, and what is kept of it.
pub(super) fn access(
    provider: &Provider,
    client: &ClientId,
    scopes: &Scopes,
    grant: Option<&Arc<Grant>>,
    now: Timestamp,
) -> (Secret, Box<AccessRecord>) {
    let text = generate_access(&*provider.entropy);
    let record = AccessRecord {
        fingerprint: text.fingerprint(),
        client: client.clone(),
        scopes: scopes.clone(),
        issued: now,
        expires: now.plus(provider.lifetimes.access),
        grant: grant.cloned(),
    };
    (text, Box::new(record))
}

/// The ID token that goes with it, where one was asked for.
pub(super) fn id_token(
    provider: &Provider,
    client: &Client,
    person: &Person,
    token: &IdToken<'_>,
) -> Result<Option<Secret>, Problem> {
    if !token.scopes.has(Scopes::OPENID) {
        return Ok(None);
    }
    token
        .sign(provider, client, person)
        .map(Some)
        .map_err(|error| match error {
            ClaimsError::Rule(_) => Problem::NotWelcome,
            ClaimsError::Key(_) => Problem::Broken,
        })
}
