//! `entryway tls check`: what is in force for each server and role, and how a connection goes. It dials as
//! a login does; only where that fails is the server asked once more, by a client that believes anybody, for
//! what it shows.

use super::PATIENCE;
use super::show::{self, CertificateJson};
use crate::cli::{Common, Output};
use crate::columns::{Row, render};
use crate::compose::compose;
use crate::exit::Exit;
use crate::explain::elapsed;
use crate::palette::Tone;
use crate::{logs, out, sources};
use entryway_config::Sources;
use entryway_config::edit::{DomainView, Origin, domains};
use entryway_ldap::{
    Accepted, CertificateFacts, CloseReason, LdapError, ProbeReport, Role, SearchRole, Security,
    Server, ServiceBind, Step, Target, TlsCode, TlsFailure, Way,
};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::level_filters::LevelFilter;

/// How long one way to a server may take; its own timeouts are shorter.
const LONGEST: Duration = Duration::from_secs(15);

/// The whole answer.
#[derive(Serialize)]
struct Answer {
    ok: bool,
    configuration: String,
    domains: Vec<DomainJson>,
}

#[derive(Serialize)]
struct DomainJson {
    name: String,
    settings: Vec<SettingJson>,
    /// Why its servers were not found in DNS.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    servers: Vec<WayJson>,
}

/// What is in force, and where it was written.
#[derive(Serialize)]
struct SettingJson {
    key: String,
    value: Value,
    text: String,
    /// `entryway.toml:12`, a variable, or `default`.
    from: String,
}

