//! All buckets, and what an operation does to them: checked all together, then counted all together, under one lock.
//!
//! An identity's buckets share its shard, an address has one bucket, so no operation takes two locks.

use super::cell::{Nothing, Share};
use super::key::{Key, Keys};
use super::series::{Allowance, Series};
use super::settings::{Rate, Rates, ThrottleSettings, millis};
use super::table::Table;
use entryway_login::{Bucket, IdentityReserve, ReserveAnswer, Settled};
use parking_lot::Mutex;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SHARDS: usize = 64;

pub(super) struct Book {
    keys: Keys,
    pub(super) rates: Rates,
    shards: Box<[Mutex<Shard>]>,
    throttled: [AtomicU64; 4],
}

/// The tables of one lock.
pub(super) struct Shard {
    pub(super) addresses: Table<Nothing>,
    pub(super) identities: Table<Series>,
    pub(super) networks: Table<Share>,
    pub(super) devices: Table<Share>,
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
            })
        };
        Self {
            keys: Keys::new(secret),
            rates: Rates::new(settings),
            shards: std::iter::repeat_with(shard).take(SHARDS).collect(),
            throttled: Default::default(),
        }
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
        let mut counts = ThrottleCounts::default();
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

    pub(super) fn reserve_address(&self, address: IpAddr, at: SystemTime) -> ReserveAnswer {
        let (key, at) = (self.keys.address(address), since_epoch(at));
        let rate = &self.rates.address;
        let refused = self.with(key, |shard| {
            let mut cell = shard.addresses.get(key);
            cell.tally.leak(at, rate);
            let refused = cell.tally.refuses(1, at, rate);
            if refused.is_none() {
                cell.tally.count(1, at, rate);
                shard.addresses.put(key, cell, at, &self.rates);
            }
            refused
        });
        let refused = refused.flatten();
        self.answer(refused.map(|until| (until, Bucket::Address, rate.limit)))
    }

    pub(super) fn settle_address(&self, address: IpAddr, at: SystemTime) {
        let (key, at) = (self.keys.address(address), since_epoch(at));
        let rate = &self.rates.address;
        self.with(key, |shard| {
            if let Some(cell) = shard.addresses.get_mut(key) {
                cell.tally.give_back(1, at, rate);
                let cell = *cell;
                shard.addresses.put(key, cell, at, &self.rates);
            }
        });
    }

    pub(super) fn reserve_identity(&self, operation: &IdentityReserve) -> ReserveAnswer {
        let named = Named::new(&self.keys, operation, &self.rates);
        let refused = self.with(named.identity, |shard| named.reserve(shard, &self.rates));
        self.answer(refused.and_then(Result::err))
    }

    pub(super) fn settle_identity(&self, operation: &IdentityReserve, settled: Settled) {
        let named = Named::new(&self.keys, operation, &self.rates);
        self.with(named.identity, |shard| {
            named.settle(shard, &self.rates, settled);
        });
    }

    fn answer(&self, refused: Option<Refused>) -> ReserveAnswer {
        let Some((until, bucket, limit)) = refused else {
            return ReserveAnswer::Reserved;
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

/// Until when, by which bucket, and its limit.
type Refused = (u64, Bucket, u32);

/// An identity's operation with its keys and limits.
struct Named {
    identity: Key,
    /// The network's or the device's.
    place: Key,
    /// Whether the place is a known device.
    device: bool,
    allowance: Option<Allowance>,
    /// The place's, below the directory's threshold.
    rate: Rate,
    failures: u32,
    at: u64,
}

impl Named {
    fn new(keys: &Keys, operation: &IdentityReserve, rates: &Rates) -> Self {
        let identity = keys.identity(&operation.identity);
        let allowance = Allowance::below(operation.threshold);
        Self {
            identity,
            place: match operation.device {
                Some(device) => keys.device(identity, device),
                None => keys.network(identity, operation.address),
            },
            device: operation.device.is_some(),
            rate: allowance.map_or(rates.network, |it| rates.network.at_most(it.all)),
            allowance,
            failures: operation.failures.max(1),
            at: since_epoch(operation.at),
        }
    }

    fn places<'a>(&self, shard: &'a mut Shard) -> &'a mut Table<Share> {
        match self.device {
            true => &mut shard.devices,
            false => &mut shard.networks,
        }
    }

    fn reserve(&self, shard: &mut Shard, rates: &Rates) -> Result<(), Refused> {
        let Self { failures, at, .. } = *self;
        let mut identity = shard.identities.get(self.identity);
        let mut place = self.places(shard).get(self.place);
        identity.tally.leak(at, &rates.identity);
        identity.own.rest(at, rates.directory_window);
        // It empties at its own pace, however early the directory makes it close.
        place.tally.leak(at, &self.rate);

        if let Some(until) = place.tally.refuses(failures, at, &self.rate) {
            let bucket = match self.device {
                true => Bucket::IdentityAndDevice,
                false => Bucket::IdentityAndNetwork,
            };
            return Err((until, bucket, self.rate.limit));
        }
        if !self.device
            && let Some(until) = identity.tally.refuses(failures, at, &rates.identity)
        {
            return Err((until, Bucket::Identity, rates.identity.limit));
        }
        if let Some(allowance) = self.allowance
            && !identity.own.has_room(failures, self.device, &allowance)
        {
            let until = identity.own.last.saturating_add(rates.directory_window);
            return Err((until, Bucket::Identity, allowance.of(self.device)));
        }

        if !self.device {
            identity.tally.count(failures, at, &rates.identity);
        }
        identity.own.count(failures, self.device, at);
        (identity.own).shut_if_full(self.allowance.as_ref(), rates.directory_window);
        place.tally.count(failures, at, &self.rate);
        place.own.tell(failures, at, identity.own.first);
        shard.identities.put(self.identity, identity, at, rates);
        self.places(shard).put(self.place, place, at, rates);
        Ok(())
    }

    /// A place that was pushed out takes nothing back: that counts too much and never too little.
    fn settle(&self, shard: &mut Shard, rates: &Rates, settled: Settled) {
        let Self { at, device, .. } = *self;
        let mut place = match self.places(shard).get_mut(self.place) {
            Some(place) => *place,
            None => return,
        };
        let own = place.own.take_back(self.failures, at);
        if own == 0 {
            return;
        }
        let ours = place
            .own
            .belongs_to(&shard.identities.get(self.identity).own);
        let held = place.tally.count;
        place.tally.give_back(own, at, &self.rate);
        let mut forgotten = own;
        if settled == Settled::Passed {
            forgotten += place.own.forget(at, rates);
            let decided = place.tally.count.saturating_sub(place.own.told);
            place.tally.give_back(decided, at, &self.rate);
        }
        let left = held - place.tally.count;
        self.places(shard).put(self.place, place, at, rates);

        let Some(identity) = shard.identities.get_mut(self.identity) else {
            return;
        };
        if !device {
            identity.tally.give_back(left, at, &rates.identity);
        }
        if ours {
            identity.own.give_back(forgotten, device, at);
        }
        let identity = *identity;
        shard.identities.put(self.identity, identity, at, rates);
    }
}

fn since_epoch(at: SystemTime) -> u64 {
    millis(at.duration_since(UNIX_EPOCH).unwrap_or_default())
}

#[cfg(test)]
mod tests;
