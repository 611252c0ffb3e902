//! What outlives requests, read when asked: the store, the record of decisions, the throttle, and what waits.

use crate::live::Live;
use entryway_store::ThrottleCounts;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::sync::Arc;

/// Reads the store's handles; asks no database.
pub(super) struct Stored {
    live: Arc<Live>,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stored")
    }
}

impl Stored {
    pub(super) fn new(live: Arc<Live>) -> Self {
        Self { live }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BucketLabels {
    bucket: &'static str,
}

/// In the order of [`ThrottleCounts`]. The words are the trace's.
const BUCKETS: [&str; 4] = [
    "address",
    "identity_and_network",
    "identity",
    "identity_and_device",
];

impl Collector for Stored {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let running = self.live.now();
        let kept = running.gateway.kept();
        gauges(
            &mut encoder,
            [
                (
                    "store_up",
                    "1 when the store answers and takes records, as far as is known",
                    usize::from(kept.is_ready()),
                ),
                (
                    "local_accounts",
                    "Local accounts, as held in memory",
                    kept.accounts.count(),
                ),
                (
                    "refusals_held",
                    "Refusals that wait for `login.reject_after`",
                    running.gateway.held(),
                ),
                (
                    "logins_finishing",
                    "Logins whose callers have gone and whose records are not yet written",
                    kept.unheard.count(),
                ),
            ],
        )?;
        let recorder = &kept.recorder;
        recorder.written.encode(encoder.encode_descriptor(
            "audit_records",
            "Decisions written to the record",
            None,
            MetricType::Counter,
        )?)?;
        recorder.not_written.encode(encoder.encode_descriptor(
            "audit_records_lost",
            "Decisions that could not be written, and were withdrawn",
            None,
            MetricType::Counter,
        )?)?;
        recorder.seconds.encode(encoder.encode_descriptor(
            "audit_write",
            "Time until a decision's record was durable",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?)?;
        throttle(&mut encoder, &kept.throttle.counts())
    }
}

fn gauges(
    encoder: &mut DescriptorEncoder<'_>,
    gauges: [(&str, &str, usize); 4],
) -> Result<(), fmt::Error> {
    for (name, help, value) in gauges {
        let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
        let descriptor = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        gauge.encode(descriptor)?;
    }
    Ok(())
}

fn throttle(
    encoder: &mut DescriptorEncoder<'_>,
    counts: &ThrottleCounts,
) -> Result<(), fmt::Error> {
    let mut family = encoder.encode_descriptor(
        "throttle_buckets",
        "Buckets that hold a failure",
        None,
        MetricType::Gauge,
    )?;
    for (bucket, held) in BUCKETS.into_iter().zip(counts.held) {
        let held = ConstGauge::new(i64::try_from(held).unwrap_or(i64::MAX));
        held.encode(family.encode_family(&BucketLabels { bucket })?)?;
    }
    let mut family = encoder.encode_descriptor(
        "throttle_refusals",
        "Logins refused unasked, by the bucket that was full",
        None,
        MetricType::Counter,
    )?;
    for (bucket, refused) in BUCKETS.into_iter().zip(counts.throttled) {
        ConstCounter::new(refused).encode(family.encode_family(&BucketLabels { bucket })?)?;
    }
    ConstCounter::new(counts.evicted).encode(encoder.encode_descriptor(
        "throttle_evictions",
        "Buckets pushed out because there was no room for another",
        None,
        MetricType::Counter,
    )?)
}
