//! The HTTP front: who may call, what is read from a request, and which status answers it.
//!
//! This crate owns the listener's connections, the API and the probes; it alone chooses a response
//! status. It must not know directories, configuration files or how a login is decided: those
//! arrive as ports ([`Current`], [`Revalidations`], [`Explanations`], [`Readiness`], [`MetricsText`], [`Observer`])
//! that the binary fills.

mod admission;
mod answer;
mod api;
mod app;
mod bearer;
mod body;
mod callers;
mod caught;
mod certificates;
mod complaints;
mod connection;
mod explain;
mod forward;
mod host;
mod hub;
mod limits;
mod lookup;
mod openapi;
mod operation;
mod pace;
mod peer;
mod ports;
mod probes;
mod query;
mod refusal;
mod relay;
mod routes;
mod scrape;
mod sealing;
mod serve;
mod site_certificates;
mod sites;
mod sso;
mod tls;
mod tunnels;
mod unread;

pub use admission::{Admission, Admitted, LOOKUPS_OF_ONE};
pub use app::App;
pub use callers::{Caller, Callers, Scope, Scopes};
pub use certificates::{CertificateLogins, serve_certificates};
pub use forward::{Forwarding, FromMemory, Handover};
pub use hub::{ConnectorChange, FromDesk, HubDesk, HubRefused};
pub use limits::Limits;
pub use lookup::{DomainRules, LookupFront, LookupRules, Strangers};
pub use openapi::openapi;
pub use pace::ChallengePace;
pub use ports::{
    Current, DomainReady, Explanations, Generation, LoginIds, Lookup, MetricsText, Observer,
    PasswordChanges, Readiness, Revalidated, Revalidations,
};
pub use relay::{Relay, Relayed, RelayedAnswer, RelayedVerb};
pub use routes::router;
pub use scrape::{ScrapeLimits, serve_metrics};
pub use sealing::{Challenges, Sealing, Sends, ToSeal};
pub use serve::{Drained, serve};
pub use site_certificates::{
    AtSite, NotBelieved, Returned, ShownToSite, SiteLogins, serve_site_certificates,
};
pub use sites::{SiteAsked, SiteLookups, SiteRefused, SiteReply};
pub use sso::{
    AccessTokens, Asked, Browser, Ending, Language, Listed, Look, NewLogin, NotEnded, Offered,
    SessionDesk, SessionsAsked, SingleSignOn,
};
pub use tls::{Handshake, Issuers, ListenerTls, ListenerTlsError};
pub use tunnels::{NoTunnel, OpenTunnels, TunnelBytes, TunnelPlace, Tunnels};
