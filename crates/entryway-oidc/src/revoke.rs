//! Revocation (RFC 7009): a client gives a token back.

use crate::client_proof::authenticate;
use crate::secret::{read_access, read_refresh};
use crate::step::{ask_access, ask_family, drop_access, revoke_family};
use crate::{
    Answer, ClientId, ClientRequest, DropAccess, FindAccess, FindFamily, Problem, Provider,
    Refused, RevokeFamily, Step, Timestamp,
};
use std::sync::Arc;

type Revoked = Result<(), Refused>;

/// Answers a request. §2.2: a token that is not known is as good as revoked.
pub fn revoke(provider: &Arc<Provider>, request: ClientRequest, now: Timestamp) -> Step<Revoked> {
    let sent = request.parameters.clone();
    authenticate(provider, &request, now, move |proof| {
        let client = match proof {
            Err(refused) => return Step::Done(Err(refused)),
            Ok(proof) => proof.client().id.clone(),
        };
        let text = match sent.one("token") {
            Err(repeated) => return refuse(repeated.into()),
            Ok(None) => return refuse(Problem::NoToken),
            Ok(Some(text)) => text,
        };
        if let Some(access) = read_access(text) {
            return ask_access(FindAccess { access }, move |record| {
                match owned(
                    record.map(|record| record.map(|record| record.client.clone())),
                    &client,
                ) {
                    Err(problem) => refuse(problem),
                    Ok(false) => Step::Done(Ok(())),
                    Ok(true) => drop_access(DropAccess { access }, done),
                }
            });
        }
        if let Some((family, _)) = read_refresh(text) {
            return ask_family(FindFamily { family }, move |found| {
                match owned(
                    found.map(|found| found.map(|found| found.grant.client.clone())),
                    &client,
                ) {
                    Err(problem) => refuse(problem),
                    Ok(false) => Step::Done(Ok(())),
                    // §2.1: the access tokens of the grant too. An old token of the family ends it as well: whoever
                    // gives one back wants none of them.
                    Ok(true) => revoke_family(RevokeFamily { family }, done),
                }
            });
        }
        Step::Done(Ok(()))
    })
}

/// Whether there is one, and it is this client's (§2.1: another's is refused).
fn owned(found: Answer<Option<ClientId>>, client: &ClientId) -> Result<bool, Problem> {
    match found? {
        None => Ok(false),
        Some(owner) if owner == *client => Ok(true),
        Some(_) => Err(Problem::OtherClientsToken),
    }
}

/// §2.2.1: while it cannot be done, the client has to come again.
fn done(answer: Answer<()>) -> Step<Revoked> {
    match answer {
        Err(unavailable) => refuse(unavailable.into()),
        Ok(()) => Step::Done(Ok(())),
    }
}

fn refuse(problem: Problem) -> Step<Revoked> {
    Step::Done(Err(problem.into()))
}
