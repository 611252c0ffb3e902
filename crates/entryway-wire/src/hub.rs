//! The hub's sites, connectors and tickets, as administrators see them: over HTTP, on the command line and on the control
//! socket alike.

use crate::shape::{Schemas, Shape, shapes};
use serde::Deserialize;
use serde_json::{Map, Value};

shapes! {
    /// GET /api/v1/hub/sites: the sites of the configuration, and those of which connectors are left.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct SitesJson = "sites" {
        /// By name.
        pub sites: Vec<SiteJson>,
    }
    /// A site.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct SiteJson = "site" {
        /// Its name.
        pub name: String,
        /// Whether the configuration has it: without that its connectors are not let in.
        pub configured: bool,
        /// What stands after the `@` of its people's login names.
        pub suffixes: Vec<String>,
        /// Applications and callers whose people are the site's.
        pub clients: Vec<String>,
        /// Callers that may look its people up.
        pub lookups: Vec<String>,
        /// What people may prove themselves with, as the configuration says: `password`, `certificate`.
        pub methods: Vec<String>,
        /// Connectors that are not revoked.
        pub connectors: u64,
        /// Tunnels to this node.
        pub tunnels: u64,
        /// For what at least one tunnel to this node is ready: `password`, `lookups`, `certificate`.
        pub ready: Vec<String>,
        /// Where its people show certificates; left out where the configuration has none.
        pub certificate: Option<SiteCertificateJson>,
    }
    /// Where people of a site show certificates.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct SiteCertificateJson = "site_certificate" {
        /// Where browsers may be sent, as the configuration says.
        pub urls: Vec<String>,
        /// Whose browsers are: networks.
        pub addresses: Vec<String>,
        /// `button` on the page with the password, or `redirect`.
        pub offer: String,
        /// Why nobody is offered it at this node: `no_connector`, `draining`, `url_not_agreed`, `clock_wrong`, `silent`, or
        /// what its connectors say, as `incomplete`. Left out where they are, and where nobody asked a running node.
        pub not_offered: Option<String>,
    }
    /// GET /api/v1/hub/connectors: connectors, by site and age.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct ConnectorsJson = "connectors" {
        /// The connectors.
        pub connectors: Vec<ConnectorJson>,
    }
    /// A connector.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct ConnectorJson = "connector" {
        /// By what it is known.
        pub id: String,
        /// Its site.
        pub site: String,
        /// What people call it.
        pub name: String,
        /// `active`, `draining` (asked nothing new), `held` (a backup was restored: not let in until it is resumed), or
        /// `revoked` for good.
        pub standing: String,
        /// Since when.
        pub changed: String,
        /// Who changed it; left out where nobody has since it enrolled or a backup was restored.
        pub changed_by: Option<String>,
        /// SHA-256 of its public key, in groups, as the connector shows it too.
        pub key: String,
        /// Until when its certificate holds.
        pub certificate_until: String,
        /// Since when it is known.
        pub enrolled: String,
        /// What it said last that it runs.
        pub software: String,
        /// When it had a tunnel last, to a minute; left out where it never had.
        pub seen: Option<String>,
        /// To which node.
        pub node: Option<String>,
        /// The connector that seems to have taken its place: of the same site and machine, enrolled since this one was seen last.
        pub replaced_by: Option<String>,
        /// Its tunnel to this node, if it has one.
        pub tunnel: Option<TunnelJson>,
    }
    /// A tunnel of a connector to this node.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct TunnelJson = "tunnel" {
        /// Since when.
        pub since: String,
        /// What the connector says it is ready for, or why not.
        pub ready: Vec<ReadyJson>,
        /// Where it says that browsers show certificates.
        pub certificate_url: Option<String>,
        /// Whether it wants nothing new.
        pub draining: bool,
        /// Whether it was asked a moment ago and gives no sign of life: others of its site are asked first.
        pub silent: bool,
        /// Where its clock is more than five minutes from this one: by how many milliseconds it is ahead; below zero:
        /// behind. No browser is sent there with a certificate.
        pub clock_wrong_ms: Option<i64>,
        /// Questions that are on their way.
        pub outstanding: u64,
        /// How long a ping took, in milliseconds.
        pub latency_ms: Option<u64>,
    }
    /// Whether a connector is ready for something.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct ReadyJson = "ready" {
        /// For what: `password`, `lookups`, `certificate`.
        pub ability: String,
        /// Whether it is.
        pub ready: bool,
        /// Why not.
        pub reason: Option<String>,
    }
    /// GET /api/v1/hub/tickets: tickets, the newest first, until a month after they end.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct TicketsJson = "tickets" {
        /// The tickets.
        pub tickets: Vec<TicketJson>,
    }
    /// A ticket, without what it opens with.
    #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
    pub struct TicketJson = "ticket" {
        /// By what it is taken back. Nobody enrols with it.
        pub id: String,
        /// For which site.
        pub site: String,
        /// `waits`, `used`, `expired` or `revoked`.
        pub state: String,
        /// Since when.
        pub made: String,
        /// Who made it.
        pub made_by: String,
        /// Until when it may be used.
        pub expires: String,
        /// When it was used.
        pub used: Option<String>,
        /// The connector that came of it.
        pub connector: Option<String>,
        /// Who took it back.
        pub revoked_by: Option<String>,
    }
    /// A new ticket: the one time that it is shown.
    #[derive(Clone, PartialEq, Eq, Deserialize)]
    pub struct TicketMadeJson = "ticket_made" {
        /// By what it is taken back.
        pub id: String,
        /// For which site.
        pub site: String,
        /// What the connector is given: `entryway connector enroll URL`.
        pub url: String,
        /// What it asks for then. It works once.
        pub ticket: String,
        /// Until when.
        pub expires: String,
    }
}

/// The schemas of every shape here, by name.
pub fn hub_schemas() -> Map<String, Value> {
    let mut schemas = Schemas::default();
    SitesJson::schema(&mut schemas);
    ConnectorsJson::schema(&mut schemas);
    TicketsJson::schema(&mut schemas);
    TicketMadeJson::schema(&mut schemas);
    schemas.0
}
