//! What one identity's failures come to in the directory, which counts them from everywhere.

/// Failures that may stand in the directory's own count. Times are milliseconds since 1970.
///
/// A directory either forgets each failure after its window, or all of them when none was added for that long
/// (Active Directory). The second is the stricter one to stay below, so a series ends only after a quiet window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Series {
    /// Without a known device.
    pub(super) strangers: u32,
    /// With one.
    pub(super) devices: u32,
    /// The series' first failure.
    pub(super) first: u64,
    /// Its latest.
    pub(super) last: u64,
    /// The one before the latest.
    before: u64,
    /// No stranger is let through until then.
    pub(super) shut: u64,
    /// Counted, or given back, since the store was told.
    pub(super) unsent_strangers: i32,
    /// Likewise.
    pub(super) unsent_devices: i32,
}

/// How many wrong passwords are let through to a directory that locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    /// For everybody together: one below the directory's threshold.
    pub(super) all: u32,
    /// For those without a known device.
    pub(super) strangers: u32,
}

impl Allowance {
    /// `None` where the directory does not lock. Where it locks at the first wrong password nothing but silence
    /// could prevent it; one is let through.
    pub(super) fn below(threshold: Option<u32>) -> Option<Self> {
        let all = match threshold? {
            0 => return None,
            threshold => (threshold - 1).max(1),
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

    /// The one that holds for somebody.
    pub(super) fn of(&self, device: bool) -> u32 {
        if device { self.all } else { self.strangers }
    }
}

impl Series {
    /// A series that the store kept.
    pub(super) fn stored(strangers: u32, devices: u32, first: u64, last: u64, shut: u64) -> Self {
        Self {
            strangers,
            devices,
            first,
            last,
            before: last,
            shut,
            ..Self::default()
        }
    }

    pub(super) fn total(&self) -> u32 {
        self.strangers.saturating_add(self.devices)
    }

    /// Ends the series when it was quiet for the directory's window.
    pub(super) fn rest(&mut self, at: u64, window: u64) {
        // A clock that was wrong for a while must not hold a series for years.
        if self.last > at.saturating_add(window) {
            self.last = at;
        }
        if self.total() > 0 && at >= self.last.saturating_add(window) {
            // The store's copy ends by itself: it is as old.
            *self = Self::default();
        }
    }

    /// Whether there is room for so many more.
    pub(super) fn has_room(&self, failures: u32, device: bool, allowance: &Allowance) -> bool {
        let all = self.total().saturating_add(failures) <= allowance.all;
        let strangers = self.strangers.saturating_add(failures) <= allowance.strangers;
        all && (device || strangers)
    }

    pub(super) fn count(&mut self, failures: u32, device: bool, at: u64) {
        if self.total() == 0 {
            (self.first, self.last) = (at, at);
        }
        self.before = self.last;
        self.last = self.last.max(at);
        let (count, unsent) = self.side(device);
        *count = count.saturating_add(failures);
        *unsent = unsent.saturating_add_unsigned(failures);
    }

    pub(super) fn shut_if_full(&mut self, allowance: Option<&Allowance>, window: u64) {
        let full = allowance.is_some_and(|allowance| !self.has_room(1, false, allowance));
        self.shut = match full {
            true => self.last.saturating_add(window),
            false => 0,
        };
    }

    /// Forgets so many; one of them perhaps the latest.
    pub(super) fn give_back(&mut self, failures: u32, device: bool, counted_at: u64) {
        let (count, unsent) = self.side(device);
        let failures = failures.min(*count);
        *count -= failures;
        *unsent = unsent.saturating_sub_unsigned(failures);
        if self.last == counted_at {
            self.last = self.before;
        }
        self.shut = 0;
    }

    fn side(&mut self, device: bool) -> (&mut u32, &mut i32) {
        match device {
            true => (&mut self.devices, &mut self.unsent_devices),
            false => (&mut self.strangers, &mut self.unsent_strangers),
        }
    }
}
