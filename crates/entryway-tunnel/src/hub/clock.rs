//! A connector's clock beside ours: as it greets, and by the time in each of its replies from then on, which is signed and
//! belongs to a question of ours, so that nobody else can make it look wrong.

use crate::pump::{ahead_ms, unix_ms};
use entryway_bridge::CLOCK_TOLERANCE;
use std::time::{Duration, SystemTime};

/// A clock that was wrong counts as right again when it is so much nearer than what is borne: one at the very edge is not
/// now this and now that.
const NEARER: Duration = Duration::from_secs(60);

/// What is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// By how much it is ahead, in milliseconds; below zero: behind.
    pub(super) ahead_ms: i64,
    /// Whether that is more than is borne.
    pub(super) is_wrong: bool,
}

impl Clock {
    /// Its greeting says this time, and that has just come.
    pub(super) fn greeting(time_ms: u64, now: SystemTime) -> Self {
        let ahead_ms = ahead_ms(time_ms, unix_ms(now));
        Self {
            ahead_ms,
            is_wrong: apart(ahead_ms) > CLOCK_TOLERANCE,
        }
    }

    /// A reply says this time that was asked for then, and has come now: it was made at some time between, however long it
    /// was on its way, or this machine slept or had its clock set, and only what is so whenever that was counts. Gives
    /// whether that changes whether the clock is wrong.
    pub(super) fn replied(&mut self, time_ms: u64, asked: SystemTime, now: SystemTime) -> bool {
        let asked = asked.min(now);
        let least = ahead_ms(time_ms, unix_ms(now));
        let most = ahead_ms(time_ms, unix_ms(asked));
        // The one of them that is nearest to none at all.
        let ahead_ms = 0.max(least).min(most);
        let borne = match self.is_wrong {
            true => CLOCK_TOLERANCE - NEARER,
            false => CLOCK_TOLERANCE,
        };
        let is_wrong = apart(ahead_ms) > borne;
        if !is_wrong && apart(least).max(apart(most)) > borne {
            return false;
        }
        self.ahead_ms = ahead_ms;
        std::mem::replace(&mut self.is_wrong, is_wrong) != is_wrong
    }
}

fn apart(ahead_ms: i64) -> Duration {
    Duration::from_millis(ahead_ms.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_800_000_000);
    const AT_ONCE: Duration = Duration::from_millis(3);

    /// What a clock shows that is ahead by so many seconds.
    fn shows(ahead: i64) -> u64 {
        unix_ms(now()).checked_add_signed(ahead * 1000).unwrap()
    }
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW
    }

    #[test]
    fn one_that_goes_wrong_is_so_until_it_is_well_within_what_is_borne() {
        for side in [1, -1] {
            let mut clock = Clock::greeting(shows(0), now());
            assert!(!clock.is_wrong);
            let mut then = |ahead: i64| {
                let changed = clock.replied(shows(side * ahead), now() - AT_ONCE, now());
                (changed, clock.is_wrong)
            };
            assert_eq!(then(299), (false, false));
            assert_eq!(then(301), (true, true));
            assert_eq!(then(600), (false, true));
            assert_eq!(then(299), (false, true));
            assert_eq!(then(241), (false, true));
            assert_eq!(then(239), (true, false));
            assert_eq!(then(299), (false, false));
        }
    }

    #[test]
    fn a_greeting_by_a_wrong_clock_is_wrong_from_the_start_and_a_reply_makes_it_right() {
        for ahead in [301, -301] {
            let mut clock = Clock::greeting(shows(ahead), now());
            assert!(clock.is_wrong);
            assert!(clock.replied(shows(0), now() - AT_ONCE, now()) && !clock.is_wrong);
        }
        assert!(!Clock::greeting(shows(299), now()).is_wrong);
    }

    #[test]
    fn a_reply_that_was_long_on_its_way_says_nothing_of_the_clock() {
        let mut clock = Clock::greeting(shows(0), now());
        // Made when it was asked for, an hour ago, or at any time since.
        let hour_ago = now() - Duration::from_secs(3600);
        for ago in [3600, 1800, 0] {
            assert!(!clock.replied(shows(-ago), hour_ago, now()));
            assert_eq!(clock.ahead_ms, 0);
        }
        assert!(clock.replied(shows(-3600 - 301), hour_ago, now()));
        assert_eq!(clock.ahead_ms, -301_000);
        // Nor does it make one right that is wrong.
        assert!(!clock.replied(shows(-1800), hour_ago, now()) && clock.is_wrong);
        // Nor one whose time no clock could show, but that it is wrong.
        assert!(!clock.replied(u64::MAX, hour_ago, now()) && clock.is_wrong);
        assert!(
            clock.replied(0, SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH) && !clock.is_wrong
        );
    }

    #[test]
    fn our_own_clock_may_be_set_meanwhile() {
        let minutes = Duration::from_secs(600);
        // Forward: it may have been made before.
        let mut clock = Clock::greeting(shows(0), now());
        assert!(!clock.replied(shows(-600), now() - minutes, now()) && !clock.is_wrong);
        // Back: it is ahead of ours from now on.
        assert!(clock.replied(shows(600), now() + minutes, now()) && clock.is_wrong);
    }
}
