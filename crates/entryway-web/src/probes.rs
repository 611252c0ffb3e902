//! What machines ask: is it alive, can it serve, how is it doing.

use crate::refusal::Refusal;
use crate::{App, Scope, bearer};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use std::sync::Arc;

/// What the page is.
pub(crate) const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The process answers: nothing else is meant.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Sites that are named at most: a hub may have thousands.
const SITES: usize = 50;

/// Whether the store and any domain can serve; domains and sites that cannot are named. One that is down must not take the
/// others' people away from a gateway behind a balancer. A hub is ready before any connector has found it, for they find it
/// through the same balancer.
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Result<String, Refusal> {
    if !app.readiness.is_store_ready() {
        return Err(Refusal::StoreNotReady);
    }
    let (ready, down): (Vec<_>, Vec<_>) = app
        .readiness
        .readiness()
        .into_iter()
        .partition(|domain| domain.ready);
    let down = down.into_iter().map(|domain| domain.name);
    let sites = app.readiness.sites();
    if ready.is_empty() && sites.is_none() {
        return Err(Refusal::NotReady {
            domains: down.collect(),
        });
    }
    let text = down.fold("ready\n".to_owned(), |text, name| {
        text + "degraded: " + &name + "\n"
    });
    let mut alone = sites.unwrap_or_default();
    alone.retain(|site| !site.ready);
    let more = alone.len().saturating_sub(SITES);
    let named = alone.iter().take(SITES);
    let text = named.fold(text, |text, site| {
        text + "degraded: site " + &site.name + "\n"
    });
    Ok(match more {
        0 => text,
        more => format!("{text}degraded: {more} more sites\n"),
    })
}

/// Counts refusals by reason, which is what a guesser would like to watch: for operators only.
pub(crate) async fn metrics(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    bearer::authorize(&headers, &app.current.current(), Scope::Admin).await?;
    Ok(([(header::CONTENT_TYPE, OPENMETRICS)], app.metrics.render()).into_response())
}
