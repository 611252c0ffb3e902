//! A person's own sessions: seen, and ended.

use super::authorize::{Asks, see_other};
use super::flow::{Flow, Tie};
use super::page::Sending;
use super::step::{field, log_in_page};
use super::{SESSIONS, browser, cookies, form, front, logout, origin, pages};
use crate::App;
use crate::refusal::Refusal;
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_oidc::{Problem, SessionId};
use http::StatusCode;
use std::sync::Arc;

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let asks = Asks::of(&**sso, request.headers());
    let sessions = match sso.sessions(browser(request.headers())).await {
        Err(_) => return Ok(asks.wrong(Problem::Unavailable)),
        Ok(sessions) if sessions.is_empty() => return Ok(log_in_page(&asks, None)),
        Ok(sessions) => sessions,
    };
    let language = asks.language(&[]);
    let words = language.words();
    let Some(flow) = asks.tie.seal(&**sso, &Flow::Account) else {
        return Ok(asks.wrong(Problem::Broken));
    };
    let body = pages::sessions(words, &flow, &sessions);
    let sending = Sending::with(StatusCode::OK);
    Ok(asks.send(language, words.sessions, body, sending))
}

pub(crate) async fn end(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let (head, body) = request.into_parts();
    let Some(tie) = Tie::known(&head.headers) else {
        return Ok(Asks::of(&**sso, &head.headers).too_old());
    };
    let mut asks = Asks::with(&**sso, &head.headers, tie);
    if !origin::is_ours(&head.headers, sso.issuer()) {
        return Ok(asks.too_old());
    }
    let sent = match form::read_own(&head.headers, body, &app.limits).await? {
        Ok(sent) => sent,
        Err(too_much) => return Ok(asks.wrong(too_much.into())),
    };
    let flow = field(&sent, "flow").and_then(|sealed| asks.tie.open(&**sso, sealed));
    let session = field(&sent, "session").map(|id| SessionId(id.into()));
    if !matches!(flow, Some(Flow::Account)) || (session.is_none() && field(&sent, "all").is_none())
    {
        return Ok(asks.too_old());
    }
    Ok(match sso.end(browser(&head.headers), session).await {
        Err(_) => asks.wrong(Problem::Unavailable),
        Ok(true) => {
            asks.cookies.push(cookies::forget(cookies::SESSION));
            logout::signed_out(&asks)
        }
        Ok(false) => see_other(&format!("{}{SESSIONS}", sso.issuer())),
    })
}
