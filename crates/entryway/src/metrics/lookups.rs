//! How much look-ups were told again without asking a directory, read when asked. It begins anew with each
//! configuration: what was kept by the one before is gone.

use crate::live::Live;
use entryway_directory::CacheFigures;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::sync::Arc;

pub(super) struct Lookups {
    live: Arc<Live>,
}

impl fmt::Debug for Lookups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lookups")
    }
}

impl Lookups {
    pub(super) fn new(live: Arc<Live>) -> Self {
        Self { live }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kept {
    kept: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    kept: &'static str,
    from: &'static str,
}

/// One counter by its name, what it says, and which figure it is.
type Counted = (&'static str, &'static str, fn(&CacheFigures) -> u64);

const COUNTED: [Counted; 2] = [
    (
        "lookup_cache_shared",
        "Look-ups that waited for another's asking of the same",
        |figures| figures.shared,
    ),
    (
        "lookup_cache_evicted",
        "Answers let go of before their time, for room",
        |figures| figures.evicted,
    ),
];

impl Lookups {
    fn browsed(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let figures = self.live.now().gateway.finder().browse_figures();
        let each = [
            (
                "lookup_browse_rows",
                "Rows of the lists that are paged through",
                None,
                figures.rows,
            ),
            (
                "lookup_browse",
                "About how much memory these lists take",
                Some(&Unit::Bytes),
                figures.bytes,
            ),
        ];
        for (name, help, unit, now) in each {
            let one = encoder.encode_descriptor(name, help, unit, MetricType::Gauge)?;
            ConstGauge::new(i64::try_from(now).unwrap_or(i64::MAX)).encode(one)?;
        }
        Ok(())
    }
}

impl Collector for Lookups {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let figures = self.live.now().gateway.finder().cache_figures();
        let mut family = encoder.encode_descriptor(
            "lookup_cache_answers",
            "Look-ups answered, from what is kept or by asking",
            None,
            MetricType::Counter,
        )?;
        for (kept, figures) in &figures {
            for (from, count) in [("cache", figures.hits), ("directory", figures.misses)] {
                let labels = Answered { kept, from };
                ConstCounter::new(count).encode(family.encode_family(&labels)?)?;
            }
        }
        for (name, help, figure) in COUNTED {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            for (kept, figures) in &figures {
                ConstCounter::new(figure(figures)).encode(family.encode_family(&Kept { kept })?)?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "lookup_cache_age",
            "How old what was told again was, all together",
            Some(&Unit::Seconds),
            MetricType::Counter,
        )?;
        for (kept, figures) in &figures {
            ConstCounter::new(figures.age_of_hits.as_secs_f64())
                .encode(family.encode_family(&Kept { kept })?)?;
        }
        let mut family = encoder.encode_descriptor(
            "lookup_cache_kept",
            "People and groups that are kept now",
            None,
            MetricType::Gauge,
        )?;
        for (kept, figures) in &figures {
            let now = i64::try_from(figures.kept).unwrap_or(i64::MAX);
            ConstGauge::new(now).encode(family.encode_family(&Kept { kept })?)?;
        }
        self.browsed(&mut encoder)
    }
}
