//! `[hub]` and `[site.X]`: who may dial in, and whose people are asked about there.

mod callers;
mod certificate;
mod methods;

use crate::code::Code;
use crate::context::Context;
use crate::mask;
use crate::place::Place;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::resolve::name;
use crate::section::{Section, Text};
use crate::settings::{HubSettings, SiteSettings, SsoSettings};
use callers::{callers, not_anothers, own_applications, own_clients, own_lookups};
use entryway_login::{SitePolicy, SiteTakes};
use std::sync::Arc;
use url::{Host, Url};

/// As many as a connector is told of; it dials each of them.
const MOST_NODES: usize = 16;
/// A label of DNS: the name stands in `NAME.site.entryway.internal`.
const NAME_MAX: usize = 63;

/// A text, and which site or domain claimed it first.
type Claims<'a> = Vec<(&'a str, Place, String)>;

/// The hub with the sites that are switched on, and all sites as logins know them; `None` when there is no hub, or a part of it is wrong.
pub(super) fn hub(
    root: &Section<'_>,
    read: &[Read<'_>],
    sso: Option<&SsoSettings>,
    cx: &Context<'_>,
) -> Option<(HubSettings, Vec<SitePolicy>)> {
    let hub = root.section("hub");
    let sites = sites(root, read, sso, cx);
    if !hub.exists() {
        if let Some(entry) = root.entry("site") {
            cx.push(
                Diagnostic::new(Code::NoHub, "there are sites, and no hub that they dial")
                    .at(entry.key_place, "there is no `[hub]` table")
                    .hint("`[hub]` with `url = \"https://…\"`, the URL under which connectors reach Entryway"),
            );
        }
        return None;
    }
    if root.entry("site").is_none() {
        cx.push(
            Diagnostic::new(Code::NoEffect, "`[hub]` has no effect without a site")
                .at(hub.place, "there is no `[site.<name>]` table"),
        );
    }
    let url = hub
        .required_text("url", "`[hub]`")
        .and_then(|written| address(written, cx));
    let nodes = nodes(&hub, cx);
    let certificate_life = hub.duration("certificate_life");
    let ticket_life = hub.duration("ticket_life");
    let challenges = u32::try_from(hub.integer("challenges")).unwrap_or(u32::MAX);
    let url = url?;
    let nodes = nodes?;
    let Sites {
        all,
        by_certificate,
    } = sites?;
    let (sites, policies): (Vec<_>, Vec<_>) = all.into_iter().unzip();
    let settings = HubSettings {
        nodes: match nodes.is_empty() {
            true => vec![Arc::clone(&url)],
            false => nodes,
        },
        url,
        certificate_life,
        ticket_life,
        challenges,
        sites: sites.into_iter().flatten().collect(),
        issuer: sso.map(|sso| sso.issuer.as_str().into()),
        by_certificate,
    };
    Some((settings, policies))
}

fn nodes(hub: &Section<'_>, cx: &Context<'_>) -> Option<Vec<Arc<str>>> {
    let Some(list) = hub.texts("nodes") else {
        return Some(Vec::new());
    };
    if list.items.is_empty() {
        let problem = Diagnostic::new(Code::Empty, "`nodes` is empty").at(list.place, "");
        cx.push(problem.hint("leave it away where there is one node"));
        return None;
    }
    if list.items.len() > MOST_NODES {
        let message = format!(
            "`nodes` has {} URLs, expected at most {MOST_NODES}",
            list.items.len()
        );
        cx.push(Diagnostic::new(Code::OutOfRange, message).at(list.place, ""));
        return None;
    }
    let mut nodes: Vec<(Arc<str>, Place)> = Vec::new();
    let mut whole = true;
    for item in list.items {
        let Some(url) = address(item, cx) else {
            whole = false;
            continue;
        };
        match nodes.iter().find(|(known, _)| *known == url) {
            None => nodes.push((url, item.place)),
            Some((_, first)) => {
                whole = false;
                cx.push(
                    Diagnostic::new(Code::RowTwice, "one node stands in the list twice")
                        .at(item.place, "again")
                        .also(*first, "first"),
                );
            }
        }
    }
    whole.then(|| nodes.into_iter().map(|(url, _)| url).collect())
}

/// Where a connector dials: `https`, or `http` on this machine.
fn address(written: Text<'_>, cx: &Context<'_>) -> Option<Arc<str>> {
    let problem = match Url::parse(written.text) {
        Err(error) => error.to_string(),
        Ok(url) => match unusable(&url) {
            Some(problem) => problem.to_owned(),
            None => return Some(url.as_str().trim_end_matches('/').into()),
        },
    };
    cx.push(
        Diagnostic::new(
            Code::HubAddress,
            format!(
                "`{}` is not where connectors could dial",
                mask::address(written.text).escape_debug()
            ),
        )
        .at(written.place, problem)
        .hint("for example `https://hub.corp.example`"),
    );
    None
}

fn unusable(url: &Url) -> Option<&'static str> {
    let own = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Some("it has no host"),
    };
    match url.scheme() {
        "https" => {}
        "http" if own => {}
        "http" => return Some("`http` is for this machine alone"),
        _ => return Some("expected `https://`"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("it has a name or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Some("it has a query or a fragment");
    }
    None
}

/// What there is of sites.
struct Sites {
    /// Each by name, and how those that are switched on are run.
    all: Vec<(Option<SiteSettings>, SitePolicy)>,
    by_certificate: Vec<Arc<str>>,
}

/// All of them; `None` when one is wrong.
fn sites(
    root: &Section<'_>,
    read: &[Read<'_>],
    sso: Option<&SsoSettings>,
    cx: &Context<'_>,
) -> Option<Sites> {
    let sites = root.section("site");
    let mut suffixes: Claims<'_> = Vec::new();
    for domain in read {
        let owner = format!("domain `{}`", domain.name.text);
        for suffix in &domain.suffixes {
            suffixes.push((suffix.text, suffix.place, owner.clone()));
        }
    }
    let callers = callers(root);
    let mut clients: Claims<'_> = Vec::new();
    // Mail is where login names are: what a domain's people have is no site's.
    let mut mail_domains = suffixes.clone();
    let mut lookups = Vec::new();
    let issuer = sso.and_then(|sso| Url::parse(sso.issuer.as_str()).ok());
    let known = certificate::Known {
        issuer: issuer.as_ref(),
        has_sso: root.entry("sso").is_some(),
    };
    let mut networks = certificate::of_the_gateway(root, cx);
    let mut by_certificate = Vec::new();
    let mut all = Vec::new();
    let mut whole = true;
    for entry in sites.entries() {
        let name = Text {
            text: &entry.key,
            place: entry.key_place,
        };
        let section = sites.below(&entry.key, "<name>");
        let named = usable(name, read, cx);
        let owner = format!("site `{}`", name.text.escape_debug());
        let own_suffixes = own_suffixes(&section, &owner, &mut suffixes, cx);
        let own_clients = own_clients(&callers, &section, &owner, &mut clients, cx);
        let applications = own_applications(&callers, &section, cx);
        let own_lookups = own_lookups(&callers, &section, cx);
        let asked = methods::methods(&section, cx);
        let wanted = asked.as_ref().and_then(|asked| asked.certificate);
        let certificate =
            certificate::certificate(&section, wanted, &owner, &known, &mut networks, cx);
        let takes = takes(&section, &suffixes, &owner, &mut mail_domains, cx);
        let max_outstanding = section.integer("max_outstanding");
        let enabled = section.boolean("enabled");
        section.text("description");
        let (
            true,
            Some(suffixes),
            Some(clients),
            Some(applications),
            Some(own_lookups),
            Some(_),
            Some(takes),
        ) = (
            named,
            own_suffixes,
            own_clients,
            applications,
            own_lookups,
            asked,
            takes,
        )
        else {
            whole = false;
            continue;
        };
        let Some(certificate) = certificate else {
            whole = false;
            continue;
        };
        if certificate.is_some() {
            by_certificate.push(name.text.into());
        }
        let callers = own_lookups.iter().map(|caller| caller.text);
        let texts = |list: &[Arc<str>]| list.iter().map(|text| text.to_string()).collect();
        let policy = SitePolicy {
            name: name.text.into(),
            suffixes: texts(&suffixes),
            clients: texts(&clients),
            applications,
            lookups: callers.clone().map(str::to_owned).collect(),
            enabled,
            takes: takes.clone(),
            rule: cx.rule(name.place),
        };
        let settings = enabled.then(|| SiteSettings {
            name: name.text.into(),
            suffixes,
            clients,
            lookups: callers.map(Arc::from).collect(),
            certificate,
            takes,
            max_outstanding: usize::try_from(max_outstanding).unwrap_or(usize::MAX),
        });
        lookups.push((owner, own_lookups));
        all.push((settings, policy));
    }
    for (owner, callers) in &lookups {
        whole &= not_anothers(callers, owner, &clients, cx);
    }
    all.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    whole.then_some(Sites {
        all,
        by_certificate,
    })
}

/// Whether it can be a site's name: it is typed before a login name, and is a label of DNS inside the tunnel.
fn usable(written: Text<'_>, read: &[Read<'_>], cx: &Context<'_>) -> bool {
    let name = written.text;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let problem = if name.is_empty() {
        Some("it is empty".to_owned())
    } else if name.len() > NAME_MAX {
        Some(format!(
            "it has {} characters, expected at most {NAME_MAX}",
            name.len()
        ))
    } else if !name.bytes().all(plain) || name.starts_with('-') || name.ends_with('-') {
        Some("expected lower-case letters and digits, with `-` between them".to_owned())
    } else if matches!(name, "local" | "os") {
        Some("it means another authority".to_owned())
    } else {
        None
    };
    if let Some(problem) = problem {
        let shown: String = name.chars().take(NAME_MAX + 1).collect();
        cx.push(
            Diagnostic::new(
                Code::BadName,
                format!("`{}` cannot be the name of a site", shown.escape_debug()),
            )
            .at(written.place, problem)
            .hint("for example `plant-a`"),
        );
        return false;
    }
    let taken = read.iter().find_map(|domain| {
        let mut names = [Some(domain.name), domain.netbios_name]
            .into_iter()
            .flatten();
        names.find(|taken| taken.text.eq_ignore_ascii_case(name))
    });
    if let Some(taken) = taken {
        claimed(
            written,
            &Claim {
                what: "name",
                place: taken.place,
                owner: "a domain",
            },
            cx,
        );
        return false;
    }
    true
}

struct Claim<'a> {
    what: &'a str,
    place: Place,
    owner: &'a str,
}

