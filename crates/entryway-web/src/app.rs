//! The state every route shares.

use crate::{
    Admission, ChallengePace, Current, Limits, LoginIds, MetricsText, Observer, OpenTunnels,
    Readiness,
};
use std::sync::Arc;

/// The ports, and the limits on requests. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The configuration in force.
    pub current: Arc<dyn Current>,
    /// Correlation ids.
    pub ids: Arc<dyn LoginIds>,
    /// What `/readyz` tells.
    pub readiness: Arc<dyn Readiness>,
    /// What `/metrics` tells.
    pub metrics: Arc<dyn MetricsText>,
    /// Who hears of each answer.
    pub observer: Arc<dyn Observer>,
    /// How many look-ups are under way, whatever the configuration is.
    pub lookups: Arc<Admission>,
    /// Who asked for how many challenges, whatever the configuration is.
    pub challenges: Arc<ChallengePace>,
    /// The tunnels of connectors that are open, whatever the configuration is.
    pub tunnels: Arc<OpenTunnels>,
    /// Bounds on requests.
    pub limits: Arc<Limits>,
}
