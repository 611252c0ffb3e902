//! `entryway connector status`: each node of the hub, and what this connector is ready for, as the daemon says itself.

use super::{Nodes, Showing, Shows};
use crate::cli::{Common, Running};
use crate::columns::{Row, render};
use crate::connector::{Share, Shares};
use crate::control::ask;
use crate::exit::Exit;
use crate::out;
use crate::palette::Tone;
use crate::status::{not_an_answer, unreached};
use entryway_bridge::message::{Certificates, Report, Standing};
use entryway_ldap::days_left;
use entryway_tunnel::connector::{NodeStatus, Phase};
use entryway_tunnel::fingerprint_in_words;
use entryway_wire::{
    CertificatesStatus, ConnectorStatus, ControlAsk, ControlReply, NodeTroubleStatus, ReadyStatus,
    Rfc3339, ShareStatus, TunnelStatus,
};
use std::time::SystemTime;

pub(super) fn status(common: &Common, asked: &Running) -> Result<Exit, Exit> {
    let reply = ask(asked.socket.as_deref(), ControlAsk::Status, false)
        .map_err(|error| unreached(&error))?;
    let ControlReply::Status(status) = reply else {
        return Err(not_an_answer());
    };
    let Some(connector) = status.connector else {
        out::aside(
            "error: the daemon that answers is no connector\n  = hint: it is `entryway serve`; `entryway status` shows how it is\n",
        );
        return Err(Exit::NoAnswer);
    };
    out::answer_as(common, &connector, || {
        render(&rows(&connector), out::answer_style())
    });
    Ok(Exit::Done)
}

/// As the daemon tells it.
pub(crate) fn told(
    nodes: &Nodes,
    report: &Report,
    shares: Shares,
    shows: &Shows,
) -> ConnectorStatus {
    let identity = nodes.identity().current();
    let until = identity.not_after();
    ConnectorStatus {
        site: identity.site.to_string(),
        connector: identity.connector.to_string(),
        name: nodes.name().to_owned(),
        key_fingerprint: fingerprint_in_words(&identity.fingerprint()),
        certificate_until: until.map(|until| Rfc3339(until).to_string()),
        certificate_days: until.map(|until| days_left(until, SystemTime::now())),
        stores: shares.stores,
        shares: shares.of.iter().map(Share::told).collect(),
        ready: report
            .ready
            .iter()
            .map(|ready| ReadyStatus {
                ability: ready.ability.as_str().to_owned(),
                not_because: ready.not_because.map(|why| why.as_str().to_owned()),
            })
            .collect(),
        certificates: certificates(nodes, report, shows),
        nodes: nodes
            .statuses()
            .iter()
            .map(|(hub, status)| node(hub, status, report))
            .collect(),
    }
}

/// Where browsers show certificates, if anywhere.
fn certificates(nodes: &Nodes, report: &Report, shows: &Shows) -> Option<CertificatesStatus> {
    let (listen, problem) = match shows.state() {
        Showing::Off => return None,
        Showing::Starting => (None, None),
        Showing::Incomplete(problem) => (None, Some(problem)),
        Showing::Open(at) => (Some(at.to_string()), None),
    };
    let url = report.certificate_url.as_ref().map(|url| url.as_str());
    let told = nodes.statuses().into_iter();
    let told = told.filter(|(_, status)| status.is_up());
    let told: Vec<_> = told.filter_map(|(_, status)| status.certificates).collect();
    let has = |told: &Certificates| told.urls.iter().any(|known| Some(known.as_str()) == url);
    Some(CertificatesStatus {
        url: url.map(str::to_owned),
        listen,
        problem,
        issuer: nodes.issuer(),
        wanted: told.iter().any(has),
        wanted_at: told
            .first()
            .map(|told| {
                told.urls
                    .iter()
                    .map(|url| url.as_str().to_owned())
                    .collect()
            })
            .unwrap_or_default(),
    })
}

fn node(hub: &str, status: &NodeStatus, report: &Report) -> TunnelStatus {
    let time = |time| Rfc3339(time).to_string();
    let (state, since, next) = match status.phase {
        Phase::Dialing => ("dialling", None, None),
        Phase::Up { since } => ("up", Some(time(since)), None),
        Phase::Waiting { until } => ("down", None, Some(time(until))),
        Phase::Stopped => ("stopped", None, None),
    };
    let welcome = status.welcome.as_ref();
    let wanted = welcome.map_or(&[][..], |welcome| &welcome.wanted);
    let missing = wanted.iter().filter_map(|ability| {
        let why = report.not_ready(*ability)?;
        Some(ReadyStatus {
            ability: ability.as_str().to_owned(),
            not_because: Some(why.as_str().to_owned()),
        })
    });
    TunnelStatus {
        hub: hub.to_owned(),
        state: state.to_owned(),
        since,
        next,
        node: welcome.map(|welcome| welcome.node.as_str().to_owned()),
        standing: welcome.map(|welcome| {
            let standing = match welcome.standing {
                Standing::Active => "active",
                Standing::Draining => "draining",
            };
            standing.to_owned()
        }),
        wanted: wanted.iter().map(|one| one.as_str().to_owned()).collect(),
        missing: missing.collect(),
        latency_ms: status.latency.map(|latency| latency.as_secs_f64() * 1e3),
        outstanding: status.outstanding,
        clock_ahead_ms: status.hub_ahead_ms,
        issuer: status.shown.as_ref().map(|shown| shown.issuer.clone()),
        last_error: status.trouble.as_ref().map(|trouble| NodeTroubleStatus {
            step: trouble.step.map(|step| step.name().to_owned()),
            problem: trouble.problem.clone(),
            remedy: trouble.remedy.map(str::to_owned),
            at: time(trouble.at),
        }),
        not_renewed: status.not_renewed.clone(),
    }
}

