//! `[connector]`: how a site reaches its hub, and what leaves it.

use crate::code::Code;
use crate::context::Context;
use crate::gather::why;
use crate::mask;
use crate::report::Diagnostic;
use crate::resolve::{keystore, listen, pem};
use crate::secret;
use crate::section::{Section, Text};
use crate::settings::{ConnectorSettings, ProxySettings, RELEASABLE, ReleaseSettings};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use url::Url;

/// Authorities of a company are a few kilobytes.
const LARGEST_TRUST: usize = 1 << 20;

/// `None` when a part of it is wrong.
pub(super) fn connector(root: &Section<'_>, cx: &Context<'_>) -> Option<ConnectorSettings> {
    let connector = root.section("connector");
    let proxy = proxy(&connector, cx);
    let no_proxy = no_proxy(&connector, cx);
    let trust = trust(&connector, cx);
    let listen = listen(&connector, cx);
    let max_in_flight = connector.integer("max_in_flight");
    let release = release(&connector.section("release"), cx);
    Some(ConnectorSettings {
        written: connector.exists(),
        proxy: proxy?,
        no_proxy: no_proxy?,
        trust: trust?,
        listen: listen?,
        max_in_flight: u16::try_from(max_in_flight).unwrap_or(u16::MAX),
        release: release?,
        certificates: root.section("certificate_login").exists(),
    })
}

/// The outer `None` when it is wrong.
fn proxy(connector: &Section<'_>, cx: &Context<'_>) -> Option<Option<ProxySettings>> {
    let url = connector.text("proxy").map(|written| address(written, cx));
    let user = connector.text("proxy_user");
    let password = connector
        .entry("proxy_password")
        .map(|entry| (entry.key_place, secret::read(entry, cx)));
    let account = match (user, password) {
        (None, None) => None,
        (Some(user), Some((_, password))) => {
            if user.text.is_empty()
                || user.text.contains(':')
                || user.text.contains(char::is_control)
            {
                let problem =
                    Diagnostic::new(Code::ProxyAccount, "this cannot be an account at a proxy").at(
                        user.place,
                        "expected a name without `:` and control characters",
                    );
                cx.push(problem);
                return None;
            }
            Some((user.text.into(), password?))
        }
        (Some(user), None) => {
            let problem = Diagnostic::new(
                Code::ProxyAccount,
                "there is an account at the proxy without a password",
            )
            .at(user.place, "")
            .hint("`proxy_password = { file = \"proxy.pass\" }`");
            cx.push(problem);
            return None;
        }
        (None, Some((place, _))) => {
            let problem = Diagnostic::new(
                Code::ProxyAccount,
                "there is a password for the proxy without an account",
            )
            .at(place, "")
            .hint("`proxy_user = \"…\"`");
            cx.push(problem);
            return None;
        }
    };
    match (url, account) {
        (Some(url), account) => Some(Some(ProxySettings { url: url?, account })),
        (None, None) => Some(None),
        (None, Some(_)) => {
            let place = connector.place_of("proxy_user");
            let problem = Diagnostic::new(
                Code::ProxyAccount,
                "there is an account at a proxy, and no proxy",
            )
            .at(place, "")
            .hint("`proxy = \"http://proxy.corp.example:3128\"`");
            cx.push(problem);
            None
        }
    }
}

fn address(written: Text<'_>, cx: &Context<'_>) -> Option<Arc<str>> {
    let problem = match Url::parse(written.text) {
        Err(error) => error.to_string(),
        Ok(url) if url.scheme() != "http" => {
            "a proxy is spoken to over `http://`; TLS to the hub goes through it".to_owned()
        }
        Ok(url) if !url.has_host() => "it has no host".to_owned(),
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "its account stands in `proxy_user` and `proxy_password`".to_owned()
        }
        Ok(url) if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
            "it has more than a host and a port".to_owned()
        }
        Ok(url) => return Some(url.as_str().trim_end_matches('/').into()),
    };
    let shown = mask::address(written.text);
    cx.push(
        Diagnostic::new(
            Code::Proxy,
            format!("`{}` is not an HTTP proxy", shown.escape_debug()),
        )
        .at(written.place, problem)
        .hint("for example `http://proxy.corp.example:3128`"),
    );
    None
}

