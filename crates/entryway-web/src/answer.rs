//! Decisions as responses.

use crate::refusal::Refusal;
use crate::{Caller, Scope};
use axum::response::{IntoResponse, Response};
use entryway_login::{Decided, Decision};
use http::{HeaderValue, header};
use serde::Serialize;

/// Every refusal of the person is the same 200, whatever its reason; no verdict is a 503.
pub(crate) fn decided(decided: &Decided, caller: &Caller) -> Result<Response, Refusal> {
    let told = caller.scopes.allow(Scope::LoginReasons);
    match &decided.decision {
        Decision::Indeterminate(fault) => Err(Refusal::Indeterminate {
            id: decided.id,
            fault: *fault,
            told,
        }),
        // Only `explain` asks without a password; an answer from here would let somebody in unproven.
        Decision::WouldAccept(_) => Err(Refusal::Broken),
        // No login changes a password: whoever asks for that has pages of their own.
        Decision::Changed => Err(Refusal::Broken),
        Decision::Accept(_) | Decision::Reject(_) | Decision::Challenge(_) => {
            json(&entryway_wire::login_response(decided, told))
        }
    }
}

/// 200 with a value.
pub(crate) fn json(value: &impl Serialize) -> Result<Response, Refusal> {
    entryway_wire::to_json(value)
        .map(written)
        .map_err(|_| Refusal::Broken)
}

/// 200 with JSON that is written already.
pub(crate) fn written(bytes: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, kind)], bytes).into_response()
}
