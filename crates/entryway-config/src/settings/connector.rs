//! `[connector]`.

use entryway_ldap_types::Password;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

/// Fields of a session that a site may let the hub have.
pub(crate) const RELEASABLE: [&str; 13] = [
    "domain",
    "dn",
    "uid",
    "gid",
    "home",
    "user_type",
    "shell",
    "system_user",
    "user_class",
    "template",
    "email",
    "display_name",
    "password",
];

/// A site's end of tunnels.
#[derive(Debug, Clone)]
pub struct ConnectorSettings {
    /// Whether `[connector]` is written: a file that a hub, or no connector at all, reads has none.
    pub written: bool,
    /// The proxy that hubs are reached through.
    pub proxy: Option<ProxySettings>,
    /// Hosts that are dialled without it, as written.
    pub no_proxy: Vec<String>,
    /// More authorities for the outer TLS: PEM.
    pub trust: Option<Arc<[u8]>>,
    /// Where health and metrics are served.
    pub listen: SocketAddr,
    /// Questions of one node under way.
    pub max_in_flight: u16,
    /// What leaves the site.
    pub release: ReleaseSettings,
    /// Whether `[certificate_login]` is written, whatever came of it.
    pub certificates: bool,
}

/// `connector.proxy` with its account.
#[derive(Clone)]
pub struct ProxySettings {
    /// `http://`, host and port.
    pub url: Arc<str>,
    /// The account at it.
    pub account: Option<(Arc<str>, Arc<Password>)>,
}

impl fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.account.as_ref().map(|(user, _)| user);
        write!(f, "ProxySettings({}, {user:?})", self.url)
    }
}

/// `[connector.release]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReleaseSettings {
    /// Of a session's optional keys, by their names.
    pub fields: Vec<Arc<str>>,
    /// Custom attributes.
    pub attributes: Vec<Arc<str>>,
    /// Groups.
    pub groups: bool,
    /// Codes of refusals.
    pub reasons: bool,
    /// Look-ups.
    pub lookups: bool,
}
