//! Files with certificates and keys: whether they give what they are named for. What they are, their content
//! says; the password belongs to the file and is never inherited apart from it.

use crate::catalogue::{IDENTITY_KEYS, STORE_KEYS, unknown_key};
use crate::code::Code;
use crate::context::Context;
use crate::gather::why;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::secret;
use crate::section::{Section, wrong_type};
use crate::settings::{IdentitySource, StoreFile, TrustSource};
use crate::tree::{Entry, Node, Table, Value};
use entryway_keystore::{Form, Half, Identity, KeystoreError};
use std::path::Path;
use zeroize::Zeroizing;

/// Far above any bundle in use.
const LARGEST: usize = 16 << 20;

/// A file as it is written.
struct Written<'a> {
    text: &'a str,
    place: Place,
    password: Option<&'a Entry>,
}

/// `None` when nothing is written; an empty list is refused, for it would trust nobody.
pub(super) fn trust(tls: &Section<'_>, cx: &Context<'_>) -> Option<Vec<TrustSource>> {
    let entry = tls.entry("trust")?;
    let Value::Array(items) = &entry.node.value else {
        cx.push(wrong_type(
            entry.node.place,
            "trust",
            entry.node.value.kind(),
            "an array of files",
        ));
        return None;
    };
    if items.is_empty() {
        cx.push(
            Diagnostic::new(Code::Empty, "`trust` is empty")
                .at(entry.node.place, "no server would be trusted")
                .hint("write `trust = [\"system\"]`, or name a file with the directory's CA certificate"),
        );
    }
    let mut sources = Vec::new();
    for item in items {
        let source = match &item.value {
            Value::String(text) | Value::Bare(text) if text == "system" => {
                Some(TrustSource::System)
            }
            _ => written(item, &STORE_KEYS, "trust", cx)
                .and_then(|written| trusted(&written, cx))
                .map(TrustSource::File),
        };
        if let Some(source) = source
            && !sources.contains(&source)
        {
            sources.push(source);
        }
    }
    Some(sources)
}

fn trusted(written: &Written<'_>, cx: &Context<'_>) -> Option<StoreFile> {
    let file = file(written, cx)?;
    let Some((bytes, mode)) = read(&file, written, Code::TrustFile, cx) else {
        return cx.bears().then_some(file);
    };
    writable(
        &file.path,
        mode,
        written.place,
        "whoever writes it says whom to believe",
        cx,
    );
    match entryway_keystore::trust(&bytes, exposed(&file)) {
        Ok(found) => {
            if let (Form::Pem | Form::Der, Some(password)) = (found.form, written.password) {
                cx.push(
                    Diagnostic::new(Code::NoEffect, "this `password` has no effect")
                        .at(password.node.place, format!("the file is {}", found.form)),
                );
            }
            Some(file)
        }
        Err(error) => {
            refused("trust", Code::TrustFile, &file, written, &error, cx);
            cx.bears().then_some(file)
        }
    }
}

/// Warns of a file that decides whom to believe and that others can write.
pub(super) fn writable(
    path: &Path,
    mode: Option<u32>,
    place: Place,
    label: &'static str,
    cx: &Context<'_>,
) {
    if let Some(mode) = mode.filter(|mode| mode & 0o022 != 0) {
        let path = path.display();
        cx.push(
            Diagnostic::new(
                Code::TrustWritable,
                format!("`{path}` can be written by others (mode {mode:04o})"),
            )
            .at(place, label)
            .hint(format!("chmod go-w {path}")),
        );
    }
}

/// What a certificate with its key is for.
pub(super) struct Purpose {
    /// The key that it is written under.
    key: &'static str,
    /// What one is that cannot be used.
    code: Code,
}

/// Who Entryway is to a directory.
const CLIENT: Purpose = Purpose {
    key: "identity",
    code: Code::IdentityFile,
};
/// Who it is to those who connect to it.
pub(super) const LISTENER: Purpose = Purpose {
    key: "tls",
    code: Code::ListenerCertificate,
};

/// A certificate with its key, which could be read and fitted.
pub(super) struct FoundIdentity {
    pub(super) source: IdentitySource,
    pub(super) identity: Identity,
    /// Where the file with the certificate is named.
    pub(super) place: Place,
}

/// `None` when nothing is written, or what is written gives none.
pub(super) fn identity(tls: &Section<'_>, cx: &Context<'_>) -> Option<IdentitySource> {
    identity_for(&CLIENT, tls, cx).map(|found| found.source)
}

