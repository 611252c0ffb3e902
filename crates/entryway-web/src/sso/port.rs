//! What the front needs of single sign-on: requests carried out, sessions opened and ended, texts sealed.

use super::Look;
use crate::{Caller, Sealing};
use entryway_login::{Session, Tokens};
use entryway_oidc::{
    Answer, Authorized, BrowserSession, ClientRequest, Fingerprint, GroupsTold, Jwk, Logout,
    LogoutRequest, Metadata, Pending, Refused, Secret, SessionId, Timestamp, TokenAnswer, Told,
};
use entryway_wire::SessionsJson;
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

/// Which sessions an administrator asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionsAsked {
    /// A subject, or a login name; everybody's where there is none.
    pub whose: Option<String>,
    /// Those behind this id.
    pub after: Option<String>,
    /// At most so many, at least one.
    pub limit: u32,
}

/// What an administrator ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// One session, with all that does not outlive it.
    One(SessionId),
    /// Every session of somebody, and whatever applications were given for later. By a subject, or by the login name of
    /// somebody who has a session.
    AllOf(String),
}

/// Why an administrator has ended nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotEnded {
    /// There are no sessions: nobody signs in here.
    #[error("there is no single sign-on here, and so no session")]
    Off,
    /// The store gives no answer.
    #[error("the store gives no answer")]
    Unavailable,
    /// There is no such session.
    #[error("there is no session of this id: it may have ended")]
    NoSession,
    /// No session is of this login name.
    #[error("nobody with this login name has a session")]
    Nobody,
    /// More than one person has this login name.
    #[error("several people with this login name have sessions")]
    Several,
}

impl NotEnded {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Off => "no_single_sign_on",
            Self::Unavailable => "store_unavailable",
            Self::NoSession => "no_such_session",
            Self::Nobody => "no_such_person",
            Self::Several => "several_people",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Off => "set up `[sso]` in the configuration",
            Self::Unavailable => "ask again a little later",
            Self::NoSession => "list the sessions that there are",
            Self::Nobody => {
                "name the person by `subject`: what applications were given for later ends then, without a session too"
            }
            Self::Several => "name the person by `subject`, as the list of sessions tells it",
        }
    }
}

/// Applications that call the API with an access token of their own (`client_credentials`).
pub trait AccessTokens: Send + Sync {
    /// Whose token this is, and what it may do here; `None` for one that has ended, is a person's, or is of an
    /// application that may do nothing here.
    fn caller(&self, access: Fingerprint) -> Asked<'_, Answer<Option<Caller>>>;
}

/// Everybody's sessions, for administrators.
pub trait SessionDesk: Send + Sync {
    /// Those that have not ended.
    fn everybodys(&self, asked: SessionsAsked) -> Asked<'_, Answer<SessionsJson>>;
    /// Ends sessions, tells their applications, and writes it into the log; how many there were.
    /// `caller` is the API's, and none is somebody on this machine.
    fn end_for(&self, ending: Ending, caller: Option<Arc<str>>)
    -> Asked<'_, Result<u64, NotEnded>>;
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

    /// What passwords of sites' people are sealed with; `None` where there is no site.
    fn sealing(&self) -> Option<&dyn Sealing> {
        None
    }

    /// A text that only this installation reads, and only together with the same `bound`.
    fn seal(&self, bound: &[u8], text: &str) -> Option<String>;
    /// What was sealed; `None` for everything else.
    fn unseal(&self, bound: &[u8], sealed: &str) -> Option<Zeroizing<String>>;
    /// Whether what this is the fingerprint of is met for the first time, by any node. Remembered until then.
    fn first_time(&self, id: Fingerprint, until: Timestamp) -> Asked<'_, Answer<bool>>;
    /// A secret for a cookie.
    fn draw(&self) -> Secret;
}
