//! `GET /api/v1/people/{id}/photo`: a picture that a browser shows and does nothing else with.
//!
//! Whoever shows no token learns of nobody who has no photo that they exist: an id that is made of a DN, which can be
//! guessed, is not looked up for them, and somebody without a photo is answered as nobody is. Where there is no answer,
//! they learn neither of which domain nor why.

use super::in_path;
use super::negotiate::is_held;
use super::watched::Watched;
use crate::bearer::{self, Shown};
use crate::query::{self, Query};
use crate::refusal::Refusal;
use crate::{App, Generation, Scope, routes};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use entryway_lookup::{EntryId, FieldSet, IdKey, Photo, PhotoQuestion, Refused};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;
use std::time::Duration;

/// The media type of initials.
pub(crate) const SVG: &str = "image/svg+xml";

/// Opened by itself an SVG is a document: nothing in it runs, loads or sends, whoever put it there.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

pub(crate) async fn photo(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, Refusal> {
    let operation = &routes::PHOTO;
    let generation = app.current.current();
    let path = request.uri().path();
    let (caller, set) = who(request.headers(), &generation, path).await?;
    Query::read(request.uri().query(), operation)?;
    let id = query::id(path, operation)?;
    let domain = generation.lookups.rules.domain(id.domain());
    let age = domain.map_or(Duration::ZERO, |domain| domain.photo_max_age);
    let question = PhotoQuestion {
        id: id.clone(),
        set,
        deadline: generation.lookups.rules.due(),
    };
    let watched = Watched::begin(&app, operation.id, caller.as_deref())?;
    let _turn = match set {
        FieldSet::LoggedIn => None,
        FieldSet::Public => match generation.lookups.strangers.turn(question.deadline).await {
            Some(turn) => Some(turn),
            None => {
                watched.ended("unanswered");
                return Err(Refusal::NoAnswer);
            }
        },
    };
    let told = generation.lookups.asked.photo(question).await;
    let (watched, photo) = watched.found(told, |refused| match (set, refused) {
        (FieldSet::Public, Refused::Unanswered(_)) => Refusal::NoAnswer,
        (_, refused) => in_path(refused, "id"),
    })?;
    let (kind, tag, bytes) = match photo {
        Photo::Picture { media, bytes, tag } => (media.as_str(), tag, Bytes::from_owner(bytes)),
        Photo::Initials { letters, tag } if set == FieldSet::LoggedIn => (
            SVG,
            tag,
            Bytes::from(entryway_wire::initials_svg(&letters, &id)),
        ),
        Photo::Initials { .. } | Photo::None => {
            watched.answered(false, 0);
            return Err(in_path(Refused::NotFound, "id"));
        }
    };
    watched.answered(false, 1);
    let tag = format!("\"{tag:016x}\"");
    Ok(shown(request.headers(), (kind, tag, bytes), (set, age)))
}

/// Browsers that show a page send no token: what anybody may see needs none.
async fn who<'g>(
    headers: &HeaderMap,
    generation: &'g Generation,
    path: &str,
) -> Result<(Option<Shown<'g>>, FieldSet), Refusal> {
    match bearer::authorize(headers, generation, Scope::PeopleRead).await {
        Ok(caller) => Ok((Some(caller), FieldSet::LoggedIn)),
        Err(Refusal::NoToken) => {
            let id: Option<EntryId> = query::id(path, &routes::PHOTO).ok();
            let id = id.filter(|id| matches!(id.key(), Some(IdKey::Identity(_))));
            let domain = id.and_then(|id| generation.lookups.rules.domain(id.domain()));
            if domain.is_some_and(|domain| domain.public_photos) {
                Ok((None, FieldSet::Public))
            } else {
                Err(Refusal::NoToken)
            }
        }
        Err(refusal) => Err(refusal),
    }
}

/// A picture of this type and `etag`, for whom it is and how long it may be kept.
pub(super) fn shown(
    asked: &HeaderMap,
    (kind, tag, bytes): (&'static str, String, Bytes),
    (set, age): (FieldSet, Duration),
) -> Response {
    let held = is_held(asked, &tag);
    let mut response = Response::new(if held {
        Body::empty()
    } else {
        Body::from(bytes)
    });
    if held {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let who = match set {
        FieldSet::Public => "public",
        FieldSet::LoggedIn => "private",
    };
    let cached = format!("{who}, max-age={}", age.as_secs());
    let headers = response.headers_mut();
    for (name, value) in [(header::ETAG, tag), (header::CACHE_CONTROL, cached)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    for (name, value) in [
        (header::VARY, "authorization"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !held {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    response
}
