//! What is held under one key: a bucket, and what only its kind needs.

use super::series::Series;
use super::settings::{Rate, Rates};
use super::tally::Tally;

/// A bucket with what belongs to it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell<Own> {
    pub(super) tally: Tally,
    pub(super) own: Own,
    /// The store's version of it that this process wrote or read last; 0 when the store has none.
    pub(super) written: u64,
}

/// What a kind of bucket has besides its tally.
pub(super) trait Own: Copy + Default {
    /// How it fills.
    fn rate(rates: &Rates) -> &Rate;
    /// The directory's count, for an identity.
    fn series(&mut self) -> Option<&mut Series> {
        None
    }
}

/// An address has nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Nothing;

impl Own for Nothing {
    fn rate(rates: &Rates) -> &Rate {
        &rates.address
    }
}

impl Own for Series {
    fn rate(rates: &Rates) -> &Rate {
        &rates.identity
    }
    fn series(&mut self) -> Option<&mut Series> {
        Some(self)
    }
}

/// How many failures are told apart by the time of their reservation.
const RECENT: usize = 4;

/// What failures of one network or device put into its identity's series, so that a right password from there takes
/// them out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Share {
    pub(super) told: u32,
    /// Since when: a share of an earlier series takes nothing out of this one.
    since: u64,
    /// When the latest of them were reserved; zero is none.
    recent: [u64; RECENT],
    /// The latest that did not fit in there.
    earlier: u64,
}

impl Own for Share {
    fn rate(rates: &Rates) -> &Rate {
        &rates.network
    }
}

impl Share {
    /// Failures that were put in now.
    pub(super) fn tell(&mut self, failures: u32, reserved_at: u64, series_first: u64) {
        if self.told == 0 || self.since < series_first {
            (self.told, self.since) = (0, reserved_at);
        }
        self.told = self.told.saturating_add(failures);
        if let Some(stalest) = self.recent.iter_mut().min() {
            self.earlier = self.earlier.max(*stalest);
            *stalest = reserved_at;
        }
    }

    /// Forgets what the directory forgot at a success that was reserved at that time. What was reserved less than a
    /// login's length before it may have reached the directory after the success, in whatever order the answers came.
    pub(super) fn forget(&mut self, reserved_at: u64, rates: &Rates) -> u32 {
        let horizon = reserved_at.saturating_sub(rates.longest_login);
        let beside = (self.recent.iter()).filter(|at| **at != 0 && **at >= horizon);
        let beside = beside.count();
        let kept = match self.earlier >= horizon {
            true => self.told,
            false => (self.told).min(u32::try_from(beside).unwrap_or(u32::MAX)),
        };
        let forgotten = self.told - kept;
        self.told = kept;
        forgotten
    }

    pub(super) fn belongs_to(&self, series: &Series) -> bool {
        self.since >= series.first
    }
}

impl<O: Own> Cell<O> {
    /// What is worth keeping longest comes last: closed ones, then the fullest, then the latest.
    pub(super) fn rank(&self, at: u64) -> (bool, u32, u64) {
        let mut own = self.own;
        let series = own.series().map(|series| *series).unwrap_or_default();
        let closed = self.tally.until > at || series.shut > at;
        let count = self.tally.count.max(series.total());
        (closed, count, self.tally.last.max(series.last))
    }

    /// Whether a login is under way.
    pub(super) fn is_under_way(&mut self) -> bool {
        self.tally.under_way > 0
            || self
                .own
                .series()
                .is_some_and(|series| series.is_under_way())
    }

    /// Whether nothing is counted and the store has nothing of it.
    pub(super) fn is_blank(&mut self) -> bool {
        let series = self.own.series().map_or(0, |series| series.total());
        self.tally.count == 0 && series == 0 && self.written == 0 && !self.is_under_way()
    }

    /// Whether the store must be told.
    pub(super) fn has_news(&mut self) -> bool {
        let series = self.own.series();
        let series = series.is_some_and(|it| it.strangers.unsent != 0 || it.devices.unsent != 0);
        series || self.tally.unsent != 0
    }

    /// From when on nothing of it matters.
    pub(super) fn over_at(&mut self, rates: &Rates) -> u64 {
        if self.is_under_way() {
            return u64::MAX;
        }
        let tally = self.tally.empty_at(O::rate(rates));
        let series = self.own.series().filter(|series| series.total() > 0);
        let series = series.map_or(0, |it| it.over_at(rates));
        match self.tally.count {
            0 => series,
            _ => tally.max(series),
        }
    }
}
