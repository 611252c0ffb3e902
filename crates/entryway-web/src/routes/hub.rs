//! The hub's sites, connectors and tickets.

use super::{ID, JSON, LOOKUP};
use crate::operation::{Content, Form, Needs, Operation, Parameter, Verb, Within};
use crate::{Scope, hub};
use axum::routing::{delete, get, post};

/// What everything here has in common.
const HUB: Operation = Operation {
    needs: Needs::Scope(Scope::Hub),
    problems: &[400, 401, 403, 404, 503],
    ..LOOKUP
};
const SITE: Parameter = Parameter {
    name: "site",
    place: Within::Query,
    required: false,
    form: Form::Text { most: 64 },
    about: "Those of this site; every site's where there is none.",
};
const CONNECTOR_ID: Parameter = Parameter {
    about: "The connector's `id`, from the list.",
    form: Form::Text { most: 64 },
    ..ID
};
/// Changes a connector.
const CHANGE: Operation = Operation {
    method: Verb::Post,
    parameters: &[CONNECTOR_ID],
    answers: &[(JSON, Content::Json("connector"))],
    problems: &[400, 401, 403, 404, 409, 503],
    to: || post(hub::change),
    ..HUB
};

pub(crate) static HUB_SITES: Operation = Operation {
    id: "hub_sites",
    path: "/api/v1/hub/sites",
    summary: "Lists the sites of a hub, with their tunnels to this node",
    answers: &[(JSON, Content::Json("sites"))],
    to: || get(hub::sites),
    ..HUB
};
pub(crate) static CONNECTORS: Operation = Operation {
    id: "connectors",
    path: "/api/v1/hub/connectors",
    summary: "Lists the connectors of a hub",
    parameters: &[SITE],
    answers: &[(JSON, Content::Json("connectors"))],
    to: || get(hub::connectors),
    ..HUB
};
pub(crate) static CONNECTOR: Operation = Operation {
    id: "connector",
    path: "/api/v1/hub/connectors/{id}",
    summary: "Shows one connector",
    parameters: &[CONNECTOR_ID],
    answers: &[(JSON, Content::Json("connector"))],
    to: || get(hub::connector),
    ..HUB
};
pub(crate) static DRAIN: Operation = Operation {
    id: "drain_connector",
    path: "/api/v1/hub/connectors/{id}/drain",
    summary: "Asks a connector nothing new; what is under way is finished",
    ..CHANGE
};
pub(crate) static RESUME: Operation = Operation {
    id: "resume_connector",
    path: "/api/v1/hub/connectors/{id}/resume",
    summary: "Asks a connector again, and lets in one that a restore holds",
    ..CHANGE
};
pub(crate) static REVOKE: Operation = Operation {
    id: "revoke_connector",
    path: "/api/v1/hub/connectors/{id}/revoke",
    summary: "Closes a connector's tunnels, and never lets it in again",
    ..CHANGE
};
pub(crate) static TICKETS: Operation = Operation {
    id: "tickets",
    path: "/api/v1/hub/tickets",
    summary: "Lists tickets, without what they open with",
    parameters: &[SITE],
    answers: &[(JSON, Content::Json("tickets"))],
    to: || get(hub::tickets),
    ..HUB
};
pub(crate) static MAKE_TICKET: Operation = Operation {
    id: "make_ticket",
    method: Verb::Post,
    path: "/api/v1/hub/tickets",
    summary: "Makes a ticket that lets one connector in, and shows it this once",
    body: Some("ticket_request"),
    answers: &[(JSON, Content::Json("ticket_made"))],
    problems: &[400, 401, 403, 404, 408, 413, 415, 503],
    to: || post(hub::make_ticket),
    ..HUB
};
pub(crate) static END_TICKET: Operation = Operation {
    id: "end_ticket",
    method: Verb::Delete,
    path: "/api/v1/hub/tickets/{id}",
    summary: "Takes a ticket back that waits",
    parameters: &[Parameter {
        about: "The ticket's `id`, from the list.",
        form: Form::Text { most: 64 },
        ..ID
    }],
    answers: &[(JSON, Content::Json("ticket"))],
    problems: &[400, 401, 403, 404, 409, 503],
    to: || delete(hub::end_ticket),
    ..HUB
};
