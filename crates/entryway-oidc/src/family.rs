//! Refresh tokens: one lineage for each grant, of which one token is current.
//!
//! A token that was replaced and comes again was copied by somebody (RFC 9700 §4.14.2): the whole family ends. There
//! is one exception, so that an answer that got lost costs nobody a login: the token that was replaced last may come
//! again for [`Lifetimes::refresh_grace`](crate::Lifetimes::refresh_grace), as long as its successor has not been
//! used. Then it gets a new successor, and the first one is dead; where there are two who hold tokens, the one who is
//! left with the dead one brings it, and the family ends all the same. So the grace hides no theft, it only delays the
//! moment at which it is noticed.

use crate::record::Grant;
use crate::{FamilyId, Fingerprint, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// A lineage of refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its id.
    pub id: FamilyId,
    /// What it stands for.
    pub grant: Arc<Grant>,
    /// Counts the rotations: who replaces it says which one they saw.
    pub generation: u64,
    /// The secret half of the token that may be used.
    pub current: Fingerprint,
    /// The one before.
    pub previous: Option<Replaced>,
    /// It ends then, however often it is used.
    pub expires: Timestamp,
    /// It ends then, unless it is used before.
    pub idle_until: Timestamp,
    /// It has ended before its time.
    pub revoked: bool,
}

/// A token that has a successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// Its secret half.
    pub fingerprint: Fingerprint,
    /// Since when.
    pub at: Timestamp,
}

/// What a refresh token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is the current one.
    Current,
    /// It is the one before, and the answer that had its successor may have been lost.
    Repeated,
    /// It was used before: a copy is about.
    Reused,
    /// It has ended.
    Ended,
}

impl Family {
    /// What a token with that secret half is worth. Whatever is neither current nor the one before is an older one:
    /// nobody else knows the family's id.
    pub(crate) fn standing(
        &self,
        secret: &Fingerprint,
        now: Timestamp,
        grace: Duration,
    ) -> Standing {
        if self.revoked {
            return Standing::Ended;
        }
        let is_current = self.current.is(secret);
        let is_repeated = self.previous.is_some_and(|previous| {
            previous.fingerprint.is(secret) && now.since(previous.at) < grace
        });
        if !is_current && !is_repeated {
            return Standing::Reused;
        }
        if now >= self.expires || now >= self.idle_until {
            return Standing::Ended;
        }
        if is_current {
            Standing::Current
        } else {
            Standing::Repeated
        }
    }
    /// The family after a rotation.
    pub(crate) fn rotated(
        &self,
        to: Fingerprint,
        standing: Standing,
        now: Timestamp,
        idle: Duration,
    ) -> Self {
        let previous = match standing {
            // The grace does not begin anew.
            Standing::Repeated => self.previous,
            _ => Some(Replaced {
                fingerprint: self.current,
                at: now,
            }),
        };
        Self {
            generation: self.generation.saturating_add(1),
            current: to,
            previous,
            idle_until: now.plus(idle),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests;
