//! A decision as its caller gets it.

use crate::explain::TraceJson;
use crate::session::SessionJson;
use crate::write::{Millis, Text};
use entryway_login::{Decided, Decision, DomainId, LoginId, RuleId};
use serde::Serialize;
use std::borrow::Cow;

/// `{"decision": "accept", "session": {…}, …}`; borrows the decision.
#[derive(Serialize)]
pub struct LoginResponse<'a> {
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    id: Text<LoginId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revalidation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<TraceJson<'a>>,
}

/// A login's result. Without `show_reason` every refusal is the same but for its `id`.
pub fn login_response(decided: &Decided, show_reason: bool) -> LoginResponse<'_> {
    let row = decided.decision.row();
    let mut response = LoginResponse {
        decision: row.outcome.as_str(),
        session: None,
        reason: None,
        challenge: None,
        fault: None,
        message: Some(row.person),
        id: Text(decided.id),
        took_ms: Some(Millis(decided.took)),
        revalidation: None,
        device: None,
        trace: None,
    };
    match &decided.decision {
        Decision::Accept(session) => {
            response.session = Some(SessionJson::of(session));
            response.message = None;
            if let Some(tokens) = &decided.tokens {
                response.revalidation = tokens.revalidation.as_deref();
                response.device = Some(&tokens.device);
            }
        }
        Decision::WouldAccept(session) => {
            // Its own word: whoever looks for `accept` must not find it here.
            response.decision = row.code;
            response.session = Some(SessionJson::unproven(session));
        }
        Decision::Challenge(_) => response.challenge = Some(row.code),
        Decision::Changed => {}
        Decision::Reject(_) if show_reason => response.reason = Some(row.code),
        // How long it took would tell an unknown name from a wrong password, however long the answer is held.
        Decision::Reject(_) => response.took_ms = None,
        Decision::Indeterminate(_) => response.fault = show_reason.then_some(row.code),
    }
    response
}

/// The same for an administrator: with the reason, and every step as one object of `trace`. Without what the person was
/// given: whoever reads it, now or in the record, must not hold that.
///
/// `place` says where a rule was written (`entryway.toml:31`), `domain_name` what a domain is called.
pub fn explanation<'a, P: Into<Cow<'a, str>>>(
    decided: &'a Decided,
    place: &dyn Fn(RuleId) -> Option<P>,
    domain_name: &dyn Fn(DomainId) -> Option<&'a str>,
) -> LoginResponse<'a> {
    LoginResponse {
        revalidation: None,
        device: None,
        trace: Some(TraceJson::of(&decided.trace, place, domain_name)),
        ..login_response(decided, true)
    }
}

#[cfg(test)]
mod tests;
