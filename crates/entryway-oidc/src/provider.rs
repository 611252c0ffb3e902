//! Who we are: the issuer, its addresses, how long things live, and the ports that answer at once.

use crate::jose::{Claims, Jwk, KeyUnusable, Signatures, Signer, SigningKey, sign};
use crate::{Algorithm, Client, Entropy, GroupNames, Person, Scopes};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// An issuer: `https`, without query and fragment (OpenID Connect Discovery §3, RFC 8414 §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

/// Why a URL is no issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an issuer like `https://login.example.org`: `https`, no query, no fragment, no slash at the end"
)]
pub struct IssuerError;

impl Issuer {
    /// Reads it. It is compared byte by byte by everybody, so that there is one spelling: the one that is written.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(text).map_err(|_| IssuerError)?;
        let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        let as_read = url.as_str().trim_end_matches('/') == text;
        if url.scheme() == "https" && plain && has_host && as_read {
            Ok(Self(text.to_owned()))
        } else {
            Err(IssuerError)
        }
    }
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// An address below it.
    fn below(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

macro_rules! endpoints {
    ($($(#[$doc:meta])* $name:ident $path_name:ident $path:literal;)*) => {
        /// Paths below the issuer, for whoever routes requests.
        pub mod paths {
            $($(#[$doc])* pub const $path_name: &str = $path;)*
        }
        impl Issuer {
            $($(#[$doc])* pub fn $name(&self) -> String { self.below(paths::$path_name) })*
        }
    };
}

endpoints! {
    /// The authorization endpoint.
    authorize AUTHORIZE "/oidc/authorize";
    /// The token endpoint.
    token TOKEN "/oidc/token";
    /// The userinfo endpoint.
    userinfo USERINFO "/oidc/userinfo";
    /// Where a person's groups are when a token cannot hold them.
    groups GROUPS "/oidc/groups";
    /// Our keys.
    jwks JWKS "/oidc/jwks";
    /// RFC 7662.
    introspect INTROSPECT "/oidc/introspect";
    /// RFC 7009.
    revoke REVOKE "/oidc/revoke";
    /// RP-initiated logout.
    end_session END_SESSION "/oidc/logout";
    /// The discovery document.
    configuration CONFIGURATION "/.well-known/openid-configuration";
}

/// How long things live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// A code: RFC 6749 §4.1.2 recommends at most ten minutes; a redirect takes seconds.
    pub code: Duration,
    /// An access token.
    pub access: Duration,
    /// An ID token.
    pub id_token: Duration,
    /// A refresh token that is not used.
    pub refresh_idle: Duration,
    /// A family of refresh tokens, however much it is used.
    pub refresh: Duration,
    /// How long the token that was replaced last may come again; none switches it off.
    pub refresh_grace: Duration,
    /// A logout token: two minutes at most is what Back-Channel Logout §2.4 recommends.
    pub logout_token: Duration,
    /// By how much clients' clocks may differ from ours.
    pub skew: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            code: Duration::from_secs(60),
            access: Duration::from_secs(300),
            id_token: Duration::from_secs(300),
            refresh_idle: Duration::from_secs(14 * 86_400),
            refresh: Duration::from_secs(90 * 86_400),
            refresh_grace: Duration::from_secs(10),
            logout_token: Duration::from_secs(120),
            skew: Duration::from_secs(30),
        }
    }
}

/// What rules of a client say about claims: compiled elsewhere.
pub trait ClaimRules: Send + Sync {
    /// Whether the client is told of that group.
    fn shows_group(&self, client: &Client, group: &str) -> bool;
    /// Claims of its own, in the order in which they are written. Those that the protocol defines are not taken from
    /// here ([`is_reserved_claim`](crate::is_reserved_claim)).
    fn custom(
        &self,
        client: &Client,
        scopes: &Scopes,
        person: &Person,
    ) -> Result<Vec<(String, Value)>, RuleFailed>;
    /// Scopes of one's own that have claims: for the discovery document.
    fn scopes(&self) -> Scopes;
}

/// A rule fails for this person. It denies; it is never skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rule for claims fails for this person")]
pub struct RuleFailed;

/// This installation as an OpenID provider.
pub struct Provider {
    /// Its name.
    pub issuer: Issuer,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// More groups than this are told by a link.
    pub most_groups: usize,
    /// Groups are told as `staff/engineers`: where people come from several directories, `engineers` of one are not
    /// those of another.
    pub qualified_groups: bool,
    /// Whether people may log in by a certificate, too.
    pub certificates: bool,
    /// Our keys.
    pub signer: Arc<dyn Signer>,
    /// Who verifies.
    pub signatures: Arc<dyn Signatures>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Rules of clients.
    pub claims: Arc<dyn ClaimRules>,
}

impl Provider {
    /// Groups that a client may be told of.
    pub(crate) fn groups_for(
        &self,
        client: &Client,
        person: &Person,
        groups: &GroupNames,
    ) -> GroupNames {
        let shown = groups
            .names
            .iter()
            .filter(|group| self.claims.shows_group(client, group));
        let named = |group: &String| match self.qualified_groups {
            true => person.qualified(group),
            false => group.clone(),
        };
        GroupNames {
            names: shown.map(named).collect(),
            partial: groups.partial,
        }
    }
    pub(crate) fn key(&self, algorithm: Algorithm) -> Result<Arc<dyn SigningKey>, KeyUnusable> {
        self.signer.current(algorithm).ok_or(KeyUnusable)
    }
    pub(crate) fn sign(
        &self,
        typ: &str,
        claims: &Claims,
        key: &dyn SigningKey,
    ) -> Result<String, KeyUnusable> {
        sign(typ, claims, key)
    }
    pub(crate) fn keys(&self) -> Vec<Jwk> {
        self.signer.published()
    }
}
