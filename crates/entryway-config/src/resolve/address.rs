//! `servers`: addresses, as texts or as tables.

use crate::catalogue::{SERVER_KEYS, unknown_key};
use crate::code::Code;
use crate::context::Context;
use crate::mask;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::text::host_name;
use crate::section::{Section, Text, wrong_type};
use crate::settings::{FollowedHost, Security, Way};
use crate::tree::{Node, Table, Value};
use entryway_ldap_types::{LdapUrl, Scheme};
use std::sync::Arc;

/// Ports of a global catalog, which answers for the forest, with part of the attributes.
const CATALOG: [u16; 2] = [3268, 3269];

/// An address and where it stands.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) display: Arc<str>,
    pub(super) host: String,
    /// How it is reached with TLS.
    pub(super) tls: Way,
    /// The port where it is reached without, if there may be one.
    pub(super) clear: Option<u16>,
    pub(super) place: Place,
}

impl Address {
    fn of_url(url: LdapUrl, written: Text<'_>) -> Self {
        let security = match url.scheme {
            Scheme::Ldaps => Security::Ldaps,
            Scheme::Ldap => Security::StartTls,
        };
        Self {
            display: written.text.trim_end_matches('/').into(),
            tls: Way {
                port: url.port,
                security,
            },
            clear: (url.scheme == Scheme::Ldap).then_some(url.port),
            host: url.host,
            place: written.place,
        }
    }
    /// A server that is not written, with its scheme's own port.
    pub(super) fn unwritten(scheme: Scheme, name: &str, place: Place) -> Self {
        let port = scheme.default_port();
        let security = match scheme {
            Scheme::Ldaps => Security::Ldaps,
            Scheme::Ldap => Security::StartTls,
        };
        Self {
            display: name.into(),
            host: name.to_owned(),
            tls: Way { port, security },
            clear: (scheme == Scheme::Ldap).then_some(port),
            place,
        }
    }
    /// A host that a referral may lead to. Whether to TLS, whoever refers there writes.
    pub(super) fn followed(host: &FollowedHost, place: Place) -> Self {
        let mut address = Self::unwritten(Scheme::Ldap, &host.host, place);
        if let Some(port) = host.port {
            address.display = format!("{}:{port}", host.host).into();
            address.tls.port = port;
            address.clear = Some(port);
        }
        address
    }
    /// Each port once.
    fn ports(&self) -> impl Iterator<Item = u16> {
        let clear = self.clear.filter(|clear| *clear != self.tls.port);
        std::iter::once(self.tls.port).chain(clear)
    }
}

/// A list of servers, as far as it can be read.
#[derive(Default)]
pub(super) struct Addresses {
    /// In order of preference.
    pub(super) readable: Vec<Address>,
    /// Whether that is all of it, and right.
    whole: bool,
}

impl Addresses {
    /// Whatever DNS names: as one server that speaks StartTLS, which stands for all of them.
    pub(super) fn of_dns(name: &str, place: Place) -> Self {
        Self {
            readable: vec![Address::unwritten(Scheme::Ldap, name, place)],
            whole: true,
        }
    }
    /// The list, unless something is wrong with it.
    pub(super) fn usable(&self) -> Option<&[Address]> {
        self.whole.then_some(&self.readable)
    }
}

/// The list of servers of a section.
pub(super) fn addresses(section: &Section<'_>, cx: &Context<'_>) -> Addresses {
    read(section, cx).unwrap_or_default()
}

fn read(section: &Section<'_>, cx: &Context<'_>) -> Option<Addresses> {
    let entry = section.entry("servers")?;
    let place = entry.node.place;
    let expected = "an array of addresses";
    let Value::Array(nodes) = &entry.node.value else {
        cx.push(wrong_type(
            place,
            "servers",
            entry.node.value.kind(),
            expected,
        ));
        return None;
    };
    if nodes.is_empty() {
        cx.push(
            Diagnostic::new(Code::Empty, "`servers` is empty")
                .at(place, "at least one address is needed"),
        );
        return None;
    }
    let one = |node: &Node| match &node.value {
        Value::String(text) | Value::Bare(text) => url(
            Text {
                text,
                place: node.place,
            },
            cx,
        ),
        Value::Table(one) => table(one, node.place, cx),
        other => {
            cx.push(wrong_type(node.place, "servers", other.kind(), expected));
            None
        }
    };
    let readable: Vec<Address> = nodes.iter().filter_map(one).collect();
    catalogs(&readable, cx);
    let once = repeated(&readable, cx);
    Some(Addresses {
        whole: once && readable.len() == nodes.len(),
        readable,
    })
}

