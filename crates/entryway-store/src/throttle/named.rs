//! One reservation, with its keys and limits: what it does to the buckets of its lock.

use super::book::Shard;
use super::cell::{Cell, Nothing, Share};
use super::key::{Key, Keys};
use super::series::{Allowance, Series};
use super::settings::{Rate, Rates, millis, series_window};
use super::table::Table;
use super::tally::Room;
use entryway_login::{Bucket, IdentityReserve, Settled};
use std::net::IpAddr;
use std::time::{SystemTime, UNIX_EPOCH};

/// Whoever asks for a place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asks {
    Address(AddressAsks),
    Identity(IdentityAsks),
}

/// Why there is no place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Refused {
    /// Logins under way have it.
    UnderWay,
    /// Until when, by which bucket, and its limit.
    Until(u64, Bucket, u32),
}

/// For an address.
#[derive(Debug, Clone, Copy)]
pub(super) struct AddressAsks {
    key: Key,
    at: u64,
}

/// For an identity.
#[derive(Debug, Clone, Copy)]
pub(super) struct IdentityAsks {
    identity: Key,
    /// The network's or the device's.
    place: Key,
    /// Whether the place is a known device.
    device: bool,
    allowance: Option<Allowance>,
    /// How long the directory's count outlives its latest failure; `None` where it does not lock.
    window: Option<u64>,
    /// The place's, below the directory's threshold.
    rate: Rate,
    failures: u32,
    at: u64,
}

impl Asks {
    pub(super) fn of_address(keys: &Keys, address: IpAddr, at: SystemTime) -> Self {
        Self::Address(AddressAsks {
            key: keys.address(address),
            at: since_epoch(at),
        })
    }

    pub(super) fn of_identity(keys: &Keys, operation: &IdentityReserve, rates: &Rates) -> Self {
        let identity = keys.identity(&operation.identity);
        let allowance = Allowance::below(operation.threshold, rates.stores);
        let quiet = allowance.map_or(1, |allowance| allowance.quiet(rates.stores));
        let window = operation.window.map_or(rates.directory_window, |window| {
            series_window(window.saturating_mul(quiet), rates.longest_login)
        });
        Self::Identity(IdentityAsks {
            identity,
            place: match operation.device {
                Some(device) => keys.device(identity, device),
                None => keys.network(identity, operation.address),
            },
            device: operation.device.is_some(),
            rate: allowance.map_or(rates.network, |it| rates.network.at_most(it.all)),
            window: allowance.map(|_| window),
            allowance,
            failures: operation.failures.max(1),
            at: since_epoch(operation.at),
        })
    }

    /// By this it waits, and its lock is found.
    pub(super) fn queue(&self) -> Key {
        match self {
            Self::Address(asks) => asks.key,
            Self::Identity(asks) => asks.identity,
        }
    }

    /// Whoever shares it is refused by the same buckets.
    pub(super) fn place(&self) -> Key {
        match self {
            Self::Address(asks) => asks.key,
            Self::Identity(asks) => asks.place,
        }
    }

    pub(super) fn reserve(&self, shard: &mut Shard, rates: &Rates) -> Result<(), Refused> {
        match self {
            Self::Address(asks) => asks.reserve(shard, rates),
            Self::Identity(asks) => asks.reserve(shard, rates),
        }
    }

    /// Whether it would be refused now; nothing is counted and nothing kept.
    pub(super) fn look(&self, shard: &mut Shard, rates: &Rates) -> Result<(), Refused> {
        match self {
            Self::Address(asks) => asks.room(shard, rates).map(drop),
            Self::Identity(asks) => asks.look(shard, rates),
        }
    }

    pub(super) fn settle(&self, shard: &mut Shard, rates: &Rates, settled: Settled) {
        match self {
            Self::Address(asks) => asks.settle(shard, rates, settled),
            Self::Identity(asks) => asks.settle(shard, rates, settled),
        }
    }
}

impl AddressAsks {
    /// The bucket, if there is a place in it.
    fn room(&self, shard: &mut Shard, rates: &Rates) -> Result<Cell<Nothing>, Refused> {
        let Self { key, at } = *self;
        let mut cell = shard.addresses.get(key);
        cell.tally.leak(at, &rates.address);
        let room = cell.tally.room(1, at, &rates.address);
        refused(room, Bucket::Address, rates.address.limit)?;
        Ok(cell)
    }

    fn reserve(&self, shard: &mut Shard, rates: &Rates) -> Result<(), Refused> {
        let Self { key, at } = *self;
        let mut cell = self.room(shard, rates)?;
        cell.tally.begin(1);
        shard.addresses.put(key, cell, at, rates);
        Ok(())
    }

    fn settle(&self, shard: &mut Shard, rates: &Rates, settled: Settled) {
        let Self { key, at } = *self;
        let mut cell = shard.addresses.get(key);
        if cell.tally.under_way == 0 {
            return;
        }
        cell.tally.end(1);
        if settled == Settled::Failed {
            cell.tally.fail(1, at, &rates.address);
        }
        shard.addresses.put(key, cell, at, rates);
    }
}

