//! `[forward_auth]`.

use entryway_forward::Rules;
use std::sync::Arc;
use std::time::Duration;

/// Forward authentication, where there are rules for it.
#[derive(Debug, Clone)]
pub struct ForwardSettings {
    /// The enabled ones.
    pub rules: Arc<Rules>,
    /// How long it is remembered what came of a name and a password.
    pub basic_life: Duration,
}
