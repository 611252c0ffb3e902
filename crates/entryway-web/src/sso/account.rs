//! A person's own sessions: seen, and ended.

use super::authorize::Asks;
use super::flow::Flow;
use super::own::{Own, field};
use super::page::Sending;
use super::step::log_in_page;
use super::{browser, cookies, front, logout, pages};
use crate::App;
use crate::peer::client_address;
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
    let (head, _) = request.into_parts();
    let address = client_address(&head, &generation.trusted_proxies);
    let asks = Asks::of(&**sso, &head.headers).offering(&generation, address);
    let sessions = match sso.sessions(browser(&head.headers)).await {
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
    let own = Own::read(&**sso, &head.headers, body, &app.limits).await?;
    let Own {
        mut asks,
        flow,
        sent,
    } = match own {
        Ok(own) => own,
        Err(page) => return Ok(page),
    };
    let session = field(&sent, "session").map(|id| SessionId(id.into()));
    if !matches!(flow, Flow::Account) || (session.is_none() && field(&sent, "all").is_none()) {
        return Ok(asks.too_old());
    }
    Ok(match sso.end(browser(&head.headers), session).await {
        Err(_) => asks.wrong(Problem::Unavailable),
        Ok(true) => {
            asks.cookies.push(cookies::forget(cookies::SESSION));
            logout::signed_out(&asks)
        }
        Ok(false) => asks.to_sessions(),
    })
}
