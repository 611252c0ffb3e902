//! `POST /api/v1/resolve`: many at once.

use super::watched::Watched;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::{App, Caller, Scope, answer, bearer, body, routes};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_lookup::{
    Gap, Kind, Kinds, Refused, ResolveOutcome, ResolveQuestion, Resolved, Wanted,
};
use entryway_wire::{At, ResolveRequest, ResolvedJson};
use std::sync::Arc;

/// Either of them may ask for something; what each query takes is known when the body is.
pub(crate) const SCOPES: [Scope; 2] = [Scope::PeopleRead, Scope::GroupsRead];

pub(crate) async fn resolve(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::RESOLVE;
    let generation = app.current.current();
    let (head, body) = request.into_parts();
    let caller = bearer::authorize_any(&head.headers, &generation, &SCOPES).await?;
    Query::read(head.uri.query(), operation)?;
    let body = body::read_json(&head.headers, body, &app.limits, app.limits.resolve_bytes).await?;
    let rules = &generation.lookups.rules;
    let asked = ResolveRequest::from_json(&body, rules.most, rules.domains.len())
        .map_err(|error| Refusal::Malformed { error })?;
    drop(body);
    allow(&caller, asked.kinds)?;
    let unknown = asked
        .domains
        .iter()
        .find(|name| rules.domain(name).is_none());
    if let Some(name) = unknown {
        return Err(Refusal::Lookup {
            refused: Refused::UnknownDomain(name.clone()),
            at: Some(At {
                within: "body",
                name: "domains",
            }),
        });
    }
    let question = ResolveQuestion {
        queries: asked.queries,
        wanted: Wanted {
            kinds: asked.kinds,
            unique: asked.unique,
            first: asked.first,
            all_domains: asked.all_domains,
            limit: asked.limit.unwrap_or(rules.limit),
        },
        domains: asked.domains,
        deadline: rules.due(),
    };
    let count = question.queries.len();
    let watched = Watched::begin_many(&app, operation.id, Some(&*caller), count)?;
    let results = generation.lookups.asked.resolve(question).await;
    if let Some(gap) = all_silent(&results) {
        watched.ended("unanswered");
        return Err(Refusal::Lookup {
            refused: Refused::Unanswered(gap),
            at: None,
        });
    }
    let partial = results.iter().any(|result| !result.gaps.is_empty());
    watched.answered(
        partial,
        results.iter().map(|result| result.matches.len()).sum(),
    );
    answer::json(&ResolvedJson::of(&results))
}

/// Whether a caller may ask for these kinds.
pub(super) fn allow(caller: &Caller, kinds: Kinds) -> Result<(), Refusal> {
    for (kind, scope) in [
        (Kind::Person, Scope::PeopleRead),
        (Kind::Group, Scope::GroupsRead),
    ] {
        if kinds.has(kind) {
            bearer::allow(caller, scope)?;
        }
    }
    Ok(())
}

/// Why there is nothing to tell, where none of the domains that were asked has answered anything. Queries that nobody was
/// asked about do not count.
fn all_silent(results: &[Resolved]) -> Option<Gap> {
    let asked = results
        .iter()
        .filter(|result| !matches!(result.outcome, ResolveOutcome::BadFormat(_)));
    let mut why = None;
    for result in asked {
        why = Some(result.silence()?);
    }
    why.cloned()
}
