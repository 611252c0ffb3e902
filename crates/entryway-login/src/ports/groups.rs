//! A person's groups, as the rules and the session want them.

use crate::{DomainId, Group, ServerTry};
use entryway_ldap_types::Entry;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Find the groups of an entry that was found. How (member, memberOf, in-chain, memberUid) is the
/// domain's configuration and the driver's affair.
#[derive(Debug, Clone)]
pub struct GroupsOperation {
    /// Which domain.
    pub domain: DomainId,
    /// Whose groups; with the attributes that the domain's membership needs ([`DomainPolicy::fetch`](crate::DomainPolicy::fetch)).
    pub entry: Arc<Entry>,
    /// The server that gave the entry.
    pub server: Arc<str>,
    /// The session's name.
    pub name: Arc<str>,
    /// Answer before this.
    pub deadline: Instant,
}

/// What came of a [`GroupsOperation`].
#[derive(Debug, Clone)]
pub struct GroupsAnswer {
    /// Effective groups, each once, direct ones first; their order is the same for the same answers.
    pub groups: Vec<Group>,
    /// Why there may be more than these: a server that failed, a limit that was reached. In words.
    pub partial: Option<String>,
    /// Servers that were tried and did not serve, in order.
    pub tried: Vec<ServerTry>,
    /// The server that answered last.
    pub server: Option<Arc<str>>,
    /// Searches that were made.
    pub round_trips: u32,
    /// How long it all took.
    pub took: Duration,
}
