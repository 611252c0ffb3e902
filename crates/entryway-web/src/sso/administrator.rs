//! Everybody's sessions: seen and ended by an administrator's programs.

use super::{Ending, NotEnded, SessionDesk, SessionsAsked};
use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::{App, Generation, Scope, answer, bearer, routes};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_oidc::SessionId;
use entryway_wire::EndedJson;
use http::Uri;
use http::request::Parts;
use std::sync::Arc;

/// Sessions of a page where nobody says how many.
const PAGE: u32 = 100;

/// `GET /api/v1/sessions`.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    bearer::authorize(request.headers(), &generation, Scope::Admin).await?;
    let query = Query::read(request.uri().query(), &routes::SESSIONS)?;
    let asked = SessionsAsked {
        whose: query.text("person").map(str::to_owned),
        after: query.text("after").map(str::to_owned),
        limit: query.number("limit").unwrap_or(PAGE),
    };
    match desk(&generation)?.everybodys(asked).await {
        Ok(sessions) => answer::json(&sessions),
        Err(_) => Err(Refusal::Sessions(NotEnded::Unavailable)),
    }
}

/// `DELETE /api/v1/sessions/{id}`.
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::END_SESSION;
    let (head, _) = request.into_parts();
    ended(&app, &head, |uri| {
        Query::read(uri.query(), operation)?;
        let id = query::variable(uri.path(), operation);
        let id = id.ok_or(Refusal::Sessions(NotEnded::NoSession))?;
        Ok(Ending::One(SessionId(id.into())))
    })
    .await
}

/// `DELETE /api/v1/sessions?person=`.
pub(crate) async fn end_all(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, _) = request.into_parts();
    ended(&app, &head, |uri| {
        let query = Query::read(uri.query(), &routes::END_SESSIONS)?;
        Ok(Ending::AllOf(
            query.text("person").unwrap_or_default().to_owned(),
        ))
    })
    .await
}

async fn ended(
    app: &App,
    head: &Parts,
    read: impl FnOnce(&Uri) -> Result<Ending, Refusal>,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let caller = bearer::authorize(&head.headers, &generation, Scope::Admin).await?;
    let ending = read(&head.uri)?;
    let ended = desk(&generation)?
        .end_for(ending, Some(Arc::clone(&caller.name)))
        .await;
    let ended = ended.map_err(Refusal::Sessions)?;
    answer::json(&EndedJson { ended })
}

fn desk(generation: &Generation) -> Result<&Arc<dyn SessionDesk>, Refusal> {
    generation
        .sessions
        .as_ref()
        .ok_or(Refusal::Sessions(NotEnded::Off))
}
