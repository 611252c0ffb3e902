//! People and groups by what was typed, and one person by id.

use super::list::List;
use super::watched::Watched;
use super::{in_path, named_domain};
use crate::operation::Operation;
use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::{App, Scope, answer, bearer, routes};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_lookup::{
    Kinds, Mark, Match, PersonQuestion, Rank, Refused, ResolveOutcome, ResolveQuestion, SortKey,
    Wanted, fold, rank,
};
use entryway_wire::{MatchesJson, PersonJson};
use std::sync::Arc;

/// `GET /api/v1/people?q=`.
pub(crate) async fn people(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    by_text(
        &app,
        request,
        &routes::PEOPLE,
        (Kinds::People, Scope::PeopleRead),
    )
    .await
}

/// What a text finds, of these kinds.
pub(super) async fn by_text(
    app: &App,
    request: Request,
    operation: &Operation,
    (kinds, scope): (Kinds, Scope),
) -> Result<Response, Refusal> {
    let (head, _) = request.into_parts();
    let generation = app.current.current();
    let caller = bearer::authorize(&head.headers, &generation, scope).await?;
    let query = Query::read(head.uri.query(), operation)?;
    let rules = &generation.lookups.rules;
    let limit = query::at_most(&query, "limit", rules.most)?.unwrap_or(rules.limit.min(rules.most));
    let domain = named_domain(&generation, query.text("domain"))?;
    let list = List::read(&generation, &query, list_of(&query, operation))?;
    let typed = query.text("q").unwrap_or_default().to_owned();
    let folded = fold(&typed);
    let question = ResolveQuestion {
        queries: vec![typed],
        wanted: Wanted {
            kinds,
            unique: false,
            first: false,
            all_domains: query.flag("all_domains"),
            // Servers send what they like first: pages of one order are cut out of the whole list.
            limit: list.as_ref().map_or(limit, |_| rules.most),
        },
        domains: domain
            .map(|domain| domain.name.to_string())
            .into_iter()
            .collect(),
        deadline: rules.due(),
    };
    let watched = Watched::begin(app, operation.id, Some(&*caller))?;
    let mut results = generation.lookups.asked.resolve(question).await;
    let Some(resolved) = results.pop() else {
        return Err(Refusal::Broken);
    };
    if let ResolveOutcome::BadFormat(why) = &resolved.outcome {
        watched.ended("refused");
        return Err(Refusal::Text { why: why.clone() });
    }
    if let Some(gap) = resolved.silence() {
        watched.ended("unanswered");
        return Err(Refusal::Lookup {
            refused: Refused::Unanswered(gap.clone()),
            at: None,
        });
    }
    let (page, next) = match &list {
        None => (&resolved.matches[..], None),
        Some(list) => {
            let of = |row: &Match| mark(&folded, row);
            let (rows, next) = list.page(&generation, &resolved.matches, limit, of);
            (resolved.matches.get(rows).unwrap_or_default(), next)
        }
    };
    let json = MatchesJson::new(page, next.as_deref(), &resolved.gaps);
    watched.answered(!resolved.gaps.is_empty(), page.len());
    answer::json(&json)
}

/// By what a text's list is known: all that decides what is in it.
fn list_of(query: &Query<'_>, operation: &Operation) -> String {
    let typed = query.text("q").unwrap_or_default();
    let domain = query
        .text("domain")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let every = query.flag("all_domains");
    format!("{}\0{typed}\0{domain}\0{every}", operation.id)
}

/// Where a match stands; `folded` is what was typed.
fn mark(folded: &str, row: &Match) -> Mark {
    let rank = match rank(folded, row) {
        Rank::Exact => 'a',
        Rank::Prefix => 'b',
        Rank::Other => 'c',
    };
    let SortKey { name, id } = SortKey::of(row);
    Mark::new(&format!("{rank}{name}"), &id)
}

/// `GET /api/v1/people/{id}`.
pub(crate) async fn person(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::PERSON;
    let generation = app.current.current();
    let caller = bearer::authorize(request.headers(), &generation, Scope::PeopleRead).await?;
    Query::read(request.uri().query(), operation)?;
    let question = PersonQuestion {
        id: query::id(request.uri().path(), operation)?,
        deadline: generation.lookups.rules.due(),
    };
    let watched = Watched::begin(&app, operation.id, Some(&*caller))?;
    let told = generation.lookups.asked.person(question).await;
    let (watched, person) = watched.found(told, |refused| in_path(refused, "id"))?;
    watched.answered(false, 1);
    answer::json(&PersonJson::of(&person))
}
