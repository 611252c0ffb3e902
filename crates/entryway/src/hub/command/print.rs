//! What `entryway hub` prints for people.

use crate::columns::{Row, render};
use crate::out;
use crate::palette::Tone;
use crate::table::aligned;
use entryway_wire::{ConnectorJson, SiteJson, TicketJson, TicketMadeJson};

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

pub(super) fn connectors(connectors: &[ConnectorJson]) -> String {
    let head = [
        "id",
        "site",
        "name",
        "standing",
        "seen",
        "node",
        "software",
        "certificate until",
    ];
    let lines = connectors.iter().map(|one| {
        [
            one.id.clone(),
            one.site.clone(),
            or_dash(Some(&one.name)),
            one.standing.clone(),
            or_dash(one.seen.as_deref()),
            or_dash(one.node.as_deref()),
            or_dash(Some(&one.software)),
            one.certificate_until.clone(),
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
    text
}

pub(super) fn connector(one: &ConnectorJson) -> String {
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
    if let Some(by) = &one.replaced_by {
        let note = format!(
            "its machine enrolled again; if it is gone for good: `entryway hub connector revoke {}`",
            one.id
        );
        rows.push(Row::new("replaced by", by).note(note).tone(Tone::Bad));
    }
    render(&rows, out::answer_style())
}

pub(super) fn sites(sites: &[SiteJson]) -> String {
    let head = [
        "site",
        "configured",
        "connectors",
        "methods",
        "suffixes",
        "clients",
        "lookups",
    ];
    let lines = sites.iter().map(|one| {
        let configured = if one.configured { "yes" } else { "no" };
        [
            one.name.clone(),
            configured.to_owned(),
            one.connectors.to_string(),
            or_dash(Some(&one.methods.join(" "))),
            or_dash(Some(&one.suffixes.join(" "))),
            or_dash(Some(&one.clients.join(" "))),
            or_dash(Some(&one.lookups.join(" "))),
        ]
    });
    aligned([head.map(str::to_owned)].into_iter().chain(lines))
}

pub(super) fn site(site: &SiteJson, own: &[ConnectorJson]) -> String {
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
    if let Some(certificate) = &site.certificate {
        rows.push(Row::new("certificates", certificate.urls.join(" ")).note(format!(
            "for browsers of {}, while a connector is ready there: `GET /api/v1/hub/sites` and the metric `site_ready` say whether",
            certificate.addresses.join(" ")
        )));
    }
    let mut text = render(&rows, out::answer_style());
    if !own.is_empty() {
        text.push('\n');
        text.push_str(&connectors(own));
    }
    text
}
