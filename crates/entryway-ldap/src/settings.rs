//! What a server is told before it is used. Resolved and checked elsewhere; plain values here.

use crate::TlsClient;
use entryway_ldap_proto::Limits;
use entryway_ldap_types::Password;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Everything about one LDAP host.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// As shown to the administrator: `ldaps://dc1.corp.example`.
    pub display: Arc<str>,
    /// Host name or address, an IPv6 address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// What is encrypted, and how.
    pub security: Security,
    /// Who Entryway is when it searches.
    pub service_bind: ServiceBind,
    /// Bounds of every wait.
    pub timeouts: Timeouts,
    /// Bounds of each role's connections.
    pub limits: PoolLimits,
    /// Bounds of every message.
    pub proto_limits: Limits,
}

/// What is encrypted, and how.
#[derive(Debug, Clone)]
pub enum Security {
    /// Nothing.
    Clear,
    /// Everything after the StartTLS exchange; a refusal ends the connection.
    StartTls(TlsClient),
    /// Everything.
    Ldaps(TlsClient),
}

/// Who Entryway is when it searches.
#[derive(Clone)]
pub enum ServiceBind {
    /// Nobody: no bind is sent.
    Anonymous,
    /// A simple bind.
    Simple {
        /// The account's name.
        dn: String,
        /// Its password.
        password: Arc<Password>,
    },
}

/// Never shows the password.
impl fmt::Debug for ServiceBind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Simple { dn, .. } => f
                .debug_struct("Simple")
                .field("dn", dn)
                .finish_non_exhaustive(),
        }
    }
}

/// Bounds of waits, taken as 10 ms to one day. A caller's deadline, when nearer, always wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For each step of dialling: resolve, connect, StartTLS, handshake.
    pub connect: Duration,
    /// For each operation, the service bind among them.
    pub operation: Duration,
    /// How long a connection without work is kept.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            operation: Duration::from_secs(2),
            idle: Duration::from_secs(300),
        }
    }
}

/// Bounds of one role's connections to one server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolLimits {
    /// Most connections; 0 is taken as 1.
    pub max: usize,
    /// Most searches in flight on one connection; 0 is taken as 1.
    pub outstanding: usize,
}

impl Default for PoolLimits {
    fn default() -> Self {
        Self {
            max: 32,
            outstanding: 64,
        }
    }
}

/// Why a connection exists. Each role has connections and counters of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Binds as people, and nothing else.
    Authenticate,
    /// Login name to entry.
    FindLogin,
    /// People and groups by partial name.
    Resolve,
    /// Pages through the directory.
    Browse,
    /// Members of a group, groups of a person.
    GroupContent,
    /// Business cards and photos.
    Cards,
    /// Changes a password with the old one.
    ChangePassword,
}

impl Role {
    /// Every role, in declaration order.
    pub const ALL: [Self; 7] = [
        Self::Authenticate,
        Self::FindLogin,
        Self::Resolve,
        Self::Browse,
        Self::GroupContent,
        Self::Cards,
        Self::ChangePassword,
    ];
    /// Bytes that one search of this role may make us hold. A login needs one entry without pictures; the
    /// others page through many, or fetch photos.
    pub(crate) fn answer_bytes(self) -> usize {
        match self {
            Self::FindLogin => 1 << 20,
            _ => 64 << 20,
        }
    }
    /// The configured spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::FindLogin => "find-login",
            Self::Resolve => "resolve",
            Self::Browse => "browse",
            Self::GroupContent => "group-content",
            Self::Cards => "cards",
            Self::ChangePassword => "change-password",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