/// The same for whatever purpose, with what was found.
pub(super) fn identity_for(
    purpose: &Purpose,
    section: &Section<'_>,
    cx: &Context<'_>,
) -> Option<FoundIdentity> {
    let (found, identity) = named_for(purpose, section, cx)?;
    Some(FoundIdentity {
        source: found.source,
        identity: identity?,
        place: found.place,
    })
}

/// Where one is, though it cannot be read now if the reader bears that.
pub(super) fn source_for(
    purpose: &Purpose,
    section: &Section<'_>,
    cx: &Context<'_>,
) -> Option<IdentitySource> {
    let (named, _) = named_for(purpose, section, cx)?;
    Some(named.source)
}

/// A certificate with its key, as it is written.
struct Named {
    source: IdentitySource,
    place: Place,
}

/// With the identity, but where it cannot be read and the reader bears that.
type Found = Option<(Named, Option<Identity>)>;

fn named_for(purpose: &Purpose, section: &Section<'_>, cx: &Context<'_>) -> Found {
    let entry = section.entry(purpose.key)?;
    let table = match &entry.node.value {
        Value::Table(table) => Some(table),
        _ => None,
    };
    let get = |key| table.and_then(|table| table.get(key));
    match (get("certificate"), get("key")) {
        (None, None) => store(purpose, entry, table, cx),
        (Some(certificate), Some(key)) => {
            if let Some(other) = ["store", "alias"].into_iter().find_map(get) {
                cx.push(
                    Diagnostic::new(
                        purpose.code,
                        format!("a certificate with a key beside it has no `{}`", other.key),
                    )
                    .at(other.key_place, ""),
                );
                return None;
            }
            check_keys(table, &IDENTITY_KEYS, cx);
            pair(purpose, certificate, key, get("password"), cx)
        }
        (certificate, key) => {
            let there = certificate.or(key)?;
            let missing = if certificate.is_some() {
                "key"
            } else {
                "certificate"
            };
            cx.push(
                Diagnostic::new(
                    Code::Missing,
                    format!("`{}` has no `{missing}`", purpose.key),
                )
                .at(there.key_place, "one is of no use without the other")
                .hint("a file that holds both is named `store`"),
            );
            None
        }
    }
}

fn store(purpose: &Purpose, entry: &Entry, table: Option<&Table>, cx: &Context<'_>) -> Found {
    let written = written(&entry.node, &IDENTITY_KEYS, purpose.key, cx)?;
    let alias = match table.and_then(|table| table.get("alias")) {
        None => None,
        Some(alias) => Some(string(alias, cx)?),
    };
    let file = file(&written, cx)?;
    let identity = read(&file, &written, purpose.code, cx).and_then(|(bytes, mode)| {
        exposed_key(&file, &written, mode, cx, || {
            entryway_keystore::identity(&bytes, None, alias).is_ok()
        });
        let read = entryway_keystore::identity(&bytes, exposed(&file), alias);
        read.inspect_err(|error| refused("use", purpose.code, &file, &written, error, cx))
            .ok()
    });
    let named = Named {
        source: IdentitySource::Store {
            file,
            alias: alias.map(str::to_owned),
        },
        place: written.place,
    };
    (identity.is_some() || cx.bears()).then_some((named, identity))
}

fn pair(
    purpose: &Purpose,
    certificate: &Entry,
    key: &Entry,
    password: Option<&Entry>,
    cx: &Context<'_>,
) -> Found {
    let written = |entry, password| {
        string(entry, cx).map(|text| Written {
            text,
            place: entry.node.place,
            password,
        })
    };
    let (of_chain, of_key) = (written(certificate, None)?, written(key, password)?);
    let (chain, secret) = (file(&of_chain, cx)?, file(&of_key, cx)?);
    let (found, kept) = (
        read(&chain, &of_chain, purpose.code, cx),
        read(&secret, &of_key, purpose.code, cx),
    );
    let identity = found.zip(kept).and_then(|((found, _), (kept, mode))| {
        exposed_key(&secret, &of_key, mode, cx, || {
            entryway_keystore::identity_pair(&found, &kept, None).is_ok()
        });
        let read = entryway_keystore::identity_pair(&found, &kept, exposed(&secret));
        read.inspect_err(|(half, error)| {
            let (file, written) = match half {
                Half::Certificate => (&chain, &of_chain),
                Half::Key => (&secret, &of_key),
            };
            refused("use", purpose.code, file, written, error, cx);
        })
        .ok()
    });
    let named = Named {
        source: IdentitySource::Pair {
            certificate: chain.path,
            key: secret,
        },
        place: of_chain.place,
    };
    (identity.is_some() || cx.bears()).then_some((named, identity))
}

