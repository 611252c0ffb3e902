//! `[[token]]`: who may call the API.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::secret;
use crate::section::{Section, Text};
use crate::settings::{ApiToken, TokenProof, TokenScope};
use entryway_ldap_types::{Fingerprint, Utc};
use sha2::{Digest, Sha256};
use std::time::SystemTime;

const SCOPES: [(&str, TokenScope); 7] = {
    use TokenScope::{Admin, Browse, GroupsRead, Hub, Login, LoginReasons, PeopleRead};
    [
        (Login.as_str(), Login),
        (LoginReasons.as_str(), LoginReasons),
        (PeopleRead.as_str(), PeopleRead),
        (GroupsRead.as_str(), GroupsRead),
        (Browse.as_str(), Browse),
        (Hub.as_str(), Hub),
        (Admin.as_str(), Admin),
    ]
};

pub(super) fn tokens(root: &Section<'_>, cx: &Context<'_>) -> Vec<ApiToken> {
    let mut tokens: Vec<ApiToken> = Vec::new();
    let mut places: Vec<(Text<'_>, Place)> = Vec::new();
    let rows = root.rows("token");
    for row in &rows {
        let enabled = row.boolean("enabled");
        row.text("description");
        let (name, secret, scopes) = (
            row.required_text("name", "this token"),
            proof_of(row, cx),
            scopes(row, cx),
        );
        let expires = expires(row, cx);
        let (Some(name), Some((proof, proof_place))) = (name, secret) else {
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
            // However they are written: whoever shows one shows the other.
            if digest(&known.proof) == digest(&proof) {
                cx.push(twice(
                    "two tokens have the same secret",
                    proof_place,
                    *known_secret,
                ));
            }
        }
        places.push((name, proof_place));
        tokens.push(ApiToken {
            name: name.text.into(),
            proof,
            expires,
            scopes: if enabled { scopes } else { Vec::new() },
        });
    }
    // Switched-off rows took part in the comparison above.
    tokens.retain(|token| !token.scopes.is_empty());
    // Applications of single sign-on bring what they prove themselves with, and a connector is asked through its tunnels.
    let is_asked = ["token", "sso", "connector"];
    if is_asked.iter().all(|table| root.entry(table).is_none()) {
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

/// What a caller's token is known by.
fn digest(proof: &TokenProof) -> [u8; 32] {
    match proof {
        TokenProof::Secret(secret) => Sha256::digest(secret.expose()).into(),
        TokenProof::Digest(digest) => *digest,
    }
}

/// What a caller shows, and where that is written.
fn proof_of(row: &Section<'_>, cx: &Context<'_>) -> Option<(TokenProof, Place)> {
    let digest = digest_of(row, cx);
    match (row.entry("secret"), row.written("digest")) {
        (Some(_), None) => secret_of(row, cx),
        (None, Some(_)) => digest,
        (None, None) => {
            row.missing("secret", "this token");
            None
        }
        (Some(entry), Some(place)) => {
            cx.push(
                Diagnostic::new(Code::SecretSource, "a token has `secret` and `digest`")
                    .at(place, "and here")
                    .also(entry.key_place, "here"),
            );
            None
        }
    }
}

fn secret_of(row: &Section<'_>, cx: &Context<'_>) -> Option<(TokenProof, Place)> {
    let entry = row.entry("secret")?;
    let secret = secret::read(entry, cx)?;
    // RFC 6750 §2.1: anything else cannot stand in the header, so nobody could ever send it.
    let sendable = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
    if secret.expose().iter().all(sendable) {
        return Some((TokenProof::Secret(secret), row.written("secret")?));
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

fn digest_of(row: &Section<'_>, cx: &Context<'_>) -> Option<(TokenProof, Place)> {
    let text = row.text("digest")?;
    match Fingerprint::parse(text.text) {
        Ok(digest) => Some((TokenProof::Digest(*digest.as_bytes()), text.place)),
        Err(error) => {
            cx.push(
                Diagnostic::new(Code::SecretUnusable, "`digest` is no SHA-256")
                    .at(text.place, error.to_string()),
            );
            None
        }
    }
}

/// From when on a token is refused. One that cannot be read is an error, so nothing holds for ever by mistake.
fn expires(row: &Section<'_>, cx: &Context<'_>) -> Option<SystemTime> {
    let text = row.text("expires")?;
    let moment = Utc::parse(text.text).and_then(Utc::to_system_time);
    if moment.is_none() {
        cx.push(
            Diagnostic::new(Code::NotMoment, "`expires` is no day and no moment").at(
                text.place,
                "expected one such as `2027-06-30` or `2027-06-30T12:00:00Z`",
            ),
        );
    }
    if moment.is_some_and(|moment| moment <= SystemTime::now()) {
        cx.push(
            Diagnostic::new(Code::TokenExpired, "this token does not hold any more")
                .at(text.place, "its time is over")
                .hint("`entryway token revoke NAME` takes the row out"),
        );
    }
    moment
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
    read(row, "scopes", &list.items)
}

/// The scopes that stand in a list, each once.
pub(super) fn read(row: &Section<'_>, key: &str, items: &[Text<'_>]) -> Vec<TokenScope> {
    let mut scopes = Vec::new();
    for item in items {
        match row.one_of(*item, key, &SCOPES) {
            Some(scope) if !scopes.contains(&scope) => scopes.push(scope),
            _ => {}
        }
    }
    scopes
}
