//! Logout tokens (Back-Channel Logout §2.4).

use crate::jose::{Claims, KeyUnusable};
use crate::secret::generate_name;
use crate::{BrowserSession, Client, Provider, Secret, Timestamp, sub};
use serde_json::json;
use std::sync::Arc;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// What one client has to be told. No `Debug`: whoever has the token can end the session there.
pub struct LogoutNotice {
    /// Which client.
    pub client: Arc<Client>,
    /// Where it is posted to, as `logout_token`.
    pub uri: String,
    /// The token.
    pub token: Secret,
}

/// A notice for each of these that wants one.
pub fn notices(
    provider: &Provider,
    clients: &[Arc<Client>],
    session: &BrowserSession,
    now: Timestamp,
) -> Result<Vec<LogoutNotice>, KeyUnusable> {
    let mut notices = Vec::new();
    for client in clients {
        let Some(told) = &client.backchannel else {
            continue;
        };
        notices.push(LogoutNotice {
            uri: told.uri.as_str().to_owned(),
            token: token(provider, client, session, now)?,
            client: Arc::clone(client),
        });
    }
    Ok(notices)
}

/// There is no `nonce` in it (§2.4), so that it passes for no ID token; its `typ` says what it is.
fn token(
    provider: &Provider,
    client: &Client,
    session: &BrowserSession,
    now: Timestamp,
) -> Result<Secret, KeyUnusable> {
    let key = provider.key(client.id_token_algorithm)?;
    let claims = [
        ("iss", json!(provider.issuer.as_str())),
        ("sub", json!(sub(&session.person.subject))),
        ("aud", json!(client.id.as_str())),
        ("iat", json!(now)),
        ("exp", json!(now.plus(provider.lifetimes.logout_token))),
        ("jti", json!(generate_name(&*provider.entropy))),
        ("sid", json!(&*session.sid)),
        ("events", json!({ EVENT: {} })),
    ];
    let claims: Claims = claims
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect();
    provider.sign("logout+jwt", &claims, &*key).map(Secret::new)
}
