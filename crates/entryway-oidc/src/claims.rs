//! What applications are told of a person.

use crate::jose::{Claims, KeyUnusable};
use crate::record::Grant;
use crate::session::{acr, amr};
use crate::{Algorithm, Client, Person, Provider, RuleFailed, Scopes, Secret, Timestamp, sub};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

/// The source of groups that do not fit (OpenID Connect Core §5.6.2).
const GROUPS_SOURCE: &str = "groups";

/// Claims that the protocol defines: rules cannot make others of them.
const RESERVED: [&str; 31] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "events",
    "sub_jwk",
    "cnf",
    "act",
    "may_act",
    "scope",
    "client_id",
    "active",
    "token_type",
    "_claim_names",
    "_claim_sources",
    "username",
    "groups",
    "preferred_username",
    "email_verified",
];

/// Whether a claim's meaning is the protocol's, so that no rule may define it.
pub fn is_reserved_claim(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// Why claims cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ClaimsError {
    #[error(transparent)]
    Rule(#[from] RuleFailed),
    #[error(transparent)]
    Key(#[from] KeyUnusable),
}

/// What the scopes open (Core §5.4), by the person, and by the client's own rules.
pub(crate) fn about(
    provider: &Provider,
    client: &Client,
    scopes: &Scopes,
    person: &Person,
) -> Result<Claims, RuleFailed> {
    let mut claims = Claims::new();
    for (name, value) in provider.claims.custom(client, scopes, person)? {
        if !is_reserved_claim(&name) {
            claims.insert(name, value);
        }
    }
    let mut tell = |name: &str, value: Option<Value>| {
        // Core §5.3.2: what is not known is left out, and is no `null`.
        if let Some(value) = value {
            claims.insert(name.to_owned(), value);
        }
    };
    let text = |value: &Option<String>| {
        value
            .clone()
            .filter(|text| !text.is_empty())
            .map(Value::String)
    };
    if scopes.has(Scopes::PROFILE) {
        tell(
            "preferred_username",
            Some(Value::String(person.name.clone())),
        );
        tell("name", text(&person.display_name));
        tell("given_name", text(&person.given_name));
        tell("family_name", text(&person.family_name));
        tell("picture", text(&person.picture));
        tell("locale", text(&person.locale));
    }
    if scopes.has(Scopes::EMAIL) {
        tell("email", text(&person.email));
        let verified = person.email.as_ref().and(person.email_verified);
        tell("email_verified", verified.map(Value::Bool));
    }
    if scopes.has(Scopes::GROUPS) {
        match person
            .groups
            .as_ref()
            .map(|groups| provider.groups_for(client, person, groups))
        {
            Some(groups) if !groups.partial && groups.names.len() <= provider.most_groups => {
                tell("groups", Some(json!(groups.names)));
            }
            // A list that is cut is no list: whoever is let in by a group, or kept out by one, has to ask.
            _ => {
                let source = json!({ GROUPS_SOURCE: { "endpoint": provider.issuer.groups() } });
                tell("_claim_names", Some(json!({ "groups": GROUPS_SOURCE })));
                tell("_claim_sources", Some(source));
            }
        }
    }
    Ok(claims)
}

/// The body of an answer of the userinfo endpoint (Core §5.3.2).
pub(crate) fn userinfo(
    provider: &Provider,
    client: &Client,
    scopes: &Scopes,
    person: &Person,
) -> Result<Claims, RuleFailed> {
    let mut claims = about(provider, client, scopes, person)?;
    claims.insert("sub".to_owned(), Value::String(sub(&person.subject)));
    Ok(claims)
}

/// What an ID token is made of, besides the client and the person.
pub(crate) struct IdToken<'a> {
    pub(crate) grant: &'a Grant,
    pub(crate) scopes: &'a Scopes,
    /// Of the authorization request; none at a refresh (Core §12.2).
    pub(crate) nonce: Option<&'a str>,
    /// What it goes with.
    pub(crate) access: &'a Secret,
    pub(crate) now: Timestamp,
}

impl IdToken<'_> {
    /// Signs it (Core §2, §3.1.3.6). `azp` is left out: the audience is the client alone.
    pub(crate) fn sign(
        &self,
        provider: &Provider,
        client: &Client,
        person: &Person,
    ) -> Result<Secret, ClaimsError> {
        let mut claims = if client.claims_in_id_token {
            about(provider, client, self.scopes, person)?
        } else {
            Claims::new()
        };
        let key = provider.key(client.id_token_algorithm)?;
        let expires = self.now.plus(provider.lifetimes.id_token);
        let own = [
            ("iss", json!(provider.issuer.as_str())),
            ("sub", json!(sub(&self.grant.subject))),
            ("aud", json!(client.id.as_str())),
            ("exp", json!(expires)),
            ("iat", json!(self.now)),
            ("auth_time", json!(self.grant.authenticated_at)),
            ("acr", json!(acr(self.grant.method))),
            ("amr", json!(amr(self.grant.method))),
            ("at_hash", json!(at_hash(key.algorithm(), self.access))),
            ("sid", json!(&*self.grant.sid)),
        ];
        claims.extend(own.map(|(name, value)| (name.to_owned(), value)));
        if let Some(nonce) = self.nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        Ok(Secret::new(provider.sign("JWT", &claims, &*key)?))
    }
}

/// Core §3.1.3.6: the left half of the hash that the signature's algorithm uses.
fn at_hash(algorithm: Algorithm, access: &Secret) -> String {
    let text = access.expose().as_bytes();
    let hash = match algorithm {
        Algorithm::Es256 | Algorithm::Rs256 => Sha256::digest(text).to_vec(),
        Algorithm::EdDsa => Sha512::digest(text).to_vec(),
    };
    let (half, _) = hash.split_at(hash.len() / 2);
    URL_SAFE_NO_PAD.encode(half)
}
