//! How a client proves who it is: secrets, keys, and which of them count.

use super::not_empty;
use crate::code::Code;
use crate::context::Context;
use crate::gather::why;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::keystore;
use crate::secret;
use crate::section::Section;
use entryway_oidc::{ClientKey, ClientMethod, Fingerprint, read_client_keys};

/// Keys under which secrets stand, and what is kept of them.
pub(super) const SECRETS: [&str; 4] = ["secret", "digest", "old_secret", "old_digest"];

/// Largest file of keys, in bytes.
const LARGEST_KEYS: usize = 64 * 1024;

/// Shortest secret that is not warned of: 128 bits (RFC 6749 §10.10) in base64.
const SHORTEST: usize = 22;

const METHODS: [(&str, ClientMethod); 4] = [
    ("client_secret_basic", ClientMethod::SecretBasic),
    ("client_secret_post", ClientMethod::SecretPost),
    ("private_key_jwt", ClientMethod::PrivateKeyJwt),
    ("none", ClientMethod::None),
];

/// What it shows, and how.
pub(super) struct Proof {
    pub(super) methods: Vec<ClientMethod>,
    pub(super) secrets: Vec<(Fingerprint, Place)>,
    pub(super) keys: Vec<ClientKey>,
}

/// `None` when a part of it is wrong.
pub(super) fn proof(client: &Section<'_>, native: bool, cx: &Context<'_>) -> Option<Proof> {
    let current = one_secret(client, "secret", "digest", cx);
    let old = one_secret(client, "old_secret", "old_digest", cx);
    let keys = keys(client, cx);
    let written = methods(client, cx);
    let (current, old, keys, written) = (current?, old?, keys?, written?);
    if let (None, Some(_)) = (&current, &old) {
        client.missing("secret", "this client");
        return None;
    }
    let mut usual = Vec::new();
    if current.is_some() {
        usual.extend([ClientMethod::SecretBasic, ClientMethod::SecretPost]);
    }
    if !keys.is_empty() {
        usual.push(ClientMethod::PrivateKeyJwt);
    }
    if usual.is_empty() && native {
        usual.push(ClientMethod::None);
    }
    let methods = written.unwrap_or(usual);
    let sends_secret = |method: &ClientMethod| {
        matches!(method, ClientMethod::SecretBasic | ClientMethod::SecretPost)
    };
    // A secret that was forgotten makes no client that anybody may be.
    if current.is_none() && (methods.is_empty() || methods.iter().any(sends_secret)) {
        cx.push(
            Diagnostic::new(Code::Missing, "this client has no `secret`")
                .at(
                    client.written("authentication").unwrap_or(client.place),
                    "there is nothing that it could prove itself with",
                )
                .hint("`secret = { file = \"…\" }`; for an application that cannot keep one, `authentication = [\"none\"]`"),
        );
        return None;
    }
    Some(Proof {
        methods,
        secrets: current.into_iter().chain(old).collect(),
        keys,
    })
}

/// A secret by itself or by its SHA-256. The outer `None` when it is wrong.
fn one_secret(
    client: &Section<'_>,
    key: &str,
    digest_key: &str,
    cx: &Context<'_>,
) -> Option<Option<(Fingerprint, Place)>> {
    let digest = client.text(digest_key);
    match (client.entry(key), client.entry(digest_key)) {
        (None, None) => Some(None),
        (Some(entry), Some(other)) => {
            cx.push(
                Diagnostic::new(
                    Code::SecretSource,
                    format!("a client has `{key}` and `{digest_key}`"),
                )
                .at(other.key_place, "and here")
                .also(entry.key_place, "here"),
            );
            None
        }
        (Some(entry), None) => {
            let secret = secret::read(entry, cx)?;
            let place = entry.node.place;
            // RFC 6749, appendix A.2: nobody could send anything else.
            if !secret
                .expose()
                .iter()
                .all(|byte| (0x20..=0x7e).contains(byte))
            {
                cx.push(
                    Diagnostic::new(
                        Code::SecretUnusable,
                        format!("`{key}` cannot be sent as a `client_secret`"),
                    )
                    .at(place, "expected printable ASCII"),
                );
                return None;
            }
            if secret.expose().len() < SHORTEST {
                cx.push(
                    Diagnostic::new(
                        Code::SecretGuessable,
                        format!("`{key}` has fewer than {SHORTEST} characters"),
                    )
                    .at(place, "")
                    .hint("`openssl rand -hex 32` makes one that nobody guesses"),
                );
            }
            Some(Some((Fingerprint::of(secret.expose()), place)))
        }
        (None, Some(_)) => {
            let digest = digest?;
            match entryway_ldap_types::Fingerprint::parse(digest.text) {
                Ok(read) => Some(Some((Fingerprint(*read.as_bytes()), digest.place))),
                Err(error) => {
                    cx.push(
                        Diagnostic::new(
                            Code::SecretUnusable,
                            format!("`{digest_key}` is no SHA-256"),
                        )
                        .at(digest.place, error.to_string()),
                    );
                    None
                }
            }
        }
    }
}

/// The keys of its file; none where there is no file.
fn keys(client: &Section<'_>, cx: &Context<'_>) -> Option<Vec<ClientKey>> {
    let Some(written) = client.text("keys") else {
        return client.entry("keys").is_none().then(Vec::new);
    };
    let path = cx.path(written.place, written.text);
    let refused = |what: String| {
        cx.push(
            Diagnostic::new(
                Code::ClientKeys,
                format!("`{}` gives no keys", path.display()),
            )
            .at(written.place, what),
        );
        None
    };
    let content = match cx.sources.files.read(&path, LARGEST_KEYS) {
        Ok(content) => content,
        Err(error) => return refused(why(&error)),
    };
    cx.depends_on(path.clone());
    keystore::writable(
        &path,
        content.mode,
        written.place,
        "whoever writes it can be this client",
        cx,
    );
    let Ok(text) = String::from_utf8(content.bytes) else {
        return refused("it is not UTF-8".to_owned());
    };
    match read_client_keys(&text) {
        Ok(keys) if keys.is_empty() => {
            refused("it holds no key for signatures by ES256, RS256 or EdDSA".to_owned())
        }
        Ok(keys) => Some(keys),
        Err(error) => refused(error.to_string()),
    }
}

/// What is written of `authentication`. The outer `None` when it is wrong.
fn methods(client: &Section<'_>, cx: &Context<'_>) -> Option<Option<Vec<ClientMethod>>> {
    let key = "authentication";
    let Some(list) = client.texts(key) else {
        return client.entry(key).is_none().then_some(None);
    };
    let mut whole = not_empty(&list, key, "an application without a secret has `none`", cx);
    let mut methods = Vec::new();
    for item in list.items {
        match client.one_of(item, key, &METHODS) {
            Some(method) if !methods.contains(&method) => methods.push(method),
            Some(_) => {}
            None => whole = false,
        }
    }
    whole.then_some(Some(methods))
}
