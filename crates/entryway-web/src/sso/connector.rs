//! What a browser sees of a site's connector: it comes from the hub with a sealed text, shows its certificate, and goes
//! back. There is no single sign-on here, and no cookie: a page is shown only where there is no way back.

use super::Language;
use super::page::{Look, Page, Sending};
use super::{form, own::field, pages};
use crate::certificates::shown;
use crate::peer::client_address;
use crate::refusal::Refusal;
use crate::site_certificates::SiteListener;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use entryway_login::{Attempt, SubmittedPassword};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// Longest text of a hub.
const MOST_SEALED: usize = 12 * 1024;

pub(crate) async fn show(
    State(listener): State<Arc<SiteListener>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, _) = request.into_parts();
    let sent = form::query_within(head.uri.query()).ok();
    let sealed = sent.as_ref().and_then(|sent| field(sent, "for"));
    let Some(sealed) = sealed.filter(|sealed| is_sealed(sealed)) else {
        let words = Language::choose(&[], &head.headers).words();
        let text = words.too_old_text;
        return Ok(page(
            &head.headers,
            StatusCode::BAD_REQUEST,
            words.too_old,
            text,
        ));
    };
    let app = &listener.app;
    let generation = app.current.current();
    let started = Instant::now();
    let attempt = Attempt {
        id: app.ids.draw(),
        login_name: String::new(),
        password: SubmittedPassword::NotAsked,
        // Nobody stands between: the handshake was made here, and nobody is believed about an address.
        client_address: client_address(&head, &[]),
        device: None,
        // The hub asks for them, where it wants them.
        wants_groups: false,
        caller: Some("certificate".into()),
        at: SystemTime::now(),
        started,
        deadline: started + generation.deadline,
    };
    let chain = shown(&head.extensions);
    match listener.site.shown(sealed, chain, attempt).await {
        Some(place) => back(&place),
        None => {
            let words = Language::choose(&[], &head.headers).words();
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let text = words.unavailable_text;
            Ok(page(&head.headers, status, words.unavailable, text))
        }
    }
}

/// What it is made of needs no escape, so it is passed on as it is.
fn is_sealed(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.len() <= MOST_SEALED && text.bytes().all(plain)
}

/// RFC 9700 §4.12: 303. What stands in the address is told to nobody.
fn back(place: &str) -> Result<Response, Refusal> {
    let place = HeaderValue::from_str(place).map_err(|_| Refusal::Broken)?;
    let headers = [
        (header::LOCATION, place),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

fn page(headers: &HeaderMap, status: StatusCode, title: &str, text: &str) -> Response {
    let page = Page {
        look: &Look::default(),
        language: Language::choose(&[], headers),
        title,
        body: pages::text(text, None),
    };
    page.send(Sending::with(status))
}
