//! What the front needs of single sign-on: requests carried out, sessions opened and ended, texts sealed.

use super::Look;
use entryway_login::{Session, Tokens};
use entryway_oidc::{
    Answer, Authorized, BrowserSession, ClientRequest, Fingerprint, GroupsTold, Jwk, Logout,
    LogoutRequest, Metadata, Pending, Refused, Secret, SessionId, Timestamp, TokenAnswer, Told,
};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use zeroize::Zeroizing;

/// An answer that takes a while.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The browser that sent a request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Browser {
    /// Of its session's cookie.
    pub session: Option<Fingerprint>,
}

/// A login that a browser's session comes of.
pub struct NewLogin {
    /// Who logged in.
    pub session: Box<Session>,
    /// What the login gave out.
    pub tokens: Option<Tokens>,
    /// The browser: the session that it has goes on if it is the same person's.
    pub browser: Browser,
    /// Where it is.
    pub address: Option<IpAddr>,
    /// What it says it is, shortened: for the person's own list.
    pub agent: Option<String>,
}

/// A session in a person's list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its id.
    pub id: SessionId,
    /// The one that asks.
    pub is_this: bool,
    /// Since when.
    pub made: Timestamp,
    /// Last used.
    pub used: Timestamp,
    /// Where the browser was.
    pub address: Option<String>,
    /// What it said it is.
    pub agent: Option<String>,
}

/// Single sign-on of one configuration.
pub trait SingleSignOn: Send + Sync {
    /// How its pages look.
    fn look(&self) -> &Look;
    /// The issuer, as it is written.
    fn issuer(&self) -> &str;
    /// The discovery document, in these languages.
    fn metadata(&self, languages: &[&str]) -> Metadata;
    /// The published keys.
    fn keys(&self) -> Vec<Jwk>;
    /// Whether a login should bring the person's groups: some client may ask for them.
    fn wants_groups(&self) -> bool;

    /// Begins with an authorization request, or goes on with one.
    fn authorize(&self, browser: Browser, pending: Pending) -> Asked<'_, Authorized>;
    /// The token endpoint.
    fn token(&self, request: ClientRequest) -> Asked<'_, Result<TokenAnswer, Refused>>;
    /// The userinfo endpoint.
    fn userinfo(&self, request: ClientRequest) -> Asked<'_, Told>;
    /// The endpoint of groups.
    fn groups(&self, request: ClientRequest) -> Asked<'_, Result<GroupsTold, Refused>>;
    /// The introspection endpoint; its answer as JSON.
    fn introspect(&self, request: ClientRequest) -> Asked<'_, Result<String, Refused>>;
    /// The revocation endpoint.
    fn revoke(&self, request: ClientRequest) -> Asked<'_, Result<(), Refused>>;
    /// A request to sign out. Whoever has to hear of it is told by the implementation.
    fn logout(&self, browser: Browser, request: LogoutRequest) -> Asked<'_, Logout>;

    /// Opens a session, or goes on with the one that the browser has if it is the same person's; the new cookie.
    fn log_in(&self, login: NewLogin) -> Asked<'_, Answer<Secret>>;
    /// The browser's session.
    fn session(&self, browser: Browser) -> Asked<'_, Answer<Option<Arc<BrowserSession>>>>;
    /// All sessions of the person whose session this is; none where there is no session.
    fn sessions(&self, browser: Browser) -> Asked<'_, Answer<Vec<Listed>>>;
    /// Ends one of them, or with `None` every one, and whatever was given to applications for later. Says whether the
    /// browser's own ended. Somebody else's is not found.
    fn end(&self, browser: Browser, session: Option<SessionId>) -> Asked<'_, Answer<bool>>;

    /// A text that only this installation reads, and only together with the same `bound`.
    fn seal(&self, bound: &[u8], text: &str) -> Option<String>;
    /// What was sealed; `None` for everything else.
    fn unseal(&self, bound: &[u8], sealed: &str) -> Option<Zeroizing<String>>;
    /// A secret for a cookie.
    fn draw(&self) -> Secret;
}
