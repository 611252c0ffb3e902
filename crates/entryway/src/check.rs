//! `entryway check`: the configuration, and every server of every domain as a login would use it.

mod bases;
mod certificates;
mod front;
mod json;
mod lockout;
mod people;
mod roles;
mod schema;
mod store;

use crate::cli::{Common, Output};
use crate::columns::{Row, render};
use crate::compose::compose;
use crate::exit::Exit;
use crate::explain::elapsed;
use crate::palette::Tone;
use crate::sources::NotLoaded;
use crate::{logs, out, sources};
use entryway_config::{Dialect, DomainSettings, Loaded, RuleBook, Settings, Severity};
use entryway_ldap::{
    DirectoryKind, LdapError, ProbeReport, Role, RootDse, SearchRole, Server, ServiceBind, Step,
};
use entryway_login::{CertificateAsk, CertificateBy, DomainId, DomainPolicy, RuleId};
use json::{Answer, ProblemJson};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::level_filters::LevelFilter;

/// How long one server's connection, or one search on it, may take; its own timeouts are shorter.
const PATIENCE: Duration = Duration::from_secs(15);

/// What was looked at, and what was found.
#[derive(Debug, Serialize)]
pub(crate) struct Finding {
    /// Empty for what belongs to none.
    #[serde(skip_serializing_if = "String::is_empty")]
    domain: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    server: String,
    check: &'static str,
    ok: bool,
    /// Works, and somebody should look at it all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    warning: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<u64>,
    detail: String,
    /// Where a role's connection was looked at.
    #[serde(flatten)]
    opened: Option<roles::Opened>,
}

/// How a look ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Good,
    /// Logins work, perhaps not as somebody expects.
    Odd,
    Bad,
}

impl Finding {
    pub(crate) fn new(
        domain: &str,
        server: &str,
        check: &'static str,
        state: State,
        took: Option<Duration>,
        detail: String,
    ) -> Self {
        Self {
            domain: domain.to_owned(),
            server: server.to_owned(),
            check,
            ok: state != State::Bad,
            warning: state == State::Odd,
            took_ms: took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
            detail,
            opened: None,
        }
    }
}

/// A look at one server of a domain.
struct Look<'a> {
    domain: &'a str,
    server: String,
    policy: &'a DomainPolicy,
    /// How rules for certificates ask this domain.
    asks: &'a [(CertificateBy, RuleId, &'a CertificateAsk)],
    places: &'a RuleBook,
    /// In how many stores failures are counted of this directory.
    stores: u32,
    findings: &'a mut Vec<Finding>,
}

impl Look<'_> {
    fn found(&mut self, check: &'static str, state: State, took: Option<Duration>, detail: String) {
        let finding = Finding::new(self.domain, &self.server, check, state, took, detail);
        self.findings.push(finding);
    }

    /// The connection that the last finding is about.
    fn opened(&mut self, opened: roles::Opened) {
        if let Some(last) = self.findings.last_mut() {
            last.opened = Some(opened);
        }
    }

    /// ` (entryway.toml:18)`, where that is known.
    fn place(&self, rule: RuleId) -> String {
        let place = self.places.place(rule);
        place.map_or_else(String::new, |place| format!(" ({place})"))
    }

    /// Of the next step.
    fn deadline(&self) -> Instant {
        Instant::now() + PATIENCE
    }
}

/// Looks at everything; exit 1 when something fails.
pub(crate) async fn check(common: &Common) -> Result<Exit, Exit> {
    check_with(common, async |_| Before::default()).await
}

/// What is found before domains are looked at.
#[derive(Default)]
pub(crate) struct Before {
    pub(crate) findings: Vec<Finding>,
    /// In how many stores failures are counted of these directories, where somebody has said it.
    pub(crate) stores: u32,
}

