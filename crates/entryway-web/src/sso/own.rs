//! A form of one of our own pages, sent back: by the browser that it was made for, from our own origin, unaltered.

use super::authorize::Asks;
use super::flow::{Flow, Tie};
use super::{SingleSignOn, form, origin};
use crate::Limits;
use crate::refusal::Refusal;
use axum::body::Body;
use axum::response::Response;
use entryway_oidc::Parameters;
use http::HeaderMap;

/// What was filled in, and what the form was about.
pub(super) struct Own<'a> {
    pub(super) asks: Asks<'a>,
    pub(super) flow: Flow,
    pub(super) sent: Parameters,
}

impl<'a> Own<'a> {
    /// Reads it; the page that says why not, where it is none of ours.
    pub(super) async fn read(
        sso: &'a dyn SingleSignOn,
        headers: &'a HeaderMap,
        body: Body,
        limits: &Limits,
    ) -> Result<Result<Self, Response>, Refusal> {
        let Some(tie) = Tie::known(headers) else {
            return Ok(Err(Asks::of(sso, headers).too_old()));
        };
        let asks = Asks::with(sso, headers, tie);
        if !origin::is_ours(headers, sso.issuer()) {
            return Ok(Err(asks.too_old()));
        }
        let sent = match form::read_own(headers, body, limits).await? {
            Ok(sent) => sent,
            Err(too_much) => return Ok(Err(asks.wrong(too_much.into()))),
        };
        Ok(
            match field(&sent, "flow").and_then(|sealed| asks.tie.open(sso, sealed)) {
                Some(flow) => Ok(Self { asks, flow, sent }),
                None => Err(asks.too_old()),
            },
        )
    }
}

/// The value of a field that is there once.
pub(super) fn field<'s>(sent: &'s Parameters, name: &str) -> Option<&'s str> {
    sent.one(name).ok().flatten()
}
