//! What one identity's failures come to in the directory, which counts them from everywhere.

use super::settings::Rates;
use super::tally::Room;

/// Failures that may stand in the directory's own count. Times are milliseconds since 1970.
///
/// A directory either forgets each failure after its window, or all of them when none was added for that long
/// (Active Directory). The second is the stricter one to stay below, so a series ends only after a quiet window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Series {
    /// Without a known device.
    pub(super) strangers: Side,
    /// With one.
    pub(super) devices: Side,
    /// The series' first failure.
    pub(super) first: u64,
    /// Its latest.
    pub(super) last: u64,
    /// No stranger is let through until then.
    pub(super) shut: u64,
    /// How long the series outlives its latest failure, in milliseconds; 0 while the directory has not told.
    pub(super) window: u64,
}

/// What counts for strangers, or for devices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) count: u32,
    /// Logins that this process has not decided yet.
    pub(super) under_way: u32,
    /// Counted, or forgotten, since the store was told.
    pub(super) unsent: i32,
}

/// How many wrong passwords are let through to a directory that locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    /// For everybody together: one below the directory's threshold, or this store's share of that.
    pub(super) all: u32,
    /// For those without a known device.
    pub(super) strangers: u32,
}

impl Allowance {
    /// `None` where the directory does not lock. Where it locks at the first wrong password nothing but silence
    /// could prevent it; one is let through. Where several stores count against one directory, each of them lets its
    /// share through, and one at least.
    pub(super) fn below(threshold: Option<u32>, stores: u32) -> Option<Self> {
        let all = match threshold? {
            0 => return None,
            threshold => ((threshold - 1) / stores.max(1)).max(1),
        };
        let kept = match all {
            1 => 0,
            _ => (all / 4).max(1),
        };
        Some(Self {
            all,
            strangers: all - kept,
        })
    }

    /// How many windows of the directory's a series must be quiet for before it is over. Alone, one. But failures that other
    /// stores let through, unseen from here, may have kept the directory counting: each for a window more.
    pub(super) fn quiet(&self, stores: u32) -> u32 {
        stores
            .saturating_sub(1)
            .saturating_mul(self.all)
            .saturating_add(1)
    }

    /// The one that holds for somebody.
    pub(super) fn of(&self, device: bool) -> u32 {
        if device { self.all } else { self.strangers }
    }

    fn fits(&self, strangers: u32, devices: u32, device: bool) -> bool {
        strangers.saturating_add(devices) <= self.all && (device || strangers <= self.strangers)
    }
}

impl Side {
    fn stored(count: u32) -> Self {
        Self {
            count,
            ..Self::default()
        }
    }

    fn held(&self) -> u32 {
        self.count.saturating_add(self.under_way)
    }
}

impl Series {
    /// A series that the store kept.
    pub(super) fn stored(strangers: u32, devices: u32, first: u64, last: u64, shut: u64) -> Self {
        Self {
            strangers: Side::stored(strangers),
            devices: Side::stored(devices),
            first,
            last,
            shut,
            window: 0,
        }
    }

    /// Its failures.
    pub(super) fn total(&self) -> u32 {
        self.strangers.count.saturating_add(self.devices.count)
    }

    /// Whether a login is under way.
    pub(super) fn is_under_way(&self) -> bool {
        self.strangers.under_way > 0 || self.devices.under_way > 0
    }

    /// When it ends if nothing is added.
    pub(super) fn over_at(&self, rates: &Rates) -> u64 {
        self.last.saturating_add(self.window(rates))
    }

    fn window(&self, rates: &Rates) -> u64 {
        match self.window {
            0 => rates.directory_window,
            window => window,
        }
    }

    /// Ends the series when it was quiet for the directory's window.
    pub(super) fn rest(&mut self, at: u64, rates: &Rates) {
        // A clock that was wrong for a while must not hold a series for years.
        if self.last > at.saturating_add(self.window(rates)) {
            self.last = at;
        }
        if self.total() > 0 && at >= self.over_at(rates) {
            // The store's copy ends by itself: it is as old.
            let rested = |side: Side| Side {
                under_way: side.under_way,
                ..Side::default()
            };
            *self = Self {
                strangers: rested(self.strangers),
                devices: rested(self.devices),
                window: self.window,
                ..Self::default()
            };
        }
    }

    /// Whether there is room for so many more.
    pub(super) fn room(
        &self,
        failures: u32,
        device: bool,
        allowance: &Allowance,
        rates: &Rates,
    ) -> Room {
        let more = |strangers: u32, devices: u32| match device {
            true => (strangers, devices.saturating_add(failures)),
            false => (strangers.saturating_add(failures), devices),
        };
        let fits = |(strangers, devices)| allowance.fits(strangers, devices, device);
        if !fits(more(self.strangers.count, self.devices.count)) {
            return Room::Until(self.over_at(rates));
        }
        match fits(more(self.strangers.held(), self.devices.held())) {
            true => Room::Free,
            false => Room::UnderWay,
        }
    }

    /// A login begins.
    pub(super) fn begin(&mut self, failures: u32, device: bool) {
        let side = self.side(device);
        side.under_way = side.under_way.saturating_add(failures);
    }

    /// It ended, one way or the other.
    pub(super) fn end(&mut self, failures: u32, device: bool) {
        let side = self.side(device);
        side.under_way = side.under_way.saturating_sub(failures);
    }

    /// It failed.
    pub(super) fn fail(&mut self, failures: u32, device: bool, at: u64) {
        if self.total() == 0 {
            (self.first, self.last) = (at, at);
        }
        // Logins end in another order than they began.
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        let side = self.side(device);
        side.count = side.count.saturating_add(failures);
        side.unsent = side.unsent.saturating_add_unsigned(failures);
    }

    pub(super) fn forget(&mut self, failures: u32, device: bool) {
        let side = self.side(device);
        let failures = failures.min(side.count);
        side.count -= failures;
        side.unsent = side.unsent.saturating_sub_unsigned(failures);
        self.shut = 0;
    }

    pub(super) fn shut_if_full(&mut self, allowance: Option<&Allowance>, rates: &Rates) {
        let room = allowance.map(|allowance| self.room(1, false, allowance, rates));
        self.shut = match room {
            Some(Room::Until(until)) => until,
            _ => 0,
        };
    }

    fn side(&mut self, device: bool) -> &mut Side {
        match device {
            true => &mut self.devices,
            false => &mut self.strangers,
        }
    }
}
