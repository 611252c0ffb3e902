//! Sites, read when asked. A hub may have thousands: the first few hundred by name have series of their own, the others are
//! summed, so that a page has a bound.

use crate::hub::{Assertion, Figures, Outcome};
use crate::live::Live;
use entryway_bridge::message::Ability;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use std::fmt;
use std::sync::Arc;

/// Sites with series of their own.
const OWN: usize = 500;
/// The others; no site can be called so.
const OTHERS: &str = "(others)";

/// Reads the tunnels; asks nobody.
pub(super) struct Sites {
    live: Arc<Live>,
}

impl fmt::Debug for Sites {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sites")
    }
}

impl Sites {
    pub(super) fn new(live: Arc<Live>) -> Self {
        Self { live }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SiteLabels {
    site: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReadyLabels {
    site: String,
    ability: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QuestionLabels {
    site: String,
    outcome: &'static str,
}

impl Collector for Sites {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let running = self.live.now();
        let sites = bounded(running.gateway.kept().exchange.figures());
        type Read = fn(&Figures) -> usize;
        let gauges: [(&str, &str, Read); 2] = [
            (
                "site_tunnels",
                "Tunnels of a site's connectors to this node",
                |site| site.tunnels,
            ),
            (
                "site_outstanding",
                "Questions on their way to a site",
                |site| site.outstanding,
            ),
        ];
        for (name, help, read) in gauges {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for site in &sites {
                let value = ConstGauge::new(i64::try_from(read(site)).unwrap_or(i64::MAX));
                value.encode(family.encode_family(&labels(site))?)?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "site_ready",
            "Tunnels whose connectors are ready for something, and asked",
            None,
            MetricType::Gauge,
        )?;
        for site in &sites {
            for (ability, ready) in Ability::ALL.into_iter().zip(site.ready) {
                let value = ConstGauge::new(i64::try_from(ready).unwrap_or(i64::MAX));
                value.encode(family.encode_family(&ReadyLabels {
                    site: site.name.to_string(),
                    ability: ability.as_str(),
                })?)?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "site_latency",
            "How long a sign of life takes to a site's nearest connector",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?;
        for site in &sites {
            if let Some(latency) = site.latency {
                let value = ConstGauge::new(latency.as_secs_f64());
                value.encode(family.encode_family(&labels(site))?)?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "site_questions",
            "Questions to sites, by how they ended",
            None,
            MetricType::Counter,
        )?;
        for site in &sites {
            for (outcome, count) in Outcome::ALL.into_iter().zip(site.counts) {
                ConstCounter::new(count).encode(family.encode_family(&QuestionLabels {
                    site: site.name.to_string(),
                    outcome: outcome.as_str(),
                })?)?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "site_assertions",
            "Browsers that came back from a site's listener for certificates, by what they came with",
            None,
            MetricType::Counter,
        )?;
        for site in &sites {
            for (outcome, count) in Assertion::ALL.into_iter().zip(site.assertions) {
                ConstCounter::new(count).encode(family.encode_family(&QuestionLabels {
                    site: site.name.to_string(),
                    outcome: outcome.as_str(),
                })?)?;
            }
        }
        Ok(())
    }
}

fn labels(site: &Figures) -> SiteLabels {
    SiteLabels {
        site: site.name.to_string(),
    }
}

/// The first by name, and the sum of the others.
fn bounded(mut sites: Vec<Figures>) -> Vec<Figures> {
    sites.sort_by(|one, other| one.name.cmp(&other.name));
    let others = sites.split_off(sites.len().min(OWN));
    let mut sum: Option<Figures> = None;
    for site in others {
        let sum = sum.get_or_insert_with(|| Figures::new(OTHERS.into()));
        sum.tunnels += site.tunnels;
        sum.outstanding += site.outstanding;
        for (total, own) in sum.ready.iter_mut().zip(site.ready) {
            *total += own;
        }
        for (total, own) in sum.counts.iter_mut().zip(site.counts) {
            *total += own;
        }
        for (total, own) in sum.assertions.iter_mut().zip(site.assertions) {
            *total += own;
        }
    }
    sites.extend(sum);
    sites
}

#[cfg(test)]
mod tests {
    use super::{Figures, OTHERS, OWN, bounded};

    #[test]
    fn thousands_of_sites_are_a_page_with_a_bound() {
        let sites = (0..2000).map(|at| Figures {
            tunnels: 2,
            ready: [1, 0, 0],
            ..Figures::new(format!("site-{at:04}").into())
        });
        let shown = bounded(sites.rev().collect());
        assert_eq!(shown.len(), OWN + 1);
        assert_eq!(&*shown[0].name, "site-0000");
        let last = &shown[OWN];
        assert_eq!(&*last.name, OTHERS);
        assert_eq!((last.tunnels, last.ready), (3000, [1500, 0, 0]));
        assert!(bounded(Vec::new()).is_empty());
    }
}