pub(crate) fn rows(connector: &ConnectorStatus) -> Vec<Row> {
    let mut rows = vec![
        Row::new("connector", &connector.connector).note(format!(
            "{}, of the site `{}`",
            connector.name, connector.site
        )),
        Row::new("key", &connector.key_fingerprint),
    ];
    if let (Some(until), Some(days)) = (&connector.certificate_until, connector.certificate_days) {
        let (text, tone) = match days {
            ..0 => ("expired".to_owned(), Tone::Bad),
            days => (format!("ends in {days} days"), Tone::Plain),
        };
        rows.push(
            Row::new("certificate", text)
                .tone(tone)
                .note(format!("until {until}")),
        );
    }
    for ready in &connector.ready {
        rows.push(match &ready.not_because {
            None => Row::new(&ready.ability, "ready").tone(Tone::Good),
            Some(why) => Row::new(&ready.ability, "not ready")
                .tone(Tone::Strong)
                .note(why),
        });
    }
    rows.extend(throttle(connector));
    if let Some(certificates) = &connector.certificates {
        rows.push(shown(certificates));
    }
    for node in &connector.nodes {
        tunnel(node, &mut rows);
    }
    rows
}

/// What may be tried of one person, where others of the site count on their own or the directory is known to lock.
fn throttle(connector: &ConnectorStatus) -> Vec<Row> {
    let among = match connector.stores {
        0 | 1 => String::new(),
        stores => format!("; one of {stores} stores that count on their own"),
    };
    let one = |share: &ShareStatus| {
        let is_crowded = connector.stores > 1 && connector.stores >= share.threshold;
        let lets = format!("lets {} through", share.lets_through);
        Row::new("throttle", lets)
            .tone(if is_crowded { Tone::Bad } else { Tone::Plain })
            .note(format!(
                "the directory of `{}` locks at {}{among}{}",
                share.domain,
                share.threshold,
                if is_crowded {
                    ": have them share one PostgreSQL"
                } else {
                    ""
                }
            ))
    };
    connector.shares.iter().map(one).collect()
}

/// Where browsers show certificates, and whether the hub sends any there.
fn shown(certificates: &CertificatesStatus) -> Row {
    let url = certificates.url.as_deref().unwrap_or("nowhere");
    let row = Row::new("certificates", url);
    match (&certificates.problem, &certificates.issuer) {
        (Some(problem), _) => row.tone(Tone::Bad).note(problem),
        (None, None) => row
            .tone(Tone::Strong)
            .note("no hub has said where browsers go back to"),
        (None, Some(issuer)) if certificates.wanted => row.tone(Tone::Good).note(format!(
            "the hub sends browsers here, and they go back to {issuer}"
        )),
        (None, Some(_)) if certificates.wanted_at.is_empty() => row
            .tone(Tone::Strong)
            .note("not switched on at the hub (`methods` of the site)"),
        (None, Some(_)) => row.tone(Tone::Bad).note(format!(
            "the hub would send browsers elsewhere: {}",
            certificates.wanted_at.join(" ")
        )),
    }
}

fn tunnel(node: &TunnelStatus, rows: &mut Vec<Row>) {
    let tone = match &*node.state {
        "up" => Tone::Good,
        "down" => Tone::Bad,
        _ => Tone::Plain,
    };
    let mut notes = vec![node.hub.clone()];
    notes.extend(node.since.as_ref().map(|since| format!("since {since}")));
    notes.extend(
        node.standing
            .as_ref()
            .filter(|standing| *standing != "active")
            .cloned(),
    );
    notes.extend(node.latency_ms.map(|ms| format!("{ms:.1} ms")));
    notes.push(format!("{} under way", node.outstanding));
    notes.extend(
        node.next
            .as_ref()
            .map(|next| format!("tried again at {next}")),
    );
    rows.push(
        Row::new("hub", &node.state)
            .tone(tone)
            .note(notes.join(", ")),
    );
    rows.extend(node.issuer.as_ref().map(|issuer| {
        Row::more("outer TLS").note(format!("by a certificate that `{issuer}` issued"))
    }));
    if !node.wanted.is_empty() {
        rows.push(Row::more("asks for").note(node.wanted.join(", ")));
    }
    for missing in &node.missing {
        let why = missing.not_because.as_deref().unwrap_or_default();
        rows.push(
            Row::more(format!("not ready for {}", missing.ability))
                .tone(Tone::Strong)
                .note(why),
        );
    }
    if let Some(trouble) = &node.last_error {
        let step = trouble
            .step
            .as_ref()
            .map_or_else(String::new, |step| format!("{step}: "));
        rows.push(Row::more(format!("{step}{}", trouble.problem)).note(&trouble.at));
        rows.extend(
            trouble
                .remedy
                .as_ref()
                .map(|remedy| Row::more(remedy.as_str())),
        );
    }
    if let Some(why) = &node.not_renewed {
        rows.push(Row::more("no new certificate").tone(Tone::Strong).note(why));
    }
}
