//! What came of names and passwords that were sent with requests, for a little while, so that a page with forty images
//! is one login.
//!
//! Neither names nor passwords are kept: a key that is drawn when the configuration is applied, and never leaves the
//! process, makes a keyed hash of both and of where they came from. What was right and what was wrong is remembered
//! alike, outages are not. Who comes with the same while a login is under way waits for its outcome.

use anyhow::Context as _;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use entryway_oidc::Person;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// How many outcomes there are at once. One more takes the place of the one that ends first.
const MOST: usize = 3072;
/// How many logins are under way at once. They have room of their own: many that take long put no outcome out.
const MOST_UNDER_WAY: usize = 1024;

/// What a request came with.
pub(super) struct Shown<'a> {
    pub(super) name: &'a str,
    pub(super) password: &'a [u8],
    /// Rules may look at it, and the throttle does.
    pub(super) address: Option<IpAddr>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub(super) enum Verified {
    /// They are right.
    Person(Arc<Person>),
    /// They are not.
    Nobody,
    /// Nobody was asked: the name is of a site, whose passwords are taken sealed.
    SealedOnly,
    /// Nobody could say.
    Unknown,
}

/// What is known of passwords; what was verified in another state counts no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// Of the local accounts.
    pub(super) accounts: (i64, i64),
    /// Changes that were made here.
    pub(super) changes: u64,
}

/// What there is for something shown.
pub(super) enum Found {
    /// An outcome.
    Known(Verified),
    /// Somebody else came with the same.
    Waiting(Waiting),
    /// Nothing: the caller logs in, and settles the ticket.
    New(Ticket, Waiting),
    /// So many logins are under way that no more is remembered.
    Full,
}

/// The keyed hash: one half finds an entry, the other is compared.
struct Mark {
    place: [u8; 16],
    proof: [u8; 16],
}

/// What was shown, and when.
#[derive(Clone, Copy)]
struct Question {
    proof: [u8; 16],
    state: State,
}

struct UnderWay {
    of: Question,
    /// Which login it is.
    number: u64,
    told: watch::Receiver<Option<Verified>>,
}

struct Known {
    of: Question,
    verified: Verified,
    until: Instant,
}

/// Outcomes of one configuration.
pub(super) struct Verifications {
    key: hmac::Key,
    life: Duration,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    known: HashMap<[u8; 16], Known>,
    under_way: HashMap<[u8; 16], UnderWay>,
    numbers: u64,
}

/// Whoever waits for an outcome.
pub(super) struct Waiting(watch::Receiver<Option<Verified>>);

/// A login that others may wait for. Dropped without being settled, it was none.
pub(super) struct Ticket {
    verifications: Arc<Verifications>,
    place: [u8; 16],
    number: u64,
    tell: watch::Sender<Option<Verified>>,
}

impl Verifications {
    pub(super) fn new(life: Duration) -> anyhow::Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut_slice()).context("the system gives no randomness")?;
        Ok(Self {
            key: hmac::Key::new(HMAC_SHA256, key.as_slice()),
            life,
            kept: Mutex::default(),
        })
    }

    fn mark(&self, shown: &Shown<'_>) -> Mark {
        let mut hash = hmac::Context::with_key(&self.key);
        // Lengths first: nothing of one part passes for a piece of the next.
        for part in [shown.name.as_bytes(), shown.password] {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        match shown.address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(address)) => hash.update(&address.octets()),
            Some(IpAddr::V6(address)) => hash.update(&address.octets()),
            None => {}
        }
        let tag = hash.sign();
        let mut mark = Mark {
            place: [0; 16],
            proof: [0; 16],
        };
        let (place, proof) = tag.as_ref().split_at(16);
        mark.place.copy_from_slice(place);
        mark.proof.copy_from_slice(proof);
        mark
    }

    /// What there is; a login that is new is under way from now on.
    pub(super) fn find(self: &Arc<Self>, shown: &Shown<'_>, state: State) -> Found {
        let Mark { place, proof } = self.mark(shown);
        let of = Question { proof, state };
        let mut kept = self.kept.lock();
        if let Some(known) = kept.known.get(&place)
            && known.of.is(&of)
            && Instant::now() < known.until
        {
            return Found::Known(known.verified.clone());
        }
        if let Some(login) = kept.under_way.get(&place)
            && login.of.is(&of)
        {
            return Found::Waiting(Waiting(login.told.clone()));
        }
        if kept.under_way.len() >= MOST_UNDER_WAY && !kept.under_way.contains_key(&place) {
            return Found::Full;
        }
        kept.numbers += 1;
        let number = kept.numbers;
        let (tell, told) = watch::channel(None);
        let login = UnderWay {
            of,
            number,
            told: told.clone(),
        };
        kept.under_way.insert(place, login);
        drop(kept);
        let ticket = Ticket {
            verifications: Arc::clone(self),
            place,
            number,
            tell,
        };
        Found::New(ticket, Waiting(told))
    }
}

impl Question {
    fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.proof, &other.proof).is_ok() && self.state == other.state
    }
}

impl Kept {
    /// A login that has ended, unless another took its place.
    fn end(&mut self, place: &[u8; 16], number: u64) -> Option<UnderWay> {
        self.under_way
            .get(place)
            .is_some_and(|login| login.number == number)
            .then(|| self.under_way.remove(place))
            .flatten()
    }

    /// Keeps an outcome; where there are too many, it takes the place of the one that ends first.
    fn keep(&mut self, place: [u8; 16], known: Known) {
        if self.known.len() >= MOST && !self.known.contains_key(&place) {
            let now = Instant::now();
            self.known.retain(|_, known| now < known.until);
        }
        if self.known.len() >= MOST && !self.known.contains_key(&place) {
            let ends = self
                .known
                .iter()
                .map(|(place, known)| (known.until, *place));
            if let Some((_, first)) = ends.min() {
                self.known.remove(&first);
            }
        }
        self.known.insert(place, known);
    }
}

impl Ticket {
    /// The login has ended.
    pub(super) fn settle(self, verified: Verified, remember: bool) {
        if remember {
            let until = Instant::now() + self.verifications.life;
            let mut kept = self.verifications.kept.lock();
            if let Some(UnderWay { of, .. }) = kept.end(&self.place, self.number) {
                let verified = verified.clone();
                let known = Known {
                    of,
                    verified,
                    until,
                };
                kept.keep(self.place, known);
            }
        }
        self.tell.send_replace(Some(verified));
    }
}

impl Drop for Ticket {
    /// What was not remembered, or did not come to an end, leaves nothing behind.
    fn drop(&mut self) {
        let mut kept = self.verifications.kept.lock();
        kept.end(&self.place, self.number);
    }
}

impl Waiting {
    /// What the login says; an outage where it did not end.
    pub(super) async fn outcome(mut self) -> Verified {
        match self.0.wait_for(Option::is_some).await {
            Ok(told) => told.clone().unwrap_or(Verified::Unknown),
            Err(_) => Verified::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
