//! What came of logins in the last minute and the last hour, by outcome.

use crate::witness::{Kind, Submitted, Witness};
use entryway_login::{Decided, Decision, LoginPolicy};
use entryway_wire::LoginCounts;
use parking_lot::Mutex;
use std::time::Instant;

/// Parts of each span: seconds of the minute, minutes of the hour.
const PARTS: usize = 60;

/// Counts logins; questions that are none, explanations and revalidations, are not counted.
pub(crate) struct Recent {
    began: Instant,
    counted: Mutex<Counted>,
}

struct Counted {
    seconds: Ring,
    minutes: Ring,
}

/// The last [`PARTS`] parts of time that anything was counted in, each in the place of one that is too old.
struct Ring([Part; PARTS]);

#[derive(Clone, Copy, Default)]
struct Part {
    /// Which part of time since the beginning, counted from 1.
    number: u64,
    counts: LoginCounts,
}

impl Recent {
    pub(crate) fn new() -> Self {
        let empty = || Ring([Part::default(); PARTS]);
        Self {
            began: Instant::now(),
            counted: Mutex::new(Counted {
                seconds: empty(),
                minutes: empty(),
            }),
        }
    }

    /// Within the last 60 seconds, and the last 60 minutes; the part that is under way counts as one.
    pub(crate) fn counts(&self, now: Instant) -> (LoginCounts, LoginCounts) {
        let second = self.second(now);
        let counted = self.counted.lock();
        (
            counted.seconds.sum(second),
            counted.minutes.sum(second.div_ceil(60)),
        )
    }

    fn count(&self, now: Instant, which: fn(&mut LoginCounts) -> &mut u64) {
        let second = self.second(now);
        let mut counted = self.counted.lock();
        let Counted { seconds, minutes } = &mut *counted;
        for (ring, number) in [(seconds, second), (minutes, second.div_ceil(60))] {
            if let Some(counts) = ring.at(number) {
                *which(counts) += 1;
            }
        }
    }

    /// Counted from 1.
    fn second(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_secs() + 1
    }
}

impl Ring {
    fn at(&mut self, number: u64) -> Option<&mut LoginCounts> {
        let place = usize::try_from(number % PARTS as u64).ok()?;
        let part = self.0.get_mut(place)?;
        if part.number != number {
            *part = Part {
                number,
                counts: LoginCounts::default(),
            };
        }
        Some(&mut part.counts)
    }

    fn sum(&self, now: u64) -> LoginCounts {
        let mut sum = LoginCounts::default();
        let recent = |part: &&Part| part.number + PARTS as u64 > now;
        for part in self.0.iter().filter(recent) {
            let LoginCounts {
                accept,
                challenge,
                reject,
                indeterminate,
            } = part.counts;
            sum.accept += accept;
            sum.challenge += challenge;
            sum.reject += reject;
            sum.indeterminate += indeterminate;
        }
        sum
    }
}

impl Witness for Recent {
    fn decided(&self, submitted: &Submitted, decided: &Decided, _policy: &LoginPolicy) {
        if submitted.kind != Kind::Login {
            return;
        }
        let which: fn(&mut LoginCounts) -> &mut u64 = match decided.decision {
            // No login ends in a change.
            Decision::Changed => return,
            Decision::Accept(_) | Decision::WouldAccept(_) => |counts| &mut counts.accept,
            Decision::Challenge(_) => |counts| &mut counts.challenge,
            Decision::Reject(_) => |counts| &mut counts.reject,
            Decision::Indeterminate(_) => |counts| &mut counts.indeterminate,
        };
        self.count(Instant::now(), which);
    }
}

#[cfg(test)]
mod tests;
