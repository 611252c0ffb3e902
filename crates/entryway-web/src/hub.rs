//! `/api/v1/hub/…`: sites, connectors and tickets of a hub, for an administrator's programs.

use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::{App, Generation, Scope, answer, bearer, body, routes};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_wire::{
    ConnectorJson, ConnectorsJson, SitesJson, TicketJson, TicketMadeJson, TicketRequest,
    TicketsJson,
};
use http::HeaderMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// An answer of the desk, later.
pub type FromDesk<'a, T> = Pin<Box<dyn Future<Output = Result<T, HubRefused>> + Send + 'a>>;

/// What an administrator sees and does at a hub.
pub trait HubDesk: Send + Sync {
    /// What this node is called.
    fn node(&self) -> &str;
    /// Every site, with the tunnels to this node.
    fn sites(&self) -> FromDesk<'_, SitesJson>;
    /// The connectors of a site, or all of them.
    fn connectors<'a>(&'a self, site: Option<&'a str>) -> FromDesk<'a, ConnectorsJson>;
    /// One connector.
    fn connector<'a>(&'a self, id: &'a str) -> FromDesk<'a, ConnectorJson>;
    /// Changes what a connector may do, on behalf of this caller; at this node that counts before the answer.
    fn change<'a>(
        &'a self,
        id: &'a str,
        to: ConnectorChange,
        caller: &'a str,
    ) -> FromDesk<'a, ConnectorJson>;
    /// The tickets of a site, or all of them.
    fn tickets<'a>(&'a self, site: Option<&'a str>) -> FromDesk<'a, TicketsJson>;
    /// Makes a ticket, on behalf of this caller.
    fn make_ticket<'a>(
        &'a self,
        site: &'a str,
        life: Option<Duration>,
        caller: &'a str,
    ) -> FromDesk<'a, TicketMadeJson>;
    /// Takes a ticket back that waits, on behalf of this caller.
    fn end_ticket<'a>(&'a self, id: &'a str, caller: &'a str) -> FromDesk<'a, TicketJson>;
}

/// What is done to a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectorChange {
    /// It is asked nothing new.
    Drain,
    /// It is asked again, and let in again where a restore holds it.
    Resume,
    /// It is never let in again.
    Revoke,
}

/// Why an administrator of a hub is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HubRefused {
    /// No connector dials in here.
    #[error("this is no hub")]
    Off,
    /// The configuration has no such site, or it is switched off.
    #[error("there is no such site")]
    NoSite,
    /// No connector has this id.
    #[error("there is no connector of this id")]
    NoConnector,
    /// No ticket has this id.
    #[error("there is no ticket of this id")]
    NoTicket,
    /// That is for good.
    #[error("the connector is revoked, for good")]
    Revoked,
    /// It is held since a backup was restored.
    #[error("the connector is held since a backup was restored")]
    Held,
    /// It was used, taken back, or its time has passed.
    #[error("the ticket was used, taken back, or its time has passed")]
    Ended,
    /// The store gives no answer.
    #[error("the store gives no answer")]
    Unavailable,
}

impl HubRefused {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Off => "no_hub",
            Self::NoSite => "no_such_site",
            Self::NoConnector => "no_such_connector",
            Self::NoTicket => "no_such_ticket",
            Self::Revoked => "connector_revoked",
            Self::Held => "connector_held",
            Self::Ended => "ticket_ended",
            Self::Unavailable => "store_unavailable",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Off => "set up `[hub]` in the configuration",
            Self::NoSite => "name a site of the configuration",
            Self::NoConnector => "list the connectors that there are",
            Self::NoTicket => "list the tickets that there are",
            Self::Revoked => "have its machine enrol anew with a ticket",
            Self::Held => "resume it, or revoke it",
            Self::Ended => "list the tickets: a connector that came of one is revoked itself",
            Self::Unavailable => "ask again a little later",
        }
    }
}

