//! Parameters: those of the protocol, with right, wrong and odd values.

use super::support::{CALLBACK, CHALLENGE, SECRET, VERIFIER};
use proptest::prelude::*;

pub(crate) fn text() -> BoxedStrategy<String> {
    let chosen = prop::sample::select(vec![
        "code",
        "app",
        "spa",
        "native",
        "openid",
        "openid profile offline_access",
        "none",
        "login",
        "S256",
        "plain",
        "query",
        "form_post",
        "0",
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "read",
        "x",
        "",
        " ",
        "\0",
        "\u{202e}",
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "https://evil.example/",
        "javascript:alert(1)",
        "http://127.0.0.1:99/cb",
        "http://127.0.0.1:99@evil.example/cb",
        "a.b.c",
        "e30.e30.AA",
        "ewc_",
        "ewr_x",
    ]);
    let known = prop::sample::select(vec![CALLBACK, CHALLENGE, VERIFIER, SECRET]);
    prop_oneof![
        4 => chosen.prop_map(str::to_owned),
        2 => known.prop_map(str::to_owned),
        1 => "\\PC{0,40}",
        1 => known_uri(),
        1 => "[A-Za-z0-9_.-]{40,70}",
    ]
    .boxed()
}

/// Something near a registered redirect URI.
fn known_uri() -> BoxedStrategy<String> {
    (
        prop::sample::select(vec![CALLBACK, "http://127.0.0.1/cb"]),
        0..40usize,
        "[ -~]{0,3}",
    )
        .prop_map(|(uri, at, inserted)| {
            let at = at.min(uri.len());
            format!("{}{inserted}{}", &uri[..at], &uri[at..])
        })
        .boxed()
}

pub(crate) fn name() -> BoxedStrategy<String> {
    let known = prop::sample::select(vec![
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "response_mode",
        "nonce",
        "prompt",
        "max_age",
        "id_token_hint",
        "login_hint",
        "acr_values",
        "code_challenge",
        "code_challenge_method",
        "request",
        "request_uri",
        "registration",
        "grant_type",
        "code",
        "code_verifier",
        "refresh_token",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "token",
        "token_type_hint",
        "access_token",
        "post_logout_redirect_uri",
        "ui_locales",
    ]);
    prop_oneof![20 => known.prop_map(str::to_owned), 1 => "\\PC{0,10}"].boxed()
}

/// Changes to a request: a parameter replaced, left out, or sent again.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Replace(String, String),
    Add(String, String),
    Remove(usize),
}

pub(crate) fn changes(most: usize) -> BoxedStrategy<Vec<Change>> {
    let change = prop_oneof![
        4 => (name(), text()).prop_map(|(name, value)| Change::Replace(name, value)),
        1 => (name(), text()).prop_map(|(name, value)| Change::Add(name, value)),
        1 => (0..10usize).prop_map(Change::Remove),
    ];
    prop::collection::vec(change, 0..most).boxed()
}

pub(crate) fn changed(pairs: &[(&str, &str)], changes: &[Change]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    for change in changes {
        match change.clone() {
            Change::Replace(name, value) => {
                pairs.retain(|(other, _)| *other != name);
                pairs.push((name, value));
            }
            Change::Add(name, value) => pairs.push((name, value)),
            Change::Remove(at) if at < pairs.len() => drop(pairs.remove(at)),
            Change::Remove(_) => {}
        }
    }
    pairs
}