fn claimed(written: Text<'_>, first: &Claim<'_>, cx: &Context<'_>) {
    cx.push(
        Diagnostic::new(
            Code::SiteClaimed,
            format!(
                "the {} `{}` is claimed twice",
                first.what,
                written.text.escape_debug()
            ),
        )
        .at(written.place, "claimed again")
        .also(first.place, format!("{} has it", first.owner)),
    );
}

/// Claims a text for a site. `false`: another has it; `None`: this one has it already.
fn claim<'a>(
    written: Text<'a>,
    what: &str,
    owner: &str,
    claims: &mut Claims<'a>,
    cx: &Context<'_>,
) -> Option<bool> {
    let first = claims
        .iter()
        .find(|(known, ..)| known.eq_ignore_ascii_case(written.text));
    match first {
        None => {
            claims.push((written.text, written.place, owner.to_owned()));
            Some(true)
        }
        Some((_, _, known)) if known == owner => None,
        Some((_, place, known)) => {
            claimed(
                written,
                &Claim {
                    what,
                    place: *place,
                    owner: known,
                },
                cx,
            );
            Some(false)
        }
    }
}

fn own_suffixes<'a>(
    site: &Section<'a>,
    owner: &str,
    claims: &mut Claims<'a>,
    cx: &Context<'_>,
) -> Option<Vec<Arc<str>>> {
    let items = site.texts("suffixes").map(|list| list.items);
    let mut own = Vec::new();
    let mut whole = true;
    for suffix in items.unwrap_or_default() {
        if !name::usable(suffix, "a suffix", cx) {
            whole = false;
            continue;
        }
        match claim(suffix, "suffix", owner, claims, cx) {
            Some(true) => own.push(suffix.text.to_ascii_lowercase().into()),
            Some(false) => whole = false,
            None => {}
        }
    }
    whole.then_some(own)
}

