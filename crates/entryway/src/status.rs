//! `entryway status`: how the running daemon is, as it says itself.

mod seen;

pub(crate) use seen::{Seen, breaker};

use crate::cli::{Common, Running};
use crate::columns::{Row, render};
use crate::control::{Unreached, ask};
use crate::exit::Exit;
use crate::out;
use crate::palette::Tone;
use entryway_wire::{
    CertificateStatus, ControlAsk, ControlReply, DomainStatus, LoginCounts, RoleStatus,
    ServerStatus, SiteStatus, Status,
};

/// Asks, and shows the answer.
pub(crate) fn status(common: &Common, asked: &Running) -> Result<Exit, Exit> {
    let reply = ask(asked.socket.as_deref(), ControlAsk::Status, false)
        .map_err(|error| unreached(&error))?;
    let ControlReply::Status(status) = reply else {
        return Err(not_an_answer());
    };
    out::answer_as(common, &status, || {
        render(&rows(&status), out::answer_style())
    });
    Ok(Exit::Done)
}

/// Says why there is no answer, and what to do.
pub(crate) fn unreached(error: &Unreached) -> Exit {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    out::aside(&format!("error: {text}\n  = hint: {}\n", error.hint()));
    Exit::NoAnswer
}

/// A daemon that answers another question than it was asked.
pub(crate) fn not_an_answer() -> Exit {
    out::aside("error: the daemon's answer is to another question\n");
    Exit::NoAnswer
}

fn rows(status: &Status) -> Vec<Row> {
    let (daemon, configuration) = (&status.daemon, &status.configuration);
    let mut rows = vec![
        Row::new("entryway", &daemon.version).note(format!(
            "pid {}, up {}, since {}",
            daemon.pid,
            span(daemon.uptime_s),
            daemon.started
        )),
        Row::new("config", format!("generation {}", configuration.generation)).note(format!(
            "{}, applied {}, {}",
            configuration.file,
            configuration.applied,
            counted(configuration.callers, "API caller")
        )),
    ];
    if let Some(problem) = &configuration.refused {
        let row = Row::new("", "the last reload was refused").tone(Tone::Bad);
        rows.push(row.note(problem));
    }
    for setting in &configuration.restart_needed {
        let row = Row::new("", "a restart is needed").tone(Tone::Strong);
        rows.push(row.note(setting));
    }
    for listener in &status.listeners {
        let address = format!("{}://{}", listener.scheme, listener.listen);
        rows.push(Row::new(&listener.serves, address));
        if let Some(problem) = &listener.problem {
            let row = Row::new("", "shows the certificate before").tone(Tone::Bad);
            rows.push(row.note(problem));
        }
    }
    let store = &status.store;
    let (word, tone) = if store.ready {
        ("ready", Tone::Good)
    } else {
        ("not ready", Tone::Bad)
    };
    let mut note = format!(
        "{}, {}, {}",
        store.place,
        counted(store.accounts, "local account"),
        counted(store.records, "record")
    );
    if store.records_lost > 0 {
        note.push_str(&format!(", {} lost", store.records_lost));
    }
    rows.push(Row::new("store", word).tone(tone).note(note));
    let logins = &status.logins;
    rows.push(Row::new("logins", by_outcome(&logins.minute)).note("in the last minute"));
    rows.push(Row::more(by_outcome(&logins.hour)).note("in the last hour"));
    for one in &status.certificates {
        rows.push(certificate("certificate", one));
    }
    if let Some(connector) = &status.connector {
        rows.extend(crate::site::rows(connector));
    }
    for one in &status.domains {
        domain(one, &mut rows);
    }
    sites(&status.sites, &mut rows);
    rows
}

/// A hub may have thousands: with more than so many, those that are well are counted.
const SITES: usize = 20;

fn sites(sites: &[SiteStatus], rows: &mut Vec<Row>) {
    let is_well = |site: &&SiteStatus| !site.ready.is_empty();
    let all = sites.len() <= SITES;
    for one in sites.iter().filter(|site| all || !is_well(site)) {
        let (word, tone) = match (one.tunnels, is_well(&one)) {
            (0, _) => ("no connector".to_owned(), Tone::Bad),
            (_, false) => ("not ready".to_owned(), Tone::Bad),
            (_, true) => (format!("ready: {}", one.ready.join(", ")), Tone::Good),
        };
        let mut note = vec!["site".to_owned(), counted(one.tunnels, "tunnel")];
        if one.silent > 0 {
            note.push(format!("{} silent", one.silent));
        }
        note.extend(one.latency_ms.map(|ms| format!("{ms} ms away")));
        if one.outstanding > 0 {
            note.push(format!("{} asked", one.outstanding));
        }
        rows.push(Row::new(&one.name, word).tone(tone).note(note.join(", ")));
    }
    let well = sites.iter().filter(is_well).count();
    if !all && well > 0 {
        rows.push(Row::new("sites", format!("{well} ready")).tone(Tone::Good));
    }
}

