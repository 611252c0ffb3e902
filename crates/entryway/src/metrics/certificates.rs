//! When certificates end: those of this machine, and those that servers showed.

use super::directories::unix_seconds;
use crate::certificates::{local_certificates, revocation_lists, server_certificate};
use crate::listener::ShownHere;
use crate::live::{Live, Running};
use entryway_ldap::LocalCertificate;
use parking_lot::Mutex;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Most certificates of this machine on the page: those that end first.
const LOCAL: usize = 200;
/// How old what is known of them may be: files are read anew when they change.
const FRESH: Duration = Duration::from_secs(60);

pub(super) struct Certificates {
    live: Arc<Live>,
    shown: ShownHere,
    /// Of a generation, as they were when they were last looked at: reading them is no trifle.
    local: Mutex<Option<(u64, Instant, Vec<LocalCertificate>)>>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates")
    }
}

impl Certificates {
    pub(super) fn new(live: Arc<Live>, shown: ShownHere) -> Self {
        Self {
            live,
            shown,
            local: Mutex::default(),
        }
    }

    fn local(&self, running: &Running) -> Vec<LocalCertificate> {
        let generation = running.number;
        let mut local = self.local.lock();
        match &*local {
            Some((known, at, certificates)) if *known == generation && at.elapsed() < FRESH => {
                certificates.clone()
            }
            _ => {
                let people = running.asks().map(|asks| asks.trust);
                let domains = running.gateway.domains();
                let mut certificates = local_certificates(domains, people.as_deref(), &self.shown);
                certificates.truncate(LOCAL);
                *local = Some((generation, Instant::now(), certificates.clone()));
                certificates
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LocalLabels {
    purpose: &'static str,
    file: String,
    subject: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListLabels {
    file: String,
    issuer: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ServerLabels {
    domain: String,
    server: String,
    source: &'static str,
}

impl Collector for Certificates {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let running = self.live.now();
        let domains = running.gateway.domains();
        let mut family = encoder.encode_descriptor(
            "local_certificate_expiry_timestamp",
            "When a certificate in a file of this machine ends, since 1970; the 200 that end first",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?;
        for local in self.local(&running) {
            let labels = LocalLabels {
                purpose: local.purpose.as_str(),
                file: local.origin.trim_matches('`').to_owned(),
                subject: local.subject,
            };
            ConstGauge::new(unix_seconds(local.not_after))
                .encode(family.encode_family(&labels)?)?;
        }
        let mut family = encoder.encode_descriptor(
            "revocation_list_expiry_timestamp",
            "When a list of `tls.crls` or `certificate_login.crls` is over, since 1970: no certificate of its authority is accepted then",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?;
        let people = running.asks().map(|asks| asks.trust);
        let lists = revocation_lists(domains, people.as_deref());
        for (list, end) in lists.into_iter().take(LOCAL) {
            let labels = ListLabels {
                file: list.origin.trim_matches('`').to_owned(),
                issuer: list.issuer,
            };
            ConstGauge::new(unix_seconds(end)).encode(family.encode_family(&labels)?)?;
        }
        let mut family = encoder.encode_descriptor(
            "server_certificate_expiry_timestamp",
            "When the first certificate of the chain that a server last showed ends, since 1970",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?;
        for domain in domains.iter() {
            for (source, server) in domain.every_server() {
                let Some((_, not_after)) = server_certificate(&server.stats()) else {
                    continue;
                };
                let labels = ServerLabels {
                    domain: domain.name().to_string(),
                    server: server.display().to_string(),
                    source: source.as_str(),
                };
                ConstGauge::new(unix_seconds(not_after)).encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}