/// What is taken of its sessions; nothing of an unusable list.
fn takes<'a>(
    site: &Section<'a>,
    suffixes: &Claims<'a>,
    owner: &str,
    claims: &mut Claims<'a>,
    cx: &Context<'_>,
) -> Option<SiteTakes> {
    let mut whole = true;
    let written = match site.texts("mail_domains") {
        Some(list) => list.items,
        // Where login names are, mail is.
        None => {
            let own = suffixes.iter().filter(|(.., whose)| whose == owner);
            own.map(|&(text, place, _)| Text { text, place }).collect()
        }
    };
    let mut mail_domains = Vec::new();
    for domain in written {
        if !name::usable(domain, "a mail domain", cx) {
            whole = false;
            continue;
        }
        match claim(domain, "mail domain", owner, claims, cx) {
            Some(true) => mail_domains.push(domain.text.to_ascii_lowercase()),
            Some(false) => whole = false,
            None => {}
        }
    }
    let mut attributes = Vec::new();
    for attribute in site
        .texts("attributes")
        .map(|list| list.items)
        .unwrap_or_default()
    {
        if attribute.text.trim().is_empty() {
            whole = false;
            cx.push(
                Diagnostic::new(Code::Empty, "a name of `attributes` is empty")
                    .at(attribute.place, "no attribute is called so"),
            );
        }
        attributes.push(attribute.text.to_owned());
    }
    let accounts = site.boolean("accounts");
    whole.then_some(SiteTakes {
        mail_domains,
        accounts,
        attributes,
    })
}
