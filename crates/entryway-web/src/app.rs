//! The state every route shares.

use crate::{Admission, Current, Limits, LoginIds, MetricsText, Observer, Readiness};
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
    /// Bounds on requests.
    pub limits: Arc<Limits>,
}
