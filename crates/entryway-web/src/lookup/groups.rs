//! Groups, their members, and whose they are.

use super::in_path;
use super::list::List;
use super::people::by_text;
use super::watched::Watched;
use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::{App, Scope, answer, bearer, routes};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_lookup::{
    GroupQuestion, GroupsOfQuestion, Kinds, Mark, Member, MembersQuestion, Reach, SortKey,
};
use entryway_wire::{GroupJson, GroupsOfJson, MembersJson};
use std::sync::Arc;

/// `GET /api/v1/groups?q=`.
pub(crate) async fn groups(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    by_text(
        &app,
        request,
        &routes::GROUPS,
        (Kinds::Groups, Scope::GroupsRead),
    )
    .await
}

/// `GET /api/v1/groups/{id}`.
pub(crate) async fn group(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::GROUP;
    let generation = app.current.current();
    let caller = bearer::authorize(request.headers(), &generation, Scope::GroupsRead).await?;
    Query::read(request.uri().query(), operation)?;
    let question = GroupQuestion {
        id: query::id(request.uri().path(), operation)?,
        deadline: generation.lookups.rules.due(),
    };
    let watched = Watched::begin(&app, operation.id, Some(&*caller))?;
    let told = generation.lookups.asked.group(question).await;
    let (watched, group) = watched.found(told, |refused| in_path(refused, "id"))?;
    watched.answered(!group.gaps.is_empty(), 1);
    answer::json(&GroupJson::of(&group))
}

/// `GET /api/v1/groups/{id}/members`.
pub(crate) async fn members(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::MEMBERS;
    let generation = app.current.current();
    let caller = bearer::authorize(request.headers(), &generation, Scope::GroupsRead).await?;
    let reads_people = caller.scopes.allow(Scope::PeopleRead);
    let query = Query::read(request.uri().query(), operation)?;
    let rules = &generation.lookups.rules;
    let group = query::id(request.uri().path(), operation)?;
    let kinds = query.text("kinds").unwrap_or("both");
    let name = format!(
        "{}\0{group}\0{}\0{kinds}",
        operation.id,
        query.text("reach").unwrap_or("effective")
    );
    let list = List::read(&generation, &query, name)?;
    let limit = query::at_most(&query, "limit", rules.most)?.unwrap_or(rules.most);
    let question = MembersQuestion {
        group,
        reach: reach(&query),
        kinds: match kinds {
            "people" => Kinds::People,
            "groups" => Kinds::Groups,
            _ => Kinds::Both,
        },
        // Pages are cut out of the whole list, which is bounded by what the domain says of its groups.
        limit: list.as_ref().map_or(limit, |_| u32::MAX),
        deadline: rules.due(),
    };
    let watched = Watched::begin(&app, operation.id, Some(&*caller))?;
    let told = generation.lookups.asked.members(question).await;
    let (watched, mut members) = watched.found(told, |refused| in_path(refused, "id"))?;
    let next = list.and_then(|list| {
        let (rows, next) = list.page(&generation, &members.members, limit, mark);
        members.members.truncate(rows.end);
        members.members.drain(..rows.start.min(rows.end));
        if !list.begins() {
            // They were told with the first page.
            members.unresolved.clear();
        }
        next
    });
    watched.answered(!members.gaps.is_empty(), members.members.len());
    answer::json(&MembersJson::of(&members, next.as_deref(), reads_people))
}

/// Where a member stands: direct ones first, then by name.
fn mark(member: &Member) -> Mark {
    let SortKey { name, id } = SortKey::of(&member.entry);
    Mark::new(&format!("{:08}{name}", member.path.len()), &id)
}

/// `GET /api/v1/people/{id}/groups`.
pub(crate) async fn groups_of(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::GROUPS_OF;
    let generation = app.current.current();
    let caller = bearer::authorize(request.headers(), &generation, Scope::GroupsRead).await?;
    let reads_people = caller.scopes.allow(Scope::PeopleRead);
    let query = Query::read(request.uri().query(), operation)?;
    let rules = &generation.lookups.rules;
    let question = GroupsOfQuestion {
        entry: query::id(request.uri().path(), operation)?,
        reach: reach(&query),
        limit: query::at_most(&query, "limit", rules.most)?.unwrap_or(rules.most),
        deadline: rules.due(),
    };
    let watched = Watched::begin(&app, operation.id, Some(&*caller))?;
    let told = generation.lookups.asked.groups_of(question).await;
    let (watched, groups) = watched.found(told, |refused| in_path(refused, "id"))?;
    watched.answered(!groups.gaps.is_empty(), groups.groups.len());
    answer::json(&GroupsOfJson::of(&groups, reads_people))
}

fn reach(query: &Query<'_>) -> Reach {
    match query.text("reach") {
        Some("direct") => Reach::Direct,
        _ => Reach::Effective,
    }
}
