//! Why a request is not answered with a decision, and the one place that says what the peer sees.

use crate::Scope;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use entryway_login::{Fault, LoginId};
use entryway_wire::{Problem, RequestError};
use http::{HeaderValue, StatusCode, header};
use std::borrow::Cow;
use std::sync::Arc;

/// What is wrong, in this crate's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No bearer token.
    NoToken,
    /// A token nobody has.
    UnknownToken,
    /// The caller may not do this.
    Scope { caller: Arc<str>, needed: Scope },
    /// An HTTP/1.1 request without one valid `host`.
    Host,
    /// No such path.
    NotFound,
    /// The path does not take this method.
    Method,
    /// The body is not announced as JSON.
    MediaType,
    /// The body is larger than any login.
    TooLarge { limit: usize },
    /// The body did not arrive in time.
    BodyTooSlow,
    /// The body ended before its end.
    BodyBroken,
    /// The body is not what is expected.
    Malformed { error: RequestError },
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
            Self::NoToken | Self::UnknownToken => StatusCode::UNAUTHORIZED,
            Self::Scope { .. } => StatusCode::FORBIDDEN,
            Self::NotFound | Self::NotRecorded { .. } => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Host | Self::BodyBroken | Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::Indeterminate { .. }
            | Self::Store { .. }
            | Self::StoreNotReady
            | Self::NotReady { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The status's own phrase as the title, and what happened this time.
    fn problem(self, status: StatusCode) -> Problem<'static> {
        let detail: Cow<'static, str> = match self {
            Self::NoToken => "expected a bearer token in the header `authorization`".into(),
            Self::UnknownToken => "no caller has this token".into(),
            Self::Scope { needed, .. } => {
                format!("this caller has no scope `{}`", needed.as_str()).into()
            }
            Self::Host => "expected one header `host` with a host".into(),
            Self::NotFound => "there is nothing at this path".into(),
            Self::Method => "this path takes another method, named in the header `allow`".into(),
            Self::MediaType => "expected a body of the type `application/json`".into(),
            Self::TooLarge { limit } => format!("expected a body of at most {limit} bytes").into(),
            Self::BodyTooSlow => "the body did not arrive in time".into(),
            Self::BodyBroken => "the body ended before its end".into(),
            Self::Malformed { error } => error.to_string().into(),
            Self::Indeterminate { id, fault, told } => {
                return Problem::indeterminate(status.as_u16(), id, fault, told);
            }
            Self::Store { problem } => problem.into(),
            Self::NotRecorded { id } => format!("no decision on login `{id}` is on record").into(),
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
            Self::UnknownToken => Some(HeaderValue::from_static(
                "Bearer realm=\"entryway\", error=\"invalid_token\"",
            )),
            Self::Scope { needed, .. } => {
                let text = format!(
                    "Bearer realm=\"entryway\", error=\"insufficient_scope\", scope=\"{}\"",
                    needed.as_str()
                );
                HeaderValue::try_from(text).ok()
            }
            _ => None,
        }
    }
}

/// A caller that was turned away, kept with the response for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denied {
    pub(crate) status: StatusCode,
    /// `no_token`, `unknown_token` or `scope`.
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
            Refusal::Scope { caller, needed } => {
                ("scope", Some(Arc::clone(caller)), Some(needed.as_str()))
            }
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
        let denied = Denied::of(&self);
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
        if closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