/// One way to a server, with the roles that go it.
#[derive(Serialize)]
struct WayJson {
    server: String,
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

/// One way and what came of it.
struct Looked {
    roles: Vec<Role>,
    way: Arc<Way>,
    result: Result<ProbeReport, LdapError>,
    /// Why the connection, once it stood, was of no use.
    unanswered: Option<LdapError>,
    /// What the server shows to anybody, where the way is closed.
    shown: Vec<Vec<u8>>,
    offers: Vec<entryway_ldap::Offer>,
}

pub(super) async fn check(common: &Common, only: Option<&str>) -> Result<Exit, Exit> {
    let (path, loaded) = sources::load_and_show(common)?;
    let _log = logs::start(common, LevelFilter::OFF)?;
    let sources = Sources::file(&path).environment(std::env::vars_os());
    let views = domains(&sources).map(|domains| domains.list);
    let views = views.map_err(|report| {
        out::aside(&report.render(out::aside_in_colour()));
        Exit::Configuration
    })?;
    if let Some(name) = only
        && !views
            .iter()
            .any(|view| view.name.eq_ignore_ascii_case(name))
    {
        out::aside(&format!(
            "error: there is no domain `{}`\n",
            name.escape_debug()
        ));
        return Err(Exit::Usage);
    }
    let composed = compose(&loaded.settings).map_err(|error| {
        out::aside(&format!("error: {error:#}\n"));
        Exit::Configuration
    })?;
    for warning in &composed.warnings {
        out::aside(&format!("warning: {warning}\n"));
    }
    let mut rows = Vec::new();
    let mut answer = Answer {
        ok: true,
        configuration: path.display().to_string(),
        domains: Vec::new(),
    };
    for domain in composed.domains.iter() {
        let is_asked = only.is_none_or(|name| domain.name().eq_ignore_ascii_case(name));
        let view = views.iter().find(|view| view.name == **domain.name());
        let (true, Some(view)) = (is_asked, view) else {
            continue;
        };
        rows.extend(settings(view));
        let mut servers = Vec::new();
        let found = domain.find_servers(Instant::now() + LONGEST).await;
        let problem = found.as_ref().err().cloned();
        if let Some(problem) = &problem {
            rows.push(Row::new("dns", "fails").tone(Tone::Bad).note(problem));
            answer.ok = false;
        }
        let found = found.as_deref().unwrap_or_default();
        for server in found.iter().chain(domain.cards()) {
            for looked in look_at(server).await {
                rows.extend(way_rows(server, &looked));
                let found = way_json(server, &looked);
                answer.ok &= found.ok;
                servers.push(found);
            }
        }
        answer.domains.push(DomainJson {
            name: domain.name().to_string(),
            settings: tls_settings(view).map(setting_json).collect(),
            problem,
            servers,
        });
    }
    composed.domains.close().await;
    let ok = answer.ok;
    match common.output {
        Output::Json => out::json(&answer),
        Output::Text => out::answer(&render(&rows, out::answer_style())),
    }
    Ok(if ok { Exit::Done } else { Exit::No })
}

/// What decides about TLS in a domain.
fn tls_settings(view: &DomainView) -> impl Iterator<Item = &entryway_config::edit::ValueView> {
    const BESIDE: [&str; 4] = ["servers", "srv", "encrypt", "allow_clear_text_passwords"];
    view.values.iter().filter(|value| {
        let key = value.key.as_str();
        // What cards have of the domain is said there.
        let of_cards = key.starts_with("cards.tls.") && value.origin != Origin::Default;
        BESIDE.contains(&key) || key.starts_with("tls.") || of_cards
    })
}

fn from(origin: &Origin) -> String {
    match origin {
        Origin::Written(place) => place.clone(),
        Origin::Default => "default".to_owned(),
    }
}

fn settings(view: &DomainView) -> Vec<Row> {
    let mut rows = vec![Row::new(&view.name, "what is in force").note(&view.place)];
    rows.extend(tls_settings(view).map(|value| {
        Row::more(format!("{} = {}", value.key, value.text)).note(from(&value.origin))
    }));
    rows
}

fn setting_json(value: &entryway_config::edit::ValueView) -> SettingJson {
    SettingJson {
        key: value.key.clone(),
        value: value.json.clone(),
        text: value.text.clone(),
        from: from(&value.origin),
    }
}

/// Each way to a server once, by one of the roles that go it: by one that binds as the service account, where
/// there is such a one.
async fn look_at(server: &Arc<Server>) -> Vec<Looked> {
    let mut ways: Vec<(Arc<Way>, Vec<Role>)> = Vec::new();
    for (role, way) in server.settings().ways.iter() {
        let Some(way) = way else { continue };
        match ways.iter_mut().find(|(known, _)| Arc::ptr_eq(known, way)) {
            Some((_, roles)) => roles.push(role),
            None => ways.push((Arc::clone(way), vec![role])),
        }
    }
    let mut all = Vec::new();
    for (way, roles) in ways {
        let by = roles
            .iter()
            .copied()
            .find(|role| !role.carries_passwords())
            .or(roles.first().copied());
        let Some(by) = by else { continue };
        let mut result = server.connect(by, Instant::now() + LONGEST).await;
        let mut unanswered = None;
        // A server may refuse us only once the handshake is over on our side: it must have answered something.
        if let (Ok(_), Some(role)) = (&result, searches(by))
            && let Err(error) = server.probe(role, Instant::now() + LONGEST).await
        {
            match error.underlying() {
                LdapError::Tls(_) => result = Err(error),
                _ => unanswered = Some(error),
            }
        }
        let mut looked = Looked {
            roles,
            way,
            result,
            unanswered,
            shown: Vec::new(),
            offers: Vec::new(),
        };
        looked.ask_again(server).await;
        all.push(looked);
    }
    all
}

/// The same role, where it searches.
fn searches(role: Role) -> Option<SearchRole> {
    SearchRole::ALL
        .into_iter()
        .find(|search| Role::from(*search) == role)
}

/// The chain that a server shows to anybody.
async fn shown(target: &Target) -> Vec<Vec<u8>> {
    let fetched = target.fetch().await;
    fetched.map_or_else(|_| Vec::new(), |fetched| fetched.chain)
}

impl Looked {
    /// Where TLS does not come to its end: what does the server show, and what would it agree to?
    async fn ask_again(&mut self, server: &Server) {
        let Err(error) = &self.result else { return };
        let start_tls = match &self.way.security {
            Security::Clear => return,
            Security::StartTls(_) => true,
            Security::Ldaps(_) => false,
        };
        let target = Target {
            host: server.settings().host.clone(),
            port: self.way.port,
            start_tls,
            limit: PATIENCE,
        };
        let kind = match error.underlying() {
            LdapError::Tls(failure) => failure.kind(),
            LdapError::Closed(CloseReason::InsideHandshake(_)) => TlsCode::HandshakeClosed,
            LdapError::Closed(CloseReason::InsideStartTls) => TlsCode::StartTlsClosed,
            _ => return,
        };
        match kind {
            TlsCode::NothingInCommon => self.offers = target.offers().await.unwrap_or_default(),
            // Some servers hang up on whatever they do not understand, and say nothing.
            TlsCode::HandshakeClosed if !start_tls && target.speaks_ldap().await => {
                self.result = Err(LdapError::Tls(TlsFailure::NoTls));
            }
            TlsCode::HandshakeClosed => {
                self.offers = target.offers().await.unwrap_or_default();
                self.shown = shown(&target).await;
            }
            TlsCode::StartTlsClosed => {
                let tls = Target {
                    start_tls: false,
                    ..target
                };
                self.shown = shown(&tls).await;
                if !self.shown.is_empty() {
                    self.result = Err(LdapError::Tls(TlsFailure::TlsPort));
                }
            }
            TlsCode::NoTls
            | TlsCode::TlsPort
            | TlsCode::StartTlsNotOffered
            | TlsCode::StartTlsRefused => {}
            _ => self.shown = shown(&target).await,
        }
    }
    fn chain(&self) -> &[Vec<u8>] {
        match &self.result {
            Ok(report) => report.tls.as_ref().map_or(&[], |tls| &tls.chain),
            Err(_) => &self.shown,
        }
    }
    fn security(&self) -> &'static str {
        match &self.way.security {
            Security::Clear => "clear",
            Security::StartTls(_) => "starttls",
            Security::Ldaps(_) => "ldaps",
        }
    }
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

fn way_rows(server: &Server, looked: &Looked) -> Vec<Row> {
    let mut rows = vec![
        Row::new("server", server.display().to_string()),
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

fn way_json(server: &Server, looked: &Looked) -> WayJson {
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
        roles: looked.roles.iter().map(|role| role.as_str()).collect(),
        port: looked.way.port,
        security: looked.security(),
        ok: report.is_some() && looked.unanswered.is_none(),
        address: report
            .and_then(|report| report.peer)
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
