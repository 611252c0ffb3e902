//! `[store]`, `[audit]`, `[throttle]` and `[os]`: what outlives a request, and who else may be asked.

use crate::code::Code;
use crate::context::Context;
use crate::report::Diagnostic;
use crate::secret;
use crate::section::{Section, Text};
use crate::settings::{AuditSettings, OsSettings, StoreSettings, StoreUrl, ThrottleSettings};
use std::path::PathBuf;

/// `[store]`; `None` when it is wrong.
pub(super) fn store(root: &Section<'_>, cx: &Context<'_>) -> Option<StoreSettings> {
    let store = root.section("store");
    let url = match store.text("url") {
        None => StoreUrl::Default,
        Some(written) => url(written, cx)?,
    };
    let password = match store.entry("password") {
        None => None,
        Some(entry) => Some(secret::read(entry, cx)?),
    };
    if let (Some(place), false) = (
        store.written("password"),
        matches!(url, StoreUrl::Postgres(_)),
    ) {
        cx.push(
            Diagnostic::new(Code::NoEffect, "`password` has no effect")
                .at(place, "only PostgreSQL asks for one"),
        );
    }
    Some(StoreSettings { url, password })
}

fn url(written: Text<'_>, cx: &Context<'_>) -> Option<StoreUrl> {
    let text = written.text;
    let refused = |label: &str| {
        cx.push(
            Diagnostic::new(Code::StoreAddress, "`url` is not the address of a store")
                .at(written.place, label)
                .hint("`sqlite:/var/lib/entryway/entryway.db`, or `postgres://entryway@db.corp.example/entryway`"),
        );
        None
    };
    if text == "memory:" {
        cx.push(
            Diagnostic::new(
                Code::StoreForgets,
                "this store forgets everything at the end",
            )
            .at(
                written.place,
                "local accounts, throttle and audit are gone with the process",
            ),
        );
        return Some(StoreUrl::Memory);
    }
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains('?') {
            return refused("expected the path of a file after `sqlite:`");
        }
        return Some(StoreUrl::Sqlite(cx.path(written.place, path)));
    }
    let rest = text
        .strip_prefix("postgres://")
        .or_else(|| text.strip_prefix("postgresql://"));
    let Some(rest) = rest else {
        return refused("expected `sqlite:` or `postgres://`");
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    if let Some((user, _)) = authority.rsplit_once('@')
        && user.contains(':')
    {
        return refused("a password stands in it; write `password = { file = \"…\" }` beside it");
    }
    if authority.is_empty() {
        return refused("the host is missing");
    }
    Some(StoreUrl::Postgres(text.to_owned()))
}

/// `[audit]`.
pub(super) fn audit(root: &Section<'_>, cx: &Context<'_>) -> AuditSettings {
    let audit = root.section("audit");
    let path = |key| -> Option<PathBuf> {
        let written = audit.text(key)?;
        Some(cx.path(written.place, written.text))
    };
    AuditSettings {
        keep: audit.duration("keep"),
        node: audit.text("node").map(|written| written.text.to_owned()),
        key: path("key"),
    }
}

/// `[throttle]`.
pub(super) fn throttle(root: &Section<'_>) -> ThrottleSettings {
    let throttle = root.section("throttle");
    let count = |key| u32::try_from(throttle.integer(key)).unwrap_or(1);
    ThrottleSettings {
        failures: count("failures"),
        failures_per_identity: count("failures_per_identity"),
        failures_per_address: count("failures_per_address"),
        window: throttle.duration("window"),
    }
}

/// `[os]`.
pub(super) fn os(root: &Section<'_>, cx: &Context<'_>) -> OsSettings {
    let os = root.section("os");
    let confdir = os
        .text("confdir")
        .map(|written| cx.path(written.place, written.text));
    OsSettings {
        service: os.text_or_default("service").text.to_owned(),
        confdir,
        max: usize::try_from(os.integer("max")).unwrap_or(1),
    }
}