/// `{ host = "dc3", port = 389, tls_port = 636 }`.
fn table(table: &Table, place: Place, cx: &Context<'_>) -> Option<Address> {
    let unknown = |entry: &&crate::tree::Entry| !SERVER_KEYS.contains(&entry.key.as_str());
    for entry in table.entries.iter().filter(unknown) {
        cx.push(unknown_key(entry.key_place, &entry.key, &SERVER_KEYS));
    }
    let port = |key: &str, default: u16| {
        let Some(entry) = table.get(key) else {
            return Some(default);
        };
        let found = match &entry.node.value {
            Value::Integer(found) => Some(*found),
            Value::Huge => Some(i64::MAX),
            other => {
                cx.push(wrong_type(
                    entry.node.place,
                    key,
                    other.kind(),
                    "an integer",
                ));
                return None;
            }
        };
        let port = found.and_then(|found| u16::try_from(found).ok());
        let port = port.filter(|port| *port != 0);
        if port.is_none() {
            let message = format!("`{key}` is not a port, expected 1 to 65535");
            cx.push(Diagnostic::new(Code::OutOfRange, message).at(entry.node.place, ""));
        }
        port
    };
    let (port, tls_port) = (port("port", 389), port("tls_port", 636));
    let Some(host) = table.get("host") else {
        let message = "a server has no `host`";
        cx.push(
            Diagnostic::new(Code::Missing, message)
                .at(place, "`host` is missing here")
                .hint("for example `{ host = \"dc3.corp.example\", port = 389, tls_port = 636 }`"),
        );
        return None;
    };
    let name = match &host.node.value {
        Value::String(name) | Value::Bare(name) => name,
        other => {
            cx.push(wrong_type(
                host.node.place,
                "host",
                other.kind(),
                "a string",
            ));
            return None;
        }
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    if !host_name(bare) {
        let shown = mask::address(name);
        cx.push(
            Diagnostic::new(
                Code::ServerAddress,
                format!("`{}` is not the name of a server", shown.escape_debug()),
            )
            .at(host.node.place, "expected a host name or an IP address"),
        );
        return None;
    }
    let (port, tls_port) = (port?, tls_port?);
    if port == tls_port {
        let tls = table.get("tls_port").or_else(|| table.get("port"));
        cx.push(
            Diagnostic::new(
                Code::ServerAddress,
                "`port` and `tls_port` are the same port",
            )
            .at(
                tls.map_or(place, |entry| entry.node.place),
                "a port speaks TLS from the first byte, or it does not",
            )
            .hint("where one port does StartTLS, write `ldap://host:port`"),
        );
        return None;
    }
    let shown = if bare.contains(':') {
        format!("[{bare}]")
    } else {
        bare.to_owned()
    };
    Some(Address {
        display: format!("{shown}:{port}+{tls_port}").into(),
        host: bare.to_owned(),
        tls: Way {
            port: tls_port,
            security: Security::Ldaps,
        },
        clear: Some(port),
        place,
    })
}

fn url(written: Text<'_>, cx: &Context<'_>) -> Option<Address> {
    let refuse = |place: Place, label: &str| {
        let shown = mask::address(written.text);
        let shown = shown.escape_debug();
        let hint = if host_name(written.text) {
            format!("write `ldaps://{shown}`")
        } else {
            "an address looks like `ldaps://dc1.corp.example` or `ldap://dc1.corp.example:3389`"
                .to_owned()
        };
        cx.push(
            Diagnostic::new(
                Code::ServerAddress,
                format!("`{shown}` is not the address of a server"),
            )
            .at(place, label)
            .hint(hint),
        );
        None
    };
    let url = match LdapUrl::parse(written.text) {
        Ok(url) => url,
        Err(error) => return refuse(cx.texts.inside(written.place, error.at), error.kind),
    };
    if !host_name(&url.host) {
        return refuse(
            written.place,
            "expected a host name or an IP address after `://`",
        );
    }
    if url.port == 0 {
        return refuse(written.place, "port 0 is no port");
    }
    let authority = written.text.find("://").map_or(0, |at| at + 3);
    let rest = written
        .text
        .get(authority..)
        .and_then(|text| text.find(['/', '?']))
        .map(|at| authority + at);
    match rest {
        Some(at) if written.text.get(at..) != Some("/") => refuse(
            cx.texts.inside(written.place, at),
            "expected nothing after the host and port",
        ),
        _ => Some(Address::of_url(url, written)),
    }
}

/// A global catalog answers for the forest, with part of the attributes: it is no stand-in for a domain.
fn catalogs(addresses: &[Address], cx: &Context<'_>) {
    let with = |catalog: bool| {
        let mut kinds = addresses.iter().filter(|address| {
            address
                .ports()
                .any(|port| CATALOG.contains(&port) == catalog)
        });
        kinds.next()
    };
    let (Some(catalog), Some(domain)) = (with(true), with(false)) else {
        return;
    };
    let diagnostic = Diagnostic::new(
        Code::MixedCatalog,
        "a global catalog cannot stand in for a domain's own server",
    );
    let diagnostic = if catalog.place == domain.place {
        diagnostic.at(catalog.place, "one of its ports is the global catalog's")
    } else {
        diagnostic
            .at(catalog.place, "the global catalog's port")
            .also(domain.place, "the domain's own")
    };
    cx.push(diagnostic.hint("use 636 (or 389) for all of them, or 3269 (or 3268) for all of them"));
}

/// A server that stands in the list twice would be taken for two that can stand in for each other.
fn repeated(addresses: &[Address], cx: &Context<'_>) -> bool {
    let mut once = true;
    for (index, address) in addresses.iter().enumerate() {
        let same = |other: &&Address| {
            other.host.eq_ignore_ascii_case(&address.host)
                && other
                    .ports()
                    .any(|port| address.ports().any(|own| own == port))
        };
        if let Some(first) = addresses.iter().take(index).find(same) {
            once = false;
            cx.push(
                Diagnostic::new(Code::ServerTwice, "one server stands in the list twice")
                    .at(address.place, "the same host and port")
                    .also(first.place, "this one comes first")
                    .hint("delete one of them"),
            );
        }
    }
    once
}
