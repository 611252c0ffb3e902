//! What the configuration says, resolved: the binary is composed from these values.
//!
//! Everything here is checked; nothing here remembers where it was written (see [`crate::RuleBook`])
//! or knows what a socket or a certificate is.

use entryway_ldap_types::Password;
use entryway_login::LoginPolicy;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `server.listen`: where HTTP is served.
    pub listen: SocketAddr,
    /// What a login needs to know.
    pub policy: Arc<LoginPolicy>,
    /// Servers and limits of each domain: same order and index as the policy's domains.
    pub domains: Vec<DomainSettings>,
    /// `[[token]]`: who may call the API.
    pub tokens: Vec<ApiToken>,
    /// Every file that was read for it, secrets and trust files included: the ones worth watching.
    pub files: Vec<PathBuf>,
}

/// One `[domain.X]` as far as connections go.
#[derive(Debug, Clone)]
pub struct DomainSettings {
    /// As configured.
    pub name: Arc<str>,
    /// In order of preference; never empty.
    pub servers: Vec<ServerAddress>,
    /// Entryway's own bind.
    pub bind: ServiceBind,
    /// What kind of directory it is.
    pub dialect: Dialect,
    /// Effective values: the domain's where it has them, else the global ones.
    pub tls: TlsSettings,
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// How many connections, and how much on each.
    pub connections: Connections,
}

/// One LDAP host of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    /// As written: `ldaps://dc1.corp.example`.
    pub display: Arc<str>,
    /// Name or address, an IPv6 address without its brackets.
    pub host: String,
    /// The port, the scheme's own when none is written.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
}

/// How a connection is protected; there is no fallback from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Security {
    /// TLS from the first byte.
    Ldaps,
    /// TLS before anything else is said.
    StartTls,
    /// None: `encrypt = "none"` and `allow_clear_text_passwords = true` were both written out.
    Clear,
}

/// `domain.X.bind`.
#[derive(Clone)]
pub enum ServiceBind {
    /// No bind at all.
    Anonymous,
    /// By name and password.
    Simple {
        /// The service account's name, checked to be one.
        dn: String,
        /// Its password.
        password: Arc<Password>,
    },
}

/// The name alone: the password stays out of logs.
impl fmt::Debug for ServiceBind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("Anonymous"),
            Self::Simple { dn, password: _ } => f
                .debug_struct("Simple")
                .field("dn", dn)
                .finish_non_exhaustive(),
        }
    }
}

/// `domain.X.dialect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// To be found out from the root DSE.
    Auto,
    /// Active Directory, Samba AD DC.
    ActiveDirectory,
    /// OpenLDAP.
    OpenLdap,
    /// 389 Directory Server and its relatives.
    Ds389,
    /// Anything else that speaks LDAP.
    Generic,
}

/// `[tls]` and `[domain.X.tls]`, put together key by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// Whose certificates are believed; never empty.
    pub trust: Vec<TrustSource>,
    /// The oldest version that is spoken.
    pub min_version: TlsVersion,
    /// The name expected in the certificate, when it is not the host's.
    pub server_name: Option<String>,
}

/// Where trusted certificates come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TrustSource {
    /// The operating system's store.
    System,
    /// A file that can be read and holds certificates, as far as their form goes.
    File(PathBuf),
}

/// `min_version`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// `"1.2"`.
    Tls12,
    /// `"1.3"`.
    Tls13,
}

/// `[domain.X.timeouts]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Resolving, connecting and the TLS handshake, each.
    pub connect: Duration,
    /// One search or bind.
    pub operation: Duration,
    /// An unused connection is closed after this.
    pub idle: Duration,
}

/// `[domain.X.connections]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Per server and role.
    pub max: usize,
    /// Requests in flight on one connection that several share.
    pub outstanding: usize,
}

/// One `[[token]]`.
#[derive(Clone)]
pub struct ApiToken {
    /// What it is called in logs.
    pub name: Arc<str>,
    /// What the caller sends as its bearer token.
    pub secret: Arc<Password>,
    /// What it may do; never empty.
    pub scopes: Vec<TokenScope>,
}

/// Name and scopes: the secret stays out of logs.
impl fmt::Debug for ApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiToken")
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// What a caller of the API may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenScope {
    /// `login`: have logins decided.
    Login,
    /// `login.reasons`: see why one was refused.
    LoginReasons,
    /// `admin`: everything else.
    Admin,
}
