//! `[sso]`: who Entryway is to applications, how long everything lasts, and how the pages look.

mod branding;

use crate::code::Code;
use crate::context::Context;
use crate::mask;
use crate::report::Diagnostic;
use crate::resolve::domain::Read;
use crate::resolve::rules::mention::Sites;
use crate::resolve::{client, domains};
use crate::section::Section;
use crate::settings::{KeyRotation, OfferedDomains, SessionLimits, SsoSettings};
use entryway_login::SitePolicy;
use entryway_oidc::{Issuer, Lifetimes};

/// `None` when there is no single sign-on, or a part of it is wrong.
pub(super) fn sso(
    root: &Section<'_>,
    read: &[Read<'_>],
    sites: &Sites<'_>,
    cx: &Context<'_>,
) -> Option<SsoSettings> {
    let sso = root.section("sso");
    let clients = client::all(root, read, sites, cx);
    if !sso.exists() {
        if let Some(entry) = root.entry("client") {
            cx.push(
                Diagnostic::new(
                    Code::NoSso,
                    "there are applications, and no single sign-on for them",
                )
                .at(entry.key_place, "there is no `[sso]` table")
                .hint("`[sso]` with `issuer = \"https://…\"`, the URL under which browsers reach Entryway"),
            );
        }
        return None;
    }
    let issuer = issuer(&sso, cx);
    let sessions = SessionLimits {
        idle: sso.duration("session_idle"),
        max: sso.duration("session_max"),
        most: usize::try_from(sso.integer("max_sessions")).unwrap_or(usize::MAX),
    };
    let lifetimes = Lifetimes {
        code: sso.duration("code_life"),
        access: sso.duration("access_life"),
        id_token: sso.duration("id_token_life"),
        refresh_idle: sso.duration("refresh_idle"),
        refresh: sso.duration("refresh_max"),
        refresh_grace: sso.duration("refresh_grace"),
        ..Lifetimes::default()
    };
    if sessions.idle > sessions.max {
        never_reached(&sso, "session_idle", "session_max", cx);
    }
    if lifetimes.refresh_idle > lifetimes.refresh {
        never_reached(&sso, "refresh_idle", "refresh_max", cx);
    }
    let keys = KeyRotation {
        every: sso.duration("key_rotation"),
        overlap: sso.duration("key_overlap"),
    };
    if keys.overlap >= keys.every {
        cx.push(
            Diagnostic::new(
                Code::OutOfRange,
                "`key_overlap` is not shorter than `key_rotation`",
            )
            .at(
                sso.place_of("key_overlap"),
                "keys would come faster than they go",
            ),
        );
    }
    let branding = branding::branding(&sso, cx);
    let offered = offered(&sso, read, &sites.names, cx);
    let most_groups = usize::try_from(sso.integer("most_groups")).unwrap_or_default();
    let qualified_groups = sso.word(
        "group_names",
        &[("name", false), ("domain/name", true)],
        read.len() > 1,
    );
    Some(SsoSettings {
        issuer: issuer?,
        lifetimes,
        most_groups,
        qualified_groups,
        sessions,
        keys,
        branding: branding?,
        offered,
        clients: clients?,
    })
}

/// Domains and sites are called as they are written where they are configured.
fn offered(
    sso: &Section<'_>,
    read: &[Read<'_>],
    sites: &[&str],
    cx: &Context<'_>,
) -> OfferedDomains {
    let domains = read.iter().map(|domain| domain.name.text);
    let names = || domains.clone().chain(sites.iter().copied());
    let written = sso.texts("offered_domains");
    let mut offered = OfferedDomains::default();
    for item in written.iter().flat_map(|list| &list.items) {
        match names().find(|name| name.eq_ignore_ascii_case(item.text)) {
            Some(name) if offered.names.iter().any(|known| known == name) => {}
            Some(name) => offered.names.push(name.to_owned()),
            None => domains::unknown(*item, names(), cx),
        }
    }
    let suffixes = read.iter().flat_map(|domain| &domain.suffixes);
    offered.suffixes = suffixes.map(|suffix| suffix.text.to_owned()).collect();
    offered
}

/// What sites add to it: whose name says that it is a site's is not to be put before a domain's.
pub(super) fn know_sites(offered: &mut OfferedDomains, sites: &[SitePolicy]) {
    let suffixes = sites.iter().flat_map(|site| &site.suffixes);
    offered.suffixes.extend(suffixes.cloned());
    let clients = sites.iter().flat_map(|site| &site.clients);
    offered.nowhere_at.extend(clients.cloned());
}

fn issuer(sso: &Section<'_>, cx: &Context<'_>) -> Option<Issuer> {
    let written = sso.required_text("issuer", "`[sso]`")?;
    match Issuer::parse(written.text) {
        Ok(issuer) => Some(issuer),
        Err(error) => {
            let shown = mask::address(written.text);
            cx.push(
                Diagnostic::new(
                    Code::NotIssuer,
                    format!("`{}` is not an issuer", shown.escape_debug()),
                )
                .at(written.place, error.to_string()),
            );
            None
        }
    }
}

/// What ends first anyway makes the other limit a word without effect.
fn never_reached(sso: &Section<'_>, idle: &str, max: &str, cx: &Context<'_>) {
    cx.push(
        Diagnostic::new(
            Code::NoEffect,
            format!("`{idle}` is longer than `{max}`, and has no effect"),
        )
        .at(
            sso.written(idle).or(sso.written(max)).unwrap_or(sso.place),
            format!("it ends by `{max}` before"),
        ),
    );
}
