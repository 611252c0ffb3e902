//! How much is let through, and for how long it is remembered.

use std::time::Duration;

/// What the throttle allows. The defaults are the ones of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThrottleSettings {
    /// Failures of one identity from one network, or from one known device; one below the directory's threshold
    /// where that is lower.
    pub failures: u32,
    /// Failures of one identity from all networks.
    pub failures_per_identity: u32,
    /// Failures from one address, whoever is tried.
    pub failures_per_address: u32,
    /// How many stores, this one among them, count failures of the same directories: each lets its share of what the
    /// directory's threshold leaves through.
    pub stores: u32,
    /// In this time an idle bucket that was just full is empty again; it empties evenly.
    pub window: Duration,
    /// How long a directory remembers a wrong password where it does not tell, or remembers it until the next right
    /// one. What counts against its threshold is forgotten only when no failure was added for so long.
    pub directory_window: Duration,
    /// The first wait of a full bucket.
    pub first_wait: Duration,
    /// Waits double up to this one.
    pub longest_wait: Duration,
    /// No login takes longer.
    pub longest_login: Duration,
    /// Buckets that are held at most, a quarter of each kind.
    pub most_keys: usize,
    /// Out of reach of the store for so long, the throttle says that it cannot count.
    pub patience: Duration,
    /// How often what was counted is written.
    pub write_every: Duration,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        Self {
            failures: 5,
            failures_per_identity: 50,
            failures_per_address: 200,
            stores: 1,
            window: Duration::from_secs(15 * 60),
            directory_window: Duration::from_secs(24 * 3600),
            first_wait: Duration::from_secs(30),
            longest_wait: Duration::from_secs(15 * 60),
            longest_login: Duration::from_secs(3),
            most_keys: 200_000,
            patience: Duration::from_secs(5),
            write_every: Duration::from_secs(1),
        }
    }
}

/// How one kind of bucket fills and empties, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub(super) limit: u32,
    /// One failure is forgotten in so many milliseconds.
    pub(super) drip: u64,
    pub(super) first_wait: u64,
    pub(super) longest_wait: u64,
}

impl Rate {
    /// The same bucket where the directory allows less: it closes earlier and empties no faster.
    pub(super) fn at_most(self, limit: u32) -> Self {
        Self {
            limit: self.limit.min(limit).max(1),
            ..self
        }
    }

    /// How long a bucket that holds `count` stays closed.
    pub(super) fn wait(&self, count: u32) -> u64 {
        let doublings = count.saturating_sub(self.limit).min(20);
        (self.first_wait << doublings).min(self.longest_wait)
    }
}

/// All rates, from the settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    pub(super) network: Rate,
    pub(super) identity: Rate,
    pub(super) address: Rate,
    /// How many stores share what a directory's threshold leaves.
    pub(super) stores: u32,
    pub(super) directory_window: u64,
    pub(super) longest_login: u64,
}

impl Rates {
    pub(super) fn new(settings: &ThrottleSettings) -> Self {
        let rate = |limit: u32| {
            let limit = limit.max(1);
            Rate {
                limit,
                drip: (millis(settings.window) / u64::from(limit)).max(1),
                // A day bounds the shift in `wait`.
                first_wait: millis(settings.first_wait).min(86_400_000),
                longest_wait: millis(settings.longest_wait),
            }
        };
        let longest_login = millis(settings.longest_login);
        Self {
            network: rate(settings.failures),
            identity: rate(settings.failures_per_identity),
            address: rate(settings.failures_per_address),
            stores: settings.stores,
            directory_window: series_window(settings.directory_window, longest_login),
            longest_login,
        }
    }
}

/// How long a series outlives its latest failure, as that was reserved. The directory counted it up to a login's
/// length later; and what is reserved just before its window is over may reach it, and be settled, that much later.
pub(super) fn series_window(directory: Duration, longest_login: u64) -> u64 {
    millis(directory).saturating_add(longest_login.saturating_mul(2))
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
