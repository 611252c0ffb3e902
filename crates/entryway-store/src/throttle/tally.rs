//! One bucket: it fills with failures, empties with time, and closes when it is full, longer each time.

use super::settings::Rate;

/// How much a bucket holds. Times are milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Failures, some of them perhaps not decided yet.
    pub(super) count: u32,
    /// Up to when what time empties was taken out.
    pub(super) mark: u64,
    /// A full bucket is closed until then; after that there is one place.
    pub(super) until: u64,
    /// What `until` was before the last failure.
    before: u64,
    /// When something was counted last.
    pub(super) last: u64,
    /// Counted, or given back, since the store was told.
    pub(super) unsent: i32,
}

impl Tally {
    /// A bucket that the store kept.
    pub(super) fn stored(count: u32, mark: u64, until: u64, last: u64) -> Self {
        Self {
            count,
            mark,
            until,
            before: until,
            last,
            unsent: 0,
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

    /// Until when there is no room for so many; `None` when there is. The time must have passed ([`Tally::leak`]).
    pub(super) fn refuses(&self, failures: u32, at: u64, rate: &Rate) -> Option<u64> {
        let fits = self.count.saturating_add(failures) <= rate.limit;
        let one_place = failures == 1 && self.until <= at;
        match (fits || one_place, failures) {
            (true, _) => None,
            (false, 1) => Some(self.until),
            (false, _) => Some(self.until.max(at.saturating_add(rate.drip))),
        }
    }

    /// Counts, and closes when that fills it.
    pub(super) fn count(&mut self, failures: u32, at: u64, rate: &Rate) {
        self.add(failures);
        self.last = self.last.max(at);
        if self.count >= rate.limit {
            self.before = self.until.min(at);
            self.until = at.saturating_add(rate.wait(self.count));
        }
    }

    /// Gives back what was counted at that time; its place is free again.
    pub(super) fn give_back(&mut self, failures: u32, counted_at: u64, rate: &Rate) {
        let closed_by_it = self.until == counted_at.saturating_add(rate.wait(self.count));
        self.remove(failures);
        if closed_by_it {
            self.until = self.before;
        }
        if self.count < rate.limit {
            self.until = self.until.min(counted_at);
        }
    }

    fn add(&mut self, failures: u32) {
        self.count = self.count.saturating_add(failures);
        self.unsent = self.unsent.saturating_add_unsigned(failures);
    }

    fn remove(&mut self, failures: u32) {
        let failures = failures.min(self.count);
        self.count -= failures;
        self.unsent = self.unsent.saturating_sub_unsigned(failures);
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
