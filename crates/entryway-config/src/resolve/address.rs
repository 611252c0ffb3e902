//! `servers`, and what protects the connections to them.

use crate::code::Code;
use crate::context::Context;
use crate::mask;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::text::host_name;
use crate::section::{Section, Text};
use crate::settings::{Security, ServerAddress};
use entryway_ldap_types::{LdapUrl, Scheme};

/// `encrypt`. While logins are all there is, `passwords` protects the same as `all`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encrypt {
    All,
    Passwords,
    None,
}

const ENCRYPT: [(&str, Encrypt); 3] = [
    ("all", Encrypt::All),
    ("passwords", Encrypt::Passwords),
    ("none", Encrypt::None),
];

/// An address and where it stands.
struct Address<'a> {
    url: LdapUrl,
    written: Text<'a>,
}

/// The servers in order of preference. `None` when there is none, or one that cannot be used.
pub(super) fn servers(
    domain: &Section<'_>,
    name: &str,
    cx: &Context<'_>,
) -> Option<Vec<ServerAddress>> {
    let encrypt = domain.word("encrypt", &ENCRYPT, Encrypt::All);
    let allowed = domain.boolean("allow_clear_text_passwords");
    if domain.entry("servers").is_none() {
        domain.missing("servers", &format!("domain `{name}`"));
        return None;
    }
    let list = domain.texts("servers")?;
    if list.items.is_empty() {
        cx.push(
            Diagnostic::new(Code::Empty, "`servers` is empty")
                .at(list.place, "at least one address is needed"),
        );
        return None;
    }
    let wanted = list.items.len();
    let addresses: Vec<Address<'_>> = list
        .items
        .into_iter()
        .filter_map(|written| address(written, cx))
        .collect();
    catalogs(&addresses, cx);
    repeated(&addresses, cx);
    clear_text(&addresses, domain, encrypt, allowed, cx);
    let security = |scheme| match (scheme, encrypt) {
        (Scheme::Ldaps, _) => Security::Ldaps,
        (Scheme::Ldap, Encrypt::None) => Security::Clear,
        (Scheme::Ldap, Encrypt::All | Encrypt::Passwords) => Security::StartTls,
    };
    let all = addresses.len() == wanted;
    let servers = addresses
        .into_iter()
        .map(|Address { url, written }| ServerAddress {
            display: written.text.trim_end_matches('/').into(),
            port: url.port,
            security: security(url.scheme),
            host: url.host,
        });
    all.then(|| servers.collect())
}

fn address<'a>(written: Text<'a>, cx: &Context<'_>) -> Option<Address<'a>> {
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
        _ => Some(Address { url, written }),
    }
}

/// A global catalog answers for the forest, with part of the attributes: it is no stand-in for a domain.
fn catalogs(addresses: &[Address<'_>], cx: &Context<'_>) {
    let is_catalog = |address: &&Address<'_>| matches!(address.url.port, 3268 | 3269);
    let catalog = addresses.iter().find(is_catalog);
    let domain = addresses.iter().find(|address| !is_catalog(address));
    if let (Some(catalog), Some(domain)) = (catalog, domain) {
        cx.push(
            Diagnostic::new(
                Code::MixedCatalog,
                "a global catalog cannot stand in for a domain's own server",
            )
            .at(catalog.written.place, "the global catalog's port")
            .also(domain.written.place, "the domain's own")
            .hint("use 636 (or 389) for all of them, or 3269 for all of them"),
        );
    }
}

fn repeated(addresses: &[Address<'_>], cx: &Context<'_>) {
    for (index, address) in addresses.iter().enumerate() {
        let same = |other: &&Address<'_>| {
            other.url.host.eq_ignore_ascii_case(&address.url.host)
                && other.url.port == address.url.port
        };
        if let Some(first) = addresses.iter().take(index).find(same) {
            cx.push(
                Diagnostic::new(Code::NeverUsed, "this server stands in the list already")
                    .at(address.written.place, "never reached")
                    .also(first.written.place, "this one comes first"),
            );
        }
    }
}

/// No password leaves in clear unless that was written out, twice.
fn clear_text(
    addresses: &[Address<'_>],
    domain: &Section<'_>,
    encrypt: Encrypt,
    allowed: bool,
    cx: &Context<'_>,
) {
    let switch = domain.written("encrypt").unwrap_or(domain.place);
    let permission = domain
        .written("allow_clear_text_passwords")
        .filter(|_| allowed);
    let no_effect = |place: Place, message: &str, label: &str| {
        cx.push(Diagnostic::new(Code::NoEffect, message).at(place, label));
    };
    if encrypt != Encrypt::None {
        if let Some(place) = permission {
            no_effect(
                place,
                "`allow_clear_text_passwords` has no effect",
                "nothing leaves in clear text without `encrypt = \"none\"`",
            );
        }
        return;
    }
    let clear: Vec<_> = addresses
        .iter()
        .filter(|address| address.url.scheme == Scheme::Ldap)
        .collect();
    if clear.is_empty() && !addresses.is_empty() {
        no_effect(
            switch,
            "`encrypt = \"none\"` has no effect",
            "every address is `ldaps://`, which is TLS",
        );
    }
    for address in clear {
        let host = address
            .written
            .text
            .split_once("://")
            .map_or("", |(_, host)| host);
        if let Some(place) = permission {
            cx.push(
                Diagnostic::new(
                    Code::ClearTextAllowed,
                    "this domain sends passwords in clear text",
                )
                .at(address.written.place, "no TLS on this address")
                .also(place, "and that is allowed here"),
            );
        } else {
            // A port of its own may be one that speaks LDAP alone: then StartTLS is the likelier remedy.
            let remedy = if host.contains(':') {
                String::new()
            } else {
                format!("`ldaps://{host}`, or ")
            };
            cx.push(
                Diagnostic::new(
                    Code::ClearText,
                    "this domain would send passwords in clear text",
                )
                .at(address.written.place, "no TLS on this address")
                .also(switch, "and it is switched off here")
                .hint(format!("use {remedy}`encrypt = \"all\"` for StartTLS")),
            );
        }
    }
}
