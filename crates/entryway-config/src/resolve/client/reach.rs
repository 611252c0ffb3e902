//! How far a client reaches: where answers go, and what it may ask.

use super::not_empty;
use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::token;
use crate::section::{Section, Text};
use crate::settings::TokenScope;
use entryway_oidc::{BackchannelLogout, RedirectUri, ScopeError, Scopes};

/// The URIs of a list; empty where there is none, and `None` when one is wrong.
pub(super) fn uris(client: &Section<'_>, key: &str, cx: &Context<'_>) -> Option<Vec<RedirectUri>> {
    let Some(list) = client.texts(key) else {
        return client.entry(key).is_none().then(Vec::new);
    };
    let uris: Vec<_> = list.items.iter().map(|item| uri(*item, key, cx)).collect();
    uris.into_iter().collect()
}

fn uri(written: Text<'_>, key: &str, cx: &Context<'_>) -> Option<RedirectUri> {
    match RedirectUri::parse(written.text) {
        Ok(uri) => Some(uri),
        Err(error) => {
            cx.push(
                Diagnostic::new(
                    Code::NotRedirect,
                    format!("`{key}` holds what cannot be registered"),
                )
                .at(written.place, error.to_string()),
            );
            None
        }
    }
}

/// Where it is told of the end of sessions, if anywhere.
pub(super) fn backchannel(
    client: &Section<'_>,
    cx: &Context<'_>,
) -> Option<Option<BackchannelLogout>> {
    let session_required = client.boolean("backchannel_logout_session_required");
    let key = "backchannel_logout_uri";
    let Some(written) = client.text(key) else {
        return client.entry(key).is_none().then_some(None);
    };
    let uri = uri(written, key, cx)?;
    Some(Some(BackchannelLogout {
        uri,
        session_required,
    }))
}

/// Scopes, one in each text; the catalogue's default where there is no list.
pub(super) fn scopes(client: &Section<'_>, key: &str, cx: &Context<'_>) -> Option<Scopes> {
    let Some(list) = client.texts(key) else {
        let usual = match key {
            "scopes" => Scopes::parse("openid profile email groups").ok(),
            _ => Some(Scopes::default()),
        };
        return usual.filter(|_| client.entry(key).is_none());
    };
    let mut scopes = Scopes::default();
    let mut whole =
        key != "scopes" || not_empty(&list, key, "this client may ask nothing of people", cx);
    for item in &list.items {
        match one(item.text).map(|one| scopes.or(&one)) {
            Ok(more) if more.iter().count() <= entryway_oidc::MAX_SCOPES => scopes = more,
            Ok(_) => whole = not_scope(*item, ScopeError::TooMany, cx),
            Err(error) => whole = not_scope(*item, error, cx),
        }
    }
    whole.then_some(scopes)
}

/// What it may do at our own API, and the scopes that it asks for that by.
pub(super) fn api(client: &Section<'_>) -> (Vec<TokenScope>, Scopes) {
    let Some(list) = client.texts("api") else {
        return (Vec::new(), Scopes::default());
    };
    let read = token::read(client, "api", &list.items);
    let words: Vec<&str> = read.iter().map(|scope| scope.as_str()).collect();
    // Each is a scope by its form; without any there is no text to read.
    let scopes = Scopes::parse(&words.join(" ")).unwrap_or_default();
    (read, scopes)
}

/// One scope, and where it is written.
pub(super) fn scope(written: Text<'_>, cx: &Context<'_>) -> Option<(Scopes, Place)> {
    match one(written.text) {
        Ok(scope) => Some((scope, written.place)),
        Err(error) => {
            not_scope(written, error, cx);
            None
        }
    }
}

/// A text with one scope: two in it would be one of a strange name to whoever reads it.
fn one(text: &str) -> Result<Scopes, ScopeError> {
    if text.contains(' ') {
        return Err(ScopeError::Malformed);
    }
    Scopes::parse(text)
}

fn not_scope(written: Text<'_>, error: ScopeError, cx: &Context<'_>) -> bool {
    cx.push(
        Diagnostic::new(
            Code::NotScope,
            format!("`{}` is not a scope", written.text.escape_debug()),
        )
        .at(written.place, error.to_string())
        .hint("each scope is a text of its own: `[\"openid\", \"email\"]`"),
    );
    false
}
