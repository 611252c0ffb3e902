//! What `entryway hub` prints for people.

use super::live::Live;
use crate::columns::{Row, render};
use crate::out;
use crate::palette::Tone;
use crate::table::aligned;
use entryway_wire::{ConnectorJson, SiteJson, TicketJson, TicketMadeJson, TunnelJson};

fn or_dash(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty())
        .unwrap_or("-")
        .to_owned()
}

/// A new ticket, with what is to be done with it.
pub(super) fn made(made: &TicketMadeJson) -> String {
    let rows = [
        Row::new("ticket", &made.ticket).note("shown once"),
        Row::new("site", &made.site),
        Row::new("until", &made.expires).note(format!(
            "taken back with `entryway hub ticket revoke {}`",
            made.id
        )),
        Row::new("there", format!("entryway connector enroll {}", made.url)),
    ];
    render(&rows, out::answer_style())
}

pub(super) fn tickets(tickets: &[TicketJson]) -> String {
    let head = ["id", "site", "state", "expires", "made", "by", "connector"];
    let lines = tickets.iter().map(|one| {
        [
            one.id.clone(),
            one.site.clone(),
            one.state.clone(),
            one.expires.clone(),
            one.made.clone(),
            or_dash(Some(&one.made_by)),
            or_dash(one.connector.as_deref()),
        ]
    });
    aligned([head.map(str::to_owned)].into_iter().chain(lines))
}

/// In a word or two: how the tunnel is.
fn tunnel(one: &ConnectorJson, live: &Live) -> &'static str {
    match &one.tunnel {
        Some(tunnel) if tunnel.silent => "silent",
        Some(tunnel) if tunnel.draining => "draining",
        Some(_) => "up",
        None if live.knows(&one.id) => "none",
        None => "?",
    }
}

/// What it is ready for.
fn ready_for(tunnel: &TunnelJson) -> String {
    let ready = tunnel.ready.iter().filter(|one| one.ready);
    let ready: Vec<_> = ready.map(|one| one.ability.as_str()).collect();
    ready.join(" ")
}

/// What it is ready for, and why not for the rest.
fn ready(tunnel: &TunnelJson) -> Vec<String> {
    let told = tunnel.ready.iter().filter_map(|one| match &one.reason {
        _ if one.ready => Some(one.ability.clone()),
        Some(reason) => Some(format!("{}: {reason}", one.ability)),
        None => None,
    });
    told.collect()
}

fn away(tunnel: &TunnelJson) -> Option<String> {
    tunnel.latency_ms.map(|ms| format!("{ms} ms"))
}

pub(super) fn connectors(connectors: &[ConnectorJson], live: &Live) -> String {
    let head = [
        "id",
        "site",
        "name",
        "standing",
        "tunnel",
        "away",
        "ready, or last seen",
    ];
    let lines = connectors.iter().map(|one| {
        [
            one.id.clone(),
            one.site.clone(),
            or_dash(Some(&one.name)),
            one.standing.clone(),
            tunnel(one, live).to_owned(),
            or_dash(one.tunnel.as_ref().and_then(away).as_deref()),
            match (&one.tunnel, &one.seen) {
                // Why not for the rest takes more room than a line has.
                (Some(tunnel), _) => or_dash(Some(&ready_for(tunnel))),
                (None, Some(seen)) => seen.clone(),
                (None, None) => "never".to_owned(),
            },
        ]
    });
    let mut text = aligned([head.map(str::to_owned)].into_iter().chain(lines));
    for one in connectors {
        if let Some(by) = &one.replaced_by {
            text.push_str(&format!(
                "\n{}: its machine `{}` has enrolled again as {by}, and this one was not seen since. If it is gone for good: \
                 `entryway hub connector revoke {}`\n",
                one.id, one.name, one.id
            ));
        }
    }
    text.push('\n');
    text.push_str(&live.told());
    text
}

/// One; with its tunnel where a hub was asked for it.
pub(super) fn connector(one: &ConnectorJson, live: Option<&Live>) -> String {
    let standing = Row::new("standing", &one.standing);
    let standing = match one.standing.as_str() {
        "draining" => standing.note("asked nothing new"),
        "held" => standing
            .note("a backup was restored: not let in until it is resumed")
            .tone(Tone::Bad),
        "revoked" => standing.note("never let in again").tone(Tone::Bad),
        _ => standing,
    };
    let mut rows = vec![
        Row::new("connector", &one.id),
        Row::new("site", &one.site),
        Row::new("name", or_dash(Some(&one.name))),
        standing,
        match &one.changed_by {
            Some(by) => Row::new("changed", &one.changed).note(format!("by {by}")),
            None => Row::new("changed", &one.changed),
        },
        Row::new("key", &one.key).note("`entryway connector status` shows the same"),
        Row::new("certificate", &one.certificate_until).note("until then; it renews itself"),
        Row::new("enrolled", &one.enrolled),
        Row::new("software", or_dash(Some(&one.software))),
    ];
    let seen = match &one.seen {
        Some(seen) => Row::new("seen", seen).note(or_dash(one.node.as_deref())),
        None => Row::new("seen", "never"),
    };
    rows.push(seen);
    if let Some(live) = live {
        tunnel_rows(one, live, &mut rows);
    }
    if let Some(by) = &one.replaced_by {
        let note = format!(
            "its machine enrolled again; if it is gone for good: `entryway hub connector revoke {}`",
            one.id
        );
        rows.push(Row::new("replaced by", by).note(note).tone(Tone::Bad));
    }
    render(&rows, out::answer_style())
}

