//! Sites, connectors and tickets as they are shown.

use super::desk::{Made, ticket_id};
use entryway_bridge::SiteName;
use entryway_config::{HubSettings, SiteCertificate, SiteSettings};
use entryway_store::{ConnectorRow, Standing, TicketRow};
use entryway_tunnel::fingerprint_in_words;
use entryway_wire::{
    ConnectorJson, Rfc3339, SiteCertificateJson, SiteJson, TicketJson, TicketMadeJson,
};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A time of the store.
pub(super) fn moment(ms: i64) -> String {
    let since = Duration::from_millis(u64::try_from(ms).unwrap_or_default());
    Rfc3339(
        UNIX_EPOCH
            .checked_add(since)
            .unwrap_or(SystemTime::UNIX_EPOCH),
    )
    .to_string()
}

/// A ticket, at a time.
pub(super) fn ticket(row: &TicketRow, now_ms: i64) -> TicketJson {
    let state = match (row.used_ms, row.ended_ms) {
        (Some(_), _) => "used",
        (None, Some(_)) => "revoked",
        (None, None) if row.expires_ms <= now_ms => "expired",
        (None, None) => "waits",
    };
    TicketJson {
        id: ticket_id(row),
        site: row.site.clone(),
        state: state.to_owned(),
        made: moment(row.made_ms),
        made_by: row.made_by.clone(),
        expires: moment(row.expires_ms),
        used: row.used_ms.map(moment),
        connector: row.connector.clone(),
        revoked_by: row.ended_by.clone(),
    }
}

/// A new ticket, this once with what it opens with.
pub(super) fn made(settings: &HubSettings, site: &SiteName, made: &Made) -> TicketMadeJson {
    TicketMadeJson {
        id: ticket_id(&made.row),
        site: site.as_str().to_owned(),
        url: format!("{}/connector/v1/{site}", settings.url),
        ticket: made.text.to_string(),
        expires: moment(made.row.expires_ms),
    }
}

/// A connector, without its tunnel.
pub(super) fn connector(row: &ConnectorRow) -> ConnectorJson {
    ConnectorJson {
        id: row.id.clone(),
        site: row.site.clone(),
        name: row.name.clone(),
        standing: row.standing.as_str().to_owned(),
        changed: moment(row.changed_ms),
        changed_by: row.changed_by.clone(),
        key: fingerprint_in_words(&row.spki),
        certificate_until: moment(row.not_after_ms),
        enrolled: moment(row.enrolled_ms),
        software: row.software.clone(),
        seen: row.seen_ms.map(moment),
        node: row.node.clone(),
        replaced_by: None,
        tunnel: None,
    }
}

/// Says of each who seems to have taken its place: the newest one of its site and name, where this one was not seen since
/// that one enrolled. Who was revoked is in nobody's way. `rows` are all of its site.
pub(super) fn note_replaced(shown: &mut [ConnectorJson], rows: &[ConnectorRow]) {
    for one in shown.iter_mut().filter(|one| one.tunnel.is_none()) {
        let own = rows.iter().find(|row| row.id == one.id);
        let next = own.and_then(|own| replaced_by(own, rows));
        one.replaced_by = next.map(|next| next.id.clone());
    }
}

/// Who seems to have taken its place.
pub(super) fn replaced_by<'a>(
    own: &ConnectorRow,
    rows: &'a [ConnectorRow],
) -> Option<&'a ConnectorRow> {
    if own.standing == Standing::Revoked || own.name.is_empty() {
        return None;
    }
    let is_next = |row: &&ConnectorRow| {
        row.site == own.site
            && row.name == own.name
            && row.standing != Standing::Revoked
            && row.enrolled_ms > own.enrolled_ms
            && own.seen_ms.is_none_or(|seen| seen <= row.enrolled_ms)
    };
    rows.iter()
        .filter(is_next)
        .max_by_key(|row| row.enrolled_ms)
}

/// Every site: those of the configuration, and those of which connectors are left.
pub(super) fn sites(settings: Option<&HubSettings>, connectors: &[ConnectorRow]) -> Vec<SiteJson> {
    let mut sites: BTreeMap<&str, SiteJson> = BTreeMap::new();
    for site in settings.iter().flat_map(|hub| &hub.sites) {
        sites.insert(&site.name, configured(site));
    }
    let known = connectors
        .iter()
        .filter(|row| row.standing != Standing::Revoked);
    for row in known {
        let site = sites.entry(&row.site).or_insert_with(|| left(&row.site));
        site.connectors += 1;
    }
    sites.into_values().collect()
}

fn configured(site: &SiteSettings) -> SiteJson {
    let texts = |list: &[std::sync::Arc<str>]| list.iter().map(|text| text.to_string()).collect();
    let methods = [
        ("password", true),
        ("certificate", site.certificate.is_some()),
    ];
    SiteJson {
        configured: true,
        suffixes: texts(&site.suffixes),
        clients: texts(&site.clients),
        lookups: texts(&site.lookups),
        methods: methods
            .into_iter()
            .filter(|(_, on)| *on)
            .map(|(method, _)| method.to_owned())
            .collect(),
        certificate: site.certificate.as_ref().map(certificate),
        ..left(&site.name)
    }
}

fn certificate(certificate: &SiteCertificate) -> SiteCertificateJson {
    let offer = if certificate.at_once {
        "redirect"
    } else {
        "button"
    };
    SiteCertificateJson {
        urls: certificate.urls.iter().map(|url| url.to_string()).collect(),
        addresses: certificate
            .addresses
            .iter()
            .map(|range| range.to_string())
            .collect(),
        offer: offer.to_owned(),
        not_offered: None,
    }
}

fn left(name: &str) -> SiteJson {
    SiteJson {
        name: name.to_owned(),
        configured: false,
        suffixes: Vec::new(),
        clients: Vec::new(),
        lookups: Vec::new(),
        methods: Vec::new(),
        connectors: 0,
        tunnels: 0,
        ready: Vec::new(),
        certificate: None,
    }
}

#[cfg(test)]
mod tests;
