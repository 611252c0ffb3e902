//! `[[token]]`: who may call the API.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::secret;
use crate::section::{Section, Text};
use crate::settings::{ApiToken, TokenScope};
use entryway_ldap_types::Password;
use std::sync::Arc;

const SCOPES: [(&str, TokenScope); 6] = [
    ("login", TokenScope::Login),
    ("login.reasons", TokenScope::LoginReasons),
    ("people.read", TokenScope::PeopleRead),
    ("groups.read", TokenScope::GroupsRead),
    ("browse", TokenScope::Browse),
    ("admin", TokenScope::Admin),
];

pub(super) fn tokens(root: &Section<'_>, cx: &Context<'_>) -> Vec<ApiToken> {
    let mut tokens: Vec<ApiToken> = Vec::new();
    let mut places: Vec<(Text<'_>, Place)> = Vec::new();
    let rows = root.rows("token");
    for row in &rows {
        let enabled = row.boolean("enabled");
        row.text("description");
        let (name, secret, scopes) = (
            row.required_text("name", "this token"),
            secret_of(row, cx),
            scopes(row, cx),
        );
        let (Some(name), Some(secret)) = (name, secret) else {
            continue;
        };
        let Some(secret_place) = row.written("secret") else {
            continue;
        };
        for (known, (known_name, known_secret)) in tokens.iter().zip(&places) {
            if known_name.text == name.text {
                cx.push(twice(
                    &format!("two tokens are called `{}`", name.text.escape_debug()),
                    name.place,
                    known_name.place,
                ));
            }
            // Both sides are ours: nobody outside can time this comparison.
            if known.secret.expose() == secret.expose() {
                cx.push(twice(
                    "two tokens have the same secret",
                    secret_place,
                    *known_secret,
                ));
            }
        }
        places.push((name, secret_place));
        tokens.push(ApiToken {
            name: name.text.into(),
            secret,
            scopes: if enabled { scopes } else { Vec::new() },
        });
    }
    // Switched-off rows took part in the comparison above.
    tokens.retain(|token| !token.scopes.is_empty());
    if root.entry("token").is_none() {
        cx.push(
            Diagnostic::new(
                Code::NoToken,
                "there is no `[[token]]`: nobody may call the API",
            )
            .hint("add a `[[token]]` with `name` and `secret` before `entryway serve`"),
        );
    }
    tokens
}

fn twice(message: &str, second: Place, first: Place) -> Diagnostic {
    Diagnostic::new(Code::TokenTwice, message)
        .at(second, "here again")
        .also(first, "first here")
}

fn secret_of(row: &Section<'_>, cx: &Context<'_>) -> Option<Arc<Password>> {
    let Some(entry) = row.entry("secret") else {
        row.missing("secret", "this token");
        return None;
    };
    let secret = secret::read(entry, cx)?;
    // RFC 6750 §2.1: anything else cannot stand in the header, so nobody could ever send it.
    let sendable = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
    if secret.expose().iter().all(sendable) {
        return Some(secret);
    }
    cx.push(
        Diagnostic::new(
            Code::SecretUnusable,
            "this token cannot be sent as a bearer token",
        )
        .at(entry.node.place, "expected letters, digits and `-._~+/=`"),
    );
    None
}

fn scopes(row: &Section<'_>, cx: &Context<'_>) -> Vec<TokenScope> {
    let Some(list) = row.texts("scopes") else {
        return vec![TokenScope::Login];
    };
    if list.items.is_empty() {
        cx.push(
            Diagnostic::new(Code::Empty, "`scopes` is empty")
                .at(list.place, "this token may do nothing"),
        );
    }
    let mut scopes = Vec::new();
    for item in list.items {
        match row.one_of(item, "scopes", &SCOPES) {
            Some(scope) if !scopes.contains(&scope) => scopes.push(scope),
            _ => {}
        }
    }
    scopes
}
