//! What a page's form brings back: the request that it is about, sealed and bound to the browser.
//!
//! Nothing is kept here while a person thinks. A form that another browser was given opens nothing, so that nobody can
//! be logged in as somebody else by a form that somebody else prepared (login CSRF).

use super::{SingleSignOn, cookies, now};
use entryway_oidc::{Parameters, Pending, Progress, Secret, SessionId, Stored, Timestamp};
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
    /// An application asks to sign out, and the person of that session was asked.
    Logout {
        parameters: Parameters,
        session: SessionId,
    },
}

/// A browser that pages are made for.
pub(super) struct Tie {
    secret: Zeroizing<String>,
    /// Of windows that came at the same moment as the one that the first secret was drawn for.
    others: Vec<Zeroizing<String>>,
    is_new: Option<Secret>,
}

impl Tie {
    /// By the cookie that it has, or a new one.
    pub(super) fn of(headers: &HeaderMap, sso: &dyn SingleSignOn) -> Self {
        Self::known(headers).unwrap_or_else(|| Self {
            secret: Zeroizing::new(sso.draw().expose().to_owned()),
            others: Vec::new(),
            is_new: Some(sso.draw()),
        })
    }
    /// By the cookie that it has.
    pub(super) fn known(headers: &HeaderMap) -> Option<Self> {
        let mut ties = cookies::ties(headers).into_iter();
        Some(Self {
            secret: ties.next()?,
            others: ties.collect(),
            is_new: None,
        })
    }
    /// The cookie that is to be set.
    pub(super) fn cookie(&self) -> Option<http::HeaderValue> {
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
const PROVED: &str = "proved";

impl Flow {
    /// Its end, its kind, a session, and what was sent; a line each.
    fn to_text(&self, until: Timestamp) -> Zeroizing<String> {
        let (kind, session, sent) = match self {
            Self::Authorize { pending, proved } => {
                let proved = if *proved { PROVED } else { "" };
                (AUTHORIZE, proved, pending.to_stored())
            }
            Self::Account => (ACCOUNT, "", Zeroizing::default()),
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
            LOGOUT => Pending::from_stored(sent).ok().map(|pending| Self::Logout {
                parameters: pending.parameters,
                session: SessionId(session.into()),
            }),
            _ => None,
        }
    }
}
