//! Lists that were read, each read once for all who ask for it. Must not know how they are read.
//!
//! A list is read in the background, whoever waits for it: who cannot wait any longer is told what there is, and the
//! next one has the rest. One that is asked for in the last quarter of its time is read again while it is still told, so
//! that nobody waits for a list that is in use.

use super::list::List;
use entryway_ldap_types::Dn;
use entryway_login::Fault;
use entryway_lookup::{BrowsePolicy, Missing, RowKind, Spent};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Lists of one domain that are read at the same time, each on a connection of its own.
const AT_ONCE: usize = 4;
/// Lists of one domain that are read or wait for that. Whoever asks for another is told that there is no room.
const WAITING: usize = 64;
/// How long a list holds that is not all, where asking again may bring the rest.
const SHORT: Duration = Duration::from_secs(30);
/// A list is read anew because somebody asks for that no sooner after the last time: each of it costs the directory all
/// of its people.
const ANEW: Duration = Duration::from_secs(10);
/// About how many rows take as much room as a list without any.
const EMPTY: usize = 8;

/// Which list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) domain: usize,
    /// Right below this entry; wherever it stands in the domain where there is none.
    pub(super) below: Option<Dn>,
    pub(super) kind: RowKind,
}

/// A list, as it was read.
pub(super) struct Kept {
    pub(super) list: List,
    /// Why there may be more.
    pub(super) missing: Vec<Missing>,
    /// When the reading began: what changed since may not be in it.
    pub(super) since: Instant,
    pub(super) as_of: SystemTime,
    pub(super) spent: Spent,
}

/// What whoever asks for a list is told.
pub(super) struct Told {
    pub(super) kept: Option<Arc<Kept>>,
    /// Why it is none, or is older than was asked for.
    pub(super) missing: Option<Missing>,
    /// Whether the list was waited for.
    pub(super) waited: bool,
}

/// How a list is wanted.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// Read after the question; at most once in [`ANEW`].
    pub(super) anew: bool,
    /// Nobody waits longer.
    pub(super) due: Instant,
}

pub(crate) struct Shelf {
    shared: Arc<Shared>,
    /// They end with the shelf.
    readers: Mutex<JoinSet<()>>,
}

struct Shared {
    policy: BrowsePolicy,
    slots: Mutex<HashMap<Key, Arc<Slot>>>,
    domains: Vec<Readers>,
}

struct Readers {
    room: Semaphore,
    waiting: AtomicUsize,
}

struct Slot {
    state: watch::Sender<State>,
    /// Rows of the reading that is under way.
    came: Arc<AtomicU32>,
    used: Mutex<Instant>,
}

#[derive(Clone, Default)]
struct State {
    kept: Option<Arc<Kept>>,
    is_read: bool,
    /// Readings that have ended.
    readings: u64,
    /// When somebody last had it read anew.
    anew: Option<Instant>,
    /// Why the last one brought nothing.
    failed: Option<Missing>,
}

/// Lists that are kept now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BrowseFigures {
    /// How many.
    pub lists: usize,
    /// Their rows.
    pub rows: usize,
    /// About how much memory they take, in bytes.
    pub bytes: usize,
}

impl Kept {
    fn life(&self, policy: &BrowsePolicy) -> Duration {
        if self.missing.iter().any(|why| why.may_pass()) {
            policy.refresh.min(SHORT)
        } else {
            policy.refresh
        }
    }

    fn weight(&self) -> usize {
        self.list.len() + EMPTY
    }
}

impl Shelf {
    pub(crate) fn new(policy: BrowsePolicy, domains: usize) -> Self {
        let readers = || Readers {
            room: Semaphore::new(AT_ONCE),
            waiting: AtomicUsize::new(0),
        };
        Self {
            shared: Arc::new(Shared {
                policy,
                slots: Mutex::default(),
                domains: std::iter::repeat_with(readers).take(domains).collect(),
            }),
            readers: Mutex::default(),
        }
    }

    pub(crate) fn figures(&self) -> BrowseFigures {
        let mut figures = BrowseFigures::default();
        for slot in self.shared.slots.lock().values() {
            if let Some(kept) = &slot.state.borrow().kept {
                figures.lists += 1;
                figures.rows += kept.list.len();
                figures.bytes += kept.list.bytes();
            }
        }
        figures
    }

