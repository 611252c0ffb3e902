//! A field of a card or of an address book: a name of one's own, and where it comes from.

use crate::catalogue::{FIELD_KEYS, unknown_key};
use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::resolve::rules::expression;
use crate::resolve::rules::mention::{self, Sites};
use crate::resolve::text;
use crate::section::{Section, Text, as_text, wrong_type};
use crate::tree::{Entry, Node, Value};
use entryway_ldap_types::AttributeName;
use entryway_login::Template;
use entryway_lookup::{FieldFrom, FieldPolicy};
use std::sync::Arc;

const EXPECTED: &str = "an attribute name, or a table with `from` or `template`";

/// The fields of a table, in the order in which they are written; `None` when one is wrong.
pub(super) fn fields(
    table: &Section<'_>,
    read: &[Read<'_>],
    cx: &Context<'_>,
) -> Option<Vec<FieldPolicy>> {
    let fields: Vec<_> = table
        .entries()
        .iter()
        .map(|entry| field(entry, read, cx))
        .collect();
    fields.into_iter().collect()
}

pub(super) fn of(name: &str, from: FieldFrom) -> FieldPolicy {
    FieldPolicy {
        name: name.into(),
        from,
    }
}

/// A field that comes from one attribute.
pub(super) fn plain(name: &str, from: &AttributeName) -> FieldPolicy {
    joined(name, vec![from.clone()], ", ")
}

pub(super) fn joined(name: &str, names: Vec<AttributeName>, separator: &str) -> FieldPolicy {
    let separator = separator.into();
    of(name, FieldFrom::Attributes { names, separator })
}

fn field(entry: &Entry, read: &[Read<'_>], cx: &Context<'_>) -> Option<FieldPolicy> {
    // It becomes a key of JSON and a label on a page.
    if entry.key.trim().is_empty() || entry.key.chars().any(char::is_control) {
        cx.push(
            Diagnostic::new(
                Code::BadName,
                format!(
                    "`{}` cannot be the name of a field",
                    entry.key.escape_debug()
                ),
            )
            .at(entry.key_place, "it is empty, or holds a control character"),
        );
        return None;
    }
    let from = match &entry.node.value {
        Value::String(_) | Value::Bare(_) => FieldFrom::Attributes {
            names: vec![attribute(&entry.node, &entry.key, cx)?],
            separator: " ".into(),
        },
        Value::Table(table) => {
            for other in &table.entries {
                if !FIELD_KEYS.contains(&other.key.as_str()) {
                    cx.push(unknown_key(other.key_place, &other.key, &FIELD_KEYS));
                }
            }
            match (table.get("from"), table.get("template")) {
                (Some(from), None) => copied(from, table.get("separator"), cx)?,
                (None, Some(template)) => {
                    let written = as_text(&template.node).or_else(|| wrong(template, cx))?;
                    FieldFrom::Template(of_entry(written, read, cx)?)
                }
                _ => {
                    cx.push(
                        Diagnostic::new(
                            Code::Missing,
                            format!("the field `{}` has no one source", entry.key.escape_debug()),
                        )
                        .at(entry.node.place, "expected `from` or `template`"),
                    );
                    return None;
                }
            }
        }
        other => {
            cx.push(wrong_type(
                entry.node.place,
                &entry.key,
                other.kind(),
                EXPECTED,
            ));
            return None;
        }
    };
    Some(FieldPolicy {
        name: entry.key.as_str().into(),
        from,
    })
}

/// A template of an entry alone: nobody has logged in who would have groups, or a home.
fn of_entry(written: Text<'_>, read: &[Read<'_>], cx: &Context<'_>) -> Option<Arc<dyn Template>> {
    let mut told = Vec::new();
    let template = expression::template(written, "template", &mut told, cx)?;
    mention::of_entry(&told, cx).then(|| {
        mention::check(&told, None, read, &Sites::default(), cx);
        template
    })
}

fn copied(from: &Entry, separator: Option<&Entry>, cx: &Context<'_>) -> Option<FieldFrom> {
    let names = match &from.node.value {
        Value::Array(nodes) if !nodes.is_empty() => {
            let read: Vec<_> = nodes
                .iter()
                .map(|node| attribute(node, "from", cx))
                .collect();
            read.into_iter().collect::<Option<Vec<_>>>()?
        }
        _ => vec![attribute(&from.node, "from", cx)?],
    };
    let separator = match separator {
        None => " ",
        Some(entry) => as_text(&entry.node).or_else(|| wrong(entry, cx))?.text,
    };
    Some(FieldFrom::Attributes {
        names,
        separator: separator.into(),
    })
}

fn attribute(node: &Node, key: &str, cx: &Context<'_>) -> Option<AttributeName> {
    match as_text(node) {
        Some(written) => text::attribute(written, key, cx),
        None => {
            cx.push(wrong_type(
                node.place,
                key,
                node.value.kind(),
                "an attribute name",
            ));
            None
        }
    }
}

fn wrong<'e>(entry: &'e Entry, cx: &Context<'_>) -> Option<Text<'e>> {
    cx.push(wrong_type(
        entry.node.place,
        &entry.key,
        entry.node.value.kind(),
        "a string",
    ));
    None
}
