//! A browser's session as the provider sees it.

use crate::{Person, Timestamp};
use entryway_login::Method;
use std::sync::Arc;

/// By what the store knows a session. Not the cookie, and not told to anybody.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub Arc<str>);

/// One login within a session. It changes whenever the person proves again who they are, so that a request that
/// demands this can tell without comparing clocks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LoginMark(pub Arc<str>);

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserSession {
    /// Its id.
    pub id: SessionId,
    /// As it is called in tokens: `sid`.
    pub sid: Arc<str>,
    /// The last login.
    pub login: LoginMark,
    /// The person.
    pub person: Arc<Person>,
    /// When they last proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub method: Method,
    /// The directory verified the password and demands a new one: nothing is given out before.
    pub must_change_password: bool,
}

/// The `acr` of a login with one factor.
pub const ACR_PASSWORD: &str = "urn:entryway:acr:password";

/// The `acr` of a login by a certificate whose key its holder has.
pub const ACR_CERTIFICATE: &str = "urn:entryway:acr:certificate";

/// `acr`: by which class of login.
pub(crate) fn acr(method: Method) -> &'static str {
    match method {
        Method::Password => ACR_PASSWORD,
        Method::Certificate => ACR_CERTIFICATE,
    }
}

/// `amr` (RFC 8176): by which means.
pub(crate) fn amr(method: Method) -> &'static [&'static str] {
    match method {
        Method::Password => &["pwd"],
        // What keeps the key is not seen: it is at least the proof of one.
        Method::Certificate => &["swk"],
    }
}
