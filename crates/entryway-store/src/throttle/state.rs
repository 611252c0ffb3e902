//! What the store keeps of a bucket, and how two processes that count for one bucket agree.

use super::series::Series;
use super::settings::{Rate, Rates};
use super::tally::Tally;

/// A bucket as the store keeps it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) tally: Tally,
    pub(super) series: Series,
}

/// The first byte of a stored state: another layout gets another number.
const LAYOUT: u8 = 1;
const LENGTH: usize = 1 + 8 * 8;

impl State {
    /// Takes over what others counted; what this process has counted since it last told comes on top. So the sum is
    /// right, however many processes share a store, and what one gives back, all have back.
    pub(super) fn adopt(&mut self, theirs: &Self, rate: &Rate, rates: &Rates, at: u64) {
        let mut base = theirs.tally;
        base.leak(at, rate);
        let mine = &mut self.tally;
        if base.count > 0 {
            mine.mark = base.mark;
        }
        mine.count = base.count.saturating_add_signed(mine.unsent);
        mine.until = mine.until.max(base.until);
        mine.last = mine.last.max(base.last);

        let mut base = theirs.series;
        base.rest(at, rates);
        if base.total() == 0 && theirs.series.total() > 0 {
            // Theirs was quiet for so long that it is over; mine is another one, or none.
            return;
        }
        let mine = &mut self.series;
        for (mine, base) in [
            (&mut mine.strangers, base.strangers),
            (&mut mine.devices, base.devices),
        ] {
            mine.count = base.count.saturating_add_signed(mine.unsent);
        }
        if base.total() > 0 {
            mine.first = match mine.first {
                0 => base.first,
                first => first.min(base.first),
            };
            mine.last = mine.last.max(base.last);
            mine.shut = mine.shut.max(base.shut);
        }
        if mine.window == 0 {
            mine.window = base.window;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tally.count == 0 && self.series.total() == 0
    }

    pub(super) fn over_at(&self, rate: &Rate, rates: &Rates) -> u64 {
        let series = match self.series.total() {
            0 => 0,
            _ => self.series.over_at(rates),
        };
        match self.tally.count {
            0 => series,
            _ => series.max(self.tally.empty_at(rate)),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let Self { tally, series } = self;
        let pair = |high: u32, low: u32| (u64::from(high) << 32) | u64::from(low);
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(LAYOUT);
        for word in [
            // Rounded up: a series is not over before it is.
            pair(tally.count, seconds(series.window)),
            tally.mark,
            tally.until,
            tally.last,
            pair(series.strangers.count, series.devices.count),
            series.first,
            series.last,
            series.shut,
        ] {
            bytes.extend_from_slice(&word.to_be_bytes());
        }
        bytes
    }

    /// `None` for what another version wrote: its counts are forgotten, which is what a new layout costs.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (layout, words) = bytes.split_first()?;
        let (words, rest) = words.as_chunks::<8>();
        let [count, mark, until, last, sides, first, latest, shut] = words else {
            return None;
        };
        if *layout != LAYOUT || !rest.is_empty() {
            return None;
        }
        let word = |bytes: &[u8; 8]| u64::from_be_bytes(*bytes);
        let high = |bytes| u32::try_from(word(bytes) >> 32).unwrap_or(u32::MAX);
        let low = |bytes| u32::try_from(word(bytes) & 0xffff_ffff).unwrap_or(u32::MAX);
        let series = Series::stored(
            high(sides),
            low(sides),
            word(first),
            word(latest),
            word(shut),
        );
        Some(Self {
            tally: Tally::stored(high(count), word(mark), word(until), word(last)),
            series: Series {
                window: u64::from(low(count)) * 1_000,
                ..series
            },
        })
    }
}

fn seconds(millis: u64) -> u32 {
    u32::try_from(millis.div_ceil(1_000)).unwrap_or(u32::MAX)
}