/// The same, behind what `first` finds.
pub(crate) async fn check_with(
    common: &Common,
    first: impl AsyncFnOnce(&Settings) -> Before,
) -> Result<Exit, Exit> {
    let (path, loaded) = configuration(common)?;
    let _log = logs::start(common, LevelFilter::OFF)?;
    let mut problems = ProblemJson::all(&loaded.warnings);
    let composed = match compose(&loaded.settings) {
        Ok(composed) => composed,
        Err(error) => {
            let message = format!("{error:#}");
            match common.output {
                Output::Json => {
                    problems.push(ProblemJson::elsewhere(Severity::Error, message));
                    json::unusable(Some(path.display().to_string()), problems);
                }
                Output::Text => out::aside(&format!("error: {message}\n")),
            }
            return Err(Exit::Configuration);
        }
    };
    for warning in &composed.warnings {
        match common.output {
            Output::Json => problems.push(ProblemJson::elsewhere(Severity::Warning, warning)),
            Output::Text => out::aside(&format!("warning: {warning}\n")),
        }
    }
    let Before {
        mut findings,
        stores,
    } = first(&loaded.settings).await;
    let stores = stores.max(loaded.settings.throttle.stores);
    findings.extend(store::look_at(&loaded.settings).await);
    findings.extend(front::look_at(&loaded.settings));
    findings.extend(certificates::look_at(&loaded.settings));
    let configured = loaded.settings.policy.domains.iter();
    let configured = configured.zip(&loaded.settings.domains);
    for (at, (domain, (policy, settings))) in composed.domains.iter().zip(configured).enumerate() {
        let asks = asks_of(&loaded.settings, DomainId(at));
        let servers = match domain.find_servers(Instant::now() + PATIENCE).await {
            Ok(servers) => servers,
            Err(cause) => {
                let source = format!("srv {}", settings.srv.as_deref().unwrap_or_default());
                let bad = State::Bad;
                findings.push(Finding::new(
                    domain.name(),
                    &source,
                    "dns",
                    bad,
                    None,
                    cause,
                ));
                continue;
            }
        };
        for server in servers.iter() {
            let look = Look {
                domain: domain.name(),
                server: server.display().to_string(),
                policy,
                asks: &asks,
                places: &loaded.places,
                stores,
                findings: &mut findings,
            };
            look_at(look, server, settings).await;
        }
        for server in domain.cards() {
            let mut look = Look {
                domain: domain.name(),
                server: server.display().to_string(),
                policy,
                asks: &[],
                places: &loaded.places,
                stores,
                findings: &mut findings,
            };
            roles::cards(&mut look, server).await;
        }
    }
    composed.domains.close().await;
    let ok = findings.iter().all(|finding| finding.ok);
    match common.output {
        Output::Json => out::json(&Answer {
            ok,
            configuration: Some(path.display().to_string()),
            problems,
            findings: &findings,
        }),
        Output::Text => {
            let rows = table(
                &path,
                &loaded.settings,
                loaded.warnings.warnings(),
                &findings,
            );
            out::answer(&render(&rows, out::answer_style()));
        }
    }
    Ok(if ok { Exit::Done } else { Exit::No })
}

/// How each rule for certificates asks a domain.
fn asks_of(settings: &Settings, domain: DomainId) -> Vec<(CertificateBy, RuleId, &CertificateAsk)> {
    let rules = settings.policy.certificates.iter().flat_map(|it| &it.rules);
    rules
        .flat_map(|rule| {
            let own = rule.asks.iter().filter(move |ask| ask.domain == domain);
            own.map(|ask| (rule.by, rule.rule, ask))
        })
        .collect()
}

/// Tells what was found where no configuration was looked at; exit 1 when something fails.
pub(crate) fn tell(common: &Common, findings: &[Finding]) -> Exit {
    let ok = findings.iter().all(|finding| finding.ok);
    match common.output {
        Output::Json => out::json(&Answer {
            ok,
            configuration: None,
            problems: Vec::new(),
            findings,
        }),
        Output::Text => out::answer(&render(&finding_rows(findings), out::answer_style())),
    }
    if ok { Exit::Done } else { Exit::No }
}

/// The configuration. What is wrong or odd about it is part of the answer for programs, and stands
/// beside it for people.
fn configuration(common: &Common) -> Result<(PathBuf, Loaded), Exit> {
    if common.output == Output::Text {
        return sources::load_and_show(common);
    }
    sources::find_and_load(common).map_err(|not| {
        match not {
            NotLoaded::Nowhere { expected } => {
                json::unusable(
                    None,
                    vec![ProblemJson::elsewhere(Severity::Error, expected)],
                );
            }
            NotLoaded::Bad { path, report } => {
                json::unusable(Some(path.display().to_string()), ProblemJson::all(&report))
            }
        }
        Exit::Configuration
    })
}

async fn look_at(mut look: Look<'_>, server: &Arc<Server>, settings: &DomainSettings) {
    let Some(report) = connect(&mut look, server).await else {
        // What is behind a door that does not open is not looked at; there may be another one.
        let door = server.way(Role::FindLogin);
        return roles::others(&mut look, server, door).await;
    };
    roles::others(&mut look, server, None).await;
    dialect(&mut look, settings.dialect, report.root_dse.as_ref());
    let root_dse = report.root_dse.as_ref();
    bases::of_groups(&mut look, server, &settings.groups, root_dse).await;
    if bases::of_people(&mut look, server, &report).await {
        people::find_one(&mut look, server).await;
        lockout::read(&mut look, server).await;
        let is_active_directory =
            root_dse.map(RootDse::kind) == Some(DirectoryKind::ActiveDirectory);
        schema::compare(&mut look, server, is_active_directory).await;
        schema::membership(
            &mut look,
            server,
            &settings.groups,
            report.root_dse.as_ref(),
        )
        .await;
    }
}

/// What kind of directory is asked, and whether that is what it says of itself. What follows is looked at as a login
/// would.
fn dialect(look: &mut Look<'_>, configured: Dialect, root_dse: Option<&RootDse>) {
    let found = root_dse.map(RootDse::kind);
    let is_one = found == Some(DirectoryKind::ActiveDirectory);
    let says = found.map_or("generic", DirectoryKind::as_str);
    let as_written = configured.as_str();
    let (state, detail) = match configured {
        Dialect::Auto => {
            look.policy = look.policy.seen(is_one);
            (State::Good, format!("{says}, by the root DSE (`auto`)"))
        }
        // A server that hides what it is contradicts nobody.
        Dialect::Generic => (State::Good, format!("{as_written}, as configured")),
        _ if matches!(found, None | Some(DirectoryKind::Other)) || says == as_written => {
            (State::Good, format!("{as_written}, as configured"))
        }
        _ => (
            State::Odd,
            format!("{as_written} is configured, and the root DSE says {says}"),
        ),
    };
    look.found("dialect", state, None, detail);
}

