//! Paging through domains.

use super::watched::Watched;
use super::{in_query, named_domain, of_page};
use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::{App, Scope, answer, bearer, routes};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_ldap_types::Dn;
use entryway_lookup::{BrowseKinds, BrowseQuestion, Position, Refused, View};
use entryway_wire::{BrowsedJson, PageJson};
use std::sync::Arc;

/// `GET /api/v1/browse`: a page, or the domains that there are pages of.
pub(crate) async fn browse(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::BROWSE;
    let generation = app.current.current();
    let caller = bearer::authorize(request.headers(), &generation, Scope::Browse).await?;
    let query = Query::read(request.uri().query(), operation)?;
    let lookups = &generation.lookups;
    let Some(domain) = named_domain(&generation, query.text("domain"))? else {
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            let why = "`domain` is missing, expected the domain that is paged through";
            return Err(in_query(Refused::Unusable(why.to_owned()), "domain"));
        }
        return answer::json(&BrowsedJson::of(&lookups.asked.browsed()));
    };
    let question = BrowseQuestion {
        domain: domain.name.to_string(),
        view: view(&query)?,
        kinds: kinds(&query)?,
        position: position(&query)?,
        size: match lookups.rules.page_size {
            Some(most) => query::at_most(&query, "size", most)?,
            None => query.number("size"),
        },
        refresh: query.flag("refresh"),
        deadline: lookups.rules.due(),
    };
    let watched = Watched::begin(&app, operation.id, Some(&*caller))?;
    let told = lookups.asked.page(question).await;
    let (watched, page) = watched.found(told, |refused| of_page(refused, "size"))?;
    watched.answered(!page.gaps.is_empty(), page.rows.len());
    answer::json(&PageJson::of(&page))
}

fn view(query: &Query<'_>) -> Result<View, Refusal> {
    let Some(under) = query.text("under") else {
        return Ok(match query.text("view") {
            Some("tree") => View::Below(None),
            _ => View::Flat,
        });
    };
    if query.text("view") == Some("flat") {
        let why = "`under` goes with `view=tree`, found `view=flat`";
        return Err(in_query(Refused::Unusable(why.to_owned()), "under"));
    }
    match Dn::parse(under) {
        Ok(dn) => Ok(View::Below(Some(dn))),
        Err(_) => Err(in_query(
            Refused::Unusable("`under` is no name of an entry".to_owned()),
            "under",
        )),
    }
}

/// All of them where nothing is said.
fn kinds(query: &Query<'_>) -> Result<BrowseKinds, Refusal> {
    let Some(text) = query.text("kinds") else {
        return Ok(BrowseKinds {
            people: true,
            groups: true,
            containers: true,
        });
    };
    let mut kinds = BrowseKinds {
        people: false,
        groups: false,
        containers: false,
    };
    for kind in text.split(',') {
        match kind {
            "people" => kinds.people = true,
            "groups" => kinds.groups = true,
            "containers" => kinds.containers = true,
            _ => {
                let why =
                    "`kinds` is not a list of `people`, `groups` and `containers` with commas";
                return Err(in_query(Refused::Unusable(why.to_owned()), "kinds"));
            }
        }
    }
    Ok(kinds)
}

fn position(query: &Query<'_>) -> Result<Position, Refusal> {
    match (query.text("cursor"), query.text("seek")) {
        (None, None) => Ok(Position::Start),
        (Some(cursor), None) => Ok(Position::Cursor(cursor.to_owned())),
        (None, Some(text)) => Ok(Position::Seek(text.to_owned())),
        (Some(_), Some(_)) => {
            let why = "`seek` and `cursor` are two places to begin at, expected one";
            Err(in_query(Refused::Unusable(why.to_owned()), "seek"))
        }
    }
}
