//! What a client is told beside the usual: claims by expressions, and which groups.

use crate::catalogue::{CLAIM_KEYS, unknown_key};
use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::client::reach;
use crate::resolve::domain::Read;
use crate::resolve::rules::expression;
use crate::resolve::rules::mention::{self, Sites};
use crate::section::{Section, Text, as_text, wrong_type};
use crate::settings::ClaimSetting;
use crate::tree::{Entry, Value};
use entryway_oidc::{Scopes, is_reserved_claim};
use std::sync::Arc;

/// Longest name of a claim, in bytes.
const LONGEST_NAME: usize = 128;

/// The claims of a client, each with the place of its scope.
pub(super) struct Claims(Vec<(ClaimSetting, Option<(Scopes, Place)>)>);

impl Claims {
    /// The client's scopes, with those of its claims where none are written.
    pub(super) fn open(&self, client: &Section<'_>, scopes: Scopes, cx: &Context<'_>) -> Scopes {
        let bound = self.0.iter().filter_map(|(_, scope)| scope.as_ref());
        let Some(written) = client.written("scopes") else {
            return bound.fold(scopes, |scopes, (scope, _)| scopes.or(scope));
        };
        for (scope, place) in bound {
            if !scope.is_within(&scopes) {
                cx.push(
                    Diagnostic::new(Code::NoEffect, "this claim is never told")
                        .at(*place, format!("the client may not ask for `{scope}`"))
                        .also(written, "it is not here"),
                );
            }
        }
        scopes
    }
    pub(super) fn into_settings(self) -> Vec<ClaimSetting> {
        self.0.into_iter().map(|(claim, _)| claim).collect()
    }
}

/// `None` when one of them is wrong.
pub(super) fn claims(
    client: &Section<'_>,
    read: &[Read<'_>],
    sites: &Sites<'_>,
    cx: &Context<'_>,
) -> Option<Claims> {
    let claims: Vec<_> = client
        .section("claims")
        .entries()
        .iter()
        .map(|entry| claim(entry, read, sites, cx))
        .collect();
    claims.into_iter().collect::<Option<_>>().map(Claims)
}

fn claim(
    entry: &Entry,
    read: &[Read<'_>],
    sites: &Sites<'_>,
    cx: &Context<'_>,
) -> Option<(ClaimSetting, Option<(Scopes, Place)>)> {
    let named = usable(entry, cx);
    let (written, scope) = match &entry.node.value {
        Value::String(_) | Value::Bare(_) => (as_text(&entry.node), None),
        Value::Table(table) => {
            for other in &table.entries {
                if !CLAIM_KEYS.contains(&other.key.as_str()) {
                    cx.push(unknown_key(other.key_place, &other.key, &CLAIM_KEYS));
                }
            }
            let Some(value) = table.get("value") else {
                cx.push(
                    Diagnostic::new(
                        Code::Missing,
                        format!("the claim `{}` has no `value`", entry.key.escape_debug()),
                    )
                    .at(entry.node.place, "expected `value`, an expression"),
                );
                return None;
            };
            let scope = match table.get("scope") {
                None => None,
                Some(scope) => Some(reach::scope(text(scope, cx)?, cx)?),
            };
            (text(value, cx), scope)
        }
        other => {
            let expected = "an expression, or a table with `value`";
            let kind = other.kind();
            cx.push(wrong_type(entry.node.place, &entry.key, kind, expected));
            return None;
        }
    };
    let (value, told) = expression::value(written?, &entry.key, cx)?;
    if !mention::of_person(&told, cx) {
        return None;
    }
    mention::check(&told, None, read, sites, cx);
    named.then(|| {
        let claim = ClaimSetting {
            name: entry.key.as_str().into(),
            scope: scope.as_ref().map(|(scope, _)| scope.to_string().into()),
            value: Arc::new(value),
        };
        (claim, scope)
    })
}

fn text<'e>(entry: &'e Entry, cx: &Context<'_>) -> Option<Text<'e>> {
    let text = as_text(&entry.node);
    if text.is_none() {
        let found = entry.node.value.kind();
        cx.push(wrong_type(entry.node.place, &entry.key, found, "a string"));
    }
    text
}

/// Whether a rule may make a claim of that name.
fn usable(entry: &Entry, cx: &Context<'_>) -> bool {
    let name = &entry.key;
    let why = if is_reserved_claim(name) {
        "the protocol says what it means"
    } else if name.is_empty() || name.chars().any(char::is_control) {
        "it is empty, or holds a control character"
    } else if name.len() > LONGEST_NAME {
        "it is longer than 128 bytes"
    } else {
        return true;
    };
    let shown: String = name.chars().take(64).collect();
    cx.push(
        Diagnostic::new(
            Code::NotClaim,
            format!("no rule makes a claim called `{}`", shown.escape_debug()),
        )
        .at(entry.key_place, why),
    );
    false
}