impl IdentityAsks {
    fn places<'a>(&self, shard: &'a mut Shard) -> &'a mut Table<Share> {
        match self.device {
            true => &mut shard.devices,
            false => &mut shard.networks,
        }
    }

    /// The identity's bucket and the place's, if there is room in both.
    fn room(
        &self,
        shard: &mut Shard,
        rates: &Rates,
    ) -> Result<(Cell<Series>, Cell<Share>), Refused> {
        let Self {
            failures,
            at,
            device,
            ..
        } = *self;
        let mut identity = shard.identities.get(self.identity);
        let mut place = self.places(shard).get(self.place);
        identity.tally.leak(at, &rates.identity);
        identity.own.window = self.window.unwrap_or(identity.own.window);
        identity.own.rest(at, rates);
        // It empties at its own pace, however early the directory makes it close.
        place.tally.leak(at, &self.rate);

        let bucket = match device {
            true => Bucket::IdentityAndDevice,
            false => Bucket::IdentityAndNetwork,
        };
        let by_place = place.tally.room(failures, at, &self.rate);
        let by_identity = match device {
            true => Room::Free,
            false => identity.tally.room(failures, at, &rates.identity),
        };
        let (by_directory, allowed) = match &self.allowance {
            None => (Room::Free, u32::MAX),
            Some(allowance) => {
                let room = identity.own.room(failures, device, allowance, rates);
                (room, allowance.of(device))
            }
        };
        let rooms = [
            (by_place, bucket, self.rate.limit),
            (by_identity, Bucket::Identity, rates.identity.limit),
            (by_directory, Bucket::Identity, allowed),
        ];
        // Failures refuse at once, whoever is under way beside them.
        let is_free = |room: &(Room, Bucket, u32)| room.0 == Room::Free;
        let is_under_way = |room: &(Room, Bucket, u32)| room.0 == Room::UnderWay;
        let worst = rooms
            .iter()
            .find(|room| !is_free(room) && !is_under_way(room))
            .or_else(|| rooms.iter().find(|room| is_under_way(room)));
        if let Some((room, bucket, limit)) = worst {
            refused(*room, *bucket, *limit)?;
        }
        Ok((identity, place))
    }

    /// Whoever looks may not know the directory's threshold: then what was refused by it last still tells.
    fn look(&self, shard: &mut Shard, rates: &Rates) -> Result<(), Refused> {
        let (identity, _) = self.room(shard, rates)?;
        let shut = identity.own.shut;
        if self.allowance.is_none() && !self.device && shut > self.at {
            let failures = identity.own.total();
            return Err(Refused::Until(shut, Bucket::Identity, failures));
        }
        Ok(())
    }

    fn reserve(&self, shard: &mut Shard, rates: &Rates) -> Result<(), Refused> {
        let Self {
            failures,
            at,
            device,
            ..
        } = *self;
        let (mut identity, mut place) = self.room(shard, rates)?;
        if !device {
            identity.tally.begin(failures);
        }
        identity.own.begin(failures, device);
        place.tally.begin(failures);
        shard.identities.put(self.identity, identity, at, rates);
        self.places(shard).put(self.place, place, at, rates);
        Ok(())
    }

    fn settle(&self, shard: &mut Shard, rates: &Rates, settled: Settled) {
        let Self { at, device, .. } = *self;
        let mut identity = shard.identities.get(self.identity);
        let mut place = self.places(shard).get(self.place);
        // Nothing is ended that did not begin.
        let failures = self.failures.min(place.tally.under_way);
        if failures == 0 {
            return;
        }
        place.tally.end(failures);
        identity.own.end(failures, device);
        if !device {
            identity.tally.end(failures);
        }
        match settled {
            Settled::NotCounted => {}
            Settled::Failed => {
                if !device {
                    identity.tally.fail(failures, at, &rates.identity);
                }
                identity.own.fail(failures, device, at);
                place.tally.fail(failures, at, &self.rate);
                place.own.tell(failures, at, identity.own.first);
            }
            Settled::Passed => {
                let ours = place.own.belongs_to(&identity.own);
                let forgotten = place.own.forget(at, rates);
                let decided = place.tally.count.saturating_sub(place.own.told);
                let decided = place.tally.forget(decided, at, &self.rate);
                if !device {
                    identity.tally.forget(decided, at, &rates.identity);
                }
                if ours {
                    identity.own.forget(forgotten, device);
                }
            }
        }
        (identity.own).shut_if_full(self.allowance.as_ref(), rates);
        shard.identities.put(self.identity, identity, at, rates);
        self.places(shard).put(self.place, place, at, rates);
    }
}

fn refused(room: Room, bucket: Bucket, limit: u32) -> Result<(), Refused> {
    match room {
        Room::Free => Ok(()),
        Room::UnderWay => Err(Refused::UnderWay),
        Room::Until(until) => Err(Refused::Until(until, bucket, limit)),
    }
}

fn since_epoch(at: SystemTime) -> u64 {
    millis(at.duration_since(UNIX_EPOCH).unwrap_or_default())
}