fn tunnel_rows(one: &ConnectorJson, live: &Live, rows: &mut Vec<Row>) {
    let word = tunnel(one, live);
    let row = Row::new("tunnel", word);
    let Some(tunnel) = &one.tunnel else {
        let tone = if word == "none" {
            Tone::Bad
        } else {
            Tone::Plain
        };
        rows.push(row.tone(tone).note(live.told().trim_end()));
        return;
    };
    let tone = if tunnel.silent { Tone::Bad } else { Tone::Good };
    let mut note = vec![format!("since {}", tunnel.since)];
    note.extend(away(tunnel).map(|away| format!("{away} away")));
    note.push(format!("{} asked", tunnel.outstanding));
    rows.push(row.tone(tone).note(note.join(", ")));
    rows.extend(live.json().node.map(|node| Row::new("node", node)));
    for (number, told) in ready(tunnel).into_iter().enumerate() {
        let label = if number == 0 { "ready" } else { "" };
        rows.push(Row::new(label, told));
    }
    if let Some(ahead_ms) = tunnel.clock_wrong_ms {
        let side = if ahead_ms > 0 { "ahead" } else { "behind" };
        let wrong = format!("{} s {side}", ahead_ms.unsigned_abs() / 1000);
        let row = Row::new("clock", wrong).tone(Tone::Bad);
        rows.push(row.note("no browser is sent there with a certificate until it is set"));
    }
    if let Some(url) = &tunnel.certificate_url {
        rows.push(Row::new("certificates", url).note("where it says that browsers show them"));
    }
}

/// How many tunnels a site has and what for, where that is known.
fn site_live(site: &SiteJson, live: &Live) -> [String; 2] {
    if !live.knows_site(&site.name) {
        return ["?", "?"].map(str::to_owned);
    }
    let not_offered = site
        .certificate
        .as_ref()
        .and_then(|certificate| certificate.not_offered.as_ref())
        .map(|why| format!("certificate: {why}"));
    let ready: Vec<String> = site.ready.iter().cloned().chain(not_offered).collect();
    [site.tunnels.to_string(), or_dash(Some(&ready.join(", ")))]
}

pub(super) fn sites(sites: &[SiteJson], live: &Live) -> String {
    let head = [
        "site",
        "configured",
        "connectors",
        "tunnels",
        "ready",
        "suffixes",
        "clients",
        "lookups",
    ];
    let lines = sites.iter().map(|one| {
        let configured = if one.configured { "yes" } else { "no" };
        let [tunnels, ready] = site_live(one, live);
        [
            one.name.clone(),
            configured.to_owned(),
            one.connectors.to_string(),
            tunnels,
            ready,
            or_dash(Some(&one.suffixes.join(" "))),
            or_dash(Some(&one.clients.join(" "))),
            or_dash(Some(&one.lookups.join(" "))),
        ]
    });
    let mut text = aligned([head.map(str::to_owned)].into_iter().chain(lines));
    text.push('\n');
    text.push_str(&live.told());
    text
}

pub(super) fn site(site: &SiteJson, own: &[ConnectorJson], live: &Live) -> String {
    let name = Row::new("site", &site.name);
    let name = match site.configured {
        true => name,
        false => name
            .note("not in the configuration: no connector is let in")
            .tone(Tone::Bad),
    };
    let mut rows = vec![
        name,
        Row::new("methods", or_dash(Some(&site.methods.join(" ")))),
        Row::new("suffixes", or_dash(Some(&site.suffixes.join(" ")))),
        Row::new("clients", or_dash(Some(&site.clients.join(" ")))),
        Row::new("lookups", or_dash(Some(&site.lookups.join(" ")))).note("may look its people up"),
        Row::new("connectors", site.connectors.to_string()),
    ];
    let [tunnels, ready] = site_live(site, live);
    rows.push(Row::new("tunnels", tunnels));
    rows.push(Row::new("ready", ready));
    if let Some(certificate) = &site.certificate {
        rows.push(
            Row::new("certificates", certificate.urls.join(" ")).note(format!(
                "for browsers of {}, while a connector is ready there: `ready` says whether",
                certificate.addresses.join(" ")
            )),
        );
    }
    let mut text = render(&rows, out::answer_style());
    if !own.is_empty() {
        text.push('\n');
        text.push_str(&connectors(own, live));
    } else {
        text.push_str(&live.told());
    }
    text
}
