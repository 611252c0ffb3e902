//! What goes back to the application through the browser (RFC 6749 §4.1.2, RFC 9207).

use super::read::Place;
use crate::record::Grant;
use crate::{Issuer, Problem, Secret};
use url::form_urlencoded;

/// How parameters of an answer travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// By a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

impl ResponseMode {
    /// Reads `response_mode`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "query" => Some(Self::Query),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }
}

/// What the browser is told to do. No `Debug`: a code is in it.
pub enum Sent {
    /// To go there, with `GET`, whatever brought it here (RFC 9700 §4.12: 303, never 307).
    Redirect(Secret),
    /// To post these fields there.
    FormPost {
        /// Where.
        action: String,
        /// Names and values.
        fields: Vec<(&'static str, Secret)>,
    },
}

/// An answer to an authorization request.
pub struct Response {
    /// What the browser does.
    pub sent: Sent,
    /// Why there is no code in it.
    pub problem: Option<Problem>,
    /// What the code stands for, for the record.
    pub grant: Option<Box<Grant>>,
}

impl Response {
    pub(crate) fn code(place: &Place, code: Secret, grant: Grant, issuer: &Issuer) -> Self {
        Self {
            sent: send(place, vec![("code", code)], issuer),
            problem: None,
            grant: Some(Box::new(grant)),
        }
    }
    pub(crate) fn refuse(place: &Place, problem: Problem, issuer: &Issuer) -> Self {
        let text = |text: &str| Secret::new(text.to_owned());
        let fields = vec![
            ("error", text(problem.code().as_str())),
            ("error_description", text(problem.description())),
        ];
        Self {
            sent: send(place, fields, issuer),
            problem: Some(problem),
            grant: None,
        }
    }
}

/// With `state` exactly as it came, and `iss` in every answer (RFC 9207 §2).
fn send(place: &Place, mut fields: Vec<(&'static str, Secret)>, issuer: &Issuer) -> Sent {
    if let Some(state) = &place.state {
        fields.push(("state", Secret::new(state.clone())));
    }
    fields.push(("iss", Secret::new(issuer.as_str().to_owned())));
    let uri = place.redirect.as_str();
    match place.mode {
        ResponseMode::FormPost => Sent::FormPost {
            action: uri.to_owned(),
            fields,
        },
        ResponseMode::Query => Sent::Redirect(with_query(uri, &fields)),
    }
}

/// RFC 6749 §3.1.2: a query that the redirect URI has stays.
pub(crate) fn with_query(uri: &str, fields: &[(&'static str, Secret)]) -> Secret {
    let fields = fields.iter().map(|(name, value)| (*name, value.expose()));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    if query.is_empty() {
        return Secret::new(uri.to_owned());
    }
    let joint = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, own)) if own.ends_with('&') => "",
        Some(_) => "&",
    };
    Secret::new(format!("{uri}{joint}{query}"))
}
