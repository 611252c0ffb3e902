//! How this daemon is, put together when somebody asks.

use crate::certificates::{local_certificates, server_certificate};
use crate::hub::Figures;
use crate::listener::{ListenerCertificate, ShownHere, scheme};
use crate::live::Live;
use crate::recent::Recent;
use crate::serve::Scraping;
use entryway_bridge::message::Ability;
use entryway_directory::{Domain, ServerSource};
use entryway_ldap::{
    HealthReport, OperationOutcome, Protection, RoleStats, ServerStats, days_left,
};
use entryway_wire::{
    CertificateStatus, ConfigurationStatus, ConnectorStatus, DaemonStatus, DomainStatus,
    ListenerStatus, LoginsStatus, Rfc3339, RoleStatus, ServerStatus, SiteStatus, Status,
    StoreStatus,
};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// Where it can be seen.
pub(crate) struct Seen {
    pub(crate) live: Arc<Live>,
    pub(crate) scraping: Arc<Scraping>,
    pub(crate) recent: Arc<Recent>,
    /// What its listeners show, where they speak TLS.
    pub(crate) shown: ShownHere,
    /// The file, as the daemon was given it.
    pub(crate) configuration: String,
    /// Where the API is.
    pub(crate) listen: Option<SocketAddr>,
    /// Where browsers show people's certificates.
    pub(crate) asking_listen: Option<SocketAddr>,
    /// When the process began.
    pub(crate) began: (Instant, SystemTime),
    /// What a connector tells of itself.
    pub(crate) connector: Option<Box<dyn Fn() -> ConnectorStatus + Send + Sync>>,
}

impl Seen {
    /// Everything, asking nobody: from what is held in memory.
    pub(crate) fn status(&self) -> Status {
        let running = self.live.now();
        let in_force = running.in_force();
        let kept = running.gateway.kept();
        let (minute, hour) = self.recent.counts(Instant::now());
        let (began, at) = self.began;
        let shown = self.shown.api.as_deref();
        let api = self.listen.map(|listen| ListenerStatus {
            serves: "api".to_owned(),
            listen: listen.to_string(),
            scheme: scheme(shown.is_some()).to_owned(),
            problem: shown.and_then(ListenerCertificate::problem),
        });
        let asking = self.shown.asking.as_deref().zip(self.asking_listen);
        let asking = asking.map(|(shown, listen)| ListenerStatus {
            serves: "certificates".to_owned(),
            listen: listen.to_string(),
            scheme: scheme(true).to_owned(),
            problem: shown.problem(),
        });
        let metrics = self.scraping.listens().map(|listen| ListenerStatus {
            serves: "metrics".to_owned(),
            listen: listen.to_string(),
            scheme: scheme(false).to_owned(),
            problem: None,
        });
        let people = running.asks().map(|asks| asks.trust);
        Status {
            daemon: DaemonStatus {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                pid: std::process::id(),
                started: Rfc3339(at).to_string(),
                uptime_s: began.elapsed().as_secs(),
            },
            configuration: ConfigurationStatus {
                file: self.configuration.clone(),
                generation: in_force.generation,
                applied: Rfc3339(running.since).to_string(),
                callers: in_force.callers,
                restart_needed: in_force
                    .restart_needed
                    .into_iter()
                    .map(str::to_owned)
                    .collect(),
                refused: self.live.refused(),
            },
            listeners: api.into_iter().chain(asking).chain(metrics).collect(),
            store: StoreStatus {
                ready: kept.is_ready(),
                place: kept.store.place().to_owned(),
                accounts: kept.accounts.count(),
                records: kept.recorder.written.get(),
                records_lost: kept.recorder.not_written.get(),
            },
            logins: LoginsStatus {
                minute,
                hour,
                held: running.gateway.held(),
            },
            domains: running.gateway.domains().iter().map(domain).collect(),
            connector: self.connector.as_ref().map(|told| told()),
            sites: sites(kept.exchange.figures()),
            certificates: local_certificates(
                running.gateway.domains(),
                people.as_deref(),
                &self.shown,
            )
            .into_iter()
            .take(LOCAL)
            .map(|local| {
                let file = local.origin.trim_matches('`');
                let subject = format!("{}, {file}", local.subject);
                certificate(subject, local.not_after)
            })
            .collect(),
        }
    }
}

