//! What a connector sent, checked: a status that this question can have, the media type and the shape that go with it, and
//! of its headers those that say how a picture or a card may be kept. Everything is written anew, or is a picture by its
//! bytes; anything else is no answer.

use super::super::card::VCARD;
use super::super::negotiate::CardForm;
use super::super::photo::{SVG, shown};
use super::Seen;
use crate::operation::Content;
use crate::refusal::Refusal;
use crate::sites::SiteProblem;
use crate::{Scope, SiteRefused, SiteReply, answer, query, routes};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use entryway_lookup::{FieldSet, MediaType};
use entryway_wire::{At, SiteAnswer, Whose, initials_svg, vcard};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use std::borrow::Cow;
use std::time::Duration;

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// Bytes of a tag: the site's own have twenty.
const TAG_MOST: usize = 64;
/// However long a site says that a picture may be kept.
const AGE_MOST: u64 = 7 * 24 * 3600;
/// Characters of what a problem says.
const TOLD_MOST: usize = 1024;
/// Letters that stand for somebody.
const LETTERS_MOST: usize = 8;

/// An answer, and what is told of it.
pub(super) struct Answered {
    pub(super) partial: bool,
    pub(super) found: usize,
    pub(super) response: Response,
}

fn invalid(why: &'static str) -> Refusal {
    Refusal::Site(SiteRefused::Invalid(why))
}

/// The answer to a look-up, or why there is none.
pub(super) fn answered(
    seen: &Seen<'_>,
    reply: &SiteReply,
    is_conditional: bool,
) -> Result<Answered, Refusal> {
    let told = match reply.status {
        200 => whole(seen, reply),
        304 if is_conditional => same(seen, reply),
        // It has switched look-ups off a moment ago, or has another configuration since it was asked.
        401 | 403 => Err(Refusal::Site(SiteRefused::NotReady(
            "it takes none at the moment",
        ))),
        502 if reply.body.is_empty() => Err(Refusal::Site(SiteRefused::AnswerTooLong)),
        status if seen.operation.problems.contains(&status) => match problem(seen, reply) {
            Some(problem) => Err(Refusal::OfSite(Box::new(problem))),
            None => Err(invalid("a problem cannot be read")),
        },
        _ => Err(invalid("no answer has such a status")),
    };
    if let Err(Refusal::Site(SiteRefused::Invalid(problem))) = &told {
        let (site, connector) = (&*seen.site.name, &*reply.connector);
        tracing::warn!(target: "lookup.invalid", site, connector, problem);
    }
    told
}

/// How a look-up went that has no answer.
pub(super) fn outcome(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::OfSite(problem) => match problem.status {
            StatusCode::NOT_FOUND => "nothing",
            StatusCode::SERVICE_UNAVAILABLE => "unanswered",
            _ => "refused",
        },
        Refusal::Site(SiteRefused::CursorLost | SiteRefused::TooLong) => "refused",
        _ => "unanswered",
    }
}

fn whole(seen: &Seen<'_>, reply: &SiteReply) -> Result<Answered, Refusal> {
    if seen.operation.id == routes::PHOTO.id {
        return picture(seen, reply);
    }
    if reply.header(header::CONTENT_TYPE) != Some(JSON) {
        return Err(invalid("it is of another media type"));
    }
    let mut told = read(seen, &reply.body).ok_or_else(|| invalid("it has another shape"))?;
    if seen.operation.body.is_some() && !told.answers(seen.queries) {
        return Err(invalid("it has not a result for each text"));
    }
    told.place(Whose {
        site: seen.site,
        connector: &reply.connector,
    });
    if !seen.caller.scopes.allow(Scope::PeopleRead) {
        told.leave_names();
    }
    let response = match seen.form {
        None => answer::written(written(&told)?),
        Some(form) => card(seen, &told, form, tag(reply)?)?,
    };
    Ok(Answered {
        partial: told.is_partial(),
        found: told.found(),
        response,
    })
}

fn written(told: &SiteAnswer) -> Result<Vec<u8>, Refusal> {
    told.to_json().map_err(|_| Refusal::Broken)
}

/// In the shape of the operation, or in one of its shapes.
fn read(seen: &Seen<'_>, body: &[u8]) -> Option<SiteAnswer> {
    let (_, content) = seen
        .operation
        .answers
        .iter()
        .find(|(kind, _)| *kind == JSON)?;
    match content {
        Content::Json(shape) => SiteAnswer::read(shape, body),
        Content::Either(shapes) => shapes
            .iter()
            .find_map(|shape| SiteAnswer::read(shape, body)),
        Content::Text | Content::Bytes => None,
    }
}

fn card(
    seen: &Seen<'_>,
    told: &SiteAnswer,
    form: CardForm,
    tag: &str,
) -> Result<Response, Refusal> {
    let response = match form {
        CardForm::Json => answer::written(written(told)?),
        CardForm::VCard => {
            let card = told.card().ok_or(Refusal::Broken)?;
            let public = seen.public_url.filter(|_| card.has_photo);
            let photo = public.map(|public| {
                let (site, id) = (&seen.site.name, &card.id);
                format!("{public}/api/v1/sites/{site}/people/{id}/photo")
            });
            let text = vcard(&card, photo.as_deref());
            ([(header::CONTENT_TYPE, VCARD)], text).into_response()
        }
    };
    Ok(tagged(response, &format!("\"{tag}{}\"", seen.mark(form))))
}

