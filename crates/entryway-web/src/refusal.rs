//! Why a request is not answered with a decision, and the one place that says what the peer sees.

use crate::sites::SiteProblem;
use crate::{HubRefused, NotEnded, Scope, SiteRefused};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use entryway_login::{Fault, LoginId};
use entryway_lookup::{BadFormat, CursorError, Refused};
use entryway_wire::{At, Problem, RequestError};
use http::{HeaderValue, StatusCode, header};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// Seconds: a server that is down is looked at again within so many.
const RETRY_AFTER: &str = "5";
/// Seconds: look-ups that are under way are soon over.
const RETRY_SOON: &str = "1";

/// The word for a network that asks for too many challenges.
pub(crate) const TOO_MANY_CHALLENGES: &str = "too_many_challenges";

/// What is wrong, in this crate's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No bearer token.
    NoToken,
    /// A token nobody has.
    UnknownToken,
    /// A token whose time is over.
    ExpiredToken { caller: Arc<str> },
    /// The caller may not do this.
    Scope { caller: Arc<str>, needed: Scope },
    /// An HTTP/1.1 request without one valid `host`.
    Host,
    /// Somebody who is not trusted says what a request is.
    UntrustedProxy,
    /// No such path.
    NotFound,
    /// The path does not take this method.
    Method,
    /// Nothing but a tunnel is answered here.
    NoUpgrade,
    /// The body is not announced as JSON.
    MediaType,
    /// The body is not announced as a form.
    NoForm,
    /// The body is larger than any login.
    TooLarge { limit: usize },
    /// The body did not arrive in time.
    BodyTooSlow,
    /// The body ended before its end.
    BodyBroken,
    /// The body is not what is expected.
    Malformed { error: RequestError },
    /// The query as a whole cannot be read.
    Query { detail: String },
    /// A parameter that this path does not have.
    UnknownParameter {
        name: String,
        known: Vec<&'static str>,
    },
    /// A part of the request is not as it may be.
    Part {
        at: At,
        code: &'static str,
        detail: String,
    },
    /// What was typed cannot be looked for.
    Text { why: BadFormat },
    /// The client takes nothing that there is.
    NotAcceptable,
    /// Too many look-ups are under way.
    TooMany { caller: Option<Arc<str>> },
    /// So many challenges were asked for from one network that the next has to wait.
    TooManyChallenges { caller: Arc<str>, wait: Duration },
    /// There is no answer, for whoever shows no token: neither where nor why.
    NoAnswer,
    /// A look-up has no answer.
    Lookup { refused: Refused, at: Option<At> },
    /// The login has no verdict. Only some callers may know whose fault it is.
    Indeterminate {
        id: LoginId,
        fault: Fault,
        told: bool,
    },
    /// The store gives no answer: in words, for an administrator.
    Store { problem: String },
    /// No decision of this id was written down, or it was too long ago.
    NotRecorded { id: LoginId },
    /// Nothing is known of sessions, or none was ended.
    Sessions(NotEnded),
    /// Nothing is known of the hub, or nothing was done to it.
    Hub(HubRefused),
    /// A look-up at a site has no answer.
    Site(SiteRefused),
    /// What the site said instead of one.
    OfSite(Box<SiteProblem>),
    /// The store is out of reach, for everybody alike.
    StoreNotReady,
    /// No domain can serve.
    NotReady { domains: Vec<Arc<str>> },
    /// A bug, caught.
    Broken,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::UnknownToken | Self::ExpiredToken { .. } => {
                StatusCode::UNAUTHORIZED
            }
            Self::Scope { .. } | Self::UntrustedProxy => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NotRecorded { .. } => StatusCode::NOT_FOUND,
            Self::Sessions(why) => match why {
                NotEnded::Off | NotEnded::NoSession | NotEnded::Nobody => StatusCode::NOT_FOUND,
                NotEnded::Several => StatusCode::CONFLICT,
                NotEnded::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            },
            Self::Hub(why) => match why {
                HubRefused::Off
                | HubRefused::NoSite
                | HubRefused::NoConnector
                | HubRefused::NoTicket => StatusCode::NOT_FOUND,
                HubRefused::Revoked | HubRefused::Held | HubRefused::Ended => StatusCode::CONFLICT,
                HubRefused::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            },
            Self::Site(why) => match why {
                SiteRefused::NoSite => StatusCode::NOT_FOUND,
                SiteRefused::Foreign { .. } => StatusCode::FORBIDDEN,
                SiteRefused::CursorLost | SiteRefused::TooLong => StatusCode::BAD_REQUEST,
                SiteRefused::Invalid(_) | SiteRefused::AnswerTooLong => StatusCode::BAD_GATEWAY,
                SiteRefused::NotReady(_)
                | SiteRefused::Busy
                | SiteRefused::Unreachable
                | SiteRefused::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            },
            Self::OfSite(problem) => problem.status,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoUpgrade => StatusCode::UPGRADE_REQUIRED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::TooMany { .. } | Self::TooManyChallenges { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Lookup { refused, .. } => match refused {
                Refused::NotFound
                | Refused::UnknownDomain(_)
                | Refused::UnknownBook(_)
                | Refused::NoDirectory(_)
                | Refused::Outside(_)
                | Refused::SwitchedOff(_) => StatusCode::NOT_FOUND,
                Refused::Unusable(_) | Refused::Cursor(_) => StatusCode::BAD_REQUEST,
                // An outage is never "not found".
                Refused::Unanswered(_) => StatusCode::SERVICE_UNAVAILABLE,
            },
            Self::MediaType | Self::NoForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Host
            | Self::BodyBroken
            | Self::Malformed { .. }
            | Self::Query { .. }
            | Self::UnknownParameter { .. }
            | Self::Part { .. }
            | Self::Text { .. } => StatusCode::BAD_REQUEST,
            Self::NoAnswer
            | Self::Indeterminate { .. }
            | Self::Store { .. }
            | Self::StoreNotReady
            | Self::NotReady { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A stable word for programs.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::NoToken => "no_token",
            Self::UnknownToken => "unknown_token",
            Self::ExpiredToken { .. } => "expired_token",
            Self::Scope { .. } => "scope",
            Self::Host => "bad_host",
            Self::UntrustedProxy => "untrusted_proxy",
            Self::NotFound => "no_such_path",
            Self::Method => "method",
            Self::NoUpgrade => "no_upgrade",
            Self::MediaType | Self::NoForm => "media_type",
            Self::TooLarge { .. } => "too_large",
            Self::BodyTooSlow => "body_too_slow",
            Self::BodyBroken => "body_broken",
            Self::Malformed { .. } => "bad_body",
            Self::Query { .. } => "bad_query",
            Self::UnknownParameter { .. } => "unknown_parameter",
            Self::Part { code, .. } => code,
            Self::Text { why } => why.code(),
            Self::NotAcceptable => "not_acceptable",
            Self::TooMany { .. } => "too_many_lookups",
            Self::TooManyChallenges { .. } => TOO_MANY_CHALLENGES,
            Self::NoAnswer => "no_answer",
            Self::Lookup { refused, .. } => refused.code(),
            Self::Indeterminate { .. } => "no_verdict",
            Self::Store { .. } | Self::StoreNotReady => "store_unavailable",
            Self::NotRecorded { .. } => "not_recorded",
            Self::Sessions(why) => why.code(),
            Self::Hub(why) => why.code(),
            Self::Site(why) => why.code(),
            Self::OfSite(problem) => &problem.code,
            Self::NotReady { .. } => "not_ready",
            Self::Broken => "bug",
        }
    }

    /// What to do about it.
    fn remedy(&self) -> &str {
        match self {
            Self::NoToken => "send `authorization: Bearer TOKEN` with a token of the configuration",
            Self::UnknownToken => "send a token that the configuration has now",
            Self::ExpiredToken { .. } => {
                "have the administrator make a new one with `entryway token create`"
            }
            Self::Scope { .. } => "give the caller this scope in its `[[token]]`",
            Self::Host => "send exactly one header `host`",
            Self::UntrustedProxy => {
                "have the administrator name this proxy in `server.trusted_proxies`"
            }
            Self::NotFound => "see `/api/v1/openapi.json` for the paths that there are",
            Self::Method => "use a method that the header `allow` names",
            Self::NoUpgrade => "come here with `entryway connector`",
            Self::MediaType => "send `content-type: application/json`",
            Self::NoForm => "send `content-type: application/x-www-form-urlencoded`",
            Self::TooLarge { .. } => "send less at a time",
            Self::BodyTooSlow | Self::BodyBroken => "send the whole request again",
            Self::Malformed { .. } => "send a body as `/api/v1/openapi.json` describes it",
            Self::Query { .. } | Self::UnknownParameter { .. } | Self::Part { .. } => {
                "send parameters as `/api/v1/openapi.json` describes them"
            }
            Self::Text { .. } => "ask for something else",
            Self::NotAcceptable => "accept `application/json` or `text/vcard`",
            Self::TooMany { .. } => "wait for the answers to what was asked before",
            Self::TooManyChallenges { .. } => "wait for as long as the header `retry-after` says",
            Self::Lookup { refused, .. } => match refused {
                Refused::NotFound => "search again: the entry is gone, or may not be looked at",
                Refused::UnknownDomain(_) => "name a domain of the configuration",
                Refused::UnknownBook(_) => "name one that `/api/v1/address-books` lists",
                Refused::NoDirectory(_) => "ask for somebody whom a directory has",
                Refused::Outside(_) => "name an entry below the domain's base",
                Refused::Unusable(_) => "ask otherwise",
                Refused::SwitchedOff(_) => "have the administrator switch it on",
                Refused::Cursor(CursorError::OtherList) => {
                    "send a cursor with the parameters of the page that gave it"
                }
                Refused::Cursor(_) => "begin again from the first page",
                Refused::Unanswered(_) => "ask again a little later",
            },
            Self::NoAnswer
            | Self::Indeterminate { .. }
            | Self::Store { .. }
            | Self::StoreNotReady
            | Self::NotReady { .. } => "ask again a little later",
            Self::Sessions(why) => why.remedy(),
            Self::Hub(why) => why.remedy(),
            Self::Site(why) => why.remedy(),
            Self::OfSite(problem) => &problem.remedy,
            Self::NotRecorded { .. } => {
                "look whether the id is right and not older than `audit.keep`"
            }
            Self::Broken => "report it with what the log says",
        }
    }

    /// Which part of the request it is about.
    fn at(&self) -> Option<At> {
        match self {
            Self::Part { at, .. } => Some(*at),
            Self::Text { .. } => Some(At {
                within: "query",
                name: "q",
            }),
            Self::Lookup { at, .. } => *at,
            Self::Site(SiteRefused::CursorLost) => Some(At {
                within: "query",
                name: "cursor",
            }),
            Self::OfSite(problem) => problem.at,
            Self::Host => Some(At {
                within: "header",
                name: "host",
            }),
            _ => None,
        }
    }

    /// The problem document.
    fn problem(self, status: StatusCode) -> Problem<'static> {
        let (code, remedy) = (self.code().to_owned(), self.remedy().to_owned());
        let at = self.at();
        self.told(status).because(code, remedy).at(at)
    }

    /// The status's own phrase as the title, and what happened this time.
    fn told(self, status: StatusCode) -> Problem<'static> {
        let detail: Cow<'static, str> = match self {
            Self::NoToken => "expected a bearer token in the header `authorization`".into(),
            Self::UnknownToken => "no caller has this token".into(),
            Self::ExpiredToken { .. } => "the time of this token is over".into(),
            Self::Scope { needed, .. } => {
                format!("this caller has no scope `{}`", needed.as_str()).into()
            }
            Self::Host => "expected one header `host` with a host".into(),
            Self::UntrustedProxy => "only a trusted proxy may ask about requests of others".into(),
            Self::NotFound => "there is nothing at this path".into(),
            Self::Method => "this path takes another method, named in the header `allow`".into(),
            Self::NoUpgrade => {
                "expected the upgrade to WebSocket of a connector's tunnel, over HTTP/1.1".into()
            }
            Self::MediaType => "expected a body of the type `application/json`".into(),
            Self::NoForm => {
                "expected a body of the type `application/x-www-form-urlencoded`".into()
            }
            Self::TooLarge { limit } => format!("expected a body of at most {limit} bytes").into(),
            Self::BodyTooSlow => "the body did not arrive in time".into(),
            Self::BodyBroken => "the body ended before its end".into(),
            Self::Malformed { error } => error.to_string().into(),
            Self::Query { detail } | Self::Part { detail, .. } => detail.into(),
            Self::UnknownParameter { name, known } => unknown_parameter(&name, &known).into(),
            Self::Text { why } => format!("what was typed is not looked for: {why}").into(),
            Self::NotAcceptable => {
                "the header `accept` takes neither `application/json` nor `text/vcard`".into()
            }
            Self::TooMany { .. } => "too many look-ups are under way".into(),
            Self::TooManyChallenges { .. } => {
                "too many challenges were asked for from this network in the last minute".into()
            }
            Self::NoAnswer => "there is no answer now".into(),
            Self::Lookup { refused, .. } => refused.to_string().into(),
            Self::Indeterminate { id, fault, told } => {
                return Problem::indeterminate(status.as_u16(), id, fault, told);
            }
            Self::Store { problem } => problem.into(),
            Self::NotRecorded { id } => format!("no decision on login `{id}` is on record").into(),
            Self::Sessions(why) => why.to_string().into(),
            Self::Hub(why) => why.to_string().into(),
            Self::Site(why) => why.to_string().into(),
            Self::OfSite(problem) => problem.detail.into(),
            Self::StoreNotReady => {
                return Problem::new(status.as_u16(), "the store does not serve logins");
            }
            Self::NotReady { domains } => {
                let mut problem = Problem::new(status.as_u16(), "no domain can serve logins");
                problem.domains = domains.iter().map(|name| name.to_string().into()).collect();
                return problem;
            }
            Self::Broken => "a bug, which is in the log".into(),
        };
        Problem::new(
            status.as_u16(),
            status.canonical_reason().unwrap_or("error"),
        )
        .detail(detail)
    }

    /// How the caller may show who it is (RFC 6750 §3); without a token no error is named.
    fn challenge(&self) -> Option<HeaderValue> {
        match self {
            Self::NoToken => Some(HeaderValue::from_static("Bearer realm=\"entryway\"")),
            Self::UnknownToken | Self::ExpiredToken { .. } => Some(HeaderValue::from_static(
                "Bearer realm=\"entryway\", error=\"invalid_token\"",
            )),
            Self::Scope { needed, .. } => {
                let text = format!(
                    "Bearer realm=\"entryway\", error=\"insufficient_scope\", scope=\"{}\"",
                    needed.as_str()
                );
                HeaderValue::try_from(text).ok()
            }
            Self::Site(SiteRefused::Foreign { .. }) => Some(HeaderValue::from_static(
                "Bearer realm=\"entryway\", error=\"insufficient_scope\"",
            )),
            _ => None,
        }
    }
}