fn no_proxy(connector: &Section<'_>, cx: &Context<'_>) -> Option<Vec<String>> {
    let items = connector.texts("no_proxy").map(|list| list.items);
    let mut whole = true;
    let mut all = Vec::new();
    for item in items.unwrap_or_default() {
        if excludes(item.text) {
            all.push(item.text.to_owned());
            continue;
        }
        whole = false;
        cx.push(
            Diagnostic::new(
                Code::NoProxyEntry,
                "this entry of `no_proxy` excludes nothing",
            )
            .at(item.place, "expected a name, an address, a network or `*`")
            .hint("for example `corp.example`, which stands for all below it too, or `10.0.0.0/8`"),
        );
    }
    whole.then_some(all)
}

fn excludes(entry: &str) -> bool {
    let (address, bits) = match entry.split_once('/') {
        Some((address, bits)) => (address, bits.parse::<u8>().ok()),
        None => (entry, Some(0)),
    };
    if let Ok(address) = address.parse::<IpAddr>() {
        let most = if address.is_ipv4() { 32 } else { 128 };
        return bits.is_some_and(|bits| bits <= most);
    }
    let of_label = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    let name = entry
        .strip_prefix("*.")
        .or_else(|| entry.strip_prefix('.'))
        .unwrap_or(entry);
    entry == "*"
        || name
            .split('.')
            .all(|label| !label.is_empty() && label.chars().all(of_label))
}

/// The outer `None` when it is wrong.
fn trust(connector: &Section<'_>, cx: &Context<'_>) -> Option<Option<Arc<[u8]>>> {
    let Some(written) = connector.text("trust") else {
        return connector.entry("trust").is_none().then_some(None);
    };
    let path = cx.path(written.place, written.text);
    let problem = match cx.sources.files.read(&path, LARGEST_TRUST) {
        Err(error) => why(&error),
        Ok(file) => match pem::problem(&file.bytes) {
            Some(problem) => problem.to_owned(),
            None => {
                let label = "whoever writes it says which hub to believe";
                keystore::writable(&path, file.mode, written.place, label, cx);
                cx.depends_on(path);
                return Some(Some(file.bytes.into()));
            }
        },
    };
    let message = format!("cannot trust `{}`: {problem}", path.display());
    cx.push(Diagnostic::new(Code::TrustFile, message).at(written.place, ""));
    None
}

fn listen(connector: &Section<'_>, cx: &Context<'_>) -> Option<SocketAddr> {
    let written = connector.text_or_default("listen");
    let address = listen::address(&written, "127.0.0.1:8390", cx)?;
    if address.ip().is_loopback() {
        return Some(address);
    }
    cx.push(
        Diagnostic::new(
            Code::ConnectorListen,
            "a connector is open to its own machine alone",
        )
        .at(written.place, "others could reach this address")
        .hint("for example `127.0.0.1:8390`"),
    );
    None
}

fn release(release: &Section<'_>, cx: &Context<'_>) -> Option<ReleaseSettings> {
    let words: Vec<(&str, &str)> = RELEASABLE.iter().map(|word| (*word, *word)).collect();
    let fields = match release.texts("fields") {
        None => Some(vec!["email".into(), "display_name".into()]),
        Some(list) => list
            .items
            .iter()
            .map(|item| release.one_of(*item, "fields", &words).map(Arc::from))
            .collect(),
    };
    let mut attributes = Vec::new();
    let mut whole = true;
    for item in release
        .texts("attributes")
        .map(|list| list.items)
        .unwrap_or_default()
    {
        if item.text.is_empty() {
            whole = false;
            cx.push(
                Diagnostic::new(Code::Empty, "an attribute of `attributes` is empty")
                    .at(item.place, ""),
            );
        }
        attributes.push(item.text.into());
    }
    let (groups, reasons, lookups) = (
        release.boolean("groups"),
        release.boolean("reasons"),
        release.boolean("lookups"),
    );
    whole.then_some(ReleaseSettings {
        fields: fields?,
        attributes,
        groups,
        reasons,
        lookups,
    })
}
