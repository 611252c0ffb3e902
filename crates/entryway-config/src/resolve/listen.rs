//! `[server]`.

use crate::code::Code;
use crate::context::Context;
use crate::mask;
use crate::report::Diagnostic;
use crate::resolve::keystore::{self, LISTENER};
use crate::section::{Section, Text};
use crate::settings::IdentitySource;
use entryway_keystore::Facts;
use entryway_login::AddressRange;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;
use url::Url;

/// Where HTTP is served.
pub(super) fn listen(server: &Section<'_>, cx: &Context<'_>) -> Option<SocketAddr> {
    let written = server.text_or_default("listen");
    let address = address(&written, "127.0.0.1:8389", cx)?;
    // One that cannot be used is an error already.
    if !address.ip().is_loopback() && server.entry("tls").is_none() {
        cx.push(
            Diagnostic::new(
                Code::ListenClear,
                "passwords would reach this address in clear text",
            )
            .at(
                written.place,
                "HTTP without TLS, and not only for this machine",
            )
            .hint("give it a certificate: `tls = { certificate = \"…\", key = \"…\" }`; or listen on `127.0.0.1`, with a reverse proxy that speaks TLS in front"),
        );
    }
    Some(address)
}

/// What the listener shows, if it speaks TLS.
pub(super) fn tls(server: &Section<'_>, cx: &Context<'_>) -> Option<IdentitySource> {
    let found = keystore::identity_for(&LISTENER, server, cx)?;
    let now = SystemTime::now();
    for certificate in &found.identity.certified.cert {
        let Some(facts) = Facts::of(certificate) else {
            continue;
        };
        let problem = if facts.not_after < now {
            "has expired"
        } else if now < facts.not_before {
            "is not valid yet, by this machine's clock"
        } else {
            continue;
        };
        cx.push(
            Diagnostic::new(Code::ListenerExpired, "clients will refuse the certificate")
                .at(
                    found.place,
                    format!("`{}` {problem}", facts.subject.escape_debug()),
                )
                .hint("put a new one in its place: it is seen without a restart"),
        );
    }
    Some(found.source)
}

/// Where metrics are served, if anywhere of their own.
pub(super) fn metrics(
    server: &Section<'_>,
    listen: Option<SocketAddr>,
    cx: &Context<'_>,
) -> Option<SocketAddr> {
    let written = server.text("metrics_listen")?;
    let address = address(&written, "127.0.0.1:9389", cx)?;
    if listen.is_some_and(|listen| overlap(listen, address)) {
        cx.push(
            Diagnostic::new(Code::Listen, "the API and the metrics share a port")
                .at(written.place, "`listen` has it already")
                .hint("for example `127.0.0.1:9389`"),
        );
        return None;
    }
    if !address.ip().is_loopback() {
        cx.push(
            Diagnostic::new(
                Code::MetricsOpen,
                "whoever reaches this address reads the metrics",
            )
            .at(
                written.place,
                "no token, no TLS, and not only for this machine",
            )
            .hint("listen on `127.0.0.1`, or let Prometheus ask `/metrics` of the API with a token of the scope `admin`"),
        );
    }
    Some(address)
}

/// Who is believed about where a request comes from.
pub(super) fn trusted_proxies(server: &Section<'_>, cx: &Context<'_>) -> Vec<AddressRange> {
    let written = server.texts("trusted_proxies");
    let items = written.into_iter().flat_map(|list| list.items);
    items.filter_map(|item| trusted_proxy(item, cx)).collect()
}

fn trusted_proxy(written: Text<'_>, cx: &Context<'_>) -> Option<AddressRange> {
    let range = match AddressRange::parse(written.text) {
        Ok(range) => range,
        Err(error) => {
            cx.push(
                Diagnostic::new(
                    Code::NotAddress,
                    "one of `trusted_proxies` is not a network",
                )
                .at(written.place, error.to_string()),
            );
            return None;
        }
    };
    if range.prefix() == 0 {
        cx.push(
            Diagnostic::new(Code::EveryProxy, "every peer is a trusted proxy")
                .at(written.place, "whoever connects says where it comes from")
                .hint("name the proxies alone, for example `10.0.0.7` or `10.0.0.0/24`"),
        );
    }
    Some(range)
}

/// Where others reach the API, without a slash at its end.
pub(super) fn public_url(server: &Section<'_>, cx: &Context<'_>) -> Option<Arc<str>> {
    let written = server.text("public_url")?;
    let usable = |url: &Url| {
        matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && (url.username(), url.password()) == ("", None)
            && (url.query(), url.fragment()) == (None, None)
    };
    if let Some(url) = Url::parse(written.text).ok().filter(usable) {
        return Some(url.as_str().trim_end_matches('/').into());
    }
    cx.push(
        Diagnostic::new(
            Code::PublicUrl,
            format!(
                "`{}` is not the address of a website",
                mask::address(written.text).escape_debug()
            ),
        )
        .at(
            written.place,
            "expected `https://` or `http://`, a host, and no query",
        )
        .hint("for example `https://login.corp.example`"),
    );
    None
}

/// Whether one of two cannot be listened on beside the other. Port 0 is any that is free.
pub(super) fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    one.port() != 0
        && one.port() == other.port()
        && (one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified())
}

pub(super) fn address(written: &Text<'_>, example: &str, cx: &Context<'_>) -> Option<SocketAddr> {
    if let Ok(address) = written.text.parse() {
        return Some(address);
    }
    let (_, port) = example.rsplit_once(':').unwrap_or_default();
    cx.push(
        Diagnostic::new(
            Code::Listen,
            format!(
                "`{}` is not an address to listen on",
                mask::address(written.text).escape_debug()
            ),
        )
        .at(written.place, "expected an IP address and a port")
        .hint(format!("for example `{example}` or `[::1]:{port}`")),
    );
    None
}
