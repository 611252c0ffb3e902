//! What a role has on a server: the kind of its connections.

use crate::change::ChangePool;
use crate::mux::MuxPool;
use crate::persons::PersonPool;
use crate::settings::SearchRole;
use crate::shared::Shared;
use crate::totals::ServerTotals;
use entryway_ldap_types::Role;
use std::sync::Arc;

/// The connections of one role. What a role may do is decided here, by what kind of pool it has: persons' passwords
/// reach [`PersonPool`] and [`ChangePool`] alone, searches [`MuxPool`] alone.
pub(super) enum Pool {
    Persons(Arc<PersonPool>),
    Searches(Arc<MuxPool>),
    /// Opened when needed, and never kept.
    Single(ChangePool),
}

impl Pool {
    pub(super) fn new(role: Role, shared: &Arc<Shared>, totals: &ServerTotals) -> Self {
        let (way, totals) = (Arc::clone(shared), totals.role(role));
        let searches = |role| Self::Searches(Arc::new(MuxPool::new(way, role, totals)));
        match role {
            Role::Authenticate => {
                Self::Persons(Arc::new(PersonPool::new(Arc::clone(shared), totals)))
            }
            Role::FindLogin => searches(SearchRole::FindLogin),
            Role::Resolve => searches(SearchRole::Resolve),
            Role::Browse => searches(SearchRole::Browse),
            Role::GroupContent => searches(SearchRole::GroupContent),
            Role::Cards => searches(SearchRole::Cards),
            Role::ChangePassword => Self::Single(ChangePool::new(Arc::clone(shared))),
        }
    }
    pub(super) fn shared(&self) -> &Arc<Shared> {
        match self {
            Self::Persons(pool) => pool.shared(),
            Self::Searches(pool) => pool.shared(),
            Self::Single(pool) => pool.shared(),
        }
    }
}
