//! Which path goes where.

use crate::refusal::Refusal;
use crate::{App, api, explain, probes};
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

pub(crate) const LOGIN: &str = "/api/v1/login";
pub(crate) const REVALIDATE: &str = "/api/v1/login/revalidate";
pub(crate) const EXPLAIN: &str = "/api/v1/explain";
pub(crate) const HEALTHZ: &str = "/healthz";
pub(crate) const READYZ: &str = "/readyz";
pub(crate) const METRICS: &str = "/metrics";

/// Every route of the front, without a listener: what `serve` serves and tests call.
pub fn router(app: App) -> Router {
    Router::new()
        .route(LOGIN, post(api::login))
        .route(REVALIDATE, post(api::revalidate))
        .route(EXPLAIN, post(explain::explain))
        .route(HEALTHZ, get(probes::healthz))
        .route(READYZ, get(probes::readyz))
        .route(METRICS, get(probes::metrics))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .with_state(Arc::new(app))
}

/// The path as a metrics label: a peer cannot invent new ones.
pub(crate) fn label(path: &str) -> &'static str {
    [LOGIN, REVALIDATE, EXPLAIN, HEALTHZ, READYZ, METRICS]
        .into_iter()
        .find(|known| *known == path)
        .unwrap_or("other")
}
