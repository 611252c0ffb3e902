//! What this connector may let through, where others of its site count failures in stores of their own.
//!
//! The directory adds up what all of them let through; none knows what another has counted. So each lets its share of
//! what the lockout threshold leaves through, as the hub says how many they are.

use super::Desk;
use crate::events::ThrottleCrowded;
use entryway_wire::ShareStatus;
use std::sync::Arc;

/// What is let through to each domain whose directory is known to lock.
pub(crate) struct Shares {
    /// In how many stores failures are counted of these directories.
    pub(crate) stores: u32,
    pub(crate) of: Vec<Share>,
}

/// To one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) domain: Arc<str>,
    /// At how many failures it locks.
    pub(crate) threshold: u32,
    pub(crate) lets_through: u32,
}

impl Share {
    pub(crate) fn told(&self) -> ShareStatus {
        ShareStatus {
            domain: self.domain.to_string(),
            threshold: self.threshold,
            lets_through: self.lets_through,
        }
    }
}

impl Desk {
    /// From now on it shares with so many stores, its own among them.
    pub(crate) fn shares_among(&self, stores: u16) {
        self.live.kept().throttle.share_among(stores.into());
        self.warn_of_crowds();
    }

    /// What is let through now.
    pub(crate) fn shares(&self) -> Shares {
        let throttle = &self.live.kept().throttle;
        let running = self.live.now();
        let domains = running.gateway.domains();
        let of = domains.iter().filter_map(|domain| {
            let threshold = domain.lockout().threshold?;
            Some(Share {
                domain: Arc::clone(domain.name()),
                threshold,
                lets_through: throttle.lets_through(threshold),
            })
        });
        Shares {
            stores: throttle.stores(),
            of: of.collect(),
        }
    }

    /// Warns of domains whose directory locks although every store lets one through alone; once for each state of
    /// things.
    pub(crate) fn warn_of_crowds(&self) {
        let Shares { stores, mut of } = self.shares();
        of.retain(|share| stores > 1 && stores >= share.threshold);
        let mut told = self.crowds.lock();
        for share in of.iter().filter(|share| !told.contains(share)) {
            ThrottleCrowded {
                domain: &share.domain,
                threshold: share.threshold,
                stores,
            }
            .emit();
        }
        *told = of;
    }
}
