//! Changing a password: by which method, and on whose connection.
//!
//! What a server is, it says itself (its root DSE). Active Directory takes the old and the new value of `unicodePwd` in
//! one modify, every other directory the extended operation of RFC 3062 with the old password. Both are asked on the
//! connection on which the person has bound. Active Directory lets nobody bind whose password has expired or must be
//! changed, so the service account asks for those: with the old value in the request that is a change, which everybody
//! may ask for who knows the password, and no reset. As Samba 4.17 was seen to do: a 773 or 532 person is changed so; a
//! wrong old value there counts against the person (`badPwdCount`) and locks as a wrong bind does, also when they are
//! locked out already (775); and whoever is not bound at all is refused (operationsError, `00002020`).

use super::bind::{NO_SERVER, bind_reply, no_server as no_bind_server, unanswered};
use super::{Domain, ROLE};
use crate::fault::server_fault;
use entryway_ldap::{
    ChangeFailure, ChangeMethod, ChangeResult, Changing, DirectoryKind, LdapError, PasswordChange,
    Server,
};
use entryway_login::{
    BindAnswer, BindOperation, ChangeAnswer, ChangeOperation, ChangeReply, ChangeUnanswered, Held,
    ServerFault,
};
use std::sync::Arc;
use std::time::Instant;

impl Domain {
    pub(super) async fn bind_to_change(
        &self,
        operation: &BindOperation,
    ) -> (BindAnswer, Option<Held>) {
        let started = Instant::now();
        let Some(server) = self.server(&operation.server) else {
            return (no_bind_server(operation, started), None);
        };
        let bound = server.bind_to_change(&operation.dn, &operation.password, operation.deadline);
        let (reply, held) = match bound.await {
            Ok((result, changing)) => (Ok(bind_reply(result)), Some(Held::new(changing))),
            Err(failure) => (Err(unanswered(failure)), None),
        };
        let answer = BindAnswer {
            server: server.display().clone(),
            reply,
            took: started.elapsed(),
        };
        (answer, held)
    }

    pub(super) async fn change(&self, operation: ChangeOperation) -> ChangeAnswer {
        let started = Instant::now();
        let Some(server) = self.server(&operation.server) else {
            return no_server(&operation.server, started);
        };
        let display = Arc::clone(server.display());
        let changed = change(&server, operation).await;
        ChangeAnswer {
            server: display,
            reply: changed.map(reply).map_err(|failure| ChangeUnanswered {
                written: failure.written,
                fault: server_fault(&failure.cause),
                cause: failure.cause.in_words(),
            }),
            took: started.elapsed(),
        }
    }
}

async fn change(
    server: &Server,
    operation: ChangeOperation,
) -> Result<ChangeResult, ChangeFailure> {
    let deadline = operation.deadline;
    let unwritten = |cause: LdapError| ChangeFailure {
        written: false,
        cause,
    };
    let root = server.root_dse(ROLE, deadline).await.map_err(unwritten)?;
    let method = match root.kind() {
        DirectoryKind::ActiveDirectory => ChangeMethod::UnicodePwd,
        _ => ChangeMethod::PasswordModify,
    };
    let bound = operation.bound.and_then(Held::into_inner::<Changing>);
    let changing = match bound {
        Some(changing) => changing,
        None => server.serve_change(deadline).await.map_err(unwritten)?,
    };
    let change = PasswordChange {
        dn: &operation.dn,
        old: &operation.old,
        new: &operation.new,
    };
    changing.change(method, change, deadline).await
}

fn reply(result: ChangeResult) -> ChangeReply {
    ChangeReply {
        code: result.code,
        diagnostic: result.diagnostic.into(),
        policy: result.policy,
    }
}

/// A reload since the bind may have taken the server away; nothing was sent.
pub(super) fn no_server(server: &Arc<str>, started: Instant) -> ChangeAnswer {
    ChangeAnswer {
        server: Arc::clone(server),
        reply: Err(ChangeUnanswered {
            written: false,
            fault: ServerFault::Unreachable,
            cause: NO_SERVER.to_owned(),
        }),
        took: started.elapsed(),
    }
}
