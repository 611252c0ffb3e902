//! The directories' connections and operations, read from the pools when asked.

use crate::live::{Live, Running};
use crate::status::breaker;
use entryway_directory::ServerSource;
use entryway_ldap::{LATENCY_BOUNDS_US, OperationKind, OperationOutcome, RoleStats, ServerStats};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// Reads the pools in force. What a reload replaces is not told any more; what takes its place counts on.
pub(super) struct Directories {
    live: Arc<Live>,
}

impl fmt::Debug for Directories {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Directories")
    }
}

impl Directories {
    pub(super) fn new(live: Arc<Live>) -> Self {
        Self { live }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ServerLabels {
    domain: String,
    server: String,
    source: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DownLabels {
    #[prometheus(flatten)]
    server: ServerLabels,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BreakerLabels {
    #[prometheus(flatten)]
    server: ServerLabels,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BindLabels {
    #[prometheus(flatten)]
    server: ServerLabels,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RoleLabels {
    #[prometheus(flatten)]
    server: ServerLabels,
    role: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    #[prometheus(flatten)]
    role: RoleLabels,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OpenedLabels {
    #[prometheus(flatten)]
    role: RoleLabels,
    tls: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailureLabels {
    #[prometheus(flatten)]
    role: RoleLabels,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    #[prometheus(flatten)]
    role: RoleLabels,
    operation: &'static str,
    result: String,
}

/// One server with the domain it belongs to, and why it does.
struct Seen {
    domain: String,
    source: ServerSource,
    stats: ServerStats,
}

impl Seen {
    fn server(&self) -> ServerLabels {
        ServerLabels {
            domain: self.domain.clone(),
            server: self.stats.display.to_string(),
            source: self.source.as_str(),
        }
    }
    fn role(&self, role: &RoleStats) -> RoleLabels {
        RoleLabels {
            server: self.server(),
            role: role.role.as_str(),
        }
    }
}

impl Collector for Directories {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let running = self.live.now();
        let generation = ConstGauge::new(i64::try_from(running.number).unwrap_or(i64::MAX));
        generation.encode(encoder.encode_descriptor(
            "config_generation",
            "The configuration in force, counted from 1",
            None,
            MetricType::Gauge,
        )?)?;
        let since = ConstGauge::new(unix_seconds(running.since));
        since.encode(encoder.encode_descriptor(
            "config_applied_timestamp",
            "When it was applied, since 1970",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?)?;
        let refused = ConstGauge::new(i64::from(self.live.refused().is_some()));
        refused.encode(encoder.encode_descriptor(
            "config_reload_refused",
            "Whether the last reload was refused: what runs is older than what is written",
            None,
            MetricType::Gauge,
        )?)?;
        let seen = seen(&running);
        servers(&mut encoder, &seen)?;
        service_binds(&mut encoder, &seen)?;
        connections(&mut encoder, &seen)?;
        operations(&mut encoder, &seen)?;
        latency(&mut encoder, &seen)
    }
}

pub(super) fn unix_seconds(at: SystemTime) -> f64 {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
}

fn seen(running: &Running) -> Vec<Seen> {
    let mut seen = Vec::new();
    for domain in running.gateway.domains().iter() {
        for (source, server) in domain.every_server() {
            seen.push(Seen {
                domain: domain.name().to_string(),
                source,
                stats: server.stats(),
            });
        }
    }
    seen
}

const BREAKER: [&str; 3] = ["closed", "half_open", "open"];

fn servers(encoder: &mut DescriptorEncoder<'_>, seen: &[Seen]) -> fmt::Result {
    let mut up = encoder.encode_descriptor(
        "server_up",
        "Whether a directory server is not known to be down",
        None,
        MetricType::Gauge,
    )?;
    for server in seen {
        let is_up = server.stats.health.degraded_since.is_none();
        ConstGauge::new(i64::from(is_up)).encode(up.encode_family(&server.server())?)?;
    }
    let mut down = encoder.encode_descriptor(
        "server_down",
        "1 as long as a server is known to be down, by the reason that was met last",
        None,
        MetricType::Gauge,
    )?;
    for seen in seen {
        let health = &seen.stats.health;
        if let (Some(_), Some(code)) = (health.degraded_since, health.last_code) {
            let labels = DownLabels {
                server: seen.server(),
                code,
            };
            ConstGauge::new(1_i64).encode(down.encode_family(&labels)?)?;
        }
    }
    let mut family = encoder.encode_descriptor(
        "server_breaker",
        "The state that a server's breaker is in, 1 of one and 0 of the others",
        None,
        MetricType::Gauge,
    )?;
    for server in seen {
        let now = breaker(&server.stats.health);
        for state in BREAKER {
            let labels = BreakerLabels {
                server: server.server(),
                state,
            };
            ConstGauge::new(i64::from(state == now)).encode(family.encode_family(&labels)?)?;
        }
    }
    let mut failures = encoder.encode_descriptor(
        "server_failures_in_a_row",
        "Failures of a server since its last answer",
        None,
        MetricType::Gauge,
    )?;
    for server in seen {
        let count = server.stats.health.consecutive_failures;
        ConstGauge::new(i64::from(count)).encode(failures.encode_family(&server.server())?)?;
    }
    Ok(())
}

/// All three of every server: what has not happened yet is 0, and its first time is an increase.
fn service_binds(encoder: &mut DescriptorEncoder<'_>, seen: &[Seen]) -> fmt::Result {
    let help = "Binds as the service account, by what came of them";
    let mut family =
        encoder.encode_descriptor("ldap_service_binds", help, None, MetricType::Counter)?;
    for seen in seen {
        let binds = seen.stats.service_binds;
        for (result, count) in [
            ("taken", binds.taken),
            ("refused", binds.refused),
            ("withheld", binds.withheld),
        ] {
            let labels = BindLabels {
                server: seen.server(),
                result,
            };
            ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
        }
    }
    Ok(())
}

fn connections(encoder: &mut DescriptorEncoder<'_>, seen: &[Seen]) -> fmt::Result {
    let help = "Connections to directory servers; idle ones are open too";
    let mut family =
        encoder.encode_descriptor("ldap_connections", help, None, MetricType::Gauge)?;
    for server in seen {
        for role in &server.stats.roles {
            for (state, count) in [
                ("open", role.open),
                ("idle", role.idle),
                ("dialling", role.dialling),
            ] {
                let labels = StateLabels {
                    role: server.role(role),
                    state,
                };
                ConstGauge::new(whole(count)).encode(family.encode_family(&labels)?)?;
            }
        }
    }
    gauges(
        encoder,
        seen,
        "ldap_outstanding",
        "LDAP operations without an answer yet",
        |role| role.outstanding,
    )?;
    gauges(
        encoder,
        seen,
        "ldap_waiting",
        "Callers that wait for a connection",
        |role| role.waiting,
    )?;
    opened(encoder, seen)?;
    dial_failures(encoder, seen)?;
    totals(
        encoder,
        seen,
        "ldap_received",
        "LDAP received, before any TLS",
        |role| role.bytes_received,
    )?;
    totals(
        encoder,
        seen,
        "ldap_sent",
        "LDAP sent, before any TLS",
        |role| role.bytes_sent,
    )
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn opened(encoder: &mut DescriptorEncoder<'_>, seen: &[Seen]) -> fmt::Result {
    let help = "Connections ever opened, by the version of TLS that protects them";
    let mut family =
        encoder.encode_descriptor("ldap_connections_opened", help, None, MetricType::Counter)?;
    for server in seen {
        for role in &server.stats.roles {
            for (protection, count) in &role.opened_by {
                let labels = OpenedLabels {
                    role: server.role(role),
                    tls: protection.as_str(),
                };
                ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
            }
        }
    }
    Ok(())
}

fn dial_failures(encoder: &mut DescriptorEncoder<'_>, seen: &[Seen]) -> fmt::Result {
    let help = "Connections that could not be opened, by the step or the reason";
    let mut family =
        encoder.encode_descriptor("ldap_dial_failures", help, None, MetricType::Counter)?;
    for server in seen {
        for role in &server.stats.roles {
            for (code, count) in &role.dial_failures_by {
                let labels = FailureLabels {
                    role: server.role(role),
                    code,
                };
                ConstCounter::new(*count).encode(family.encode_family(&labels)?)?;
            }
        }
    }
    Ok(())
}

fn gauges(
    encoder: &mut DescriptorEncoder<'_>,
    seen: &[Seen],
    name: &str,
    help: &str,
    count: fn(&RoleStats) -> usize,
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for server in seen {
        for role in &server.stats.roles {
            ConstGauge::new(whole(count(role)))
                .encode(family.encode_family(&server.role(role))?)?;
        }
    }
    Ok(())
}

fn totals(
    encoder: &mut DescriptorEncoder<'_>,
    seen: &[Seen],
    name: &str,
    help: &str,
    count: fn(&RoleStats) -> u64,
) -> fmt::Result {
    let mut family =
        encoder.encode_descriptor(name, help, Some(&Unit::Bytes), MetricType::Counter)?;
    for server in seen {
        for role in &server.stats.roles {
            ConstCounter::new(count(role)).encode(family.encode_family(&server.role(role))?)?;
        }
    }
    Ok(())
}
fn operations(encoder: &mut DescriptorEncoder<'_>, seen: &[Seen]) -> fmt::Result {
    let help = "LDAP operations by how they ended";
    let mut family =
        encoder.encode_descriptor("ldap_operations", help, None, MetricType::Counter)?;
    for server in seen {
        for role in &server.stats.roles {
            for counted in &role.operations {
                let operation = match counted.kind {
                    OperationKind::Search => "search",
                    OperationKind::Bind => "bind",
                };
                let labels = OperationLabels {
                    role: server.role(role),
                    operation,
                    result: result(counted.outcome),
                };
                ConstCounter::new(counted.count).encode(family.encode_family(&labels)?)?;
            }
        }
    }
    Ok(())
}

fn result(outcome: OperationOutcome) -> String {
    match outcome {
        OperationOutcome::Code(code) => code
            .name()
            .map_or_else(|| code.0.to_string(), str::to_owned),
        OperationOutcome::OtherCode => "other".to_owned(),
        OperationOutcome::Unanswered => "unanswered".to_owned(),
        OperationOutcome::Abandoned => "abandoned".to_owned(),
    }
}

fn latency(encoder: &mut DescriptorEncoder<'_>, seen: &[Seen]) -> fmt::Result {
    let help = "Time from an LDAP operation to its answer";
    let mut family = encoder.encode_descriptor(
        "ldap_operation",
        help,
        Some(&Unit::Seconds),
        MetricType::Histogram,
    )?;
    for server in seen {
        for role in &server.stats.roles {
            let bounds = LATENCY_BOUNDS_US
                .iter()
                .map(|bound| *bound as f64 / 1e6)
                .chain([f64::INFINITY]);
            let buckets: Vec<_> = bounds.zip(role.latency.buckets.iter().copied()).collect();
            let count = buckets.iter().map(|(_, count)| count).sum();
            let sum = role.latency.sum_us as f64 / 1e6;
            family
                .encode_family(&server.role(role))?
                .encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
        }
    }
    Ok(())
}
