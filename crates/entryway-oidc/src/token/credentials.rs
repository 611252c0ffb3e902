//! Tokens of a client for itself (RFC 6749 §4.4). There is no person in them, no ID token and no refresh token.

use super::{TokenAnswer, TokenStep, answer, refuse};
use crate::client_proof::Authenticated;
use crate::step::keep_tokens;
use crate::{KeepTokens, Parameters, Problem, Provider, Scopes, Step, Timestamp};
use std::sync::Arc;

pub(super) fn grant(
    provider: Arc<Provider>,
    client: Authenticated,
    sent: &Parameters,
    now: Timestamp,
) -> TokenStep {
    let client = client.client();
    if !client.grants.credentials || client.is_public() {
        return refuse(Problem::GrantNotAllowed);
    }
    let scopes = match sent.only("scope").map(Scopes::parse).transpose() {
        Err(_) => return refuse(Problem::Scope),
        Ok(Some(asked)) if !asked.is_within(&client.own_scopes.or(&client.named_scopes)) => {
            return refuse(Problem::WiderScope);
        }
        Ok(Some(asked)) => asked,
        Ok(None) => client.own_scopes.clone(),
    };
    let (access, record) = answer::access(&provider, &client.id, &scopes, None, now);
    let answer = TokenAnswer {
        access,
        expires_in: provider.lifetimes.access,
        refresh: None,
        id_token: None,
        scopes,
        grant: None,
    };
    let question = KeepTokens {
        access: record,
        family: None,
    };
    keep_tokens(question, move |kept| match kept {
        Err(unavailable) => refuse(unavailable.into()),
        Ok(_) => Step::Done(Ok(answer)),
    })
}
