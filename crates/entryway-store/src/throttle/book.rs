//! All buckets. What an operation does to its own is checked all together, then done all together, under one lock.
//!
//! An identity's buckets share its shard, an address has one bucket, so no operation takes two locks.

use super::cell::{Nothing, Share};
use super::key::{Key, Keys};
use super::named::{Asks, Refused};
use super::queue::{Crowd, Queues, Waiting};
use super::series::Series;
use super::settings::{Rates, ThrottleSettings};
use super::table::Table;
use entryway_login::{Bucket, ReserveAnswer, ReserveOperation, Settled};
use parking_lot::{Mutex, RwLock};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SHARDS: usize = 64;

pub(super) struct Book {
    keys: Keys,
    rates: RwLock<Rates>,
    /// How many stores there are, as somebody else has told; see [`ThrottleSettings::stores`].
    stores: AtomicU32,
    shards: Box<[Mutex<Shard>]>,
    pub(super) crowd: Crowd,
    throttled: [AtomicU64; 4],
}

/// The tables of one lock.
pub(super) struct Shard {
    pub(super) addresses: Table<Nothing>,
    pub(super) identities: Table<Series>,
    pub(super) networks: Table<Share>,
    pub(super) devices: Table<Share>,
    pub(super) queues: Queues,
}

/// How much the throttle holds and has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThrottleCounts {
    /// Buckets held: by address, by identity and network, by identity, by identity and device.
    pub held: [u64; 4],
    /// Refusals since the start, in the same order.
    pub throttled: [u64; 4],
    /// Buckets that were pushed out by others since the start.
    pub evicted: u64,
    /// Who waits for logins under way.
    pub waiting: u64,
}

/// A bucket that lets nobody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// From then on there is room again.
    pub until: SystemTime,
    /// What its failures are counted by.
    pub bucket: Bucket,
    /// How many there may be.
    pub limit: u32,
}

/// What becomes of whoever asks for a place.
pub(super) enum Asked<'a> {
    Answered(ReserveAnswer),
    Waits(Waiting<'a>),
}

impl Book {
    pub(super) fn new(settings: &ThrottleSettings, secret: &[u8; 32]) -> Self {
        let most = settings.most_keys / 4 / SHARDS;
        let shard = || {
            Mutex::new(Shard {
                addresses: Table::new(most),
                identities: Table::new(most),
                networks: Table::new(most),
                devices: Table::new(most),
                queues: Queues::default(),
            })
        };
        Self {
            keys: Keys::new(secret),
            rates: RwLock::new(Rates::new(settings)),
            stores: AtomicU32::new(1),
            shards: std::iter::repeat_with(shard).take(SHARDS).collect(),
            crowd: Crowd::default(),
            throttled: Default::default(),
        }
    }

    /// How buckets fill and empty from now on; what they hold stays.
    pub(super) fn configure(&self, settings: &ThrottleSettings) {
        *self.rates.write() = Rates::new(settings);
    }

    pub(super) fn rates(&self) -> Rates {
        let rates = *self.rates.read();
        Rates {
            stores: rates.stores.max(self.stores.load(Relaxed)),
            ..rates
        }
    }

    /// How many stores count failures of the same directories, unless the settings name more.
    pub(super) fn share_among(&self, stores: u32) {
        self.stores.store(stores, Relaxed);
    }

    pub(super) fn shards(&self) -> impl Iterator<Item = &Mutex<Shard>> {
        self.shards.iter()
    }

    /// Runs under the lock of whatever has this key.
    pub(super) fn with<T>(&self, key: Key, run: impl FnOnce(&mut Shard) -> T) -> Option<T> {
        let shard = usize::try_from(key.who).unwrap_or_default() % SHARDS;
        self.shards.get(shard).map(|shard| run(&mut shard.lock()))
    }

    pub(super) fn counts(&self) -> ThrottleCounts {
        let mut counts = ThrottleCounts {
            waiting: u64::try_from(self.crowd.count()).unwrap_or_default(),
            ..ThrottleCounts::default()
        };
        for shard in self.shards() {
            let shard = shard.lock();
            let (addresses, networks) = (&shard.addresses, &shard.networks);
            let (identities, devices) = (&shard.identities, &shard.devices);
            let held = [
                addresses.len(),
                networks.len(),
                identities.len(),
                devices.len(),
            ];
            for (sum, held) in counts.held.iter_mut().zip(held) {
                *sum += u64::try_from(held).unwrap_or_default();
            }
            counts.evicted +=
                addresses.evicted + networks.evicted + identities.evicted + devices.evicted;
        }
        for (sum, throttled) in counts.throttled.iter_mut().zip(&self.throttled) {
            *sum = throttled.load(Relaxed);
        }
        counts
    }

    /// A place at once, or in the queue, or an answer that says why not.
    pub(super) fn reserve(&self, operation: &ReserveOperation) -> Asked<'_> {
        let Some(asks) = self.asks(operation) else {
            return Asked::Answered(ReserveAnswer::Reserved);
        };
        let asked = self.with(asks.queue(), |shard| match self.try_reserve(shard, &asks) {
            ReserveAnswer::UnderWay => self.wait(shard, asks).map(Asked::Waits),
            answer => Some(Asked::Answered(answer)),
        });
        asked
            .flatten()
            .unwrap_or(Asked::Answered(ReserveAnswer::UnderWay))
    }

    /// How a login would be refused now by failures alone, if it would.
    pub(super) fn look(&self, operation: &ReserveOperation) -> Option<Closed> {
        let asks = self.asks(operation)?;
        let rates = self.rates();
        match self.with(asks.queue(), |shard| asks.look(shard, &rates))? {
            Err(Refused::Until(until, bucket, limit)) => Some(Closed {
                until: UNIX_EPOCH + Duration::from_millis(until),
                bucket,
                limit,
            }),
            Ok(()) | Err(Refused::UnderWay) => None,
        }
    }

    pub(super) fn settle(&self, operation: &ReserveOperation, settled: Settled) {
        let Some(asks) = self.asks(operation) else {
            return;
        };
        let rates = self.rates();
        self.with(asks.queue(), |shard| {
            asks.settle(shard, &rates, settled);
            self.serve(shard, asks.queue());
        });
    }

    /// `None` for an address that nobody knows, which is never throttled.
    fn asks(&self, operation: &ReserveOperation) -> Option<Asks> {
        match operation {
            ReserveOperation::Address { address, at, .. } => {
                Some(Asks::of_address(&self.keys, (*address)?, *at))
            }
            ReserveOperation::Identity(operation) => {
                Some(Asks::of_identity(&self.keys, operation, &self.rates()))
            }
        }
    }

    pub(super) fn try_reserve(&self, shard: &mut Shard, asks: &Asks) -> ReserveAnswer {
        let (until, bucket, limit) = match asks.reserve(shard, &self.rates()) {
            Ok(()) => return ReserveAnswer::Reserved,
            Err(Refused::UnderWay) => return ReserveAnswer::UnderWay,
            Err(Refused::Until(until, bucket, limit)) => (until, bucket, limit),
        };
        let index = match bucket {
            Bucket::Address => 0,
            Bucket::IdentityAndNetwork => 1,
            Bucket::Identity => 2,
            Bucket::IdentityAndDevice => 3,
        };
        if let Some(throttled) = self.throttled.get(index) {
            throttled.fetch_add(1, Relaxed);
        }
        ReserveAnswer::Throttled {
            until: UNIX_EPOCH + Duration::from_millis(until),
            bucket,
            limit,
        }
    }
}

#[cfg(test)]
mod tests;
