//! Which client sends a request, and how it proves that (RFC 6749 §2.3, OpenID Connect Core §9).

mod assertion;
mod presented;

use crate::step::{ask_client, take_assertion};
use crate::{
    Client, ClientMethod, FindClient, FirstUse, Parameters, Problem, Provider, Secret, Step,
    Timestamp,
};
use presented::{Presented, Proof};
use std::sync::Arc;

/// A request of a client, without a browser between.
pub struct ClientRequest {
    /// The `Authorization` header as it came.
    pub authorization: Option<Secret>,
    /// The parameters of the body. Those of the URL are none: a secret there stands in every log.
    pub parameters: Parameters,
}

/// A client that proved who it is, or that is public and said so. Made here alone.
pub struct Authenticated(Arc<Client>);

impl Authenticated {
    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.0
    }
}

/// Why a client gets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub problem: Problem,
    /// It used the `Authorization` header: RFC 6749 §5.2 then wants a challenge in the answer.
    pub by_header: bool,
}

impl Refused {
    /// The body (RFC 6749 §5.2).
    pub fn to_json(self) -> String {
        let (error, description) = (self.problem.code().as_str(), self.problem.description());
        serde_json::json!({ "error": error, "error_description": description }).to_string()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            by_header: false,
        }
    }
}

/// Finds out who it is, then goes on. Every failure of a proof is one and the same: nobody learns which clients there are.
pub(crate) fn authenticate<T: 'static>(
    provider: &Arc<Provider>,
    request: &ClientRequest,
    now: Timestamp,
    then: impl FnOnce(Result<Authenticated, Refused>) -> Step<T> + Send + 'static,
) -> Step<T> {
    let by_header = request.authorization.is_some();
    let refused = move |problem| Err(Refused { problem, by_header });
    let presented = match Presented::read(request) {
        Ok(presented) => presented,
        Err(problem) => return then(refused(problem)),
    };
    let Presented { client, proof } = presented;
    let provider = Arc::clone(provider);
    ask_client(FindClient { client }, move |client| {
        let client = match client {
            Err(unavailable) => return then(refused(unavailable.into())),
            Ok(None) => return then(refused(Problem::ClientProof)),
            Ok(Some(client)) => client,
        };
        if !client.methods.contains(&proof.method()) {
            return then(refused(Problem::ClientProof));
        }
        match proof {
            Proof::None => then(Ok(Authenticated(client))),
            Proof::Basic(secret) | Proof::Post(secret) => {
                if client.secrets.iter().any(|known| known.is(&secret)) {
                    then(Ok(Authenticated(client)))
                } else {
                    then(refused(Problem::ClientProof))
                }
            }
            Proof::Assertion(text) => match assertion::check(&text, &client, &provider, now) {
                Err(assertion::Refused) => then(refused(Problem::ClientProof)),
                Ok(question) => take_assertion(question, move |first| match first {
                    Err(unavailable) => then(refused(unavailable.into())),
                    Ok(FirstUse::Again) => then(refused(Problem::ClientProof)),
                    Ok(FirstUse::First) => then(Ok(Authenticated(client))),
                }),
            },
        }
    })
}

impl Proof {
    fn method(&self) -> ClientMethod {
        match self {
            Self::None => ClientMethod::None,
            Self::Basic(_) => ClientMethod::SecretBasic,
            Self::Post(_) => ClientMethod::SecretPost,
            Self::Assertion(_) => ClientMethod::PrivateKeyJwt,
        }
    }
}
