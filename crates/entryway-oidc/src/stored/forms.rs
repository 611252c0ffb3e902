//! The members of each text.

use crate::{
    AccessRecord, Agreement, Challenge, ClientId, CodeRecord, Family, FamilyId, Fingerprint, Grant,
    LoginMark, Parameters, Pending, Progress, Replaced, Scopes, SessionId, Timestamp,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_login::{Method, Subject};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A form with a name for messages.
pub(super) trait Form: DeserializeOwned {
    const NAME: &'static str;
}

fn bytes<const N: usize>(bytes: &[u8; N]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn array<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn fingerprint(text: &str) -> Option<Fingerprint> {
    array(text).map(Fingerprint)
}

/// The empty set has no text that `scope` could have.
fn scopes(text: &str) -> Option<Scopes> {
    if text.is_empty() {
        return Some(Scopes::default());
    }
    Scopes::parse(text).ok()
}

/// `None` stays `None`; a text that cannot be read is an error.
fn optional<T>(text: Option<&str>, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        None => Some(None),
        Some(text) => read(text).map(Some),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Granted {
    family: String,
    client: String,
    subject: String,
    session: String,
    sid: String,
    scopes: String,
    authenticated_at: u64,
    method: Means,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Means {
    Password,
    Certificate,
}

impl Means {
    pub(super) fn of(method: Method) -> Self {
        match method {
            Method::Password => Self::Password,
            Method::Certificate => Self::Certificate,
        }
    }
    pub(super) fn value(self) -> Method {
        match self {
            Self::Password => Method::Password,
            Self::Certificate => Method::Certificate,
        }
    }
}

impl Granted {
    fn of(grant: &Grant) -> Self {
        Self {
            family: bytes(&grant.family.0),
            client: grant.client.as_str().to_owned(),
            subject: grant.subject.0.clone(),
            session: grant.session.0.to_string(),
            sid: grant.sid.to_string(),
            scopes: grant.scopes.to_string(),
            authenticated_at: grant.authenticated_at.0,
            method: Means::of(grant.method),
        }
    }
    fn value(self) -> Option<Grant> {
        Some(Grant {
            family: FamilyId(array(&self.family)?),
            client: ClientId::parse(&self.client)?,
            subject: Subject(self.subject),
            session: SessionId(self.session.into()),
            sid: self.sid.into(),
            scopes: scopes(&self.scopes)?,
            authenticated_at: Timestamp(self.authenticated_at),
            method: self.method.value(),
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    fingerprint: String,
    grant: Granted,
    redirect: Option<String>,
    challenge: Option<String>,
    nonce: Option<String>,
    expires: u64,
}

impl Form for Code {
    const NAME: &'static str = "code";
}

impl Code {
    pub(super) fn of(code: &CodeRecord) -> Self {
        Self {
            fingerprint: bytes(&code.fingerprint.0),
            grant: Granted::of(&code.grant),
            redirect: code.redirect.clone(),
            challenge: code.challenge.map(|challenge| bytes(&challenge.0.0)),
            nonce: code.nonce.clone(),
            expires: code.expires.0,
        }
    }
    pub(super) fn value(self) -> Option<CodeRecord> {
        Some(CodeRecord {
            fingerprint: fingerprint(&self.fingerprint)?,
            grant: self.grant.value()?,
            redirect: self.redirect,
            challenge: optional(self.challenge.as_deref(), fingerprint)?.map(Challenge),
            nonce: self.nonce,
            expires: Timestamp(self.expires),
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Access {
    fingerprint: String,
    client: String,
    scopes: String,
    issued: u64,
    expires: u64,
    grant: Option<Granted>,
}

impl Form for Access {
    const NAME: &'static str = "access token";
}

impl Access {
    pub(super) fn of(access: &AccessRecord) -> Self {
        Self {
            fingerprint: bytes(&access.fingerprint.0),
            client: access.client.as_str().to_owned(),
            scopes: access.scopes.to_string(),
            issued: access.issued.0,
            expires: access.expires.0,
            grant: access.grant.as_deref().map(Granted::of),
        }
    }
    pub(super) fn value(self) -> Option<AccessRecord> {
        let grant = match self.grant {
            None => None,
            Some(grant) => Some(Arc::new(grant.value()?)),
        };
        Some(AccessRecord {
            fingerprint: fingerprint(&self.fingerprint)?,
            client: ClientId::parse(&self.client)?,
            scopes: scopes(&self.scopes)?,
            issued: Timestamp(self.issued),
            expires: Timestamp(self.expires),
            grant,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lineage {
    grant: Granted,
    generation: u64,
    current: String,
    previous: Option<(String, u64)>,
    expires: u64,
    idle_until: u64,
    revoked: bool,
}

impl Form for Lineage {
    const NAME: &'static str = "family of refresh tokens";
}

impl Lineage {
    pub(super) fn of(family: &Family) -> Self {
        let replaced = |previous: Replaced| (bytes(&previous.fingerprint.0), previous.at.0);
        Self {
            grant: Granted::of(&family.grant),
            generation: family.generation,
            current: bytes(&family.current.0),
            previous: family.previous.map(replaced),
            expires: family.expires.0,
            idle_until: family.idle_until.0,
            revoked: family.revoked,
        }
    }
    pub(super) fn value(self) -> Option<Family> {
        let grant = self.grant.value()?;
        let previous = match self.previous {
            None => None,
            Some((text, at)) => Some(Replaced {
                fingerprint: fingerprint(&text)?,
                at: Timestamp(at),
            }),
        };
        Some(Family {
            id: grant.family,
            grant: Arc::new(grant),
            generation: self.generation,
            current: fingerprint(&self.current)?,
            previous,
            expires: Timestamp(self.expires),
            idle_until: Timestamp(self.idle_until),
            revoked: self.revoked,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    parameters: Vec<(String, String)>,
    before: Before,
    selected: bool,
    agreement: Option<Agreed>,
    cancelled: bool,
}

/// The session's login when the request came.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Before {
    /// Not looked at yet.
    Unknown,
    /// There was no session.
    Nobody,
    Login(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Agreed {
    subject: String,
    to: Option<String>,
}

impl Form for Request {
    const NAME: &'static str = "authorization request";
}

impl Request {
    pub(super) fn of(pending: &Pending) -> Self {
        let Progress {
            before,
            selected,
            agreement,
            cancelled,
        } = &pending.progress;
        let pairs = pending.parameters.pairs();
        Self {
            parameters: pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            before: match before {
                None => Before::Unknown,
                Some(None) => Before::Nobody,
                Some(Some(login)) => Before::Login(login.0.to_string()),
            },
            selected: *selected,
            agreement: agreement.as_ref().map(|agreement| Agreed {
                subject: agreement.subject.0.clone(),
                to: agreement.to.as_ref().map(Scopes::to_string),
            }),
            cancelled: *cancelled,
        }
    }
    pub(super) fn value(self) -> Option<Pending> {
        let agreement = match self.agreement {
            None => None,
            Some(Agreed { subject, to }) => Some(Agreement {
                subject: Subject(subject),
                to: optional(to.as_deref(), scopes)?,
            }),
        };
        Some(Pending {
            parameters: Parameters::new(self.parameters).ok()?,
            progress: Progress {
                before: match self.before {
                    Before::Unknown => None,
                    Before::Nobody => Some(None),
                    Before::Login(login) => Some(Some(LoginMark(login.into()))),
                },
                selected: self.selected,
                agreement,
                cancelled: self.cancelled,
            },
        })
    }
}
