//! `[hub]` and `[site.X]`.

use entryway_login::{AddressRange, SiteTakes};
use std::sync::Arc;
use std::time::Duration;

/// The hub, where it is switched on.
#[derive(Debug, Clone)]
pub struct HubSettings {
    /// Under which URL connectors reach it, without a slash at its end.
    pub url: Arc<str>,
    /// Of every node, in the order written; the URL alone where there is one.
    pub nodes: Vec<Arc<str>>,
    /// How long the certificate of a connector holds.
    pub certificate_life: Duration,
    /// How long a ticket holds for which nobody says it.
    pub ticket_life: Duration,
    /// How many challenges one network may ask for in a minute.
    pub challenges: u32,
    /// The enabled ones, by name.
    pub sites: Vec<SiteSettings>,
    /// Where browsers come back to that show a certificate at a site: `sso.issuer`.
    pub issuer: Option<Arc<str>>,
    /// Sites, enabled or not, whose people may show a certificate.
    pub by_certificate: Vec<Arc<str>>,
}

/// One `[site.X]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteSettings {
    /// As configured: lower case.
    pub name: Arc<str>,
    /// What stands after the `@` of its people's login names, in lower case.
    pub suffixes: Vec<Arc<str>>,
    /// Callers whose people are the site's, where a bare name is typed.
    pub clients: Vec<Arc<str>>,
    /// Callers that look its people up.
    pub lookups: Vec<Arc<str>>,
    /// People may show a certificate at its connectors; `None`: they have their passwords alone.
    pub certificate: Option<SiteCertificate>,
    /// What is taken of what it says about somebody.
    pub takes: SiteTakes,
    /// Questions that may be on their way to it from one node.
    pub max_outstanding: usize,
}

/// `[site.X.certificate]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteCertificate {
    /// Where browsers may be sent: origins, without a slash at their ends. Never empty.
    pub urls: Vec<Arc<str>>,
    /// Whose browsers are, as this side sees them. Nobody else's networks.
    pub addresses: Vec<AddressRange>,
    /// Whether they are sent there at once, and see the page with the password only when that came to nothing.
    pub at_once: bool,
}
