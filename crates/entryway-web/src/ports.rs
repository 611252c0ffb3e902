//! What the front needs from the rest of the program.

use crate::Callers;
use entryway_login::{LoginId, LoginService};
use std::sync::Arc;
use std::time::Duration;

/// What one configuration gives the front; replaced as a whole when a new one is applied.
///
/// A request keeps the generation it started with, so no request ever sees halves of two.
pub struct Generation {
    /// Decides logins.
    pub logins: Arc<dyn LoginService>,
    /// Who may call the API.
    pub callers: Callers,
    /// How long a login may take, from the end of the request's body.
    pub deadline: Duration,
}

/// The configuration in force.
pub trait Current: Send + Sync {
    /// The generation that new requests belong to.
    fn current(&self) -> Arc<Generation>;
}

/// Draws correlation ids, so that one id names a login in the response, the log and `explain`.
pub trait LoginIds: Send + Sync {
    /// A new id.
    fn draw(&self) -> LoginId;
}

/// What is known of the directories, asking nobody.
pub trait Readiness: Send + Sync {
    /// Each domain, in the configuration's order.
    fn readiness(&self) -> Vec<DomainReady>;
}

/// Whether a domain can serve logins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainReady {
    /// The domain's name.
    pub name: Arc<str>,
    /// Whether at least one of its servers is not known to be down.
    pub ready: bool,
}

/// The metrics page.
pub trait MetricsText: Send + Sync {
    /// The text in the OpenMetrics format, version 1.0.0.
    fn render(&self) -> String;
}

/// Hears of each answer, for metrics.
pub trait Observer: Send + Sync {
    /// A request was answered. `route` is one of a fixed few paths, or `other`.
    fn answered(&self, route: &'static str, status: u16, took: Duration);
}
