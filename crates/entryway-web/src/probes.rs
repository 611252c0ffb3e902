//! What machines ask: is it alive, can it serve, how is it doing.

use crate::refusal::Refusal;
use crate::{App, Scope, bearer};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The process answers: nothing else is meant.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether every domain can serve. Logins are served either way: a name of another domain must not
/// suffer, and asking is how an outage is noticed to have ended.
pub(crate) async fn readyz(State(app): State<App>) -> Result<&'static str, Refusal> {
    let domains: Vec<_> = app
        .readiness
        .readiness()
        .into_iter()
        .filter(|domain| !domain.ready)
        .map(|domain| domain.name)
        .collect();
    if domains.is_empty() {
        Ok("ready\n")
    } else {
        Err(Refusal::NotReady { domains })
    }
}

/// Counts refusals by reason, which is what a guesser would like to watch: for operators only.
pub(crate) async fn metrics(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    bearer::authorize(&headers, &app.current.current(), Scope::Admin)?;
    Ok(([(header::CONTENT_TYPE, OPENMETRICS)], app.metrics.render()).into_response())
}