/// Lets whoever may into the hub.
async fn desk<'a>(
    headers: &HeaderMap,
    generation: &'a Generation,
) -> Result<(bearer::Shown<'a>, &'a Arc<dyn HubDesk>), Refusal> {
    let caller = bearer::authorize(headers, generation, Scope::Hub).await?;
    let desk = generation.hub.as_ref();
    Ok((caller, desk.ok_or(Refusal::Hub(HubRefused::Off))?))
}

/// `GET /api/v1/hub/sites`.
pub(crate) async fn sites(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (_, desk) = desk(request.headers(), &generation).await?;
    Query::read(request.uri().query(), &routes::HUB_SITES)?;
    answer::json(&desk.sites().await.map_err(Refusal::Hub)?)
}

/// `GET /api/v1/hub/connectors`.
pub(crate) async fn connectors(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (_, desk) = desk(request.headers(), &generation).await?;
    let query = Query::read(request.uri().query(), &routes::CONNECTORS)?;
    let listed = desk.connectors(query.text("site")).await;
    answer::json(&listed.map_err(Refusal::Hub)?)
}

/// `GET /api/v1/hub/connectors/{id}`.
pub(crate) async fn connector(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (_, desk) = desk(request.headers(), &generation).await?;
    let operation = &routes::CONNECTOR;
    Query::read(request.uri().query(), operation)?;
    let id = query::variable(request.uri().path(), operation)
        .ok_or(Refusal::Hub(HubRefused::NoConnector))?;
    answer::json(&desk.connector(&id).await.map_err(Refusal::Hub)?)
}

/// `POST /api/v1/hub/connectors/{id}/drain`, `resume` and `revoke`.
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (caller, desk) = desk(request.headers(), &generation).await?;
    let path = request.uri().path();
    let changes = [
        (&routes::DRAIN, ConnectorChange::Drain),
        (&routes::RESUME, ConnectorChange::Resume),
        (&routes::REVOKE, ConnectorChange::Revoke),
    ];
    let mut changes = changes.into_iter();
    let (operation, to) = changes
        .find(|(operation, _)| operation.is_at(path))
        .ok_or(Refusal::NotFound)?;
    Query::read(request.uri().query(), operation)?;
    let id = query::variable(path, operation).ok_or(Refusal::Hub(HubRefused::NoConnector))?;
    let changed = desk.change(&id, to, &caller.name).await;
    answer::json(&changed.map_err(Refusal::Hub)?)
}

/// `GET /api/v1/hub/tickets`.
pub(crate) async fn tickets(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (_, desk) = desk(request.headers(), &generation).await?;
    let query = Query::read(request.uri().query(), &routes::TICKETS)?;
    let listed = desk.tickets(query.text("site")).await;
    answer::json(&listed.map_err(Refusal::Hub)?)
}

/// `POST /api/v1/hub/tickets`.
pub(crate) async fn make_ticket(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (head, body) = request.into_parts();
    let (caller, desk) = desk(&head.headers, &generation).await?;
    Query::read(head.uri.query(), &routes::MAKE_TICKET)?;
    let body = body::read_json(&head.headers, body, &app.limits, app.limits.body_bytes).await?;
    let asked = TicketRequest::from_json(&body).map_err(|error| Refusal::Malformed { error })?;
    let made = desk.make_ticket(&asked.site, asked.life, &caller.name);
    answer::json(&made.await.map_err(Refusal::Hub)?)
}

/// `DELETE /api/v1/hub/tickets/{id}`.
pub(crate) async fn end_ticket(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    let (caller, desk) = desk(request.headers(), &generation).await?;
    let operation = &routes::END_TICKET;
    Query::read(request.uri().query(), operation)?;
    let id = query::variable(request.uri().path(), operation)
        .ok_or(Refusal::Hub(HubRefused::NoTicket))?;
    let ended = desk.end_ticket(&id, &caller.name).await;
    answer::json(&ended.map_err(Refusal::Hub)?)
}