fn tagged(mut response: Response, tag: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// The client has it.
fn same(seen: &Seen<'_>, reply: &SiteReply) -> Result<Answered, Refusal> {
    let tag = tag(reply)?;
    let response = match seen.form {
        Some(form) => {
            let response = StatusCode::NOT_MODIFIED.into_response();
            tagged(response, &format!("\"{tag}{}\"", seen.mark(form)))
        }
        None => {
            let tag = format!("\"{tag}\"");
            shown(
                seen.headers,
                (MediaType::Png.as_str(), tag, Bytes::new()),
                (FieldSet::LoggedIn, age(reply)),
            )
        }
    };
    let names_another = response.status() != StatusCode::NOT_MODIFIED;
    if names_another || !seen.has(response.headers().get(header::ETAG)) {
        return Err(invalid("the client has not what it says"));
    }
    Ok(Answered {
        partial: false,
        found: 1,
        response,
    })
}

impl Seen<'_> {
    /// Whether the client has said that it has this.
    fn has(&self, tag: Option<&HeaderValue>) -> bool {
        let tag = tag.and_then(|tag| tag.to_str().ok());
        tag.is_some_and(|tag| super::super::negotiate::is_held(self.headers, tag))
    }
}

/// A picture by its bytes; of initials the letters alone.
fn picture(seen: &Seen<'_>, reply: &SiteReply) -> Result<Answered, Refusal> {
    let kind = reply.header(header::CONTENT_TYPE).unwrap_or_default();
    let (kind, bytes) = match (kind, MediaType::of(&reply.body)) {
        (SVG, None) => {
            let letters = letters(&reply.body);
            let letters = letters.ok_or_else(|| invalid("these are no initials"))?;
            let id = query::id(seen.path, seen.operation)?;
            (SVG, Bytes::from(initials_svg(&letters, &id)))
        }
        (kind, Some(media)) if kind == media.as_str() => (media.as_str(), reply.body.clone()),
        _ => return Err(invalid("it is no picture of the type that it says")),
    };
    let tag = format!("\"{}\"", tag(reply)?);
    Ok(Answered {
        partial: false,
        found: 1,
        response: shown(
            seen.headers,
            (kind, tag, bytes),
            (FieldSet::LoggedIn, age(reply)),
        ),
    })
}

/// Whether it can stand between the quotes of a tag (RFC 9110 §8.8.3).
pub(super) fn is_tag(tag: &str) -> bool {
    let plain = |byte: u8| matches!(byte, 0x21 | 0x23..=0x7e);
    (1..=TAG_MOST).contains(&tag.len()) && tag.bytes().all(plain)
}

/// The site's tag, without its quotes.
fn tag(reply: &SiteReply) -> Result<&str, Refusal> {
    let tag = reply.header(header::ETAG).unwrap_or_default();
    let tag = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    tag.filter(|tag| is_tag(tag))
        .ok_or_else(|| invalid("it has no `etag`"))
}

/// How long the site says that it may be kept; not at all where it says nothing that can be read.
fn age(reply: &SiteReply) -> Duration {
    let said = reply.header(header::CACHE_CONTROL).unwrap_or_default();
    let mut parts = said.split(',').map(str::trim);
    let age = parts.find_map(|part| part.strip_prefix("max-age="));
    let age = age.and_then(|age| age.parse::<u64>().ok());
    Duration::from_secs(age.unwrap_or_default().min(AGE_MOST))
}

/// The letters of a picture of initials, as [`initials_svg`] writes them. Nothing else of it is looked at.
fn letters(svg: &[u8]) -> Option<String> {
    let svg = str::from_utf8(svg).ok()?;
    let (_, rest) = svg.split_once("<title>")?;
    let (letters, _) = rest.split_once("</title>")?;
    let mut letters = Cow::Borrowed(letters);
    for (escaped, char) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        // The last, so that what stood for itself still does.
        ("&amp;", "&"),
    ] {
        letters = letters.replace(escaped, char).into();
    }
    let count = letters.chars().count();
    (1..=LETTERS_MOST)
        .contains(&count)
        .then(|| letters.into_owned())
}

/// A problem document, as much of it as is told on.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    detail: String,
    code: String,
    #[serde(default)]
    remedy: String,
    #[serde(default)]
    at: Option<ToldAt>,
}

#[derive(Deserialize)]
struct ToldAt {
    #[serde(rename = "in")]
    within: String,
    name: String,
}

fn problem(seen: &Seen<'_>, reply: &SiteReply) -> Option<SiteProblem> {
    if reply.header(header::CONTENT_TYPE) != Some(PROBLEM) {
        return None;
    }
    let told: Told = serde_json::from_slice(&reply.body).ok()?;
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !(1..=64).contains(&told.code.len()) || !told.code.bytes().all(is_word) {
        return None;
    }
    let short = |text: String| text.chars().take(TOLD_MOST).collect();
    let at = told.at.and_then(|at| {
        let mut parameters = seen.operation.parameters.iter();
        let own = parameters.find(|it| it.name == at.name && it.place.as_str() == at.within);
        own.map(|it| At {
            within: it.place.as_str(),
            name: it.name,
        })
    });
    Some(SiteProblem {
        status: StatusCode::from_u16(reply.status).ok()?,
        code: told.code,
        detail: short(told.detail),
        remedy: short(told.remedy),
        at,
    })
}
