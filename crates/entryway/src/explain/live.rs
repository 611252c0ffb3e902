//! How a login is, or was, decided, as JSON: from the decision itself, or from the record.

use crate::gateway::Gateway;
use entryway_login::{Decided, DomainId, LoginId, StoreUnavailable};
use entryway_web::Lookup;
use entryway_wire::{LoginResponse, RecordedJson};

/// Every step of a login, with the names that its configuration gives.
pub(crate) fn explanation<'a>(gateway: &'a Gateway, decided: &'a Decided) -> LoginResponse<'a> {
    let place = |rule| gateway.places().place(rule).map(str::to_owned);
    let domains = &gateway.policy().domains;
    let name = |id: DomainId| domains.get(id.0).map(|domain| &*domain.name);
    entryway_wire::explanation(decided, &place, &name)
}

/// The record of a decision, if there is one.
pub(crate) async fn recorded(gateway: &Gateway, id: LoginId) -> Lookup {
    let found = gateway.kept().store.audit().get(id.bits()).await;
    let Some(record) = found.map_err(|error| StoreUnavailable(error.to_string()))? else {
        return Ok(None);
    };
    RecordedJson::new(&record.node, record.seq, &record.body)
        .and_then(|json| serde_json::to_vec(&json).ok())
        .map(Some)
        .ok_or_else(|| StoreUnavailable(format!("the record of login `{id}` is damaged")))
}
