//! `entryway tls check`: what is in force for each server and role, and how a connection goes. It dials as
//! a login does; only where that fails is the server asked once more, by a client that believes anybody, for
//! what it shows.

use super::PATIENCE;
use super::identity::{self, IdentityJson, Shown};
use super::way::{WayJson, way_json, way_rows};
use crate::cli::{Common, Output};
use crate::columns::{Row, render};
use crate::compose::compose;
use crate::exit::Exit;
use crate::palette::Tone;
use crate::{logs, out, sources};
use entryway_config::Sources;
use entryway_config::edit::{DomainView, Origin, domains};
use entryway_directory::ServerSource;
use entryway_ldap::{
    CloseReason, LdapError, ProbeReport, Role, SearchRole, Security, Server, Step, Target, TlsCode,
    TlsFailure, Way,
};
use serde::Serialize;
use serde_json::Value;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::level_filters::LevelFilter;

/// How long one way to a server may take; its own timeouts are shorter.
const LONGEST: Duration = Duration::from_secs(15);
/// Most addresses of one name.
const ADDRESSES: usize = 16;

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
    /// Our own certificates, as servers that ask are shown them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    identities: Vec<IdentityJson>,
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

/// One way and what came of it.
pub(super) struct Looked {
    pub(super) roles: Vec<Role>,
    pub(super) way: Arc<Way>,
    pub(super) result: Result<ProbeReport, LdapError>,
    /// Why the connection, once it stood, was of no use.
    pub(super) unanswered: Option<LdapError>,
    /// The one of several that was dialled.
    pub(super) address: Option<IpAddr>,
    /// What the server shows to anybody, where the way is closed.
    pub(super) shown: Vec<Vec<u8>>,
    pub(super) offers: Vec<entryway_ldap::Offer>,
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
        let own = identity::of(found.iter().chain(domain.cards()));
        for one in &own {
            rows.extend(one.rows());
        }
        let mut look = |source: ServerSource, server: &Server, looked: &[Looked]| {
            for one in looked {
                rows.extend(way_rows(source, server, one));
                servers.push(way_json(source, server, one));
            }
        };
        let cards = domain.cards().iter().map(|it| (ServerSource::Cards, it));
        let all = found.iter().map(|it| (ServerSource::Servers, it));
        for (source, server) in all.chain(cards) {
            let looked = look_at(server).await;
            look(source, server, &looked);
            answer.ok &= serves(&looked);
        }
        for host in domain.followed() {
            let mut works = Vec::new();
            for server in &host {
                let looked = look_at(server).await;
                look(ServerSource::Referrals, server, &looked);
                works.push(serves(&looked));
            }
            // A referral says by which way: a host that has one of them may have no other.
            answer.ok &= works.contains(&true);
        }
        answer.domains.push(DomainJson {
            name: domain.name().to_string(),
            settings: tls_settings(view).map(setting_json).collect(),
            problem,
            servers,
            identities: own.iter().map(Shown::json).collect(),
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
    // Each address of a name: a login takes the first that answers, and tomorrow that is another one.
    let addresses = server.addresses(Instant::now() + LONGEST).await;
    let addresses: Vec<_> = match addresses {
        Ok(several) if several.len() > 1 => several.into_iter().take(ADDRESSES).map(Some).collect(),
        // Why there is none, the dial says.
        Ok(_) | Err(_) => vec![None],
    };
    let mut all = Vec::new();
    for (way, roles) in ways {
        let by = roles
            .iter()
            .copied()
            .find(|role| !role.carries_passwords())
            .or(roles.first().copied());
        let Some(by) = by else { continue };
        for address in &addresses {
            let (result, unanswered) = answer(server, by, *address).await;
            let mut looked = Looked {
                roles: roles.clone(),
                way: Arc::clone(&way),
                result,
                unanswered,
                address: *address,
                shown: Vec::new(),
                offers: Vec::new(),
            };
            looked.ask_again(server).await;
            all.push(looked);
        }
    }
    all
}

/// Whether a login or a look-up finds its way, whichever address it takes. One that is not reached from here costs it a moment
/// as long as another one is; one that is reached and not trusted is no server.
fn serves(all: &[Looked]) -> bool {
    let has_another = |one: &Looked| {
        let of_its_way = all.iter().filter(|it| Arc::ptr_eq(&it.way, &one.way));
        of_its_way.into_iter().any(Looked::is_ok)
    };
    let mut all = all.iter();
    all.all(|one| one.is_ok() || one.is_out_of_reach() && has_another(one))
}

/// A connection of this role, and why it was of no use once it stood.
async fn answer(
    server: &Server,
    role: Role,
    address: Option<IpAddr>,
) -> (Result<ProbeReport, LdapError>, Option<LdapError>) {
    let due = || Instant::now() + LONGEST;
    let connected = match address {
        Some(address) => server.connect_at(address, role, due()).await,
        None => server.connect(role, due()).await,
    };
    // A server may refuse us only once the handshake is over on our side: it must have answered something.
    let (Ok(_), Some(search)) = (&connected, searches(role)) else {
        return (connected, None);
    };
    let answered = match address {
        Some(address) => server.probe_at(address, search, due()).await,
        None => server.probe(search, due()).await,
    };
    match answered {
        Err(error) if matches!(error.underlying(), LdapError::Tls(_)) => (Err(error), None),
        answered => (connected, answered.err()),
    }
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
    pub(super) fn is_ok(&self) -> bool {
        self.result.is_ok() && self.unanswered.is_none()
    }
    fn is_out_of_reach(&self) -> bool {
        let error = self.result.as_ref().err().map(LdapError::underlying);
        matches!(
            error,
            Some(
                LdapError::Unreachable { .. }
                    | LdapError::TimedOut {
                        step: Step::Connect
                    }
            )
        )
    }
    /// Where TLS does not come to its end: what does the server show, and what would it agree to?
    async fn ask_again(&mut self, server: &Server) {
        let Err(error) = &self.result else { return };
        let start_tls = match &self.way.security {
            Security::Clear => return,
            Security::StartTls(_) => true,
            Security::Ldaps(_) => false,
        };
        let target = Target {
            host: match self.address {
                Some(address) => address.to_string(),
                None => server.settings().host.clone(),
            },
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
    pub(super) fn chain(&self) -> &[Vec<u8>] {
        match &self.result {
            Ok(report) => report.tls.as_ref().map_or(&[], |tls| &tls.chain),
            Err(_) => &self.shown,
        }
    }
    pub(super) fn security(&self) -> &'static str {
        match &self.way.security {
            Security::Clear => "clear",
            Security::StartTls(_) => "starttls",
            Security::Ldaps(_) => "ldaps",
        }
    }
}