/// The door: name, TLS, the service account. `None` when it does not open.
async fn connect(look: &mut Look<'_>, server: &Server) -> Option<ProbeReport> {
    let started = Instant::now();
    match server.probe(SearchRole::FindLogin, look.deadline()).await {
        Ok(report) => {
            let bind = took(&report, |step| step == Step::ServiceBind);
            let dial = took(&report, |step| {
                !matches!(step, Step::ServiceBind | Step::Search)
            });
            let search = took(&report, |step| step == Step::Search);
            let good = State::Good;
            look.found("connect", good, Some(dial), connected(&report));
            look.found("service bind", good, Some(bind), bound_as(server));
            let kind = kind(report.root_dse.as_ref());
            look.found("root DSE", good, Some(search), kind);
            Some(report)
        }
        Err(error) => {
            let refused = matches!(
                error,
                LdapError::ServiceBindRefused { .. } | LdapError::ExternalBindRefused { .. }
            );
            let (check, detail) = if refused {
                let place = look.place(look.policy.rule);
                let who = bound_as(server);
                (
                    "service bind",
                    format!("{who}: {}{place}", error.in_words()),
                )
            } else {
                ("connect", error.in_words())
            };
            look.found(check, State::Bad, Some(started.elapsed()), detail);
            None
        }
    }
}

fn took(report: &ProbeReport, which: impl Fn(Step) -> bool) -> Duration {
    report
        .steps
        .iter()
        .filter(|(step, _)| which(*step))
        .map(|(_, took)| *took)
        .sum()
}

fn connected(report: &ProbeReport) -> String {
    let peer = report
        .peer
        .map_or_else(|| "an unknown address".to_owned(), |peer| peer.to_string());
    match &report.tls {
        Some(tls) => format!(
            "{peer}, {}, {}",
            tls.session.version, tls.session.cipher_suite
        ),
        None => format!("{peer}, without TLS"),
    }
}

fn bound_as(server: &Server) -> String {
    match &server.settings().service_bind {
        ServiceBind::Anonymous => "anonymous: none is sent".to_owned(),
        ServiceBind::External => "whoever the client certificate says".to_owned(),
        ServiceBind::Simple { dn, .. } => dn.clone(),
    }
}

/// What the server says of itself.
fn kind(root_dse: Option<&RootDse>) -> String {
    let Some(root_dse) = root_dse else {
        return "hidden".to_owned();
    };
    let name = match (&root_dse.vendor_name, &root_dse.vendor_version) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name.clone(),
        _ => match root_dse.kind() {
            DirectoryKind::ActiveDirectory => "Active Directory".to_owned(),
            DirectoryKind::OpenLdap => "OpenLDAP".to_owned(),
            DirectoryKind::Ds389 | DirectoryKind::Other => "an unnamed server".to_owned(),
        },
    };
    let contexts = root_dse
        .naming_contexts
        .first()
        .map_or_else(String::new, |context| format!(", {context}"));
    format!("{}{contexts}", name.escape_debug())
}

fn table(path: &Path, settings: &Settings, warnings: usize, findings: &[Finding]) -> Vec<Row> {
    let count =
        |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let servers = settings
        .domains
        .iter()
        .map(|domain| domain.servers.len())
        .sum();
    let mut note = vec![
        count(settings.domains.len(), "domain"),
        count(servers, "server"),
        count(settings.tokens.len(), "API caller"),
        count(warnings, "warning"),
    ];
    if settings.priced_rows > 0 {
        note.push(count(settings.priced_rows, "row") + " tried one by one");
    }
    let mut rows = vec![Row::new("config", "ok").tone(Tone::Good).note(format!(
        "{}: {}",
        path.display(),
        note.join(", ")
    ))];
    rows.extend(finding_rows(findings));
    rows
}

/// Each finding, under its domain and server.
fn finding_rows(findings: &[Finding]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut last = None;
    for finding in findings {
        let heading = (&finding.domain, &finding.server);
        // What has no server is a heading by itself.
        if last != Some(heading) && !finding.server.is_empty() {
            rows.push(Row::new(&finding.domain, &finding.server));
            last = Some(heading);
        }
        let (word, tone) = match (finding.ok, finding.warning) {
            (true, false) => ("ok", Tone::Good),
            (true, true) => ("odd", Tone::Strong),
            (false, _) => ("fails", Tone::Bad),
        };
        let took = finding.took_ms.map_or_else(String::new, |took| {
            format!(", {}", elapsed(Duration::from_millis(took)))
        });
        rows.push(
            Row::new(finding.check.to_owned(), format!("{word}{took}"))
                .tone(tone)
                .note(&finding.detail),
        );
    }
    rows
}
