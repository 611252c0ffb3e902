//! A decision as the audit keeps it: what was asked, by whom, and every step to the answer. `explain --login ID` shows
//! this, so it holds all that an explanation needs and no secret.

use crate::told::Told;
use crate::witness::Submitted;
use entryway_config::RuleBook;
use entryway_login::{Decided, LoginPolicy};
use entryway_store::AuditEntry;
use entryway_wire::{AuditBody, ToldAs};
use std::time::SystemTime;

/// The record of a decision.
pub(crate) fn entry(
    submitted: &Submitted,
    decided: &Decided,
    policy: &LoginPolicy,
    places: &RuleBook,
    told: Option<&Told>,
) -> AuditEntry {
    let at = SystemTime::now();
    let body = AuditBody {
        at,
        kind: submitted.kind.as_str(),
        login_name: &submitted.login_name,
        caller: submitted.caller.as_deref(),
        client_address: submitted.client_address,
        decided,
        told: told.map(|told| ToldAs {
            reply: &told.digest,
            signature: told.proof.signature.as_slice(),
            beside: told.proof.beside.as_slice(),
            stated: (told.stated.as_ref()).map(|by| (&*by.site, &*by.connector, &by.stated)),
        }),
    };
    let place = |rule| places.place(rule);
    let name = |id: entryway_login::DomainId| policy.domains.get(id.0).map(|domain| &*domain.name);
    AuditEntry {
        login_id: decided.id.bits(),
        at,
        body: body.to_json(&place, &name),
    }
}
