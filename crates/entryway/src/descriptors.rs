//! File descriptors: how many there may be, and who gets them. Strangers who connect and say nothing
//! must not use up those that directories are reached with: every login would fail then.

use entryway_config::{DomainSettings, Settings};
use entryway_ldap::Role;
use entryway_web::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The roles that logins use, which are all that the daemon serves: each has a pool of its own to each server.
const ROLES: [Role; 2] = [Role::Authenticate, Role::FindLogin];
/// For the log, the runtime, the resolver, files that a reload reads, a first dial of a new pool.
const OTHERS: usize = 64;
/// Applications keep a few connections each: below this a gateway serves hardly anybody.
const FEW: usize = 64;

/// Raises this process's soft limit to its hard one, and says what it is now. The usual soft limit, 1,024,
/// is there for programs that use `select`.
pub(crate) fn raise() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    let now = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        // Nothing is lost but room.
        Err(_) => current,
    };
    now.and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(usize::MAX)
}

/// As many servers of a domain as are used at once, hardly ever more.
const NAMED_BY_DNS: usize = 2;

/// Limits for the listener that leave every pool its descriptors. Warns where little is left.
pub(crate) fn share(limit: usize, settings: &Settings) -> Limits {
    let pools = pools(settings);
    let mut limits = Limits::default();
    limits.connections = connections(limit, pools, limits.connections);
    if limits.connections <= FEW {
        tracing::warn!(
            target: "server.few_descriptors",
            limit,
            pools,
            connections = limits.connections,
        );
    }
    limits
}

/// The most connections that the roles in use may have open, to all servers together.
fn pools(settings: &Settings) -> usize {
    let of_domain = |domain: &DomainSettings| {
        let of_role = |role: Role| {
            let servers = domain.servers.iter();
            let reached = servers.filter(|server| server.ways.of(role).is_some());
            // How many DNS will name nobody knows; people are at the first of them.
            let named = domain.srv.iter().map(|_| NAMED_BY_DNS).sum::<usize>();
            (reached.count() + named).saturating_mul(domain.connections.of(role).max)
        };
        ROLES
            .into_iter()
            .map(of_role)
            .fold(0, usize::saturating_add)
    };
    let of_domains = settings.domains.iter().map(of_domain);
    of_domains.fold(0, usize::saturating_add)
}

/// What is left of `limit`, at most `most`, at least [`FEW`].
fn connections(limit: usize, pools: usize, most: usize) -> usize {
    limit
        .saturating_sub(pools)
        .saturating_sub(OTHERS)
        .clamp(FEW, most)
}

#[cfg(test)]
mod tests;
