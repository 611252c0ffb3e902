//! A person's bind, on the server that gave their entry.

use super::Domain;
use crate::fault::server_fault;
use entryway_ldap::{BindFailure, BindResult, Server};
use entryway_login::{BindAnswer, BindOperation, BindReply, BindUnanswered, ServerFault};
use std::sync::Arc;
use std::time::Instant;

impl Domain {
    pub(super) async fn bind(&self, operation: &BindOperation) -> BindAnswer {
        let started = Instant::now();
        let Some(server) = self.server(&operation.server) else {
            return no_server(operation, started);
        };
        let bound = server.bind_as(&operation.dn, &operation.password, operation.deadline);
        BindAnswer {
            server: server.display().clone(),
            reply: bound.await.map(bind_reply).map_err(unanswered),
            took: started.elapsed(),
        }
    }

    /// The server that this login was told of.
    pub(super) fn server(&self, display: &Arc<str>) -> Option<Arc<Server>> {
        let servers = self.servers.known();
        let own = servers.iter().find(|server| server.display() == display);
        own.cloned().or_else(|| self.follower.server(display))
    }
}

/// A reload between find and bind may have taken the server away; nothing was sent.
pub(super) fn no_server(operation: &BindOperation, started: Instant) -> BindAnswer {
    let unanswered = BindUnanswered {
        written: false,
        fault: ServerFault::Unreachable,
        cause: NO_SERVER.to_owned(),
    };
    BindAnswer {
        server: Arc::clone(&operation.server),
        reply: Err(unanswered),
        took: started.elapsed(),
    }
}

pub(super) const NO_SERVER: &str = "the server is no longer configured";

pub(super) fn bind_reply(result: BindResult) -> BindReply {
    BindReply {
        code: result.code,
        diagnostic: result.diagnostic.into(),
        policy: result.policy,
    }
}

pub(super) fn unanswered(failure: BindFailure) -> BindUnanswered {
    BindUnanswered {
        written: failure.written,
        fault: server_fault(&failure.cause),
        cause: failure.cause.in_words(),
    }
}
