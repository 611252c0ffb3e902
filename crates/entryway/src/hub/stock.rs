//! Challenges that a connector has given out beforehand: of one tunnel, for a second, each for one page.
//!
//! A hub that is asked often asks a connector for the nonces of the next moment together: one question and one signature
//! for many. One that is asked now and then asks each time, and the answer says that the connector is there. That is why
//! a stock is good for a second only, though its nonces live much longer: whoever gives no sign of life is not chosen by
//! what it said before.

use entryway_bridge::message::FURTHER_MAX;
use entryway_bridge::{Challenge, SealNonce};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long after it was asked for a nonce is given to a page.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// Most nonces that wait: those of two answers.
const MOST: usize = 2 * FURTHER_MAX;

/// What came by one tunnel.
#[derive(Default)]
pub(crate) struct Stock {
    /// The challenge that the connector's key was last found to vouch for.
    verified: Option<Challenge>,
    nonces: VecDeque<Waiting>,
    lately: Lately,
}

/// A nonce that nobody has yet.
struct Waiting {
    nonce: SealNonce,
    until_ms: u64,
    /// From then on nobody gets it.
    stale: Instant,
}

/// How many challenges were wanted.
#[derive(Default)]
struct Lately {
    since: Option<Instant>,
    /// In the second that is under way,
    now: usize,
    /// and in the one before.
    before: usize,
}

impl Stock {
    /// A challenge for a page; nothing where the connector must be asked.
    pub(super) fn take(&mut self, now: Instant) -> Option<Challenge> {
        self.lately.count(now);
        let verified = self.verified.as_ref()?;
        loop {
            let next = self.nonces.pop_front()?;
            if now < next.stale {
                return Some(verified.with_nonce(next.nonce, next.until_ms));
            }
        }
    }

    /// How many nonces to ask for beside one: half of a second's.
    pub(super) fn wanted(&self) -> u16 {
        let wanted = self.lately.most() / 2;
        u16::try_from(wanted.min(FURTHER_MAX)).unwrap_or_default()
    }

    /// Whether the key of this challenge was found to be the connector's before.
    pub(super) fn has_verified(&self, challenge: &Challenge) -> bool {
        let known = self.verified.as_ref();
        known.is_some_and(|known| known.is_of_the_key_of(challenge))
    }

    /// Takes in what came with a verified challenge that was asked for at `asked`.
    pub(super) fn put(&mut self, verified: &Challenge, further: Vec<SealNonce>, asked: Instant) {
        if !self.has_verified(verified) {
            // A nonce is used with the key that it was given out with.
            self.nonces.clear();
        }
        self.verified = Some(verified.clone());
        let room = MOST.saturating_sub(self.nonces.len());
        let further = further.into_iter().take(room);
        self.nonces.extend(further.map(|nonce| Waiting {
            nonce,
            until_ms: verified.nonce_until_ms,
            stale: asked + GOOD_FOR,
        }));
    }
}

impl Lately {
    fn count(&mut self, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let past = now.saturating_duration_since(since);
        if past >= GOOD_FOR {
            // Where a whole second went by with nobody, nobody came in the one before.
            self.before = if past < 2 * GOOD_FOR { self.now } else { 0 };
            (self.since, self.now) = (Some(now), 0);
        }
        self.now += 1;
    }

    fn most(&self) -> usize {
        self.now.saturating_sub(1).max(self.before)
    }
}

#[cfg(test)]
mod tests;
