//! The roles of a server: what protects each, and a connection opened in it.

use super::{Look, State};
use entryway_ldap::{ProbeReport, Role, SearchRole, Security, Server, ServiceBind, Way};
use entryway_ldap_types::ResultCode;
use serde::Serialize;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// A connection that was opened to see whether it can be. One that searches is also asked for the root DSE: what only opens
/// may still belong to something that is no directory.
#[derive(Debug, Serialize)]
pub(super) struct Opened {
    role: &'static str,
    /// `tls`, `starttls` or `none`.
    encryption: &'static str,
    /// Our end of it: tells it apart in a capture.
    #[serde(skip_serializing_if = "Option::is_none")]
    local: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<SocketAddr>,
}

/// What a role's connection was like.
struct Connection {
    state: State,
    took: Duration,
    detail: String,
    opened: Opened,
}

/// Every role but the search for a login name, which the caller goes on with, is opened and told of; roles whose
/// connections go the way `barred` are not.
pub(super) async fn others(look: &mut Look<'_>, server: &Server, barred: Option<&Way>) {
    for role in Role::ALL {
        let Some(way) = server.way(role) else {
            continue;
        };
        let is_barred = barred.is_some_and(|barred| std::ptr::eq(barred, way));
        if role == Role::FindLogin || is_barred {
            continue;
        }
        let mut found = open(look, server, role, way).await;
        if role == Role::Authenticate && found.state == State::Good {
            bind(look, server, &mut found).await;
        }
        tell(look, role, found);
    }
}

/// The search for a login name, before what it finds is looked at: how it is protected.
pub(super) fn of_find_login(server: &Server, report: &ProbeReport) -> Option<Opened> {
    let way = server.way(Role::FindLogin)?;
    Some(opened(Role::FindLogin, way, Some(report)))
}

/// Servers for cards alone: the one role that they have.
pub(super) async fn cards(look: &mut Look<'_>, server: &Server) {
    let Some(way) = server.way(Role::Cards) else {
        return;
    };
    let mut found = open(look, server, Role::Cards, way).await;
    if found.state == State::Good {
        found.detail = format!("{}; {}", found.detail, super::bound_as(server));
    }
    tell(look, Role::Cards, found);
}

async fn open(look: &Look<'_>, server: &Server, role: Role, way: &Way) -> Connection {
    let started = Instant::now();
    let deadline = look.deadline();
    let searching = SearchRole::ALL
        .into_iter()
        .find(|one| Role::from(*one) == role);
    let connected = match searching {
        Some(searching) => server.probe(searching, deadline).await,
        None => server.connect(role, deadline).await,
    };
    let (state, detail) = match &connected {
        Ok(_) => (State::Good, encryption(way).to_owned()),
        Err(error) => {
            let words = format!("{}; {}", encryption(way), error.in_words());
            // Where logins are in clear a server may know no TLS at all, and nobody changes a password there.
            let spared = server
                .way(Role::Authenticate)
                .is_some_and(|login| matches!(login.security, Security::Clear));
            let state = if role == Role::ChangePassword && spared {
                State::Odd
            } else {
                State::Bad
            };
            (state, words)
        }
    };
    Connection {
        state,
        took: started.elapsed(),
        detail,
        opened: opened(role, way, connected.as_ref().ok()),
    }
}

/// As the account whose password is at hand, on a connection that people would use.
async fn bind(look: &Look<'_>, server: &Server, found: &mut Connection) {
    let ServiceBind::Simple { dn, password } = &server.settings().service_bind else {
        return;
    };
    let started = Instant::now();
    let bound = server.bind_as(dn, password, look.deadline()).await;
    found.took += started.elapsed();
    let (state, said) = match bound {
        Ok(result) if result.code == ResultCode::SUCCESS => {
            (State::Good, "a connection that people would use".to_owned())
        }
        Ok(result) => (
            State::Bad,
            format!("{} {}", result.code, result.diagnostic.escape_debug()),
        ),
        Err(failure) => (State::Bad, failure.cause.in_words()),
    };
    found.state = state;
    found.detail = format!("{}; {said}", found.detail);
}

fn tell(look: &mut Look<'_>, role: Role, found: Connection) {
    look.found(role.as_str(), found.state, Some(found.took), found.detail);
    look.opened(found.opened);
}

fn opened(role: Role, way: &Way, report: Option<&ProbeReport>) -> Opened {
    Opened {
        role: role.as_str(),
        encryption: match way.security {
            Security::Ldaps(_) => "tls",
            Security::StartTls(_) => "starttls",
            Security::Clear => "none",
        },
        local: report.and_then(|report| report.local),
        peer: report.and_then(|report| report.peer),
    }
}

/// In words.
pub(super) fn encryption(way: &Way) -> &'static str {
    match way.security {
        Security::Ldaps(_) => "LDAPS",
        Security::StartTls(_) => "StartTLS",
        Security::Clear => "in clear text",
    }
}
