//! `GET /api/v1/people/{id}/card`: a business card, as JSON or vCard.

use super::in_path;
use super::negotiate::{CardForm, card_form, is_held};
use super::watched::Watched;
use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::{App, Scope, answer, bearer, routes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use entryway_lookup::{CardQuestion, FieldSet};
use entryway_wire::CardJson;
use http::{HeaderValue, StatusCode, header};
use std::sync::Arc;

/// The media type of a vCard (RFC 6350 §10.1).
pub(crate) const VCARD: &str = "text/vcard; charset=utf-8";

pub(crate) async fn card(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::CARD;
    let generation = app.current.current();
    let caller = bearer::authorize(request.headers(), &generation, Scope::PeopleRead).await?;
    let query = Query::read(request.uri().query(), operation)?;
    let question = CardQuestion {
        id: query::id(request.uri().path(), operation)?,
        set: match query.text("set") {
            Some("public") => FieldSet::Public,
            _ => FieldSet::LoggedIn,
        },
        deadline: generation.lookups.rules.due(),
    };
    let form = card_form(request.headers()).ok_or(Refusal::NotAcceptable)?;
    let watched = Watched::begin(&app, operation.id, Some(&*caller))?;
    let told = generation.lookups.asked.card(question).await;
    let (watched, card) = watched.found(told, |refused| in_path(refused, "id"))?;
    watched.answered(!card.gaps.is_empty(), 1);
    let mut response = match form {
        CardForm::Json => answer::json(&CardJson::of(&card))?,
        CardForm::VCard => {
            let public = generation.lookups.rules.public_url.as_deref();
            let public = public.filter(|_| card.has_photo);
            let photo = public.map(|public| entryway_wire::photo_url(public, &card.id));
            let text = entryway_wire::vcard(&card, photo.as_deref());
            ([(header::CONTENT_TYPE, VCARD)], text).into_response()
        }
    };
    let tag = format!("\"{:016x}-{}\"", card.tag, form.name());
    if is_held(request.headers(), &tag) {
        response = StatusCode::NOT_MODIFIED.into_response();
    }
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}
