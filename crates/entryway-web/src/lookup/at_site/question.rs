//! A question as the site knows it: without the site's name before people, groups and domains.

use crate::operation::{Operation, Within};
use crate::query::{self, Query};
use crate::refusal::Refusal;
use entryway_login::SitePolicy;
use entryway_lookup::{EntryId, Refused};
use entryway_wire::{At, site_cursor};
use url::form_urlencoded::Serializer;

/// What begins a list.
const START: &str = "start";

/// What is asked of a site.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// Path and query below `/api/v1/`.
    pub(super) path: String,
    /// The connector that gave out where the list goes on.
    pub(super) only: Option<String>,
}

impl Question {
    /// Reads a question as it would be asked here, and puts it as the site is asked.
    pub(super) fn read(
        operation: &'static Operation,
        site: &SitePolicy,
        path: &str,
        asked: Option<&str>,
    ) -> Result<Self, Refusal> {
        let asked = Query::read(asked, operation)?;
        let mut only = None;
        let mut pairs = Serializer::new(String::new());
        for (name, value) in asked.pairs() {
            let value = match name {
                "q" | "seek" => typed(site, value),
                "domain" => domain(site, value),
                "person" => {
                    pairs.append_pair(name, &id(site, parsed(value, "query", name)?, name)?);
                    continue;
                }
                "cursor" if value != START => {
                    let (connector, cursor) = site_cursor(value).ok_or(bad_cursor())?;
                    only = Some(connector.to_owned());
                    cursor
                }
                _ => value,
            };
            pairs.append_pair(name, value);
        }
        let pairs = pairs.finish();
        let path = self::path(operation, site, path)?;
        let path = match pairs.is_empty() {
            true => path,
            false => format!("{path}?{pairs}"),
        };
        Ok(Self { path, only })
    }
}

fn bad_cursor() -> Refusal {
    super::super::in_query(
        Refused::Cursor(entryway_lookup::CursorError::Forged),
        "cursor",
    )
}

/// The path below `/api/v1/` with the id as the site knows it.
fn path(operation: &'static Operation, site: &SitePolicy, path: &str) -> Result<String, Refusal> {
    let below = |path: &str| path.strip_prefix("/api/v1/").unwrap_or(path).to_owned();
    let has_id = |name: &str| {
        let mut parameters = operation.parameters.iter();
        parameters.any(|it| it.place == Within::Path && it.name == name)
    };
    if has_id("id") {
        let id = id(site, query::id(path, operation)?, "id")?;
        return Ok(below(&operation.path.replace("{id}", &id)));
    }
    if has_id("name") {
        // What is no text names nothing there either.
        query::variable(path, operation).ok_or(Refusal::Part {
            at: At {
                within: "path",
                name: "name",
            },
            code: "bad_encoding",
            detail: "the name is not percent-encoded UTF-8".to_owned(),
        })?;
    }
    Ok(below(path))
}

fn parsed(text: &str, within: &'static str, name: &'static str) -> Result<EntryId, Refusal> {
    EntryId::parse(text).ok_or_else(|| Refusal::Part {
        at: At { within, name },
        code: "bad_id",
        detail: format!("`{name}` is no id that was given out here"),
    })
}

/// An id of the site's as it knows it. One that was given out for anybody else is nobody's there.
fn id(site: &SitePolicy, id: EntryId, name: &'static str) -> Result<String, Refusal> {
    let nobody = || match name {
        "id" => super::super::in_path(Refused::NotFound, name),
        name => super::super::in_query(Refused::NotFound, name),
    };
    let text = id.to_string();
    let own = text.strip_prefix(&*site.name);
    let own = own.and_then(|rest| rest.strip_prefix(':'));
    let own = own.and_then(EntryId::parse).ok_or_else(nobody)?;
    Ok(own.to_string())
}

/// What was typed, without the site's name before it: `plant-a/jane`, `plant-a\jane`, and the id that begins with it.
pub(super) fn typed<'t>(site: &SitePolicy, text: &'t str) -> &'t str {
    without(site, text, &['/', '\\', ':'])
}

/// A domain's name, without the site's before it.
pub(super) fn domain<'t>(site: &SitePolicy, text: &'t str) -> &'t str {
    without(site, text, &['/'])
}

fn without<'t>(site: &SitePolicy, text: &'t str, between: &[char]) -> &'t str {
    match text.split_at_checked(site.name.len()) {
        Some((name, rest)) if name.eq_ignore_ascii_case(&site.name) => {
            rest.strip_prefix(between).unwrap_or(text)
        }
        _ => text,
    }
}
