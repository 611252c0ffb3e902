//! Forms and queries: read once, bounded, wiped.

use crate::Limits;
use crate::body;
use crate::refusal::Refusal;
use axum::body::Body;
use entryway_oidc::{Parameters, TooMuch};
use http::HeaderMap;
use url::form_urlencoded;

/// Largest form, in bytes: everything that may be sent, each byte of it escaped.
const MOST: usize = 3 * entryway_oidc::MAX_TOTAL_BYTES;

/// What stands in a form's body.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
) -> Result<Result<Parameters, TooMuch>, Refusal> {
    let bytes = body::read_form(headers, body, limits, MOST).await?;
    Ok(Parameters::new(pairs(&bytes)))
}

/// Largest form of our own pages, in bytes: it brings a whole request back, sealed and written in base64.
const MOST_OWN: usize = 256 * 1024;

/// What stands in a form of our own pages.
pub(super) async fn read_own(
    headers: &HeaderMap,
    body: Body,
    limits: &Limits,
) -> Result<Result<Parameters, TooMuch>, Refusal> {
    let bytes = body::read_form(headers, body, limits, MOST_OWN).await?;
    Ok(Parameters::within(MOST_OWN, MOST_OWN, pairs(&bytes)))
}

/// What stands in a query.
pub(super) fn query(text: Option<&str>) -> Result<Parameters, TooMuch> {
    Parameters::new(pairs(text.unwrap_or_default().as_bytes()))
}

/// What stands in a query of our own: with a whole address in it, sealed.
pub(super) fn query_within(text: Option<&str>) -> Result<Parameters, TooMuch> {
    let text = text.unwrap_or_default();
    Parameters::within(MOST_OWN, MOST_OWN, pairs(text.as_bytes()))
}

fn pairs(bytes: &[u8]) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned()))
}
