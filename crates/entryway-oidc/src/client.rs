//! Applications that are registered here, and what each may do.

use crate::jose::{Algorithm, PublicKey};
use crate::redirect::RedirectUri;
use crate::{Fingerprint, Scopes};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

/// Longest `client_id`, in bytes.
pub const MAX_CLIENT_ID_BYTES: usize = 256;

/// By what a client is known: printable ASCII (RFC 6749, appendix A.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(Arc<str>);

impl ClientId {
    /// Reads it; `None` where no client can be called so.
    pub fn parse(text: &str) -> Option<Self> {
        let printable = text.bytes().all(|byte| matches!(byte, 0x20..=0x7e));
        let fits = !text.is_empty() && text.len() <= MAX_CLIENT_ID_BYTES;
        (printable && fits).then(|| Self(text.into()))
    }
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a client proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ClientMethod {
    /// The secret in the `Authorization` header.
    SecretBasic,
    /// The secret among the parameters.
    SecretPost,
    /// A JWT that it signs.
    PrivateKeyJwt,
    /// Not at all: a public client.
    None,
}

impl ClientMethod {
    /// Each of them.
    pub const ALL: [Self; 4] = [
        Self::SecretBasic,
        Self::SecretPost,
        Self::PrivateKeyJwt,
        Self::None,
    ];

    /// As the specifications spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// For what a client may ask tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct GrantTypes {
    /// `authorization_code`
    pub code: bool,
    /// `refresh_token`
    pub refresh: bool,
    /// `client_credentials`
    pub credentials: bool,
}

/// Where a client is told that a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackchannelLogout {
    /// `https`, without a fragment.
    pub uri: RedirectUri,
    /// `backchannel_logout_session_required`
    pub session_required: bool,
}

/// A key that a client signs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey {
    /// Its name in the client's JWKS, where it has one.
    pub kid: Option<String>,
    /// The one algorithm that it is used with.
    pub algorithm: Algorithm,
    /// The key.
    pub key: PublicKey,
}

/// What is written of a client.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Its id.
    pub id: ClientId,
    /// What people are shown.
    pub name: String,
    /// How it may authenticate; `None` alone makes a public client.
    pub methods: Vec<ClientMethod>,
    /// Its secrets: two while one replaces the other.
    pub secrets: Vec<Fingerprint>,
    /// Its keys.
    pub keys: Vec<ClientKey>,
    /// What it may ask.
    pub grants: GrantTypes,
    /// Where codes go.
    pub redirects: Vec<RedirectUri>,
    /// Where people go after signing out.
    pub post_logout: Vec<RedirectUri>,
    /// Where it is told of the end of sessions.
    pub backchannel: Option<BackchannelLogout>,
    /// Scopes for people.
    pub scopes: Scopes,
    /// Scopes for itself, with `client_credentials`.
    pub own_scopes: Scopes,
    /// Further ones that it has to ask for by name: a token that is shown to some resource server opens nothing at
    /// another by the way.
    pub named_scopes: Scopes,
    /// An application on the person's own machine: any port of a loopback address (RFC 8252 §7.3).
    pub native: bool,
    /// A confidential client must use PKCE too. A public one must in any case.
    pub pkce_required: bool,
    /// People are asked before it learns anything of them.
    pub consent: bool,
    /// What its ID tokens are signed with.
    pub id_token_algorithm: Algorithm,
    /// Claims of scopes stand in the ID token too, for applications that ask nowhere else.
    pub claims_in_id_token: bool,
    /// It may introspect the tokens of others: a resource server.
    pub may_introspect: bool,
    /// `default_max_age`
    pub default_max_age: Option<Duration>,
}

