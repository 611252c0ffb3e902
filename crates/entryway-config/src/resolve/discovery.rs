//! Servers that are not written: those that DNS names (`srv`), those that other servers refer to (`referrals`), and whom to ask
//! for the former (`[dns]`).

use crate::catalogue::{REFERRAL_KEYS, unknown_key};
use crate::code::Code;
use crate::context::Context;
use crate::mask;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::text::host_name;
use crate::section::{Section, Text, wrong_type};
use crate::settings::FollowedHost;
use crate::tree::{Node, Value};
use std::net::{IpAddr, SocketAddr};

const DNS_PORT: u16 = 53;

/// `dns.name_servers`.
pub(super) fn name_servers(root: &Section<'_>, cx: &Context<'_>) -> Vec<SocketAddr> {
    let Some(list) = root.section("dns").texts("name_servers") else {
        return Vec::new();
    };
    list.items
        .into_iter()
        .filter_map(|item| {
            let alone = item.text.parse::<IpAddr>().ok();
            let address = alone
                .map(|address| SocketAddr::new(address, DNS_PORT))
                .or_else(|| item.text.parse().ok())
                .filter(|address| address.port() != 0);
            if address.is_none() {
                let shown = mask::address(item.text);
                cx.push(
                    Diagnostic::new(
                        Code::NameServer,
                        format!(
                            "`{}` is not the address of a name server",
                            shown.escape_debug()
                        ),
                    )
                    .at(item.place, "expected an IP address, with or without a port")
                    .hint("for example `10.0.0.53` or `[fd00::53]:5353`"),
                );
            }
            address
        })
        .collect()
}

/// `srv`: the DNS domain, if one is written and can be one.
pub(super) fn srv<'a>(domain: &Section<'a>, cx: &Context<'_>) -> Option<Text<'a>> {
    let written = domain.text("srv")?;
    let name = written.text;
    let is_domain = host_name(name)
        && name.parse::<IpAddr>().is_err()
        && name.contains('.')
        && !name.starts_with('_')
        // `_ldaps._tcp.` stands before it.
        && name.len() <= 240;
    if is_domain {
        return Some(written);
    }
    let service = name.starts_with('_').then_some(
        "write the domain alone, such as `corp.example`: `_ldaps._tcp` and `_ldap._tcp` are put before it",
    );
    let shown = mask::address(name);
    cx.push(
        Diagnostic::new(
            Code::ServerAddress,
            format!("`{}` is not the name of a DNS domain", shown.escape_debug()),
        )
        .at(written.place, "expected a name such as `corp.example`")
        .maybe_hint(service.map(str::to_owned)),
    );
    None
}

/// `referrals`: the hosts that may be followed to; none where they are ignored.
pub(super) fn referrals(
    domain: &Section<'_>,
    cx: &Context<'_>,
) -> Option<Vec<(FollowedHost, Place)>> {
    let Some(entry) = domain.entry("referrals") else {
        return Some(Vec::new());
    };
    let expected = "`\"ignore\"`, or a table such as `{ follow = [\"dc3.corp.example\"] }`";
    let place = entry.node.place;
    let table = match &entry.node.value {
        Value::String(word) | Value::Bare(word) if word == "ignore" => return Some(Vec::new()),
        Value::Table(table) => table,
        Value::String(word) | Value::Bare(word) => {
            let message = format!("`referrals` does not know `{}`", word.escape_debug());
            let label = format!("expected {expected}");
            cx.push(Diagnostic::new(Code::UnknownWord, message).at(place, &label));
            return None;
        }
        other => {
            cx.push(wrong_type(place, "referrals", other.kind(), expected));
            return None;
        }
    };
    let unknown = |entry: &&crate::tree::Entry| !REFERRAL_KEYS.contains(&entry.key.as_str());
    for entry in table.entries.iter().filter(unknown) {
        cx.push(unknown_key(entry.key_place, &entry.key, &REFERRAL_KEYS));
    }
    let Some(follow) = table.get("follow") else {
        cx.push(
            Diagnostic::new(Code::Missing, "`referrals` has no `follow`")
                .at(place, "`follow` is missing here")
                .hint("name the hosts that may be followed to, or write `\"ignore\"`"),
        );
        return None;
    };
    let Value::Array(nodes) = &follow.node.value else {
        let found = follow.node.value.kind();
        cx.push(wrong_type(
            follow.node.place,
            "follow",
            found,
            "an array of hosts",
        ));
        return None;
    };
    let hosts: Vec<_> = nodes
        .iter()
        .map(|node| Some((followed(node, cx)?, node.place)))
        .collect();
    if hosts.is_empty() {
        cx.push(
            Diagnostic::new(Code::Empty, "`follow` is empty")
                .at(follow.node.place, "no referral would be followed")
                .hint("write `referrals = \"ignore\"`, which says the same"),
        );
        return None;
    }
    hosts.into_iter().collect()
}

/// `dc3.corp.example`, or with a port.
fn followed(node: &Node, cx: &Context<'_>) -> Option<FollowedHost> {
    let text = match &node.value {
        Value::String(text) | Value::Bare(text) => text,
        other => {
            cx.push(wrong_type(node.place, "follow", other.kind(), "a string"));
            return None;
        }
    };
    let host = |host: &str, port| FollowedHost {
        host: host.to_owned(),
        port,
    };
    let bare = |text: &str| {
        text.strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'))
            .map(str::to_owned)
    };
    let found = if host_name(text) {
        Some(host(text, None))
    } else if let Some(inner) = bare(text).filter(|inner| host_name(inner)) {
        Some(host(&inner, None))
    } else {
        text.rsplit_once(':').and_then(|(name, port)| {
            let port = port.parse::<u16>().ok().filter(|port| *port != 0)?;
            let name = bare(name).unwrap_or_else(|| name.to_owned());
            host_name(&name).then(|| host(&name, Some(port)))
        })
    };
    if found.is_none() {
        refuse_host(text, node.place, cx);
    }
    found
}

fn refuse_host(text: &str, place: Place, cx: &Context<'_>) {
    let shown = mask::address(text);
    cx.push(
        Diagnostic::new(
            Code::ServerAddress,
            format!("`{}` is not the name of a server", shown.escape_debug()),
        )
        .at(
            place,
            "expected a host, with `:port` where it is not 389 or 636",
        ),
    );
}
