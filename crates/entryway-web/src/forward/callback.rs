//! A browser comes back to a protected host, with a code that only it can use there.

use super::answer::said;
use super::dialect::one;
use super::{HOST_SESSION, front};
use crate::App;
use crate::peer::is_trusted_peer;
use crate::refusal::Refusal;
use crate::sso::{self, Tie, cookies};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use entryway_forward::Host;
use entryway_oidc::{Fingerprint, Secret};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;
use url::form_urlencoded;

/// Longest code that is looked for, in bytes.
const MOST_CODE: usize = 128;

pub(super) async fn callback(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let forward = front(&generation)?;
    let sso = generation.sso.as_ref().ok_or(Refusal::NotFound)?;
    let (head, _) = request.into_parts();
    if !is_trusted_peer(&head, &generation.trusted_proxies) {
        return Err(Refusal::UntrustedProxy);
    }
    let words = sso::language(&**sso, &head.headers).words();
    let too_old = || Ok(said(StatusCode::BAD_REQUEST, words.too_old_text));
    let Some(host) = host(&head.headers).filter(|host| forward.rules().knows(host)) else {
        return too_old();
    };
    let (Some(code), Some(tie)) = (code(head.uri.query()), Tie::known(&head.headers)) else {
        return too_old();
    };
    match forward.exchange(code, &host, &tie.fingerprints()).await {
        Err(_) => {
            let words = words.unavailable_text;
            Ok(said(StatusCode::SERVICE_UNAVAILABLE, words))
        }
        Ok(None) => too_old(),
        Ok(Some((cookie, target))) => come_in(&host, &cookie, &target),
    }
}

/// To the page that was wanted, with a session of its host.
fn come_in(host: &Host, cookie: &Secret, target: &str) -> Result<Response, Refusal> {
    let place = HeaderValue::from_str(&format!("{}{target}", host.origin()));
    let (Ok(place), Some(cookie)) = (place, cookies::set(HOST_SESSION, cookie)) else {
        return Err(Refusal::Broken);
    };
    let headers = [
        (header::LOCATION, place),
        (header::SET_COOKIE, cookie),
        // The address with the code in it is told to nobody.
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// Where the browser came: as the proxy says, or else as it passed it on.
fn host(headers: &HeaderMap) -> Option<Host> {
    let name = match headers.contains_key("x-forwarded-host") {
        true => "x-forwarded-host",
        false => "host",
    };
    Host::parse(one(headers, name).ok()?).ok()
}

fn code(query: Option<&str>) -> Option<Fingerprint> {
    let mut codes = form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .filter(|(name, _)| name == "code");
    match (codes.next(), codes.next()) {
        (Some((_, code)), None) if code.len() <= MOST_CODE => {
            Some(Fingerprint::of(code.as_bytes()))
        }
        _ => None,
    }
}
