//! `POST /api/v1/explain`: how a login is, or was, decided. For administrators: it tells everything but passwords.

use crate::api::attempt;
use crate::refusal::Refusal;
use crate::{App, Scope, answer, bearer, body};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_login::{Attempt, StoreUnavailable};
use entryway_wire::ExplainRequest;
use std::sync::Arc;

/// Walks a login through, or looks one up. With a password it is a login attempt: throttled and written down like any.
pub(crate) async fn explain(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (head, body) = request.into_parts();
    let caller = bearer::authorize(&head.headers, &generation, Scope::Admin).await?;
    let body = body::read_json(&head.headers, body, &app.limits, app.limits.body_bytes).await?;
    let request = ExplainRequest::from_json(&body).map_err(|error| Refusal::Malformed { error })?;
    drop(body);
    let json = match request {
        ExplainRequest::Attempt {
            login_name,
            password,
            client_address,
            groups,
        } => {
            let typed = (login_name, password);
            let attempt = Attempt {
                wants_groups: groups,
                ..attempt(&app, &generation, &caller, typed, client_address)
            };
            generation.explanations.explain(attempt).await
        }
        ExplainRequest::Decided(id) => match generation.explanations.recorded(id).await {
            Ok(record) => record.ok_or(Refusal::NotRecorded { id })?,
            Err(StoreUnavailable(problem)) => return Err(Refusal::Store { problem }),
        },
    };
    Ok(answer::written(json))
}
