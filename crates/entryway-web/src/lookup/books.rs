//! Address books: named views that an application offers its people.

use super::watched::Watched;
use super::{in_query, of_page};
use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::{App, Scope, answer, bearer, routes};
use axum::extract::{Request, State};
use axum::response::Response;
use entryway_lookup::{BookQuestion, EntryId, Refused};
use entryway_wire::{AddressBooksJson, At, BookPageJson};
use std::sync::Arc;

/// `GET /api/v1/address-books`.
pub(crate) async fn address_books(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let generation = app.current.current();
    bearer::authorize(request.headers(), &generation, Scope::PeopleRead).await?;
    Query::read(request.uri().query(), &routes::ADDRESS_BOOKS)?;
    answer::json(&AddressBooksJson::of(&generation.lookups.asked.books()))
}

/// `GET /api/v1/address-books/{name}?q=`.
pub(crate) async fn address_book(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::ADDRESS_BOOK;
    let generation = app.current.current();
    let caller = bearer::authorize(request.headers(), &generation, Scope::PeopleRead).await?;
    let query = Query::read(request.uri().query(), operation)?;
    let name = query::variable(request.uri().path(), operation).ok_or(Refusal::Part {
        at: At {
            within: "path",
            name: "name",
        },
        code: "bad_encoding",
        detail: "the name is not percent-encoded UTF-8".to_owned(),
    })?;
    let question = BookQuestion {
        book: name.into_owned(),
        query: query.text("q").unwrap_or_default().to_owned(),
        own_domain: own_domain(&query)?,
        limit: query.number("limit"),
        cursor: query.text("cursor").map(str::to_owned),
        deadline: generation.lookups.rules.due(),
    };
    let watched = Watched::begin(&app, operation.id, Some(&*caller))?;
    let told = generation.lookups.asked.search_book(question).await;
    let (watched, page) = watched.found(told, |refused| of_page(refused, "q"))?;
    watched.answered(!page.gaps.is_empty(), page.entries.len());
    answer::json(&BookPageJson::of(&page))
}

/// The domain of the person for whom the application asks. The application says who that is: it has a session of theirs,
/// and with its scope it could ask for anybody.
fn own_domain(query: &Query<'_>) -> Result<Option<String>, Refusal> {
    let Some(person) = query.text("person") else {
        return Ok(None);
    };
    match EntryId::parse(person) {
        Some(id) => Ok(Some(id.domain().to_owned())),
        None => Err(in_query(
            Refused::Unusable("`person` is no id that was given out here".to_owned()),
            "person",
        )),
    }
}
