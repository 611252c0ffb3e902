//! How a running connector is: its identity, what it is ready for, and each node of its hub.

use serde::{Deserialize, Serialize};

/// Everything that `entryway connector status` tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectorStatus {
    /// The site, as the hub calls it.
    pub site: String,
    /// The connector's id.
    pub connector: String,
    /// What people call it.
    pub name: String,
    /// SHA-256 of its public key, as the hub shows it too.
    pub key_fingerprint: String,
    /// Until when its certificate is accepted, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_until: Option<String>,
    /// Whole days until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_days: Option<i64>,
    /// In how many stores the site's connectors count failures; 1 while none has been told.
    pub stores: u32,
    /// What each domain's share is, where the directory's threshold could be read.
    pub shares: Vec<ShareStatus>,
    /// What it can do for a hub.
    pub ready: Vec<ReadyStatus>,
    /// Where browsers show certificates; absent where they show none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificates: Option<CertificatesStatus>,
    /// Each node of the hub.
    pub nodes: Vec<TunnelStatus>,
}

/// What the throttle lets through to a directory that locks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareStatus {
    /// Of which domain.
    pub domain: String,
    /// At how many wrong passwords the directory locks an account.
    pub threshold: u32,
    /// How many this connector lets through.
    pub lets_through: u32,
}

/// Where browsers show certificates to a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificatesStatus {
    /// Under which URL browsers reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where it listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// Why it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Where browsers go back to, as the hub says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Whether the hub's configuration has this URL.
    pub wanted: bool,
    /// Where the hub's configuration has the site's connectors.
    pub wanted_at: Vec<String>,
}

/// One thing that a connector can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyStatus {
    /// `password`, `lookups` or `certificate`.
    pub ability: String,
    /// Why it cannot now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_because: Option<String>,
}

/// The tunnel to one node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TunnelStatus {
    /// Where it is dialled.
    pub hub: String,
    /// `up`, `dialling`, `down` or `stopped`.
    pub state: String,
    /// Since when it is up, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// When it is dialled again, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What the node calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// `active`, or `draining`: it is asked nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
    /// What the hub asks of this site: `password`, `lookups`, `certificate`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted: Vec<String>,
    /// Of that, what this connector is not ready for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<ReadyStatus>,
    /// How long the last sign of life took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
    /// Questions under way.
    pub outstanding: usize,
    /// By how much the hub's clock is ahead of this machine's; below zero where it is behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_ms: Option<i64>,
    /// Who issued the certificate that the outer TLS has shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// What went wrong last, since it was up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<NodeTroubleStatus>,
    /// Why there is no new certificate, where one is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_renewed: Option<String>,
}

/// What went wrong with a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeTroubleStatus {
    /// At which step, where the hub was not reached: `dns`, `tcp`, `proxy`, `tls`, `http`, `tunnel`, `hello`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// In words.
    pub problem: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// When, RFC 3339.
    pub at: String,
}
