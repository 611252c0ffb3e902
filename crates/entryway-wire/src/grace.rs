//! The answer that stands for a while because no new one could be had.

use crate::time::Rfc3339;
use crate::write::Text;
use entryway_login::{Fault, LoginId};
use serde::Serialize;
use std::time::SystemTime;

/// `{"decision": "accept", "grace": true, "until": "…", …}`: nobody could be asked whether a person is still welcome, and
/// the last answer is not old yet. Without a session, because nothing new is known of the person.
#[derive(Serialize)]
pub struct GraceResponse<'a> {
    decision: &'static str,
    grace: bool,
    until: Text<Rfc3339>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'static str>,
    id: Text<LoginId>,
    revalidation: &'a str,
}

impl<'a> GraceResponse<'a> {
    /// The answer stands `until` then. `token` is the one that was asked with: it is not confirmed anew. The fault is
    /// for callers that may know it.
    pub fn new(
        id: LoginId,
        token: &'a str,
        until: SystemTime,
        fault: Fault,
        show_fault: bool,
    ) -> Self {
        Self {
            decision: "accept",
            grace: true,
            until: Text(Rfc3339(until)),
            fault: show_fault.then_some(fault.code()),
            id: Text(id),
            revalidation: token,
        }
    }
}

#[cfg(test)]
mod tests;
