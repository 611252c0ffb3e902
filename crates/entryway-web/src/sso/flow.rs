//! What a page's form brings back: the request that it is about, sealed and bound to the browser.
//!
//! Nothing is kept here while a person thinks. A form that another browser was given opens nothing, so that nobody can
//! be logged in as somebody else by a form that somebody else prepared (login CSRF).

use super::{SingleSignOn, cookies, now};
use crate::forward::Wanted;
use entryway_oidc::{
    Fingerprint, Parameters, Pending, Progress, Secret, SessionId, Stored, Timestamp,
};
use http::HeaderMap;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long a page may be left open.
const LIFE: Duration = Duration::from_secs(3600);

/// What a form is about.
pub(super) enum Flow {
    /// An application's request.
    Authorize {
        pending: Pending,
        /// The person logged in by a form of it: another login than the one that was there when the request came is
        /// one for this request only then.
        proved: bool,
    },
    /// The person's own sessions.
    Account,
    /// A page of a protected host.
    Forward(Wanted),
    /// An application asks to sign out, and the person of that session was asked.
    Logout {
        parameters: Parameters,
        session: SessionId,
    },
}

/// A browser that pages are made for.
pub(crate) struct Tie {
    secret: Zeroizing<String>,
    /// Of windows that came at the same moment as the one that the first secret was drawn for.
    others: Vec<Zeroizing<String>>,
    is_new: Option<Secret>,
}

impl Tie {
    /// By the cookie that it has, or a new one.
    pub(crate) fn of(headers: &HeaderMap, sso: &dyn SingleSignOn) -> Self {
        Self::known(headers).unwrap_or_else(|| Self {
            secret: Zeroizing::new(sso.draw().expose().to_owned()),
            others: Vec::new(),
            is_new: Some(sso.draw()),
        })
    }
    /// By the cookie that it has.
    pub(crate) fn known(headers: &HeaderMap) -> Option<Self> {
        let mut ties = cookies::ties(headers).into_iter();
        Some(Self {
            secret: ties.next()?,
            others: ties.collect(),
            is_new: None,
        })
    }
    /// What others may know the browser by.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.secret.as_bytes())
    }
    /// The same, of each window that came first.
    pub(crate) fn fingerprints(&self) -> Vec<Fingerprint> {
        let secrets = std::iter::once(&self.secret).chain(&self.others);
        secrets
            .map(|secret| Fingerprint::of(secret.as_bytes()))
            .collect()
    }
    /// The cookie that is to be set.
    pub(crate) fn cookie(&self) -> Option<http::HeaderValue> {
        let secret = Secret::new(self.secret.to_string());
        cookies::set_tie(self.is_new.as_ref()?, &secret)
    }
    /// For the form of a page.
    pub(super) fn seal(&self, sso: &dyn SingleSignOn, flow: &Flow) -> Option<String> {
        sso.seal(self.secret.as_bytes(), &flow.to_text(now().plus(LIFE)))
    }
    /// From the form of a page.
    pub(super) fn open(&self, sso: &dyn SingleSignOn, sealed: &str) -> Option<Flow> {
        let mut secrets = std::iter::once(&self.secret).chain(&self.others);
        let text = secrets.find_map(|secret| sso.unseal(secret.as_bytes(), sealed))?;
        Flow::from_text(&text, now())
    }
}

const AUTHORIZE: &str = "authorize";
const ACCOUNT: &str = "account";
const LOGOUT: &str = "logout";
const FORWARD: &str = "forward";
const PROVED: &str = "proved";

impl Flow {
    /// As the audit calls whoever asks for a login.
    pub(super) fn caller(&self) -> String {
        let client = match self {
            Self::Authorize { pending, .. } => pending.parameters.one("client_id").ok().flatten(),
            Self::Forward(wanted) => return format!("forward {}", wanted.page.host),
            Self::Account | Self::Logout { .. } => None,
        };
        match client {
            Some(client) => format!("client {client}"),
            None => "sessions".to_owned(),
        }
    }
    /// Its end, its kind, a session, and what was sent; a line each.
    fn to_text(&self, until: Timestamp) -> Zeroizing<String> {
        let (kind, session, sent) = match self {
            Self::Authorize { pending, proved } => {
                let proved = if *proved { PROVED } else { "" };
                (AUTHORIZE, proved, pending.to_stored())
            }
            Self::Account => (ACCOUNT, "", Zeroizing::default()),
            Self::Forward(wanted) => (FORWARD, "", Zeroizing::new(wanted.to_text())),
            Self::Logout {
                parameters,
                session,
            } => {
                let pending = Pending {
                    parameters: parameters.clone(),
                    progress: Progress::default(),
                };
                (LOGOUT, &*session.0, pending.to_stored())
            }
        };
        Zeroizing::new(format!("{}\n{kind}\n{session}\n{}", until.0, sent.as_str()))
    }

    fn from_text(text: &str, now: Timestamp) -> Option<Self> {
        let mut parts = text.splitn(4, '\n');
        let until: u64 = parts.next()?.parse().ok()?;
        let (kind, session, sent) = (parts.next()?, parts.next()?, parts.next()?);
        if now.0 >= until {
            return None;
        }
        match kind {
            AUTHORIZE => Pending::from_stored(sent)
                .ok()
                .map(|pending| Self::Authorize {
                    pending,
                    proved: session == PROVED,
                }),
            ACCOUNT => Some(Self::Account),
            FORWARD => Wanted::from_text(sent).map(Self::Forward),
            LOGOUT => Pending::from_stored(sent).ok().map(|pending| Self::Logout {
                parameters: pending.parameters,
                session: SessionId(session.into()),
            }),
            _ => None,
        }
    }
}
