//! The token endpoint (RFC 6749 §3.2).

mod answer;
mod code;
mod credentials;
mod refresh;

use crate::client_proof::authenticate;
use crate::{ClientRequest, Problem, Provider, Refused, Step, Timestamp};
pub use answer::TokenAnswer;
use std::sync::Arc;

pub(crate) type TokenStep = Step<Result<TokenAnswer, Refused>>;

pub(crate) fn refuse(problem: Problem) -> TokenStep {
    Step::Done(Err(problem.into()))
}

/// Everything that is understood. What is not in the list is ignored.
const KNOWN: [&str; 6] = [
    "grant_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
];

/// Answers a request. The client is known before anything else is looked at.
pub fn token(provider: Arc<Provider>, request: ClientRequest, now: Timestamp) -> TokenStep {
    if let Err(repeated) = request.parameters.check_once(&KNOWN) {
        return refuse(repeated.into());
    }
    let with_proof = {
        let provider = Arc::clone(&provider);
        let sent = request.parameters.clone();
        move |proof| {
            let client = match proof {
                Err(refused) => return Step::Done(Err(refused)),
                Ok(client) => client,
            };
            match sent.only("grant_type") {
                None => refuse(Problem::NoGrantType),
                Some("authorization_code") => code::redeem(provider, client, &sent, now),
                Some("refresh_token") => refresh::refresh(provider, client, &sent, now),
                Some("client_credentials") => credentials::grant(provider, client, &sent, now),
                Some(_) => refuse(Problem::GrantType),
            }
        }
    };
    authenticate(&provider, &request, now, with_proof)
}
