//! A connector's tunnels, read when the page is asked for.

use crate::site::Nodes;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

pub(super) struct Tunnels(pub(super) Arc<Nodes>);

impl fmt::Debug for Tunnels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tunnels")
    }
}

impl Collector for Tunnels {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let nodes = self.0.statuses();
        let label = |hub: &str| [("hub", hub.to_owned())];
        let mut up = encoder.encode_descriptor(
            "connector_up",
            "Whether the tunnel to a node of the hub stands",
            None,
            MetricType::Gauge,
        )?;
        for (hub, status) in &nodes {
            let value = i64::from(status.is_up());
            ConstGauge::new(value).encode(up.encode_family(&label(hub))?)?;
        }
        let mut ups = encoder.encode_descriptor(
            "connector_tunnels",
            "Tunnels to a node of the hub that came to stand",
            None,
            MetricType::Counter,
        )?;
        for (hub, status) in &nodes {
            ConstCounter::new(status.ups).encode(ups.encode_family(&label(hub))?)?;
        }
        let mut outstanding = encoder.encode_descriptor(
            "connector_outstanding",
            "Questions of a node of the hub that are under way",
            None,
            MetricType::Gauge,
        )?;
        for (hub, status) in &nodes {
            let value = i64::try_from(status.outstanding).unwrap_or(i64::MAX);
            ConstGauge::new(value).encode(outstanding.encode_family(&label(hub))?)?;
        }
        let mut latency = encoder.encode_descriptor(
            "connector_latency",
            "How long the last sign of life of a node of the hub took",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?;
        for (hub, status) in &nodes {
            if let Some(took) = status.latency {
                ConstGauge::new(took.as_secs_f64()).encode(latency.encode_family(&label(hub))?)?;
            }
        }
        let until = self.0.identity().current().not_after();
        if let Some(until) = until.and_then(|until| until.duration_since(UNIX_EPOCH).ok()) {
            let expiry = encoder.encode_descriptor(
                "connector_certificate_expiry",
                "When this connector's certificate ends, in Unix time",
                Some(&Unit::Seconds),
                MetricType::Gauge,
            )?;
            ConstGauge::new(i64::try_from(until.as_secs()).unwrap_or(i64::MAX)).encode(expiry)?;
        }
        Ok(())
    }
}
