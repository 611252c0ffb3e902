//! Secrets: from a file, the environment, or a systemd credential; written out, with a warning.

use crate::catalogue::{SECRET_KEYS, unknown_key};
use crate::code::Code;
use crate::context::Context;
use crate::gather::why;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::section::wrong_type;
use crate::tree::{Entry, Node, Table, Value};
use entryway_ldap_types::Password;
use std::path::PathBuf;
use std::sync::Arc;

/// A password or token; a file that holds more is another file.
const LARGEST: usize = 4096;

/// Where systemd puts the credentials of a service.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// Reads the secret behind a setting. Whatever is wrong is reported; no report shows the secret.
pub(crate) fn read(entry: &Entry, cx: &Context<'_>) -> Option<Arc<Password>> {
    let Node { value, place } = &entry.node;
    let bytes = match value {
        Value::String(text) | Value::Bare(text) => {
            // An environment variable is where a secret may be.
            if !cx.texts.is_variable(*place) {
                cx.push(
                    Diagnostic::new(Code::SecretInline, format!("`{}` stands in the configuration itself", entry.key))
                        .at(*place, "whoever reads this file knows it")
                        .hint("put it in a file of its own: `{ file = \"…\" }`, or use `{ env = \"…\" }` or `{ credential = \"…\" }`"),
                );
            }
            text.clone().into_bytes()
        }
        Value::Table(table) => from_table(entry, table, cx)?,
        other => {
            cx.push(wrong_type(
                *place,
                &entry.key,
                other.kind(),
                "a table such as `{ file = \"…\" }`",
            ));
            return None;
        }
    };
    match Password::new(bytes) {
        Ok(password) => Some(Arc::new(password)),
        Err(_) => {
            cx.push(
                Diagnostic::new(Code::SecretUnusable, format!("`{}` is empty", entry.key))
                    .at(*place, "there is nothing in it"),
            );
            None
        }
    }
}

fn from_table(entry: &Entry, table: &Table, cx: &Context<'_>) -> Option<Vec<u8>> {
    for other in table
        .entries
        .iter()
        .filter(|other| !SECRET_KEYS.contains(&other.key.as_str()))
    {
        cx.push(unknown_key(other.key_place, &other.key, &SECRET_KEYS));
    }
    let mut sources = table
        .entries
        .iter()
        .filter(|other| SECRET_KEYS.contains(&other.key.as_str()));
    let Some(source) = sources.next() else {
        // An unknown key has just been reported.
        if table.entries.is_empty() {
            cx.push(
                contradiction(entry, "says not where it is")
                    .at(entry.node.place, "expected `file`, `env` or `credential`"),
            );
        }
        return None;
    };
    if let Some(second) = sources.next() {
        let diagnostic = contradiction(entry, "is said to be in two places");
        cx.push(
            diagnostic
                .at(second.key_place, "and here")
                .also(source.key_place, "here"),
        );
        return None;
    }
    let place = source.node.place;
    let written = match &source.node.value {
        Value::String(text) | Value::Bare(text) => text.as_str(),
        other => {
            cx.push(wrong_type(place, &source.key, other.kind(), "a string"));
            return None;
        }
    };
    match source.key.as_str() {
        "file" => from_file(cx.path(place, written), place, entry, true, cx),
        "env" => from_environment(written, place, entry, cx),
        _ => from_credential(written, place, entry, cx),
    }
}

fn contradiction(entry: &Entry, what: &str) -> Diagnostic {
    Diagnostic::new(Code::SecretSource, format!("`{}` {what}", entry.key))
}

fn unavailable(entry: &Entry, why: &str) -> Diagnostic {
    Diagnostic::new(
        Code::SecretUnavailable,
        format!("cannot read `{}`: {why}", entry.key),
    )
}

fn from_file(
    path: PathBuf,
    place: Place,
    entry: &Entry,
    private: bool,
    cx: &Context<'_>,
) -> Option<Vec<u8>> {
    let content = match cx.sources.files.read(&path, LARGEST) {
        Ok(content) => content,
        Err(error) => {
            cx.push(
                unavailable(entry, &format!("`{}`: {}", path.display(), why(&error))).at(place, ""),
            );
            return None;
        }
    };
    if private && content.mode.is_some_and(|mode| mode & 0o077 != 0) {
        let mode = content.mode.unwrap_or_default();
        cx.push(
            Diagnostic::new(
                Code::SecretExposed,
                format!(
                    "`{}` can be read by others (mode {mode:04o})",
                    path.display()
                ),
            )
            .at(place, "")
            .hint(format!("chmod 600 {}", path.display())),
        );
    }
    cx.depends_on(path);
    Some(without_newline(content.bytes))
}

/// Editors and `echo` end a file with one; a password that ends with two is left its own.
fn without_newline(mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    bytes
}

fn from_environment(name: &str, place: Place, entry: &Entry, cx: &Context<'_>) -> Option<Vec<u8>> {
    let refused = |why: &str| cx.push(unavailable(entry, why).at(place, ""));
    let shown = name.escape_debug();
    let Some(found) = cx.sources.variable(name) else {
        refused(&format!("the environment has no `{shown}`"));
        return None;
    };
    let Some(text) = found.to_str() else {
        refused(&format!("the variable `{shown}` is not UTF-8"));
        return None;
    };
    Some(text.as_bytes().to_vec())
}

fn from_credential(name: &str, place: Place, entry: &Entry, cx: &Context<'_>) -> Option<Vec<u8>> {
    if name.is_empty() || name.contains('/') || name == ".." {
        cx.push(
            unavailable(
                entry,
                &format!("`{}` is not the name of a credential", name.escape_debug()),
            )
            .at(place, ""),
        );
        return None;
    }
    let Some(folder) = cx.sources.variable(CREDENTIALS) else {
        cx.push(
            unavailable(entry, &format!("`{CREDENTIALS}` is not set"))
                .at(place, "")
                .hint(format!(
                    "systemd sets it for a unit with `LoadCredential={name}:/path/to/file`"
                )),
        );
        return None;
    };
    // systemd keeps them away from everybody else, whatever the mode says.
    from_file(PathBuf::from(folder).join(name), place, entry, false, cx)
}
