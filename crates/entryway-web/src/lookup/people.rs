//! People and groups by what was typed, and one person by id.

use super::watched::Watched;
use super::{in_path, in_query, named_domain};
use crate::operation::Operation;
use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::{App, Generation, Scope, answer, bearer, routes};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_lookup::{
    Cursor, Direction, Kinds, Mark, Match, PersonQuestion, Rank, Refused, ResolveOutcome,
    ResolveQuestion, SortKey, Wanted, fold, rank,
};
use entryway_wire::{MatchesJson, PersonJson};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

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
    let list = List::read(&generation, &query, operation)?;
    let typed = query.text("q").unwrap_or_default().to_owned();
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
        Some(list) => list.page(&generation, &resolved.matches, limit),
    };
    let json = MatchesJson::new(page, next.as_deref(), &resolved.gaps);
    watched.answered(!resolved.gaps.is_empty(), page.len());
    answer::json(&json)
}

/// A list that goes on, page by page.
struct List {
    /// All that decides what is in it.
    name: String,
    /// The text by which it is ordered.
    folded: String,
    /// The last row of the page before.
    after: Option<Mark>,
}

impl List {
    /// `cursor=start` begins one; without a cursor there is none.
    fn read(
        generation: &Generation,
        query: &Query<'_>,
        operation: &Operation,
    ) -> Result<Option<Self>, Refusal> {
        let Some(cursor) = query.text("cursor") else {
            return Ok(None);
        };
        let typed = query.text("q").unwrap_or_default();
        let domain = query
            .text("domain")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let every = query.flag("all_domains");
        let name = format!("{}\0{typed}\0{domain}\0{every}", operation.id);
        let after = match cursor {
            "start" => None,
            text => {
                let front = &generation.lookups;
                let keep = front.rules.cursor_age.as_secs();
                let opened = Cursor::open(text, &name, &*front.seal, now(), keep)
                    .map_err(|error| in_query(Refused::Cursor(error), "cursor"))?;
                Some(opened.mark)
            }
        };
        Ok(Some(Self {
            name,
            folded: fold(typed),
            after,
        }))
    }

    /// The next rows, and where it goes on after them.
    fn page<'m>(
        &self,
        generation: &Generation,
        matches: &'m [Match],
        limit: u32,
    ) -> (&'m [Match], Option<String>) {
        let rest = match &self.after {
            None => matches,
            Some(mark) => matches
                .get(self.behind(matches, mark)..)
                .unwrap_or_default(),
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let Some((page, [_, ..])) = rest.split_at_checked(limit) else {
            return (rest, None);
        };
        let next = page.last().map(|last| {
            let cursor = Cursor {
                direction: Direction::Forward,
                mark: self.mark(last),
                made: now(),
            };
            cursor.seal(&self.name, &*generation.lookups.seal)
        });
        (page, next)
    }

    /// How many rows stand before what comes after the mark, whose own row may be gone.
    fn behind(&self, matches: &[Match], mark: &Mark) -> usize {
        let own = matches
            .iter()
            .position(|row| self.mark(row).tie == mark.tie);
        let after = || matches.iter().position(|row| self.mark(row) > *mark);
        own.map(|own| own + 1)
            .or_else(after)
            .unwrap_or(matches.len())
    }

    fn mark(&self, row: &Match) -> Mark {
        let rank = match rank(&self.folded, row) {
            Rank::Exact => 'a',
            Rank::Prefix => 'b',
            Rank::Other => 'c',
        };
        let SortKey { name, id } = SortKey::of(row);
        Mark::new(&format!("{rank}{name}"), &id)
    }
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
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
