//! What a hub asks its sites for those who look people up, as the front uses it.

use crate::RelayedVerb;
use bytes::Bytes;
use entryway_login::SitePolicy;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

/// Look-ups at the sites of a hub.
pub trait SiteLookups: Send + Sync {
    /// The site of this name, if it is switched on.
    fn site(&self, name: &str) -> Option<&SitePolicy>;
    /// Asks one of the site's connectors, and another where that one is lost. Answered by the deadline; when this is
    /// dropped the connector is told that nobody waits.
    fn ask<'a>(
        &'a self,
        site: &'a SitePolicy,
        asked: SiteAsked,
    ) -> Pin<Box<dyn Future<Output = Result<SiteReply, SiteRefused>> + Send + 'a>>;
}

/// What a site is asked, as its own API would be.
#[derive(Debug, Clone)]
pub struct SiteAsked {
    /// How.
    pub verb: RelayedVerb,
    /// Path and query below `/api/v1/`.
    pub path: String,
    /// JSON.
    pub body: Option<String>,
    /// What is there already, as the site named it.
    pub if_none_match: Option<String>,
    /// Who asks.
    pub caller: Arc<str>,
    /// The one connector that can answer: it has given out where a list goes on.
    pub only: Option<String>,
    /// Answer before this.
    pub deadline: Instant,
}

/// What a connector sent, which may be anything.
#[derive(Debug, Clone)]
pub struct SiteReply {
    /// Which.
    pub connector: Box<str>,
    /// What it calls a status.
    pub status: u16,
    /// What it calls headers.
    pub headers: Vec<(String, String)>,
    /// The rest.
    pub body: Bytes,
}

impl SiteReply {
    pub(crate) fn header(&self, name: http::header::HeaderName) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name.as_str()));
        header.map(|(_, value)| value.as_str())
    }
}

/// Why a look-up at a site has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteRefused {
    /// There is no such site here, or it is switched off.
    #[error("there is no such site")]
    NoSite,
    /// The caller is not among those who look its people up.
    #[error("this caller does not look up people of the site `{site}`")]
    Foreign {
        /// Who.
        caller: Arc<str>,
        /// Whose people.
        site: Arc<str>,
    },
    /// No connector of it answers look-ups now, and why that is.
    #[error("no connector of the site answers look-ups: {0}")]
    NotReady(&'static str),
    /// They have as much to do as they take.
    #[error("the connectors of the site have as much to do as they take")]
    Busy,
    /// Whoever was asked is lost.
    #[error("the connector that was asked is lost")]
    Unreachable,
    /// Nobody answered in time.
    #[error("the site did not answer in time")]
    TimedOut,
    /// What came is no answer, and why.
    #[error("what the site sent is no answer: {0}")]
    Invalid(&'static str),
    /// The answer is longer than what crosses from a site.
    #[error("the answer is longer than what crosses from a site")]
    AnswerTooLong,
    /// The connector that gave out where the list goes on is not there.
    #[error("the connector that gave this cursor out is not there")]
    CursorLost,
    /// The question is longer than what crosses to a site.
    #[error("the question is longer than what is asked of a site")]
    TooLong,
}

impl SiteRefused {
    /// A stable word for programs; that of logins where both have it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSite => "no_such_site",
            Self::Foreign { .. } => "foreign_site",
            Self::NotReady(_) => "site_not_ready",
            Self::Busy => "site_busy",
            Self::Unreachable => "site_unreachable",
            Self::TimedOut => "site_timed_out",
            Self::Invalid(_) => "site_reply_invalid",
            Self::AnswerTooLong => "site_reply_too_long",
            Self::CursorLost => "cursor_expired",
            Self::TooLong => "too_long",
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoSite => "name a site of the configuration",
            Self::Foreign { .. } => {
                "have the administrator name the caller in `lookups` of the site"
            }
            Self::NotReady(_) | Self::Busy | Self::Unreachable | Self::TimedOut => {
                "ask again a little later"
            }
            Self::Invalid(_) => "have the administrator look at the site's connectors",
            Self::CursorLost => "begin again from the first page",
            Self::TooLong | Self::AnswerTooLong => "ask for less at a time",
        }
    }
}

/// A problem that a site told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteProblem {
    pub(crate) status: http::StatusCode,
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) remedy: String,
    pub(crate) at: Option<entryway_wire::At>,
}
