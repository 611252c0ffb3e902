//! Where a domain's logins go, told whenever that changes. Decides nothing: the order of servers is
//! [`crate::domain::order_now`]'s.

use crate::events::{DomainDown, DomainMoved, DomainUp};
use crate::roster::Roster;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// How often servers are looked for that DNS has brought meanwhile; those that are known tell by themselves.
const LOOK: Duration = Duration::from_secs(5);

/// Where logins go.
#[derive(Debug, Clone, PartialEq, Eq)]
enum To {
    /// It is not known yet which servers there are.
    Unknown,
    /// The first server that is not known to be down.
    Server { name: Arc<str>, preferred: bool },
    /// Nowhere: each of so many is known to be down.
    Nowhere { servers: usize },
}

/// Tells of every change, until dropped. Before anything is known of them all servers count as up.
pub(crate) async fn tell(domain: &str, roster: &Roster) {
    let changed = Arc::new(Notify::new());
    let mut before = first(roster);
    loop {
        for server in roster.known().iter() {
            server.tell(Arc::clone(&changed));
        }
        let now = now(roster);
        change(domain, &before, &now);
        before = now;
        let _ = timeout(LOOK, changed.notified()).await;
    }
}

/// What is meant where nothing is known.
fn first(roster: &Roster) -> To {
    match roster.known().first() {
        Some(server) => To::Server {
            name: Arc::clone(server.display()),
            preferred: true,
        },
        None => To::Unknown,
    }
}

fn now(roster: &Roster) -> To {
    let servers = roster.known();
    let mut serving = servers
        .iter()
        .zip([true].into_iter().chain(std::iter::repeat(false)));
    match serving.find(|(server, _)| server.available()) {
        Some((server, preferred)) => To::Server {
            name: Arc::clone(server.display()),
            preferred,
        },
        None if servers.is_empty() && roster.problem().is_none() => To::Unknown,
        None => To::Nowhere {
            servers: servers.len(),
        },
    }
}

fn change(domain: &str, before: &To, now: &To) {
    match (before, now) {
        (
            To::Server { name: from, .. },
            To::Server {
                name: to,
                preferred,
            },
        ) if from != to => DomainMoved {
            domain,
            from,
            to,
            preferred: *preferred,
        }
        .emit(),
        (To::Server { .. } | To::Unknown, To::Nowhere { servers }) => DomainDown {
            domain,
            servers: *servers,
        }
        .emit(),
        (To::Nowhere { .. }, To::Server { name, .. }) => DomainUp {
            domain,
            server: name,
        }
        .emit(),
        _ => {}
    }
}
