//! The userinfo endpoint (OpenID Connect Core §5.3) and the one of groups that no token holds, behind bearer tokens
//! (RFC 6750).

use crate::claims;
use crate::jose::Claims;
use crate::record::Grant;
use crate::secret::read_access;
use crate::step::{ask_access, ask_client, revalidate};
use crate::{
    AccessRecord, Client, ClientRequest, FindAccess, FindClient, Person, Problem, Provider,
    Refused, Revalidate, Scopes, Secret, Step, Timestamp, Welcome, sub,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// What is told, or why not.
pub type Told = Result<Claims, Refused>;

/// Answers the userinfo endpoint. The same for `GET` and `POST`.
pub fn userinfo(provider: Arc<Provider>, request: ClientRequest, now: Timestamp) -> Step<Told> {
    with_token(
        provider,
        &request,
        Scopes::OPENID,
        now,
        |provider, client, scopes, person| {
            claims::userinfo(provider, client, scopes, person).map_err(|_| Problem::ClaimRule)
        },
    )
}

/// Every group of a person, signed (OpenID Connect Core §5.6.2: as a JWT).
pub struct GroupsTold {
    /// The claims, for whoever asks for JSON.
    pub claims: Claims,
    /// The same, signed, as `application/jwt`. Its `typ` says what it is: it passes for no ID token.
    pub jwt: Secret,
}

/// Answers the endpoint that `_claim_sources` names: every group, however many there are.
pub fn groups(
    provider: Arc<Provider>,
    request: ClientRequest,
    now: Timestamp,
) -> Step<Result<GroupsTold, Refused>> {
    with_token(
        provider,
        &request,
        Scopes::GROUPS,
        now,
        move |provider, client, _, person| {
            let groups = person.groups.as_ref().ok_or(Problem::Unavailable)?;
            let groups = provider.groups_for(client, person, groups);
            // A part would pass for the whole.
            if groups.partial {
                return Err(Problem::Unavailable);
            }
            let members = [
                ("iss", json!(provider.issuer.as_str())),
                ("sub", json!(sub(&person.subject))),
                ("aud", json!(client.id.as_str())),
                ("iat", json!(now)),
                ("exp", json!(now.plus(provider.lifetimes.id_token))),
                ("groups", json!(groups.names)),
            ];
            let claims = members
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect();
            let key = provider.key(client.id_token_algorithm);
            let jwt = key.and_then(|key| provider.sign("groups+jwt", &claims, &*key));
            let jwt = Secret::new(jwt.map_err(|_| Problem::Broken)?);
            Ok(GroupsTold { claims, jwt })
        },
    )
}

impl Refused {
    /// `WWW-Authenticate` of an answer to a bearer token (RFC 6750 §3).
    pub fn bearer_challenge(&self, issuer: &str, scope: &str) -> String {
        let realm = format!("Bearer realm=\"{}\"", issuer);
        // §3.1: whoever showed nothing is told no error.
        if self.problem == Problem::NoBearer {
            return realm;
        }
        let (error, description) = (self.problem.code().as_str(), self.problem.description());
        let needed = match self.problem {
            Problem::BearerScope => format!(", scope=\"{scope}\""),
            _ => String::new(),
        };
        format!("{realm}, error=\"{error}\", error_description=\"{description}\"{needed}")
    }
}

fn refuse<T>(problem: Problem) -> Step<Result<T, Refused>> {
    Step::Done(Err(problem.into()))
}

fn with_token<T: 'static>(
    provider: Arc<Provider>,
    request: &ClientRequest,
    scope: &'static str,
    now: Timestamp,
    tell: impl FnOnce(&Provider, &Client, &Scopes, &Person) -> Result<T, Problem> + Send + 'static,
) -> Step<Result<T, Refused>> {
    let access = match bearer(request) {
        Ok(access) => access,
        Err(problem) => return refuse(problem),
    };
    ask_access(FindAccess { access }, move |record| {
        let record = match record {
            Err(unavailable) => return refuse(unavailable.into()),
            Ok(record) => record.filter(|record| now < record.expires),
        };
        let Some(record) = record else {
            return refuse(Problem::Bearer);
        };
        match record.grant.clone() {
            // Of a client itself: there is nobody to tell about.
            None => refuse(Problem::BearerScope),
            Some(_) if !record.scopes.has(scope) => refuse(Problem::BearerScope),
            Some(grant) => with_client(provider, record, grant, tell),
        }
    })
}

fn with_client<T: 'static>(
    provider: Arc<Provider>,
    record: Arc<AccessRecord>,
    grant: Arc<Grant>,
    tell: impl FnOnce(&Provider, &Client, &Scopes, &Person) -> Result<T, Problem> + Send + 'static,
) -> Step<Result<T, Refused>> {
    let client = record.client.clone();
    ask_client(FindClient { client }, move |client| match client {
        Err(unavailable) => refuse(unavailable.into()),
        Ok(None) => refuse(Problem::Bearer),
        Ok(Some(client)) => {
            let question = Revalidate {
                subject: grant.subject.clone(),
                client: client.id.clone(),
                session: grant.session.clone(),
                family: grant.family,
                wants_groups: record.scopes.has(Scopes::GROUPS),
            };
            revalidate(question, move |welcome| match welcome {
                Err(unavailable) => refuse(unavailable.into()),
                Ok(Welcome::Yes(person)) if person.subject == grant.subject => {
                    let told = tell(&provider, &client, &record.scopes, &person);
                    Step::Done(told.map_err(Refused::from))
                }
                Ok(_) => refuse(Problem::Bearer),
            })
        }
    })
}

/// RFC 6750 §2: in the header or in a form's body, and not in both. In a query it would stand in logs.
fn bearer(request: &ClientRequest) -> Result<crate::Fingerprint, Problem> {
    let by_form = request.parameters.one("access_token")?;
    let by_header = request.authorization.as_ref().map(|header| {
        let token = header.expose().split_once(' ');
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        token.map_or("", |(_, token)| token.trim())
    });
    let text = match (by_header, by_form) {
        (Some(_), Some(_)) => return Err(Problem::ManyBearers),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => return Err(Problem::NoBearer),
    };
    read_access(text).ok_or(Problem::Bearer)
}

/// The body of an answer.
pub fn claims_to_json(claims: Claims) -> String {
    Value::Object(claims).to_string()
}
