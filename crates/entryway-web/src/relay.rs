//! Look-ups that come another way than through a listener: of a hub, which a connector answers as its own API would.

use crate::App;
use crate::operation::Verb;
use crate::routes::{OPERATIONS, router};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use tower::ServiceExt as _;

/// Everything before what a look-up is below.
const BASE: &str = "/api/v1/";

/// Headers of an answer that go with it: what it is, and how it may be kept.
const PASSED_ON: [HeaderName; 7] = [
    header::CONTENT_TYPE,
    header::CONTENT_LANGUAGE,
    header::CONTENT_DISPOSITION,
    header::CACHE_CONTROL,
    header::ETAG,
    header::VARY,
    header::RETRY_AFTER,
];

/// For whom a look-up is asked.
pub(crate) const ON_BEHALF: HeaderName = HeaderName::from_static("entryway-on-behalf");

/// The front's look-ups, and nothing else of it; those at sites of its own neither.
#[derive(Clone)]
pub struct Relay(Router);

/// One look-up.
pub struct Relayed<'a> {
    /// How it asks.
    pub verb: RelayedVerb,
    /// Path and query below `/api/v1/`.
    pub path: &'a str,
    /// JSON.
    pub body: Option<&'a str>,
    /// What is liked.
    pub accept: Option<&'a str>,
    /// What is there already.
    pub if_none_match: Option<&'a str>,
    /// Who asks where it comes from.
    pub on_behalf: &'a str,
    /// Of a caller of the generation in force, which says what may be looked up.
    pub token: &'a str,
    /// Most bytes of an answer.
    pub most: usize,
}

/// How a look-up asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayedVerb {
    /// `GET`.
    Get,
    /// `POST`.
    Post,
}

/// What came of one.
pub struct RelayedAnswer {
    /// HTTP's.
    pub status: u16,
    /// Those that go with the body.
    pub headers: Vec<(String, String)>,
    /// A list, a card, a picture.
    pub body: Bytes,
}

impl Relay {
    /// Of the front that `app` describes.
    pub fn new(app: App) -> Self {
        Self(router(app))
    }

    /// Asks. What is no look-up is not found, whatever else is at its path.
    pub async fn ask(&self, asked: Relayed<'_>) -> RelayedAnswer {
        let answer = match request(&asked) {
            Some(request) => self.0.clone().oneshot(request).await,
            None => return RelayedAnswer::of(StatusCode::NOT_FOUND),
        };
        let Ok(answer) = answer;
        let (head, body) = answer.into_parts();
        match Limited::new(body, asked.most).collect().await {
            Ok(body) => RelayedAnswer {
                status: head.status.as_u16(),
                headers: passed_on(&head.headers),
                body: body.to_bytes(),
            },
            // Longer than may cross.
            Err(_) => RelayedAnswer::of(StatusCode::BAD_GATEWAY),
        }
    }
}

impl RelayedAnswer {
    fn of(status: StatusCode) -> Self {
        Self {
            status: status.as_u16(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }
}

fn request(asked: &Relayed<'_>) -> Option<Request<Body>> {
    let target = format!("{BASE}{}", asked.path);
    let path = target.split('?').next().unwrap_or_default();
    let (verb, method) = match asked.verb {
        RelayedVerb::Get => (Verb::Get, Method::GET),
        RelayedVerb::Post => (Verb::Post, Method::POST),
    };
    let is_lookup = OPERATIONS.iter().any(|operation| {
        operation.method == verb && operation.is_lookup() && operation.is_at(path)
    });
    if !is_lookup {
        return None;
    }
    let mut request = Request::builder()
        .method(method)
        .uri(&target)
        .header(header::AUTHORIZATION, format!("Bearer {}", asked.token));
    // A name that stands in no header is not told.
    if let Ok(name) = HeaderValue::from_str(asked.on_behalf) {
        request = request.header(ON_BEHALF, name);
    }
    if let Some(accept) = asked.accept {
        request = request.header(header::ACCEPT, accept);
    }
    if let Some(known) = asked.if_none_match {
        request = request.header(header::IF_NONE_MATCH, known);
    }
    let body = match asked.body {
        Some(body) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(body.to_owned())
        }
        None => Body::empty(),
    };
    request.body(body).ok()
}

fn passed_on(headers: &HeaderMap) -> Vec<(String, String)> {
    let passed = PASSED_ON.iter().filter_map(|name| {
        let value = headers.get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    passed.collect()
}
