//! The answer, as each proxy takes it.

use super::Wanted;
use super::dialect::Dialect;
use crate::SingleSignOn;
use crate::refusal::Denied;
use crate::sso::{self, Tie};
use axum::response::{IntoResponse, Response};
use entryway_forward::{Answer, Identity, Page, Refusal};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

/// Longest address that a browser comes back to, in bytes: it travels in another one.
const MOST_TARGET: usize = 2 * 1024;
/// Seconds: as everywhere.
const RETRY_AFTER: &str = "5";

/// To whom an answer goes.
pub(super) struct Telling<'a> {
    pub(super) dialect: Dialect,
    pub(super) sso: &'a dyn SingleSignOn,
    pub(super) headers: &'a HeaderMap,
    /// What was asked for, where it could be read.
    pub(super) page: Option<&'a Page>,
}

impl Telling<'_> {
    pub(super) fn answer(&self, answer: Answer) -> Response {
        match (answer, self.dialect) {
            // Between two questions somebody has logged in: the page itself is what the browser wants.
            (Answer::Pass(_), Dialect::NginxLogin) => match self.page {
                Some(page) => found(&page.url()),
                None => self.refused(&Refusal::NoRule),
            },
            (Answer::Pass(identity), _) => pass(&identity),
            (Answer::LogIn(_), Dialect::Nginx) => unknown(None),
            (Answer::LogIn(page), _) => self.log_in(&page),
            (Answer::Unknown { basic }, _) => unknown(self.page.filter(|_| basic)),
            (Answer::Refused(why), _) => self.refused(&why),
            (Answer::Unavailable, _) => {
                let words = sso::language(self.sso, self.headers).words();
                let mut response = said(StatusCode::SERVICE_UNAVAILABLE, words.unavailable_text);
                let later = HeaderValue::from_static(RETRY_AFTER);
                response.headers_mut().insert(header::RETRY_AFTER, later);
                response
            }
        }
    }

    /// To the login, with what brings exactly this browser back.
    fn log_in(&self, page: &Page) -> Response {
        let tie = Tie::of(self.headers, self.sso);
        let wanted = Wanted {
            page: page.clone(),
            tie: tie.fingerprint(),
        };
        // One that is too long for the way there and back is not kept: the browser asks again by itself.
        let fits = page.target.as_str().len() <= MOST_TARGET;
        let Some(place) = fits.then(|| wanted.place(self.sso)).flatten() else {
            return unknown(None);
        };
        let mut response = found(&place);
        if let Some(cookie) = tie.cookie() {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }

    fn refused(&self, why: &Refusal) -> Response {
        let words = sso::language(self.sso, self.headers).words();
        let text = match why {
            Refusal::SealedOnly => words.not_in_clear,
            _ => words.forbidden,
        };
        let mut response = said(StatusCode::FORBIDDEN, text);
        response.extensions_mut().insert(Denied {
            status: StatusCode::FORBIDDEN,
            problem: why.code(),
            caller: None,
            needed: None,
        });
        response
    }
}

/// Every header, whatever it says.
fn pass(identity: &Identity) -> Response {
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    for (name, value) in identity.headers() {
        // They are made of what a header may hold.
        let Ok(value) = HeaderValue::from_str(value) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        headers.insert(HeaderName::from_static(name), value);
    }
    response
}

/// RFC 9110 §15.5.2 wants a challenge with each 401. Of a scheme of our own browsers make nothing, and show none of
/// their dialogues.
fn unknown(basic_for: Option<&Page>) -> Response {
    let challenge = match basic_for {
        Some(page) => format!("Basic realm=\"{}\", charset=\"UTF-8\"", page.host),
        None => "Entryway realm=\"login\"".to_owned(),
    };
    let mut response = StatusCode::UNAUTHORIZED.into_response();
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        let headers = response.headers_mut();
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn found(place: &str) -> Response {
    match HeaderValue::from_str(place) {
        Ok(place) => (StatusCode::FOUND, [(header::LOCATION, place)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A sentence for people: proxies show it.
pub(super) fn said(status: StatusCode, text: &'static str) -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    (status, [(header::CONTENT_TYPE, kind)], format!("{text}\n")).into_response()
}
