//! How a running daemon is. Numbers and names from the configuration; nothing that anybody typed at a login.

use super::connector::ConnectorStatus;
use serde::{Deserialize, Serialize};

/// Everything that `entryway status` tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The process.
    pub daemon: DaemonStatus,
    /// The configuration in force.
    pub configuration: ConfigurationStatus,
    /// Where it is listened.
    pub listeners: Vec<ListenerStatus>,
    /// What outlives requests.
    pub store: StoreStatus,
    /// What came of logins lately.
    pub logins: LoginsStatus,
    /// Each domain, in the configuration's order.
    pub domains: Vec<DomainStatus>,
    /// The tunnels of a connector; left out where this is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector: Option<ConnectorStatus>,
    /// Certificates of this machine: trusted ones and our own. Those of servers stand with the servers.
    #[serde(default)]
    pub certificates: Vec<CertificateStatus>,
    /// Each site of a hub, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteStatus>,
}

/// A site of a hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteStatus {
    /// As configured.
    pub name: String,
    /// Tunnels of its connectors to this node.
    pub tunnels: usize,
    /// Those of them whose connectors were asked a moment ago and give no sign of life.
    #[serde(default)]
    pub silent: usize,
    /// For what one of them is ready, and asked: `password`, `lookups`, `certificate`.
    pub ready: Vec<String>,
    /// Questions on their way.
    pub outstanding: usize,
    /// How long a sign of life takes to the nearest, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<u64>,
}

/// The process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonStatus {
    /// The program's version.
    pub version: String,
    /// The process id.
    pub pid: u32,
    /// When it began, RFC 3339.
    pub started: String,
    /// Seconds since then.
    pub uptime_s: u64,
}

/// The configuration in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationStatus {
    /// The file, as the daemon was given it.
    pub file: String,
    /// Counted from 1.
    pub generation: u64,
    /// When it was applied, RFC 3339.
    pub applied: String,
    /// How many API callers it has.
    pub callers: usize,
    /// Settings that differ from what runs and wait for a restart.
    pub restart_needed: Vec<String>,
    /// Why the last reading was refused, if nothing was applied since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// An address that is listened on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenerStatus {
    /// `api`, `certificates` or `metrics`.
    pub serves: String,
    /// The address.
    pub listen: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Why the certificate that lies in its files now is not shown, but the one before it; left out where there is no such
    /// trouble.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What outlives requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreStatus {
    /// Whether it is believed and takes records.
    pub ready: bool,
    /// Where it is; no password is in it.
    pub place: String,
    /// Local accounts.
    pub accounts: usize,
    /// Decisions written since the start.
    pub records: u64,
    /// Decisions that could not be written, and were withdrawn.
    pub records_lost: u64,
}

/// What came of logins lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginsStatus {
    /// Within the last 60 seconds.
    pub minute: LoginCounts,
    /// Within the last 60 minutes.
    pub hour: LoginCounts,
    /// Refusals that wait for their time.
    pub held: usize,
}

/// Logins by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginCounts {
    /// Let in.
    pub accept: u64,
    /// Asked for more.
    pub challenge: u64,
    /// Refused.
    pub reject: u64,
    /// Without a verdict: an outage.
    pub indeterminate: u64,
}

/// One domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainStatus {
    /// Its name.
    pub name: String,
    /// Whether a server of it is not known to be down.
    pub ready: bool,
    /// Why none of its servers is known: DNS does not tell them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// In order of preference.
    pub servers: Vec<ServerStatus>,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerStatus {
    /// As configured.
    pub server: String,
    /// What the domain has it for: `servers`, `cards` (apart from those), `referrals` (followed to).
    pub source: String,
    /// What kind of directory its root DSE says it is, as a word of `dialect`; left out where that was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// Whether logins go there: the first server of its domain that is not known to be down.
    pub serving: bool,
    /// `closed`, `half_open` or `open`.
    pub breaker: String,
    /// Seconds since the breaker opened; left out while it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded_s: Option<u64>,
    /// Failures since its last answer.
    pub failures: u32,
    /// The last of them, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Of the last handshake; left out where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateStatus>,
    /// Roles that were used.
    pub roles: Vec<RoleStatus>,
}

/// One role of a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoleStatus {
    /// As configured.
    pub role: String,
    /// Connections that are ready.
    pub open: usize,
    /// Those of them without work.
    pub idle: usize,
    /// Connections being set up.
    pub dialling: usize,
    /// Operations without an answer yet.
    pub outstanding: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
    /// Connections opened since the daemon began.
    pub opened: u64,
    /// Dials that failed since then.
    pub dial_failures: u64,
    /// Operations that were answered since then.
    pub answered: u64,
    /// Operations without an answer.
    pub unanswered: u64,
    /// Half of the answers took at most this long, in milliseconds; left out where none came, or too late to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    /// Ninety-nine of a hundred answers took at most this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<f64>,
    /// How the connection that was opened last is protected: `TLS 1.3`, `TLS 1.2`, `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<String>,
}

/// A certificate with an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateStatus {
    /// Whose it is, or which file it is from.
    pub subject: String,
    /// When it ends, RFC 3339.
    pub not_after: String,
    /// Whole days until then; below zero when it is over.
    pub days: i64,
}