fn unknown_parameter(name: &str, known: &[&str]) -> String {
    let name = name.escape_debug();
    if known.is_empty() {
        format!("there is no parameter `{name}` here, expected none")
    } else {
        let known = known.join("`, `");
        format!("there is no parameter `{name}` here, expected `{known}`")
    }
}

/// What `retry-after` says: a second begun is a second.
pub(crate) fn whole_seconds(wait: Duration) -> HeaderValue {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    HeaderValue::from(seconds.max(1))
}

/// A caller that was turned away, kept with the response for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denied {
    pub(crate) status: StatusCode,
    /// `no_token`, `unknown_token`, `expired_token`, `scope`, `foreign_site`, `too_many_lookups`, `too_many_challenges`,
    /// `untrusted_proxy`, or why a rule of
    /// forward authentication did not let a request pass.
    pub(crate) problem: &'static str,
    /// Who, when the token told.
    pub(crate) caller: Option<Arc<str>>,
    /// What would have been needed.
    pub(crate) needed: Option<&'static str>,
}

impl Denied {
    fn of(refusal: &Refusal) -> Option<Self> {
        let (problem, caller, needed) = match refusal {
            Refusal::NoToken => ("no_token", None, None),
            Refusal::UnknownToken => ("unknown_token", None, None),
            Refusal::ExpiredToken { caller } => ("expired_token", Some(Arc::clone(caller)), None),
            Refusal::Scope { caller, needed } => {
                ("scope", Some(Arc::clone(caller)), Some(needed.as_str()))
            }
            Refusal::TooMany { caller } => ("too_many_lookups", caller.clone(), None),
            Refusal::Site(SiteRefused::Foreign { caller, .. }) => {
                ("foreign_site", Some(Arc::clone(caller)), None)
            }
            Refusal::TooManyChallenges { caller, .. } => {
                (TOO_MANY_CHALLENGES, Some(Arc::clone(caller)), None)
            }
            Refusal::UntrustedProxy => ("untrusted_proxy", None, None),
            _ => return None,
        };
        Some(Self {
            status: refusal.status(),
            problem,
            caller,
            needed,
        })
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let challenge = self.challenge();
        let upgrades = matches!(self, Self::NoUpgrade);
        let denied = Denied::of(&self);
        let retry_after = match (&self, status) {
            (Self::TooManyChallenges { wait, .. }, _) => Some(whole_seconds(*wait)),
            (_, StatusCode::SERVICE_UNAVAILABLE) => Some(HeaderValue::from_static(RETRY_AFTER)),
            (_, StatusCode::TOO_MANY_REQUESTS) => Some(HeaderValue::from_static(RETRY_SOON)),
            _ => None,
        };
        // What is left of an unread body must not be taken for the next request.
        let closes = matches!(
            self,
            Self::TooLarge { .. } | Self::BodyTooSlow | Self::BodyBroken
        );
        let json = serde_json::to_vec(&self.problem(status)).unwrap_or_default();
        let mut response = Response::new(Body::from(json));
        *response.status_mut() = status;
        if let Some(denied) = denied {
            response.extensions_mut().insert(denied);
        }
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds);
        }
        if upgrades {
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        }
        if closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