fn domain(domain: &DomainStatus, rows: &mut Vec<Row>) {
    let (word, tone) = if domain.ready {
        ("ready", Tone::Good)
    } else {
        ("down", Tone::Bad)
    };
    let servers = domain.servers.iter();
    let for_logins = servers.filter(|server| server.source == "servers").count();
    rows.push(
        Row::new(&domain.name, word)
            .tone(tone)
            .note(counted(for_logins, "server")),
    );
    if let Some(problem) = &domain.problem {
        rows.push(
            Row::new("", "no server is known")
                .tone(Tone::Bad)
                .note(problem),
        );
    }
    for one in &domain.servers {
        server(one, rows);
    }
}

fn server(server: &ServerStatus, rows: &mut Vec<Row>) {
    let label = match &*server.source {
        "cards" => "cards at",
        "referrals" => "referred to",
        _ => "server",
    };
    let (word, tone) = match (&*server.breaker, server.serving) {
        ("closed", true) => ("serves", Tone::Good),
        // It is asked when something is wanted of it; no other stands before it.
        ("closed", false) if label != "server" => ("not known to be down", Tone::Plain),
        ("closed", false) => ("stands by", Tone::Plain),
        ("half_open", _) => ("down, tried again", Tone::Bad),
        _ => ("down", Tone::Bad),
    };
    let mut state = word.to_owned();
    if let Some(since) = server.degraded_s {
        state.push_str(&format!(" for {}", span(since)));
    }
    let note = match &server.directory {
        Some(kind) => format!("{}, {kind}", server.server),
        None => server.server.clone(),
    };
    rows.push(Row::new(label, state).tone(tone).note(note));
    if let Some(error) = &server.last_error {
        rows.push(Row::more(counted(server.failures, "failure")).note(error));
    }
    if let Some(one) = &server.certificate {
        rows.push(certificate("", one));
    }
    rows.extend(server.roles.iter().map(role));
}

fn role(role: &RoleStatus) -> Row {
    let mut text = format!("{} open, {} idle", role.open, role.idle);
    for (count, what) in [
        (role.dialling, "dialling"),
        (role.outstanding, "asked"),
        (role.waiting, "waiting"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    let mut note = vec![counted(role.answered, "answer")];
    if role.answered > 0 {
        let within = |ms: Option<f64>| {
            ms.map_or_else(|| "over 2.5 s".to_owned(), |ms| format!("within {ms} ms"))
        };
        note.push(format!(
            "half {}, 99% {}",
            within(role.p50_ms),
            within(role.p99_ms)
        ));
    }
    if role.unanswered > 0 {
        note.push(format!("{} unanswered", role.unanswered));
    }
    if role.dial_failures > 0 {
        note.push(counted(role.dial_failures, "failed dial"));
    }
    note.extend(role.tls.as_ref().map(|tls| match &**tls {
        "none" => "without TLS".to_owned(),
        tls => tls.to_owned(),
    }));
    Row::new(&role.role, text).note(note.join(", "))
}

/// With so many whole days left a certificate is worth a look, as in the log.
const SOON: i64 = 30;

fn certificate(label: &str, one: &CertificateStatus) -> Row {
    let (text, tone) = match one.days {
        ..0 => ("expired".to_owned(), Tone::Bad),
        days if days <= SOON => (format!("ends in {}", counted(days, "day")), Tone::Strong),
        days => (format!("ends in {}", counted(days, "day")), Tone::Plain),
    };
    Row::new(label, text)
        .tone(tone)
        .note(format!("{}, until {}", one.subject, one.not_after))
}

fn by_outcome(counts: &LoginCounts) -> String {
    let parts: Vec<_> = [
        (counts.accept, "accept"),
        (counts.challenge, "challenge"),
        (counts.reject, "reject"),
        (counts.indeterminate, "without a verdict"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, outcome)| format!("{count} {outcome}"))
    .collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

/// `1 server`, `2 servers`.
fn counted(count: impl TryInto<u64>, what: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `45 s`, `12 min`, `3 h 20 min`, `5 d 3 h`.
fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min"),
        3600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests;