/// Most certificates of this machine: those that end first.
const LOCAL: usize = 10;

fn sites(mut figures: Vec<Figures>) -> Vec<SiteStatus> {
    figures.sort_by(|one, other| one.name.cmp(&other.name));
    let one = |site: Figures| SiteStatus {
        name: site.name.to_string(),
        tunnels: site.tunnels,
        silent: site.silent,
        ready: Ability::ALL
            .into_iter()
            .zip(site.ready)
            .filter(|(_, count)| *count > 0)
            .map(|(ability, _)| ability.as_str().to_owned())
            .collect(),
        outstanding: site.outstanding,
        latency_ms: site
            .latency
            .map(|latency| u64::try_from(latency.as_millis()).unwrap_or(u64::MAX)),
    };
    figures.into_iter().map(one).collect()
}

fn certificate(subject: String, not_after: SystemTime) -> CertificateStatus {
    CertificateStatus {
        subject,
        not_after: Rfc3339(not_after).to_string(),
        days: days_left(not_after, SystemTime::now()),
    }
}

fn domain(domain: &Domain) -> DomainStatus {
    let mut servers: Vec<_> = domain
        .every_server()
        .into_iter()
        .map(|(source, one)| {
            let root_dse = one.known_root_dse();
            let directory = root_dse.map(|root| root.kind().as_str().to_owned());
            server(source, &one.stats(), directory)
        })
        .collect();
    // The first that is not known to be down is asked first; the others are there for something else.
    let for_logins = ServerSource::Servers.as_str();
    let serving = servers
        .iter_mut()
        .find(|server| server.source == for_logins && server.breaker == CLOSED);
    let ready = serving.map(|server| server.serving = true).is_some();
    DomainStatus {
        name: domain.name().to_string(),
        ready,
        problem: domain.problem(),
        servers,
    }
}

const CLOSED: &str = "closed";

/// The breaker's state in a word.
pub(crate) fn breaker(health: &HealthReport) -> &'static str {
    match (health.degraded_since, health.trying) {
        (None, _) => CLOSED,
        (Some(_), true) => "half_open",
        (Some(_), false) => "open",
    }
}

fn server(source: ServerSource, stats: &ServerStats, directory: Option<String>) -> ServerStatus {
    let health = &stats.health;
    ServerStatus {
        server: stats.display.to_string(),
        source: source.as_str().to_owned(),
        directory,
        serving: false,
        breaker: breaker(health).to_owned(),
        degraded_s: health.degraded_since.map(|since| since.elapsed().as_secs()),
        failures: health.consecutive_failures,
        last_error: health.last_error.as_ref().map(ToString::to_string),
        certificate: server_certificate(stats)
            .map(|(subject, not_after)| certificate(subject, not_after)),
        roles: stats.roles.iter().map(role).collect(),
    }
}

fn role(stats: &RoleStats) -> RoleStatus {
    let unanswered = stats
        .operations
        .iter()
        .filter(|counted| counted.outcome == OperationOutcome::Unanswered)
        .map(|counted| counted.count)
        .sum();
    // At most a few seconds: exact.
    let quantile = |part| {
        let micros = stats.latency.quantile_us(part)?;
        Some(micros as f64 / 1_000.0)
    };
    RoleStatus {
        role: stats.role.as_str().to_owned(),
        open: stats.open,
        idle: stats.idle,
        dialling: stats.dialling,
        outstanding: stats.outstanding,
        waiting: stats.waiting,
        opened: stats.opened,
        dial_failures: stats.dial_failures,
        answered: stats.latency.count(),
        unanswered,
        p50_ms: quantile(0.5),
        p99_ms: quantile(0.99),
        tls: stats.last_protection.map(protection),
    }
}

fn protection(protection: Protection) -> String {
    match protection {
        Protection::None => "none".to_owned(),
        tls => format!("TLS {}", tls.as_str()),
    }
}
