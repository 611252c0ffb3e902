//! What a server is told before it is used. Resolved and checked elsewhere; plain values here.

use crate::TlsClient;
use crate::error::LdapError;
use entryway_ldap_proto::Limits;
use entryway_ldap_types::{ByRole, Password, Role};
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
    /// How each role gets there; `None` for a role that this server is not used for. Roles that share a way,
    /// the same [`Arc`], learn of its health together; roles that do not, do not.
    pub ways: ByRole<Option<Arc<Way>>>,
    /// Whether a password may leave on a way that is [`Security::Clear`]. Without it none does: such a bind fails
    /// here, with [`crate::LdapError::PasswordInClear`].
    pub clear_text_passwords: bool,
    /// Who Entryway is when it searches.
    pub service_bind: ServiceBind,
    /// Bounds of every wait.
    pub timeouts: Timeouts,
    /// Bounds of each role's connections.
    pub limits: ByRole<PoolLimits>,
    /// Bounds of every message.
    pub proto_limits: Limits,
}

/// How a role reaches its server.
#[derive(Debug, Clone)]
pub struct Way {
    /// The port.
    pub port: u16,
    /// What is encrypted, and how.
    pub security: Security,
}

impl Way {
    /// Whether a bind by certificate can mean anything on it.
    pub(crate) fn takes_certificate(&self) -> Result<(), LdapError> {
        match self.security {
            Security::Clear => Err(LdapError::CertificateInClear),
            Security::StartTls(_) | Security::Ldaps(_) => Ok(()),
        }
    }
    /// Whether a password may leave by it. Asked wherever one is about to be written, whatever was configured:
    /// the last line of defence against a mistake elsewhere.
    pub(crate) fn takes_password(&self, in_clear: bool) -> Result<(), LdapError> {
        match self.security {
            Security::Clear if !in_clear => Err(LdapError::PasswordInClear),
            Security::Clear | Security::StartTls(_) | Security::Ldaps(_) => Ok(()),
        }
    }
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
    /// SASL EXTERNAL: whoever the client certificate says (RFC 4513 §5.2.3). Never sent without TLS.
    External,
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
            Self::External => f.write_str("External"),
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
    /// Until a connection stands: resolve, connect, StartTLS and handshake together.
    pub connect: Duration,
    /// For each operation, the service bind among them.
    pub operation: Duration,
    /// How long a connection without work is kept.
    pub idle: Duration,
}

/// A connection that is idle for no time at all could never be used.
const SHORTEST: Duration = Duration::from_millis(10);
/// A look at an idle connection costs a system call.
const LOOK: Duration = Duration::from_secs(5);
/// Moments are computed by adding timeouts: none may reach the end of time.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl Timeouts {
    /// How long a connection without work is kept that only a burst had needed.
    pub(crate) fn spare(self) -> Duration {
        self.idle / 10
    }
    /// How late it may be seen that a server has closed a connection without work.
    pub(crate) fn look(self) -> Duration {
        (self.idle / 60).clamp(SHORTEST, LOOK)
    }
    /// Within their bounds.
    pub(crate) fn clamped(self) -> Self {
        let clamp = |timeout: Duration| timeout.clamp(SHORTEST, LONGEST);
        Self {
            connect: clamp(self.connect),
            operation: clamp(self.operation),
            idle: clamp(self.idle),
        }
    }
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

/// A role whose connections search, bound as the service account. People's passwords never come near one:
/// [`crate::Server::search`] takes nothing else, and only [`Role::Authenticate`] binds as people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SearchRole {
    /// See [`Role::FindLogin`].
    FindLogin,
    /// See [`Role::Resolve`].
    Resolve,
    /// See [`Role::Browse`].
    Browse,
    /// See [`Role::GroupContent`].
    GroupContent,
    /// See [`Role::Cards`].
    Cards,
}

impl SearchRole {
    /// Every role that searches, in the order of [`Role::ALL`].
    pub const ALL: [Self; 5] = [
        Self::FindLogin,
        Self::Resolve,
        Self::Browse,
        Self::GroupContent,
        Self::Cards,
    ];
    /// Bytes that one search of this role may make us hold. A login needs one entry without pictures; the
    /// others page through many, or fetch photos.
    pub(crate) fn answer_bytes(self) -> usize {
        match self {
            Self::FindLogin => 1 << 20,
            _ => 64 << 20,
        }
    }
}

impl From<SearchRole> for Role {
    fn from(role: SearchRole) -> Self {
        match role {
            SearchRole::FindLogin => Self::FindLogin,
            SearchRole::Resolve => Self::Resolve,
            SearchRole::Browse => Self::Browse,
            SearchRole::GroupContent => Self::GroupContent,
            SearchRole::Cards => Self::Cards,
        }
    }
}
