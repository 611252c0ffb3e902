//! `[hub]` and `[site.X]`.

use entryway_login::SiteTakes;
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
    /// What people prove themselves with.
    pub methods: SiteMethods,
    /// What is taken of what it says about somebody.
    pub takes: SiteTakes,
    /// Questions that may be on their way to it from one node.
    pub max_outstanding: usize,
}

/// `site.X.methods`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteMethods {
    /// A sealed password.
    pub password: bool,
    /// A browser's certificate.
    pub certificate: bool,
}
