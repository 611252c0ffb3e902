//! `entryway check`: the configuration, and every server of every domain as a login would use it.

mod json;

use crate::cli::{Common, Output};
use crate::columns::{Row, render};
use crate::compose::compose;
use crate::exit::Exit;
use crate::explain::elapsed;
use crate::palette::Tone;
use crate::sources::NotLoaded;
use crate::{logs, out, sources};
use entryway_config::{Loaded, Settings, Severity};
use entryway_ldap::{
    DerefAliases, LdapError, ProbeReport, Role, RootDse, SearchRequest, Server, ServiceBind, Step,
};
use entryway_ldap_types::{AttributeName, Filter, ResultCode, Scope};
use entryway_login::DomainPolicy;
use json::{Answer, ProblemJson};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tracing::level_filters::LevelFilter;

/// How long one server's connection, or one search on it, may take; its own timeouts are shorter.
const PATIENCE: Duration = Duration::from_secs(15);

/// What was looked at, and what was found.
#[derive(Debug, Serialize)]
struct Finding {
    domain: String,
    server: String,
    check: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<u64>,
    detail: String,
}

/// Looks at everything; exit 1 when something fails.
pub(crate) async fn check(common: &Common) -> Result<Exit, Exit> {
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
    let mut findings = Vec::new();
    for (domain, policy) in composed.domains.iter().zip(&loaded.settings.policy.domains) {
        for server in domain.servers() {
            look_at(domain.name(), policy, server, &mut findings).await;
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

async fn look_at(
    domain: &str,
    policy: &DomainPolicy,
    server: &Server,
    findings: &mut Vec<Finding>,
) {
    let finding = |check, ok, took: Option<Duration>, detail: String| Finding {
        domain: domain.to_owned(),
        server: server.display().to_string(),
        check,
        ok,
        took_ms: took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        detail,
    };
    let started = Instant::now();
    match server.probe(started + PATIENCE).await {
        Ok(report) => {
            let bind = took(&report, |step| step == Step::ServiceBind);
            let dial = took(&report, |step| {
                !matches!(step, Step::ServiceBind | Step::Search)
            });
            findings.push(finding("connect", true, Some(dial), connected(&report)));
            findings.push(finding("service bind", true, Some(bind), bound_as(server)));
            findings.push(finding(
                "root DSE",
                true,
                Some(took(&report, |step| step == Step::Search)),
                kind(report.root_dse.as_ref()),
            ));
        }
        Err(error) => {
            // What is behind a door that does not open is not looked at.
            let check = if matches!(error, LdapError::ServiceBindRefused { .. }) {
                "service bind"
            } else {
                "connect"
            };
            return findings.push(finding(
                check,
                false,
                Some(started.elapsed()),
                error.in_words(),
            ));
        }
    }
    if let ServiceBind::Simple { dn, password } = &server.settings().service_bind {
        // On a connection for people, but as the account whose password is at hand.
        let started = Instant::now();
        let bound = server.bind_as(dn, password, started + PATIENCE).await;
        let took = Some(started.elapsed());
        findings.push(match bound {
            Ok(result) if result.code == ResultCode::SUCCESS => finding(
                "authenticate",
                true,
                took,
                "a connection that people would use".to_owned(),
            ),
            Ok(result) => finding(
                "authenticate",
                false,
                took,
                format!("{} {}", result.code, result.diagnostic.escape_debug()),
            ),
            Err(failure) => finding("authenticate", false, took, failure.cause.in_words()),
        });
    }
    let started = Instant::now();
    let searched = server
        .search(Role::FindLogin, &base_entry(policy), started + PATIENCE)
        .await;
    let took = Some(started.elapsed());
    let base = &policy.people.base_text;
    findings.push(match searched {
        Ok(found) if found.code == ResultCode::SUCCESS && !found.entries.is_empty() => {
            finding("find-login", true, took, format!("{base} can be read"))
        }
        Ok(found) if found.code == ResultCode::SUCCESS => finding(
            "find-login",
            false,
            took,
            format!("{base} is not shown to the service account"),
        ),
        Ok(found) => finding(
            "find-login",
            false,
            took,
            format!("{base}: {} {}", found.code, found.diagnostic.escape_debug()),
        ),
        Err(error) => finding("find-login", false, took, error.in_words()),
    });
}

/// The entry where people are searched: reading it needs what finding somebody needs, and counts against nobody.
fn base_entry(policy: &DomainPolicy) -> SearchRequest {
    let object_class = AttributeName::from_static("objectClass");
    SearchRequest {
        base: policy.people.base_text.clone(),
        scope: Scope::Base,
        deref: DerefAliases::Never,
        size_limit: 1,
        time_limit: 0,
        types_only: false,
        filter: Filter::Present(object_class.clone()).into(),
        attributes: [object_class].into(),
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
            tls.version.replace("TLSv1_", "TLS 1."),
            tls.cipher_suite
        ),
        None => format!("{peer}, without TLS"),
    }
}

fn bound_as(server: &Server) -> String {
    match &server.settings().service_bind {
        ServiceBind::Anonymous => "anonymous: none is sent".to_owned(),
        ServiceBind::Simple { dn, .. } => dn.clone(),
    }
}

/// What the server says of itself.
fn kind(root_dse: Option<&RootDse>) -> String {
    /// LDAP_CAP_ACTIVE_DIRECTORY_OID (MS-ADTS §3.1.1.3.4.3).
    const ACTIVE_DIRECTORY: &str = "1.2.840.113556.1.4.800";
    let Some(root_dse) = root_dse else {
        return "hidden".to_owned();
    };
    let is = |list: &[String], value: &str| list.iter().any(|found| found == value);
    let name = match (&root_dse.vendor_name, &root_dse.vendor_version) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) => name.clone(),
        _ if is(&root_dse.supported_capabilities, ACTIVE_DIRECTORY) => {
            "Active Directory".to_owned()
        }
        _ if is(&root_dse.object_classes, "OpenLDAProotDSE") => "OpenLDAP".to_owned(),
        _ => "an unnamed server".to_owned(),
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
    let note = [
        count(settings.domains.len(), "domain"),
        count(servers, "server"),
        count(settings.tokens.len(), "API caller"),
        count(warnings, "warning"),
    ];
    let mut rows = vec![Row::new("config", "ok").tone(Tone::Good).note(format!(
        "{}: {}",
        path.display(),
        note.join(", ")
    ))];
    let mut last = None;
    for finding in findings {
        let heading = (&finding.domain, &finding.server);
        if last != Some(heading) {
            rows.push(Row::new(&finding.domain, &finding.server));
            last = Some(heading);
        }
        let (word, tone) = if finding.ok {
            ("ok", Tone::Good)
        } else {
            ("fails", Tone::Bad)
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
