//! What is counted, and the page that tells it. Label values come from closed lists and from the
//! configuration, never from what a peer sends.

mod certificates;
mod directories;
mod hub;
mod lookups;
mod resources;
mod store;
mod tunnels;

use crate::listener::ShownHere;
use crate::live::Live;
use crate::site::Nodes;
use crate::witness::{Submitted, Witness, domain};
use certificates::Certificates;
use directories::Directories;
use entryway_forward::Answer;
use entryway_login::{Decided, LoginPolicy};
use entryway_web::{Handshake, MetricsText, Observer};
use hub::Sites;
use lookups::Lookups;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use resources::Resources;
use std::sync::Arc;
use std::time::Duration;
use store::Stored;
use tunnels::Tunnels;

/// Upper ends in seconds. A login takes two round trips: the interesting part is below 50 ms.
const SECONDS: [f64; 12] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0,
];

/// Where a name and a password were looked at.
const MEMORY: &str = "memory";
const LOGIN: &str = "login";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LoginLabels {
    decision: &'static str,
    code: &'static str,
    /// Empty when no domain was asked.
    domain: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HttpLabels {
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HandshakeLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ForwardLabels {
    answer: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PasswordLabels {
    from: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LookupLabels {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SiteLookupLabels {
    site: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LookupSite {
    site: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LookupKind {
    kind: &'static str,
}

/// Counters that logins and requests add to.
pub(crate) struct Metrics {
    logins: Family<LoginLabels, Counter>,
    abandoned: Counter,
    unheard: Counter,
    login_seconds: Histogram,
    lookups: Family<LookupLabels, Counter>,
    lookup_seconds: Family<LookupKind, Histogram>,
    site_lookups: Family<SiteLookupLabels, Counter>,
    site_lookup_seconds: Family<LookupSite, Histogram>,
    http: Family<HttpLabels, Counter>,
    http_seconds: Histogram,
    handshakes: Family<HandshakeLabels, Counter>,
    forward: Family<ForwardLabels, Counter>,
    passwords: Family<PasswordLabels, Counter>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let handshakes = Family::<HandshakeLabels, Counter>::default();
        // From the start, so that the first one that fails is an increase.
        for how in Handshake::ALL {
            let outcome = how.as_str();
            drop(handshakes.get_or_create(&HandshakeLabels { outcome }));
        }
        let forward = Family::<ForwardLabels, Counter>::default();
        for answer in Answer::CODES {
            drop(forward.get_or_create(&ForwardLabels { answer }));
        }
        let passwords = Family::<PasswordLabels, Counter>::default();
        for from in [MEMORY, LOGIN] {
            drop(passwords.get_or_create(&PasswordLabels { from }));
        }
        Self {
            logins: Family::default(),
            abandoned: Counter::default(),
            unheard: Counter::default(),
            login_seconds: Histogram::new(SECONDS),
            lookups: Family::default(),
            lookup_seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            site_lookups: Family::default(),
            site_lookup_seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            http: Family::default(),
            http_seconds: Histogram::new(SECONDS),
            handshakes,
            forward,
            passwords,
        }
    }

    fn register(&self, registry: &mut Registry) {
        registry.register(
            "logins",
            "Logins decided, by decision, reason and domain",
            self.logins.clone(),
        );
        registry.register(
            "logins_abandoned",
            "Logins given up because the client went away before a password was tried",
            self.abandoned.clone(),
        );
        registry.register(
            "logins_unheard",
            "Logins decided and recorded after the client had gone away",
            self.unheard.clone(),
        );
        registry.register(
            "login_seconds",
            "Time from submission to decision",
            self.login_seconds.clone(),
        );
        registry.register(
            "lookups",
            "Look-ups asked over HTTP, by kind and how they ended",
            self.lookups.clone(),
        );
        registry.register(
            "lookup_seconds",
            "Time from a look-up's question to its answer",
            self.lookup_seconds.clone(),
        );
        registry.register(
            "site_lookups",
            "Look-ups at sites, by site and how they ended",
            self.site_lookups.clone(),
        );
        registry.register(
            "site_lookup_seconds",
            "Time from a look-up's question at a site to its answer",
            self.site_lookup_seconds.clone(),
        );
        registry.register("http_requests", "Requests answered", self.http.clone());
        registry.register(
            "http_request_seconds",
            "Time from a request's head to its answer",
            self.http_seconds.clone(),
        );
        registry.register(
            "http_handshakes",
            "Handshakes of TLS on the listener of the API, by how they ended",
            self.handshakes.clone(),
        );
        registry.register(
            "forward_requests",
            "Requests that proxies asked about, by what they were answered",
            self.forward.clone(),
        );
        registry.register(
            "forward_passwords",
            "Names and passwords that came with requests, by where they were looked at",
            self.passwords.clone(),
        );
    }
}

impl Witness for Metrics {
    fn decided(&self, submitted: &Submitted, decided: &Decided, policy: &LoginPolicy) {
        let row = decided.decision.row();
        let labels = LoginLabels {
            decision: row.outcome.as_str(),
            code: row.code,
            domain: domain(decided, policy).unwrap_or_default().to_owned(),
        };
        self.logins.get_or_create(&labels).inc();
        if submitted.unheard {
            self.unheard.inc();
        }
        self.login_seconds.observe(decided.took.as_secs_f64());
    }

    fn abandoned(&self, _submitted: &Submitted) {
        self.abandoned.inc();
    }
}

impl Observer for Metrics {
    fn shook_hands(&self, how: Handshake) {
        let outcome = how.as_str();
        self.handshakes
            .get_or_create(&HandshakeLabels { outcome })
            .inc();
    }

    fn answered(&self, route: &'static str, status: u16, took: Duration) {
        self.http.get_or_create(&HttpLabels { route, status }).inc();
        self.http_seconds.observe(took.as_secs_f64());
    }

    fn looked_up(&self, kind: &'static str, outcome: &'static str, took: Duration) {
        let labels = LookupLabels { kind, outcome };
        self.lookups.get_or_create(&labels).inc();
        let seconds = self.lookup_seconds.get_or_create(&LookupKind { kind });
        seconds.observe(took.as_secs_f64());
    }

    fn looked_up_at(&self, site: &Arc<str>, outcome: &'static str, took: Duration) {
        let site = site.to_string();
        let labels = SiteLookupLabels {
            site: site.clone(),
            outcome,
        };
        self.site_lookups.get_or_create(&labels).inc();
        let seconds = self.site_lookup_seconds.get_or_create(&LookupSite { site });
        seconds.observe(took.as_secs_f64());
    }

    fn forward_answered(&self, answer: &'static str) {
        self.forward.get_or_create(&ForwardLabels { answer }).inc();
    }

    fn password_verified(&self, from_memory: bool) {
        let from = if from_memory { MEMORY } else { LOGIN };
        self.passwords.get_or_create(&PasswordLabels { from }).inc();
    }
}

/// The page: the counters, and what is read only when it is asked for.
pub(crate) struct Exposition {
    registry: Registry,
}

impl Exposition {
    pub(crate) fn new(metrics: &Metrics, live: Arc<Live>, shown: ShownHere) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Resources));
        let ours = registry.sub_registry_with_prefix("entryway");
        ours.register(
            "build",
            "The running program",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        metrics.register(ours);
        ours.register_collector(Box::new(Directories::new(Arc::clone(&live))));
        ours.register_collector(Box::new(Certificates::new(Arc::clone(&live), shown)));
        ours.register_collector(Box::new(Lookups::new(Arc::clone(&live))));
        ours.register_collector(Box::new(Sites::new(Arc::clone(&live))));
        ours.register_collector(Box::new(Stored::new(live)));
        Self { registry }
    }
}

impl Exposition {
    /// With the tunnels of a connector.
    pub(crate) fn with_tunnels(mut self, nodes: &Arc<Nodes>) -> Self {
        let ours = self.registry.sub_registry_with_prefix("entryway");
        ours.register_collector(Box::new(Tunnels(Arc::clone(nodes))));
        self
    }
}

impl MetricsText for Exposition {
    fn render(&self) -> String {
        let mut text = String::new();
        // Writing into memory fails only if a metric is malformed, which a test would show.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
