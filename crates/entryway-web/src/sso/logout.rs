//! Signing out: asked by an application, or by the person.

use super::authorize::{Asks, by_link};
use super::flow::Flow;
use super::own::{Own, field};
use super::page::Sending;
use super::{browser, cookies, form, front, pages};
use crate::App;
use crate::refusal::Refusal;
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_oidc::{Logout, LogoutRequest, Parameters, Problem, SessionId, TooMuch, paths};
use http::StatusCode;
use std::sync::Arc;

pub(crate) async fn by_get(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let asks = Asks::of(&**sso, request.headers());
    let sent = form::query(request.uri().query());
    Ok(begin(asks, sent).await)
}

/// RP-Initiated Logout §2 wants both. A form of another site brings no cookie with it: the browser is sent here once
/// more, as by a link.
pub(crate) async fn by_post(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let (head, body) = request.into_parts();
    let sent = form::read(&head.headers, body, &app.limits).await?;
    if let Some(response) = by_link(&**sso, paths::END_SESSION, &sent) {
        return Ok(response);
    }
    Ok(begin(Asks::of(&**sso, &head.headers), sent).await)
}

async fn begin(asks: Asks<'_>, sent: Result<Parameters, TooMuch>) -> Response {
    match sent {
        Err(too_much) => asks.wrong(too_much.into()),
        Ok(parameters) => sign_out(asks, parameters, None).await,
    }
}

/// The person was asked, and this is the answer.
pub(crate) async fn confirmed(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let sso = front(&generation)?;
    let (head, body) = request.into_parts();
    let own = Own::read(&**sso, &head.headers, body, &app.limits).await?;
    let Own { asks, flow, sent } = match own {
        Ok(own) => own,
        Err(page) => return Ok(page),
    };
    let Flow::Logout {
        parameters,
        session,
    } = flow
    else {
        return Ok(asks.too_old());
    };
    if field(&sent, "action") != Some("end") {
        return Ok(asks.to_sessions());
    }
    Ok(sign_out(asks, parameters, Some(session)).await)
}

async fn sign_out(
    mut asks: Asks<'_>,
    parameters: Parameters,
    confirmed: Option<SessionId>,
) -> Response {
    let request = LogoutRequest {
        parameters: parameters.clone(),
        confirmed,
    };
    match asks.sso.logout(browser(asks.headers), request).await {
        Logout::Show(problem) => asks.wrong(problem),
        Logout::Confirm { session, .. } => {
            let language = asks.language(&[]);
            let words = language.words();
            let flow = Flow::Logout {
                parameters,
                session: session.id.clone(),
            };
            let Some(flow) = asks.tie.seal(asks.sso, &flow) else {
                return asks.wrong(Problem::Broken);
            };
            let body = pages::sign_out(words, &flow);
            asks.send(
                language,
                words.sign_out,
                body,
                Sending::with(StatusCode::OK),
            )
        }
        Logout::SignedOut(ended) => {
            // Without it nothing was ended: it may be there all the same.
            if cookies::read(asks.headers, cookies::SESSION).is_some() {
                asks.cookies.push(cookies::forget(cookies::SESSION));
            }
            match ended.redirect {
                Some(place) => asks.send_to(place.expose()),
                None => signed_out(&asks),
            }
        }
    }
}

pub(super) fn signed_out(asks: &Asks<'_>) -> Response {
    let language = asks.language(&[]);
    let words = language.words();
    let body = pages::text(words.signed_out_text, None);
    let sending = Sending::with(StatusCode::OK);
    asks.send(language, words.signed_out, body, sending)
}