impl ClientSettings {
    /// A confidential client for codes with the ordinary settings.
    pub fn new(id: ClientId) -> Self {
        Self {
            name: id.as_str().to_owned(),
            id,
            methods: vec![ClientMethod::SecretBasic],
            secrets: Vec::new(),
            keys: Vec::new(),
            grants: GrantTypes {
                code: true,
                ..GrantTypes::default()
            },
            redirects: Vec::new(),
            post_logout: Vec::new(),
            backchannel: None,
            scopes: Scopes::default(),
            own_scopes: Scopes::default(),
            named_scopes: Scopes::default(),
            native: false,
            pkce_required: false,
            consent: false,
            id_token_algorithm: Algorithm::Es256,
            claims_in_id_token: false,
            may_introspect: false,
            default_max_age: None,
        }
    }
}

/// A client whose settings fit together.
#[derive(Debug, Clone)]
pub struct Client(ClientSettings);

/// Which settings do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// Neither public nor confidential.
    #[error("expected `none` alone, or ways to authenticate")]
    Methods,
    /// A secret without a use, or a use without a secret.
    #[error("expected secrets for a client that authenticates with one, and for no other")]
    Secrets,
    /// A key without a use, or a use without a key.
    #[error(
        "expected keys for a client that authenticates with `private_key_jwt`, and for no other"
    )]
    Keys,
    /// A key whose kind is not that of its algorithm.
    #[error("expected an algorithm that fits the key")]
    KeyKind,
    /// Codes have nowhere to go.
    #[error("expected a redirect URI for a client that asks for codes")]
    NoRedirect,
    /// RFC 6749 §4.4.
    #[error("expected a client that authenticates for `client_credentials`")]
    PublicCredentials,
    /// There is nothing to be refreshed.
    #[error("expected `authorization_code` with `refresh_token`")]
    RefreshAlone,
    /// A resource server that anybody can pass for.
    #[error("expected a client that authenticates to introspect tokens")]
    PublicIntrospection,
    /// A native application keeps no secret (RFC 8252 §8.5).
    #[error("expected a native client to be public")]
    NativeSecret,
    /// Tokens of people's sessions in clear text.
    #[error("expected `https` for the back-channel logout URI")]
    BackchannelScheme,
}

impl ClientSettings {
    /// Everything in them that does not fit together.
    pub fn problems(&self) -> Vec<ClientError> {
        let uses = |method| self.methods.contains(&method);
        let public = uses(ClientMethod::None);
        let uses_secret = uses(ClientMethod::SecretBasic) || uses(ClientMethod::SecretPost);
        let GrantTypes {
            code,
            refresh,
            credentials,
        } = self.grants;
        let told = self.backchannel.as_ref();
        [
            (
                self.methods.is_empty() || public && self.methods.len() > 1,
                ClientError::Methods,
            ),
            (uses_secret == self.secrets.is_empty(), ClientError::Secrets),
            (
                uses(ClientMethod::PrivateKeyJwt) == self.keys.is_empty(),
                ClientError::Keys,
            ),
            (
                !self.keys.iter().all(|key| key.algorithm.fits(&key.key)),
                ClientError::KeyKind,
            ),
            (code && self.redirects.is_empty(), ClientError::NoRedirect),
            (credentials && public, ClientError::PublicCredentials),
            (refresh && !code, ClientError::RefreshAlone),
            (
                self.may_introspect && public,
                ClientError::PublicIntrospection,
            ),
            (self.native && !public, ClientError::NativeSecret),
            (
                told.is_some_and(|told| !told.uri.as_str().starts_with("https:")),
                ClientError::BackchannelScheme,
            ),
        ]
        .into_iter()
        .filter_map(|(wrong, error)| wrong.then_some(error))
        .collect()
    }
}

impl Client {
    /// Checks that the settings fit together.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientError> {
        match settings.problems().first() {
            Some(problem) => Err(*problem),
            None => Ok(Self(settings)),
        }
    }
    /// Whether it cannot prove who it is.
    pub fn is_public(&self) -> bool {
        self.methods.contains(&ClientMethod::None)
    }
    /// RFC 7636, RFC 9700 §2.1.1: a public client must.
    pub fn must_use_pkce(&self) -> bool {
        self.is_public() || self.pkce_required
    }
}

impl Deref for Client {
    type Target = ClientSettings;
    fn deref(&self) -> &ClientSettings {
        &self.0
    }
}

#[cfg(test)]
mod tests;
