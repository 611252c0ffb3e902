//! What the configuration says, resolved: the binary is composed from these values.
//!
//! Everything here is checked; nothing here remembers where it was written (see [`crate::RuleBook`])
//! or knows what a socket or a certificate is.

mod certificate_login;
mod connector;
mod forward;
mod groups;
mod hub;
mod sso;
mod store_file;
mod stores;

pub use certificate_login::{CertificateLogin, CertificateUsage};
pub(crate) use connector::RELEASABLE;
pub use connector::{ConnectorSettings, ProxySettings, ReleaseSettings};
pub use forward::ForwardSettings;
pub use groups::{DynamicGroups, GroupsSettings, Membership};
pub use hub::{HubSettings, SiteCertificate, SiteSettings};
pub use sso::{
    Accent, Branding, ClaimFailed, ClaimSetting, ClientSetting, ImageKind, KeyRotation, Logo,
    OfferedDomains, PageLanguage, SessionLimits, SsoSettings,
};
pub use store_file::StoreFile;
pub use stores::{IdentitySource, TrustSource};

use entryway_ldap_types::{ByRole, Fingerprint, Password};
use entryway_login::{AddressRange, LoginPolicy};
use entryway_lookup::LookupPolicy;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The whole configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `server.listen`: where HTTP is served.
    pub listen: SocketAddr,
    /// `server.tls`: the certificate that is shown there, with its key. Without one HTTP is spoken in clear text.
    pub tls: Option<IdentitySource>,
    /// `server.metrics_listen`: where metrics are served apart from the API, if anywhere.
    pub metrics_listen: Option<SocketAddr>,
    /// `server.trusted_proxies`: who is believed when it names the client that it speaks for.
    pub trusted_proxies: Vec<AddressRange>,
    /// What a login needs to know.
    pub policy: Arc<LoginPolicy>,
    /// Servers and limits of each domain: same order and index as the policy's domains.
    pub domains: Vec<DomainSettings>,
    /// `[store]`.
    pub store: StoreSettings,
    /// `[audit]`.
    pub audit: AuditSettings,
    /// `[throttle]`.
    pub throttle: ThrottleSettings,
    /// `[os]`; whether it is asked at all is the policy's.
    pub os: OsSettings,
    /// Rows that no index can take, with their price: see the warning that counts them.
    pub priced_rows: usize,
    /// What look-ups need to know.
    pub lookups: Arc<LookupPolicy>,
    /// `dns.name_servers`; empty for the system's.
    pub name_servers: Vec<SocketAddr>,
    /// `[[token]]`: who may call the API.
    pub tokens: Vec<ApiToken>,
    /// `[sso]` and `[client.X]`; `None` where there is no single sign-on.
    pub sso: Option<Arc<SsoSettings>>,
    /// `[certificate_login]`; `None` where nobody logs in by a certificate.
    pub certificate_login: Option<Arc<CertificateLogin>>,
    /// `[forward_auth]`; `None` where no page is protected.
    pub forward: Option<Arc<ForwardSettings>>,
    /// `[hub]` and `[site.X]`; `None` where no connector is let in.
    pub hub: Option<Arc<HubSettings>>,
    /// `[connector]`: what counts where this runs as a connector.
    pub connector: Arc<ConnectorSettings>,
    /// Every file that was read for it, secrets and trust files included: the ones worth watching.
    pub files: Vec<PathBuf>,
}

/// One `[domain.X]` as far as connections go.
#[derive(Debug, Clone)]
pub struct DomainSettings {
    /// As configured.
    pub name: Arc<str>,
    /// In order of preference; empty where `srv` is what tells them.
    pub servers: Vec<ServerAddress>,
    /// The DNS domain that tells the servers.
    pub srv: Option<String>,
    /// Hosts that may be followed to where a server refers to them.
    pub follow: Vec<FollowedHost>,
    /// How a server is reached that is not written.
    pub unwritten: UnwrittenServers,
    /// Business cards, where they are not read on these servers as this account.
    pub cards: Option<CardsSettings>,
    /// Entryway's own bind.
    pub bind: ServiceBind,
    /// Whether a password may leave in clear to these servers: `encrypt = "none"` and
    /// `allow_clear_text_passwords = true` were both written out.
    pub clear_text_passwords: bool,
    /// What kind of directory it is.
    pub dialect: Dialect,
    /// Effective values: the domain's where it has them, else the global ones.
    pub tls: TlsSettings,
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// How many connections each role has, and how much on each.
    pub connections: ByRole<Connections>,
    /// How a person's groups are found.
    pub groups: GroupsSettings,
}

/// How servers are reached that DNS or another server names: by what protects each role, on a server that speaks TLS
/// from the first byte and on one that does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnwrittenServers {
    /// `ldaps`.
    pub ldaps: ByRole<Option<Security>>,
    /// `ldap`.
    pub ldap: ByRole<Option<Security>>,
}

/// A host of `referrals`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowedHost {
    /// Name or address, an IPv6 address without its brackets.
    pub host: String,
    /// `None` for 389 and 636.
    pub port: Option<u16>,
}

/// `[domain.X.cards]`, where it has servers, a bind or a trust of its own.
#[derive(Debug, Clone)]
pub struct CardsSettings {
    /// In order of preference, for cards alone; never empty.
    pub servers: Vec<ServerAddress>,
    /// Entryway's bind there.
    pub bind: ServiceBind,
    /// What is trusted there.
    pub tls: TlsSettings,
    /// As [`DomainSettings::clear_text_passwords`], to these.
    pub clear_text_passwords: bool,
}

