//! `[store]`, `[audit]`, `[throttle]` and `[os]`: what outlives a request, and who else may be asked.

use crate::code::Code;
use crate::context::Context;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::secret;
use crate::section::{Section, Text};
use crate::settings::{AuditSettings, OsSettings, StoreSettings, StoreUrl, ThrottleSettings};
use std::net::IpAddr;
use std::path::PathBuf;
use url::Url;

/// `[store]`; `None` when it is wrong.
pub(super) fn store(root: &Section<'_>, cx: &Context<'_>) -> Option<StoreSettings> {
    let store = root.section("store");
    let allow_unverified = store.boolean("allow_unverified");
    let permission = store
        .written("allow_unverified")
        .filter(|_| allow_unverified);
    let (url, is_unverified) = match store.text("url") {
        None => (StoreUrl::Default, false),
        Some(written) => url(written, permission, cx)?,
    };
    if let (Some(place), false) = (permission, is_unverified) {
        cx.push(
            Diagnostic::new(Code::NoEffect, "`allow_unverified` has no effect").at(
                place,
                "only an address of another machine with an `sslmode` needs it",
            ),
        );
    }
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
    Some(StoreSettings {
        url,
        password,
        allow_unverified,
    })
}

/// An address, and whether it asks for a server that nobody verifies.
fn url(written: Text<'_>, permission: Option<Place>, cx: &Context<'_>) -> Option<(StoreUrl, bool)> {
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
        return Some((StoreUrl::Memory, false));
    }
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains('?') {
            return refused("expected the path of a file after `sqlite:`");
        }
        return Some((StoreUrl::Sqlite(cx.path(written.place, path)), false));
    }
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return refused("expected `sqlite:` or `postgres://`");
    }
    match server(text) {
        Err(label) => refused(label),
        Ok(false) => Some((StoreUrl::Postgres(text.to_owned()), false)),
        Ok(true) => {
            let label = "this `sslmode` does not verify another machine";
            let diagnostic = match permission {
                Some(place) => Diagnostic::new(Code::StoreUnverified, "the store is not verified")
                    .at(written.place, label)
                    .also(place, "and that is allowed here"),
                None => Diagnostic::new(Code::StoreAddress, "the store would not be verified")
                    .at(written.place, label)
                    .hint("leave `sslmode` out: it is `verify-full` then; `sslrootcert=FILE` says whom to trust"),
            };
            cx.push(diagnostic);
            permission.map(|_| (StoreUrl::Postgres(text.to_owned()), true))
        }
    }
}

/// Whether the address of a server asks for one that nobody verifies. Decided from what its parts are once percents
/// are decoded, as they are when it is used.
fn server(text: &str) -> Result<bool, &'static str> {
    const PASSWORD: &str = "a password stands in it; write `password = { file = \"…\" }` beside it";
    let url = Url::parse(text).map_err(|_| "expected `postgres://user@host:port/database`")?;
    if url.password().is_some() {
        return Err(PASSWORD);
    }
    let mut hosts = vec![url.host_str().unwrap_or_default().to_owned()];
    let mut verifies = true;
    for (key, value) in url.query_pairs() {
        match &*key {
            "password" => return Err(PASSWORD),
            "sslmode" | "ssl-mode" => verifies &= value.eq_ignore_ascii_case("verify-full"),
            "host" | "hostaddr" => hosts.push(value.into_owned()),
            _ => {}
        }
    }
    if url.fragment().is_some() {
        return Err("nothing may stand behind a `#`");
    }
    if hosts.iter().all(String::is_empty) {
        return Err("the host is missing");
    }
    let elsewhere = |host: &String| !host.is_empty() && !is_here(host);
    Ok(!verifies && hosts.iter().any(elsewhere))
}

/// Whether a host, or the folder of a socket, is on this machine.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.starts_with('/')
        || host.to_ascii_lowercase().starts_with("%2f")
        || host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
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
        stores: count("stores"),
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