    /// The list, read by `read` where there is none or it is too old. `read` counts rows as they come.
    pub(super) async fn list<F>(
        &self,
        key: Key,
        wanted: Wanted,
        read: impl FnOnce(Arc<AtomicU32>) -> F,
    ) -> Told
    where
        F: Future<Output = Result<Kept, Missing>> + Send + 'static,
    {
        let slot = self.shared.slot(&key);
        let mut states = slot.state.subscribe();
        let (mut waits, mut begins, mut wanted_readings) = (false, false, 0);
        slot.state.send_if_modified(|state| {
            let policy = &self.shared.policy;
            let kept = state.kept.as_ref();
            let age = kept.map(|kept| (kept.since.elapsed(), kept.life(policy)));
            let anew = wanted.anew && state.anew.is_none_or(|last| last.elapsed() >= ANEW);
            waits = anew || age.is_none_or(|(age, life)| age >= life);
            let is_due = waits || age.is_none_or(|(age, life)| age >= life / 4 * 3);
            begins = is_due && !state.is_read;
            // What changed before the question may be missing in a reading that had begun by then: the one after it counts.
            wanted_readings = state.readings + if anew && state.is_read { 2 } else { 1 };
            if anew {
                state.anew = Some(Instant::now());
            }
            state.is_read |= begins;
            false
        });
        let mut read = Some(read);
        if let Some(read) = read.take_if(|_| begins) {
            self.begin(key.clone(), &slot, read);
        }
        if !waits {
            return Told {
                kept: slot.state.borrow().kept.clone(),
                missing: None,
                waited: false,
            };
        }
        let ended = async {
            let is_over = |state: &State| !state.is_read || state.readings >= wanted_readings;
            if states.wait_for(is_over).await.is_err() {
                return None;
            }
            // The one that was under way is over. Who else waits for the next may have begun it.
            let mut begins = false;
            slot.state.send_if_modified(|state| {
                begins = !state.is_read && state.readings < wanted_readings;
                state.is_read |= begins;
                false
            });
            if let Some(read) = read.take_if(|_| begins) {
                self.begin(key, &slot, read);
            }
            let ended = states.wait_for(|state| state.readings >= wanted_readings);
            // The slot is held here: nobody has closed it.
            ended.await.ok().and_then(|state| state.failed)
        };
        let ended = tokio::time::timeout_at(wanted.due.into(), ended).await;
        let missing = match ended {
            Ok(failed) => failed,
            Err(_) => Some(match slot.came.load(Ordering::Relaxed) {
                0 => Missing::Unanswered(Fault::Deadline),
                came => Missing::BeingRead(came),
            }),
        };
        Told {
            kept: slot.state.borrow().kept.clone(),
            missing,
            waited: true,
        }
    }

    fn begin<F>(&self, key: Key, slot: &Arc<Slot>, read: impl FnOnce(Arc<AtomicU32>) -> F)
    where
        F: Future<Output = Result<Kept, Missing>> + Send + 'static,
    {
        let reading = Reading {
            shared: Arc::clone(&self.shared),
            domain: key.domain,
            slot: Arc::clone(slot),
            outcome: None,
        };
        slot.came.store(0, Ordering::Relaxed);
        let Some(domain) = self.shared.domains.get(key.domain) else {
            return;
        };
        if domain.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            return;
        }
        let read = read(Arc::clone(&slot.came));
        let mut readers = self.readers.lock();
        while readers.try_join_next().is_some() {}
        readers.spawn(async move {
            let mut reading = reading;
            let shared = Arc::clone(&reading.shared);
            let _room = match shared.domains.get(reading.domain) {
                Some(domain) => domain.room.acquire().await.ok(),
                None => None,
            };
            reading.outcome = Some(read.await);
        });
    }
}

/// A reading that is under way. However it ends, those who wait are told.
struct Reading {
    shared: Arc<Shared>,
    domain: usize,
    slot: Arc<Slot>,
    outcome: Option<Result<Kept, Missing>>,
}

impl Drop for Reading {
    fn drop(&mut self) {
        // Without an outcome there was no room, or it is the end of the process.
        let outcome = self.outcome.take();
        let outcome = outcome.unwrap_or(Err(Missing::Unanswered(Fault::Overloaded)));
        self.slot.state.send_modify(|state| {
            state.is_read = false;
            state.readings += 1;
            state.failed = outcome.as_ref().err().copied();
            if let Ok(kept) = outcome {
                state.kept = Some(Arc::new(kept));
            }
        });
        if let Some(domain) = self.shared.domains.get(self.domain) {
            domain.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        self.shared.make_room(self.domain);
    }
}

impl Shared {
    fn slot(&self, key: &Key) -> Arc<Slot> {
        let mut slots = self.slots.lock();
        let slot = slots.entry(key.clone()).or_insert_with(|| {
            Arc::new(Slot {
                state: watch::Sender::default(),
                came: Arc::default(),
                used: Mutex::new(Instant::now()),
            })
        });
        *slot.used.lock() = Instant::now();
        Arc::clone(slot)
    }

    /// Lets go of what nobody has asked for any more, and of lists below entries as long as they have more rows than one
    /// list may have: those first that were asked for least lately.
    fn make_room(&self, domain: usize) {
        let idle = self.policy.refresh.saturating_mul(2);
        let mut below: Vec<(Instant, usize, Key)> = Vec::new();
        let mut slots = self.slots.lock();
        slots.retain(|key, slot| {
            let (used, state) = (*slot.used.lock(), slot.state.borrow());
            if state.is_read {
                return true;
            }
            let Some(kept) = &state.kept else {
                return false;
            };
            if key.domain == domain && key.below.is_some() {
                below.push((used, kept.weight(), key.clone()));
            }
            used.elapsed() < idle
        });
        let mut weight: usize = below.iter().map(|(_, weight, _)| weight).sum();
        below.sort_unstable_by_key(|(used, ..)| *used);
        for (_, own, key) in below {
            if weight <= self.policy.index_max.saturating_add(EMPTY) {
                break;
            }
            slots.remove(&key);
            weight -= own;
        }
    }
}

#[cfg(test)]
mod tests;