/// A text, or a table with `store`.
fn written<'a>(node: &'a Node, keys: &[&str], key: &str, cx: &Context<'_>) -> Option<Written<'a>> {
    let table = match &node.value {
        Value::String(text) | Value::Bare(text) => {
            return Some(Written {
                text,
                place: node.place,
                password: None,
            });
        }
        Value::Table(table) => table,
        other => {
            let expected = "a file, as a string or as `{ store = \"…\", password = … }`";
            cx.push(wrong_type(node.place, key, other.kind(), expected));
            return None;
        }
    };
    check_keys(Some(table), keys, cx);
    let Some(store) = table.get("store") else {
        cx.push(
            Diagnostic::new(Code::Missing, "this file has no `store`")
                .at(node.place, "`store` is missing here")
                .hint(
                    "for example `{ store = \"trust.p12\", password = { file = \"trust.pass\" } }`",
                ),
        );
        return None;
    };
    Some(Written {
        text: string(store, cx)?,
        place: store.node.place,
        password: table.get("password"),
    })
}

fn check_keys(table: Option<&Table>, keys: &[&str], cx: &Context<'_>) {
    for entry in table.map_or(&[][..], |table| &table.entries) {
        if !keys.contains(&entry.key.as_str()) {
            cx.push(unknown_key(entry.key_place, &entry.key, keys));
        }
    }
}

fn string<'a>(entry: &'a Entry, cx: &Context<'_>) -> Option<&'a str> {
    match &entry.node.value {
        Value::String(text) | Value::Bare(text) => Some(text),
        other => {
            cx.push(wrong_type(
                entry.node.place,
                &entry.key,
                other.kind(),
                "a string",
            ));
            None
        }
    }
}

/// With its password, if one is written; one that cannot be had has been reported.
fn file(written: &Written<'_>, cx: &Context<'_>) -> Option<StoreFile> {
    let password = match written.password {
        Some(entry) => Some(secret::read(entry, cx)?),
        None => None,
    };
    Some(StoreFile {
        path: cx.path(written.place, written.text),
        password,
    })
}

fn exposed(file: &StoreFile) -> Option<&[u8]> {
    file.password.as_ref().map(|password| password.expose())
}

fn read(
    file: &StoreFile,
    written: &Written<'_>,
    code: Code,
    cx: &Context<'_>,
) -> Option<(Zeroizing<Vec<u8>>, Option<u32>)> {
    match cx.sources.files.read(&file.path, LARGEST) {
        Ok(content) => {
            cx.depends_on(file.path.clone());
            Some((Zeroizing::new(content.bytes), content.mode))
        }
        Err(error) => {
            let hint = written
                .text
                .eq_ignore_ascii_case("system")
                .then(|| "did you mean `system`?".to_owned());
            let message = format!("cannot read `{}`: {}", file.path.display(), why(&error));
            cx.push(
                Diagnostic::new(code, message)
                    .at(written.place, "")
                    .maybe_hint(hint),
            );
            None
        }
    }
}

/// A key without a password is one for everybody who can read it; so is one that opens without the password beside it.
fn exposed_key(
    file: &StoreFile,
    written: &Written<'_>,
    mode: Option<u32>,
    cx: &Context<'_>,
    opens_without: impl FnOnce() -> bool,
) {
    let open = mode.filter(|mode| mode & 0o077 != 0);
    let open = open.filter(|_| file.password.is_none() || opens_without());
    if let Some(mode) = open {
        let path = file.path.display();
        cx.push(
            Diagnostic::new(
                Code::SecretExposed,
                format!("the key in `{path}` can be read by others (mode {mode:04o})"),
            )
            .at(written.place, "")
            .hint(format!("chmod 600 {path}")),
        );
    }
}

/// A problem of the password is shown where the password stands.
fn refused(
    verb: &str,
    code: Code,
    file: &StoreFile,
    written: &Written<'_>,
    error: &KeystoreError,
    cx: &Context<'_>,
) {
    let message = format!("cannot {verb} `{}`: {error}", file.path.display());
    let diagnostic = match (error.is_about_password(), written.password) {
        (true, Some(password)) => Diagnostic::new(Code::StorePassword, message)
            .at(password.key_place, "this one")
            .also(written.place, "the file"),
        (true, None) => Diagnostic::new(Code::StorePassword, message)
            .at(written.place, "")
            .hint("give it beside the file: `password = { file = \"…\" }`"),
        (false, _) => Diagnostic::new(code, message).at(written.place, ""),
    };
    cx.push(diagnostic);
}
