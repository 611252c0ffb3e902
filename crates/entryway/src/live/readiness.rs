//! Whether logins can be served, as far as is known without asking anybody.

use super::Live;
use crate::hub::Figures;
use entryway_web::{DomainReady, Readiness};

impl Readiness for Live {
    fn is_store_ready(&self) -> bool {
        self.kept.is_ready()
    }

    fn readiness(&self) -> Vec<DomainReady> {
        let readiness = self.running.load().gateway.domains().readiness();
        readiness
            .into_iter()
            .map(|domain| DomainReady {
                name: domain.name,
                ready: domain.ready,
            })
            .collect()
    }

    fn sites(&self) -> Option<Vec<DomainReady>> {
        let exchange = &self.kept.exchange;
        exchange.settings()?;
        let mut figures = exchange.figures();
        figures.sort_by(|one, other| one.name.cmp(&other.name));
        let one = |site: Figures| DomainReady {
            ready: site.ready.iter().any(|count| *count > 0),
            name: site.name,
        };
        Some(figures.into_iter().map(one).collect())
    }
}
