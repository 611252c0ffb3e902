//! One way to a server, as `entryway tls check` shows what came of it.

use super::check::Looked;
use super::show::{self, CertificateJson};
use crate::columns::Row;
use crate::explain::elapsed;
use crate::palette::Tone;
use entryway_directory::ServerSource;
use entryway_ldap::{
    Accepted, CertificateFacts, LdapError, ProbeReport, Role, Server, ServiceBind, Step,
};
use serde::Serialize;
use std::net::SocketAddr;
use std::time::Duration;

/// One way to a server, with the roles that go it.
#[derive(Serialize)]
pub(super) struct WayJson {
    server: String,
    /// `servers`, `cards`, `referrals`.
    source: &'static str,
    roles: Vec<&'static str>,
    port: u16,
    /// `ldaps`, `starttls`, `clear`.
    security: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cipher_suite: Option<String>,
    /// `chain`, `pin`, `unverified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anchor: Option<String>,
    /// The store that the anchor came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<String>,
    /// What the server shows, its own certificate first.
    chain: Vec<CertificateJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What the server would agree to that Entryway does not speak.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    offers: Vec<String>,
}

fn names(roles: &[Role]) -> String {
    if roles.len() == Role::ALL.len() {
        return "every role".to_owned();
    }
    let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    names.join(", ")
}

fn took(report: &ProbeReport, which: impl Fn(Step) -> bool) -> String {
    let steps = report.steps.iter();
    let sum: Duration = steps
        .filter(|(step, _)| which(*step))
        .map(|(_, took)| *took)
        .sum();
    elapsed(sum)
}

fn bound_as(server: &Server, looked: &Looked) -> Option<String> {
    if looked.roles.iter().all(|role| role.carries_passwords()) {
        return None;
    }
    Some(match &server.settings().service_bind {
        ServiceBind::Anonymous => "anonymous: none is sent".to_owned(),
        ServiceBind::Simple { dn, .. } => dn.clone(),
        ServiceBind::External => "whoever the client certificate says".to_owned(),
    })
}

pub(super) fn way_rows(source: ServerSource, server: &Server, looked: &Looked) -> Vec<Row> {
    let label = match source {
        ServerSource::Servers => "server",
        ServerSource::Cards => "cards at",
        ServerSource::Referrals => "referred to",
    };
    let mut text = server.display().to_string();
    if let Some(address) = looked.address {
        text.push_str(&format!(", at {address}"));
    }
    let mut rows = vec![
        Row::new(label, text),
        Row::new("roles", names(&looked.roles)).note(format!(
            ":{}, {}",
            looked.way.port,
            looked.security()
        )),
    ];
    match &looked.result {
        Ok(report) => {
            let peer = report
                .peer
                .map_or_else(String::new, |peer| peer.to_string());
            let connected = took(report, |step| matches!(step, Step::Resolve | Step::Connect));
            rows.push(
                Row::new("connect", format!("ok, {connected}"))
                    .tone(Tone::Good)
                    .note(peer),
            );
            match &report.tls {
                None => rows.push(
                    Row::new("tls", "none")
                        .tone(Tone::Strong)
                        .note("everything is in clear"),
                ),
                Some(tls) => {
                    let shaken = took(report, |step| {
                        matches!(step, Step::StartTls | Step::Handshake)
                    });
                    let agreed = format!("{}, {}", tls.session.version, tls.session.cipher_suite);
                    rows.push(
                        Row::new("tls", format!("ok, {shaken}"))
                            .tone(Tone::Good)
                            .note(agreed),
                    );
                    let (text, note, tone) = show::accepted(&tls.session.verdict.accepted);
                    rows.push(Row::new("trusted by", text).tone(tone).note(note));
                }
            }
        }
        Err(error) => {
            let label = if matches!(error, LdapError::ServiceBindRefused { .. }) {
                "bind"
            } else {
                "connect"
            };
            rows.push(show::failure(label, error));
        }
    }
    for (at, der) in looked.chain().iter().enumerate() {
        let label = match at {
            0 => "certificate".to_owned(),
            above => format!("above, {above}"),
        };
        if let Some(facts) = CertificateFacts::read(der) {
            rows.extend(show::rows(&label, &facts));
        }
    }
    rows.extend(show::offers(&looked.offers));
    if let (Ok(report), Some(who)) = (&looked.result, bound_as(server, looked)) {
        let bind = took(report, |step| step == Step::ServiceBind);
        rows.push(
            Row::new("bind", format!("ok, {bind}"))
                .tone(Tone::Good)
                .note(who),
        );
    }
    if let Some(error) = &looked.unanswered {
        rows.push(show::failure("root DSE", error));
    }
    rows
}

pub(super) fn way_json(source: ServerSource, server: &Server, looked: &Looked) -> WayJson {
    let report = looked.result.as_ref().ok();
    let error = looked.result.as_ref().err().or(looked.unanswered.as_ref());
    let error = error.map(LdapError::underlying);
    let session = report.and_then(|report| report.tls.as_ref().map(|tls| &tls.session));
    let accepted = session.map(|session| &session.verdict.accepted);
    let (anchor, store) = match accepted {
        Some(Accepted::Chain { anchor, origin, .. }) => {
            (Some(anchor.clone()), Some(origin.to_string()))
        }
        _ => (None, None),
    };
    WayJson {
        server: server.display().to_string(),
        source: source.as_str(),
        roles: looked.roles.iter().map(|role| role.as_str()).collect(),
        port: looked.way.port,
        security: looked.security(),
        ok: looked.is_ok(),
        address: report
            .and_then(|report| report.peer)
            .or_else(|| Some(SocketAddr::new(looked.address?, looked.way.port)))
            .map(|peer| peer.to_string()),
        version: session.map(|session| session.version),
        cipher_suite: session.map(|session| session.cipher_suite.clone()),
        accepted: accepted.map(|accepted| match accepted {
            Accepted::Chain { .. } => "chain",
            Accepted::Pin(_) => "pin",
            Accepted::Unverified => "unverified",
        }),
        anchor,
        store,
        chain: CertificateJson::all(looked.chain()),
        bind: report.and_then(|_| bound_as(server, looked)),
        code: error.map(LdapError::code),
        error: error.map(LdapError::in_words),
        offers: looked
            .offers
            .iter()
            .map(|offer| format!("{} with {}", offer.version, offer.cipher_suite))
            .collect(),
    }
}
