//! Introspection (RFC 7662): what a token is worth, for those who are shown one.

use crate::client_proof::authenticate;
use crate::family::Standing;
use crate::jose::Claims;
use crate::record::Grant;
use crate::secret::{read_access, read_refresh};
use crate::session::acr;
use crate::step::{ask_access, ask_client, ask_family};
use crate::{
    AccessRecord, Client, ClientRequest, Family, FindAccess, FindClient, FindFamily, Fingerprint,
    Problem, Provider, Refused, Step, Timestamp, sub,
};
use serde_json::{Value, json};
use std::sync::Arc;

type Described = Result<Claims, Refused>;

/// Answers a request. Only clients that authenticate may ask (§2.1), of their own tokens, or of all if they are
/// resource servers; of every other token they learn that it is not active (§2.2).
pub fn introspect(
    provider: Arc<Provider>,
    request: ClientRequest,
    now: Timestamp,
) -> Step<Described> {
    let sent = request.parameters.clone();
    let ours = Arc::clone(&provider);
    authenticate(&provider, &request, now, move |proof| {
        let client = match proof {
            Err(refused) => return Step::Done(Err(refused)),
            Ok(proof) if proof.client().is_public() => return refuse(Problem::PublicClient),
            Ok(proof) => Arc::clone(proof.client()),
        };
        let text = match sent.one("token") {
            Err(repeated) => return refuse(repeated.into()),
            Ok(None) => return refuse(Problem::NoToken),
            Ok(Some(text)) => text,
        };
        // `token_type_hint` is not needed: a token says what it is.
        if let Some(access) = read_access(text) {
            return ask_access(FindAccess { access }, move |record| match record {
                Err(unavailable) => refuse(unavailable.into()),
                Ok(record) => whose(ours, client, record, now),
            });
        }
        if let Some((family, secret)) = read_refresh(text) {
            return ask_family(FindFamily { family }, move |family| match family {
                Err(unavailable) => refuse(unavailable.into()),
                Ok(family) => Step::Done(Ok(describe_refresh(
                    &ours,
                    &client,
                    family.as_deref(),
                    &secret,
                    now,
                ))),
            });
        }
        Step::Done(Ok(inactive()))
    })
}

/// A token of a client that is no longer registered is worth nothing, as at the userinfo endpoint.
fn whose(
    provider: Arc<Provider>,
    client: Arc<Client>,
    record: Option<Arc<AccessRecord>>,
    now: Timestamp,
) -> Step<Described> {
    let Some(record) = record else {
        return Step::Done(Ok(inactive()));
    };
    let question = FindClient {
        client: record.client.clone(),
    };
    ask_client(question, move |owner| match owner {
        Err(unavailable) => refuse(unavailable.into()),
        Ok(None) => Step::Done(Ok(inactive())),
        Ok(Some(_)) => Step::Done(Ok(describe_access(&provider, &client, &record, now))),
    })
}

fn refuse(problem: Problem) -> Step<Described> {
    Step::Done(Err(problem.into()))
}

/// §2.2: nothing else is told of it.
fn inactive() -> Claims {
    members([("active", json!(false))])
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Claims {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn describe_access(
    provider: &Provider,
    client: &Client,
    record: &AccessRecord,
    now: Timestamp,
) -> Claims {
    let may = record.client == client.id || client.may_introspect;
    if !may || now >= record.expires {
        return inactive();
    }
    let mut claims = members([
        ("active", json!(true)),
        ("scope", json!(record.scopes.to_string())),
        ("client_id", json!(record.client.as_str())),
        ("token_type", json!("Bearer")),
        ("iat", json!(record.issued)),
        ("exp", json!(record.expires)),
        ("iss", json!(provider.issuer.as_str())),
    ]);
    match &record.grant {
        Some(grant) => claims.extend(of_person(grant)),
        None => claims.extend(members([("sub", json!(record.client.as_str()))])),
    }
    claims
}

fn of_person(grant: &Grant) -> Claims {
    members([
        ("sub", json!(sub(&grant.subject))),
        ("auth_time", json!(grant.authenticated_at)),
        ("acr", json!(acr(grant.method))),
    ])
}

/// A refresh token is shown to nobody but us: only its own client learns of it.
fn describe_refresh(
    provider: &Provider,
    client: &Client,
    family: Option<&Family>,
    secret: &Fingerprint,
    now: Timestamp,
) -> Claims {
    let family = family.filter(|family| family.grant.client == client.id);
    let current = family.filter(|family| {
        let grace = std::time::Duration::ZERO;
        family.standing(secret, now, grace) == Standing::Current
    });
    let Some(family) = current else {
        return inactive();
    };
    let mut claims = members([
        ("active", json!(true)),
        ("scope", json!(family.grant.scopes.to_string())),
        ("client_id", json!(client.id.as_str())),
        ("exp", json!(family.expires.min(family.idle_until))),
        ("iss", json!(provider.issuer.as_str())),
    ]);
    claims.extend(of_person(&family.grant));
    claims
}
