//! One bucket: it fills with failures, empties with time, and closes when it is full, longer each time.
//!
//! A login under way takes a place and is no failure: when it ends well, its place is free again.

use super::settings::Rate;

/// How much a bucket holds. Times are milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Failures.
    pub(super) count: u32,
    /// Places of logins that this process has not decided yet. No time empties them, and nobody else is told.
    pub(super) under_way: u32,
    /// Up to when what time empties was taken out.
    pub(super) mark: u64,
    /// A full bucket is closed until then; after that there is one place.
    pub(super) until: u64,
    /// When something was counted last.
    pub(super) last: u64,
    /// Counted, or forgotten, since the store was told.
    pub(super) unsent: i32,
}

/// Whether there is a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// There is.
    Free,
    /// There is as soon as enough of the logins under way end well.
    UnderWay,
    /// Failures alone leave none before then.
    Until(u64),
}

impl Tally {
    /// A bucket that the store kept.
    pub(super) fn stored(count: u32, mark: u64, until: u64, last: u64) -> Self {
        Self {
            count,
            mark,
            until,
            last,
            ..Self::default()
        }
    }

    /// Lets time pass. A full bucket empties only from when it opened: whoever comes back each time it opens
    /// waits longer each time.
    pub(super) fn leak(&mut self, at: u64, rate: &Rate) {
        // A clock that was wrong for a while must not close a bucket for years.
        self.until = self.until.min(at.saturating_add(rate.longest_wait));
        if self.count == 0 || self.mark > at.saturating_add(rate.longest_wait) {
            self.mark = at;
            return;
        }
        let from = match self.count >= rate.limit {
            true => self.mark.max(self.until),
            false => self.mark,
        };
        let Some(passed) = at.checked_sub(from) else {
            return;
        };
        let drops = passed / rate.drip;
        self.mark = from + drops * rate.drip;
        self.count = (self.count).saturating_sub(u32::try_from(drops).unwrap_or(u32::MAX));
    }

    /// Whether there is room for so many. The time must have passed ([`Tally::leak`]).
    pub(super) fn room(&self, failures: u32, at: u64, rate: &Rate) -> Room {
        let failed = self.count.saturating_add(failures);
        if failed <= rate.limit {
            return match failed.saturating_add(self.under_way) <= rate.limit {
                true => Room::Free,
                false => Room::UnderWay,
            };
        }
        match (failures, self.under_way) {
            (1, 0) if self.until <= at => Room::Free,
            (1, _) if self.until <= at => Room::UnderWay,
            (1, _) => Room::Until(self.until),
            _ => Room::Until(self.until.max(at.saturating_add(rate.drip))),
        }
    }

    /// A login begins.
    pub(super) fn begin(&mut self, failures: u32) {
        self.under_way = self.under_way.saturating_add(failures);
    }

    /// It ended, one way or the other.
    pub(super) fn end(&mut self, failures: u32) {
        self.under_way = self.under_way.saturating_sub(failures);
    }

    /// It failed: counts, and closes when that fills it.
    pub(super) fn fail(&mut self, failures: u32, at: u64, rate: &Rate) {
        self.leak(at, rate);
        self.count = self.count.saturating_add(failures);
        self.unsent = self.unsent.saturating_add_unsigned(failures);
        self.last = self.last.max(at);
        if self.count >= rate.limit {
            let until = at.saturating_add(rate.wait(self.count));
            self.until = self.until.max(until);
        }
    }

    /// Forgets so many failures, as far as it has them; gives how many those were.
    pub(super) fn forget(&mut self, failures: u32, at: u64, rate: &Rate) -> u32 {
        let failures = failures.min(self.count);
        self.count -= failures;
        self.unsent = self.unsent.saturating_sub_unsigned(failures);
        if self.count < rate.limit {
            self.until = self.until.min(at);
        }
        failures
    }

    /// When time will have emptied it.
    pub(super) fn empty_at(&self, rate: &Rate) -> u64 {
        let drips = u64::from(self.count).saturating_mul(rate.drip);
        let from = match self.count >= rate.limit {
            true => self.mark.max(self.until),
            false => self.mark,
        };
        from.saturating_add(drips)
    }
}