/// `[store]`.
#[derive(Clone)]
pub struct StoreSettings {
    /// Where it is.
    pub url: StoreUrl,
    /// What PostgreSQL asks for.
    pub password: Option<Arc<Password>>,
    /// Whether a PostgreSQL on another machine may be one that nobody verified, if its address says so.
    pub allow_unverified: bool,
}

/// The address alone: the password stays out of logs.
impl fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreSettings")
            .field("url", &self.url)
            .field("allow_unverified", &self.allow_unverified)
            .finish_non_exhaustive()
    }
}

/// `store.url`. Holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A SQLite file in the state directory.
    Default,
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server, as written.
    Postgres(String),
    /// Nothing outlives the process.
    Memory,
}

/// `[audit]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSettings {
    /// How long records are kept; zero for ever.
    pub keep: Duration,
    /// What this machine is called in the records; `None` for its host name.
    pub node: Option<String>,
    /// The file of the key that signs checkpoints; `None` for one in the state directory.
    pub key: Option<PathBuf>,
}

/// `[throttle]`: failures within the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleSettings {
    /// Of one identity from one network.
    pub failures: u32,
    /// Of one identity from everywhere.
    pub failures_per_identity: u32,
    /// Of one address, whoever is tried.
    pub failures_per_address: u32,
    /// How many stores count failures of the same directories.
    pub stores: u32,
    /// After which a failure is forgotten.
    pub window: Duration,
}

/// `[os]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OsSettings {
    /// PAM's name for Entryway: the file in `/etc/pam.d`.
    pub service: String,
    /// Where that file is, if not in `/etc/pam.d`.
    pub confdir: Option<PathBuf>,
    /// How many logins PAM may work on at once.
    pub max: usize,
}

/// One LDAP host of a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAddress {
    /// As written: `ldaps://dc1.corp.example`; a table as `dc1.corp.example:389+636`.
    pub display: Arc<str>,
    /// Name or address, an IPv6 address without its brackets.
    pub host: String,
    /// How each role gets there; `None` for cards that have servers of their own.
    pub ways: ByRole<Option<Way>>,
}

/// How a role reaches a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Way {
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
    /// None, as far as `encrypt` says so. A password needs `allow_clear_text_passwords = true` besides.
    Clear,
}

/// `domain.X.bind`.
#[derive(Clone)]
pub enum ServiceBind {
    /// No bind at all.
    Anonymous,
    /// By the client certificate (SASL EXTERNAL).
    External,
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
            Self::External => f.write_str("External"),
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

impl Dialect {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::ActiveDirectory => "active-directory",
            Self::OpenLdap => "openldap",
            Self::Ds389 => "389ds",
            Self::Generic => "generic",
        }
    }
}

/// `[tls]` and `[domain.X.tls]`, put together key by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSettings {
    /// Whose certificates are believed; never empty.
    pub trust: Vec<TrustSource>,
    /// Who Entryway is to a server that asks.
    pub identity: Option<IdentitySource>,
    /// The oldest version that is spoken.
    pub min_version: TlsVersion,
    /// The name expected in the certificate, when it is not the host's.
    pub server_name: Option<String>,
    /// Who a server may be.
    pub verification: Verification,
}

/// The part of `[tls]` that says who a server may be, put together key by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// False: anybody's certificate is accepted.
    pub verify: bool,
    /// Whether the common name of a certificate without alternative names counts.
    pub allow_common_name: bool,
    /// Names that are accepted beside the expected one.
    pub trusted_hosts: Vec<String>,
    /// Where there are any, only these.
    pub pins: Vec<Pin>,
    /// Files of revocation lists, checked as far as their form goes.
    pub crls: Vec<PathBuf>,
    /// The newest version that is spoken.
    pub max_version: TlsVersion,
    /// Cipher suites by their registered names; empty for all.
    pub ciphers: Vec<&'static str>,
}

/// One of `pins`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pin {
    /// Of the certificate.
    Fingerprint(Fingerprint),
    /// The certificate itself, in a file that holds one, as far as its form goes.
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

/// `[domain.X.connections]`, as it holds for one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// To one server.
    pub max: usize,
    /// Requests in flight on one connection; 1 where a person's password is sent.
    pub outstanding: usize,
}

/// One `[[token]]`.
#[derive(Clone)]
pub struct ApiToken {
    /// What it is called in logs.
    pub name: Arc<str>,
    /// What the caller sends as its bearer token, or how that is known.
    pub proof: TokenProof,
    /// From when on it is refused.
    pub expires: Option<SystemTime>,
    /// What it may do; never empty.
    pub scopes: Vec<TokenScope>,
}

/// How a token is known.
#[derive(Clone)]
pub enum TokenProof {
    /// By itself.
    Secret(Arc<Password>),
    /// By its SHA-256.
    Digest([u8; 32]),
}

impl PartialEq for TokenProof {
    /// Both sides are ours: nobody outside can time this.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Secret(one), Self::Secret(other)) => one.expose() == other.expose(),
            (Self::Digest(one), Self::Digest(other)) => one == other,
            _ => false,
        }
    }
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
    /// `people.read`: look up people and their cards.
    PeopleRead,
    /// `groups.read`: look up groups, their members, and whose they are.
    GroupsRead,
    /// `browse`: page through domains.
    Browse,
    /// `hub`: keep the sites, connectors and tickets of a hub.
    Hub,
    /// `admin`: everything else.
    Admin,
}

impl TokenScope {
    /// As the configuration writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LoginReasons => "login.reasons",
            Self::PeopleRead => "people.read",
            Self::GroupsRead => "groups.read",
            Self::Browse => "browse",
            Self::Hub => "hub",
            Self::Admin => "admin",
        }
    }
}
