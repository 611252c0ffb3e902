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

/// How many reservations are told apart by their time.
const RECENT: usize = 4;

/// What one network or device put into its identity's series, so that a right password from there takes it out.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Share {
    pub(super) told: u32,
    /// Since when: a share of an earlier series takes nothing out of this one.
    since: u64,
    /// When the latest were reserved; zero is none.
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
    pub(super) fn tell(&mut self, failures: u32, at: u64, series_first: u64) {
        if self.told == 0 || self.since < series_first {
            (self.told, self.since) = (0, at);
        }
        self.told = self.told.saturating_add(failures);
        if let Some(stalest) = self.recent.iter_mut().min() {
            self.earlier = self.earlier.max(*stalest);
            *stalest = at;
        }
    }

    /// Takes back a reservation: how many of them are still in the share.
    pub(super) fn take_back(&mut self, failures: u32, reserved_at: u64) -> u32 {
        if let Some(own) = self.recent.iter_mut().find(|at| **at == reserved_at) {
            *own = 0;
        }
        let failures = failures.min(self.told);
        self.told -= failures;
        failures
    }

    /// Forgets what is decided: all but those that may be binds still under way, for which the directory will count
    /// after the success that is reported now.
    pub(super) fn forget(&mut self, reserved_at: u64, rates: &Rates) -> u32 {
        let horizon = reserved_at.saturating_sub(rates.longest_login);
        let under_way = (self.recent.iter()).filter(|at| **at != 0 && **at >= horizon);
        let under_way = under_way.count();
        let kept = match self.earlier >= horizon {
            true => self.told,
            false => (self.told).min(u32::try_from(under_way).unwrap_or(u32::MAX)),
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

    /// Whether nothing is counted and the store has nothing of it.
    pub(super) fn is_blank(&mut self) -> bool {
        let series = self.own.series().map_or(0, |series| series.total());
        self.tally.count == 0 && series == 0 && self.written == 0
    }

    /// Whether the store must be told.
    pub(super) fn has_news(&mut self) -> bool {
        let series = self.own.series();
        let series = series.is_some_and(|it| it.unsent_strangers != 0 || it.unsent_devices != 0);
        series || self.tally.unsent != 0
    }

    /// From when on nothing of it matters.
    pub(super) fn over_at(&mut self, rates: &Rates) -> u64 {
        let tally = self.tally.empty_at(O::rate(rates));
        let series = self.own.series().filter(|series| series.total() > 0);
        let series = series.map_or(0, |it| it.last.saturating_add(rates.directory_window));
        match self.tally.count {
            0 => series,
            _ => tally.max(series),
        }
    }
}
