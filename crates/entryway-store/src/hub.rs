//! What the hub keeps: the authority of each site, tickets, and connectors with their standing.
//!
//! Nothing here looks at a clock: times come from the caller, as milliseconds since 1970. What counts once, a ticket, hangs
//! on one row that whoever redeems it changes first; in PostgreSQL another one waits for that row and looks at it anew.
//! Standings have a revision each, so that every node asks for what changed in one query; `site_state` is locked before
//! a connector.

mod authority;
mod connector;
mod restore;
mod row;
mod standing;
mod ticket;

pub(crate) use restore::{hold_all, known};
pub use row::{
    AuthorityRow, ConnectorRow, NewConnector, Redeemed, Standing, StandingChange, Standings,
    TicketRow, TicketTrouble,
};

use crate::store::Inner;
use std::sync::Arc;

/// What the hub keeps: each call reads or writes the store. Cheap to clone.
#[derive(Clone)]
pub struct Hub(pub(crate) Arc<Inner>);
