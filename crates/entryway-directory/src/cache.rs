//! What was found a moment ago, told again without asking: by key, for a short time, bounded, and asked for by one
//! when many want it. Must not know what is kept.

mod room;

pub(crate) use room::Room;

use parking_lot::Mutex;
use room::Holds;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// How a cache has done, since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheFigures {
    /// Told again.
    pub hits: u64,
    /// Asked for.
    pub misses: u64,
    /// Waited for somebody else's asking; each is a hit or a miss besides.
    pub shared: u64,
    /// Let go of before their time, for room.
    pub evicted: u64,
    /// How old what was told again was, all together.
    pub age_of_hits: Duration,
    /// The oldest that was told again.
    pub oldest_hit: Duration,
    /// What is kept now, by weight.
    pub kept: u64,
}

/// Answers by key.
pub(crate) struct Cache<K, V> {
    life: Duration,
    room: Arc<Room>,
    kept: Mutex<Kept<K, V>>,
    hits: AtomicU64,
    misses: AtomicU64,
    shared: AtomicU64,
    evicted: AtomicU64,
    age_of_hits: AtomicU64,
    oldest_hit: AtomicU64,
}

struct Kept<K, V> {
    slots: HashMap<K, Arc<Slot<V>>>,
    /// Answers in the order in which they came, with since when they hold and their weight.
    order: VecDeque<(K, Instant, usize)>,
    weight: usize,
}

/// One key. Whoever holds it asks; if they go away in the middle, the next one does.
type Slot<V> = tokio::sync::Mutex<Option<(Instant, V)>>;

/// Somebody who asks for a key. Who goes away in the middle must not leave an empty place behind, which nothing would
/// ever let go of.
struct Asking<'a, K: Eq + Hash + Clone, V: Clone> {
    cache: &'a Cache<K, V>,
    /// `None` once there is an answer.
    key: Option<K>,
    slot: &'a Arc<Slot<V>>,
}

impl<K: Eq + Hash + Clone, V: Clone> Drop for Asking<'_, K, V> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.cache.keep(key, None, self.slot);
        }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// Keeps answers this long, in this room. Nothing is kept where either is none.
    pub(crate) fn new(life: Duration, room: &Arc<Room>) -> Arc<Self>
    where
        K: Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let cache = Arc::new(Self {
            life,
            room: Arc::clone(room),
            kept: Mutex::new(Kept {
                slots: HashMap::new(),
                order: VecDeque::new(),
                weight: 0,
            }),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            shared: AtomicU64::new(0),
            evicted: AtomicU64::new(0),
            age_of_hits: AtomicU64::new(0),
            oldest_hit: AtomicU64::new(0),
        });
        let own: Weak<Self> = Arc::downgrade(&cache);
        room.admit(own);
        cache
    }

    /// What is kept for the key, or what `ask` gives. `weight` says how much room an answer takes; `None` for one that is
    /// not kept. Who waits for another's asking waits no longer than for the deadline, and then asks alone.
    pub(crate) async fn get<E>(
        &self,
        key: K,
        deadline: Instant,
        weight: impl Fn(&V) -> Option<usize>,
        ask: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        // As old as the question: what changed at the directory meanwhile may not be in the answer.
        let ask = async || {
            let asked = Instant::now();
            ask().await.map(|value| (value, asked))
        };
        self.get_since(key, deadline, weight, ask).await
    }

    /// The same, where `ask` says how old its answer is: no younger than the oldest of what it is made of.
    pub(crate) async fn get_since<E>(
        &self,
        key: K,
        deadline: Instant,
        weight: impl Fn(&V) -> Option<usize>,
        ask: impl AsyncFnOnce() -> Result<(V, Instant), E>,
    ) -> Result<V, E> {
        let alone = |answer: Result<(V, Instant), E>| answer.map(|(value, _)| value);
        if self.life.is_zero() || !self.room.has(1) {
            self.misses.fetch_add(1, Ordering::Relaxed);
            return alone(ask().await);
        }
        let slot = {
            let mut kept = self.kept.lock();
            Arc::clone(kept.slots.entry(key.clone()).or_default())
        };
        let mut held = match slot.try_lock() {
            Ok(held) => held,
            Err(_) => {
                self.shared.fetch_add(1, Ordering::Relaxed);
                match tokio::time::timeout_at(deadline.into(), slot.lock()).await {
                    Ok(held) => held,
                    Err(_) => {
                        self.misses.fetch_add(1, Ordering::Relaxed);
                        return alone(ask().await);
                    }
                }
            }
        };
        if let Some((since, value)) = &*held {
            let age = since.elapsed();
            if age < self.life {
                self.hit(age);
                return Ok(value.clone());
            }
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let mut asking = Asking {
            cache: self,
            key: Some(key),
            slot: &slot,
        };
        let answer = ask().await;
        let room = answer.as_ref().ok().and_then(|(value, since)| {
            let weight = weight(value).filter(|weight| self.room.has(*weight))?;
            Some((*since, weight))
        });
        *held = match (&answer, room) {
            (Ok((value, since)), Some(_)) => Some((*since, value.clone())),
            _ => None,
        };
        drop(held);
        if let Some(key) = asking.key.take() {
            self.keep(key, room, &slot);
        }
        alone(answer)
    }

    pub(crate) fn figures(&self) -> CacheFigures {
        CacheFigures {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            shared: self.shared.load(Ordering::Relaxed),
            evicted: self.evicted.load(Ordering::Relaxed),
            age_of_hits: Duration::from_millis(self.age_of_hits.load(Ordering::Relaxed)),
            oldest_hit: Duration::from_millis(self.oldest_hit.load(Ordering::Relaxed)),
            kept: u64::try_from(self.kept.lock().weight).unwrap_or(u64::MAX),
        }
    }

    fn hit(&self, age: Duration) {
        let age = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        self.hits.fetch_add(1, Ordering::Relaxed);
        self.age_of_hits.fetch_add(age, Ordering::Relaxed);
        self.oldest_hit.fetch_max(age, Ordering::Relaxed);
    }

    /// Keeps an answer of this age and weight, or the key's place no longer.
    fn keep(&self, key: K, answer: Option<(Instant, usize)>, slot: &Arc<Slot<V>>) {
        let mut kept = self.kept.lock();
        match answer {
            Some((since, weight)) => {
                kept.weight += weight;
                self.room.take(weight);
                kept.order.push_back((key, since, weight));
            }
            // Others may be waiting for it; who comes later begins anew.
            None => {
                let same = kept
                    .slots
                    .get(&key)
                    .is_some_and(|own| Arc::ptr_eq(own, slot));
                if same {
                    kept.slots.remove(&key);
                }
            }
        }
        while kept
            .order
            .front()
            .is_some_and(|(_, since, _)| since.elapsed() >= self.life)
        {
            self.drop_first(&mut kept);
        }
        drop(kept);
        self.room.make();
    }

    /// Lets go of the answer that came first; true where it was still told.
    fn drop_first(&self, kept: &mut Kept<K, V>) -> bool {
        let Some((key, since, weight)) = kept.order.pop_front() else {
            return false;
        };
        kept.weight -= weight;
        self.room.give(weight);
        // An answer that came later to the same key has its own place in the order.
        let is_this = kept.slots.get(&key).is_some_and(|slot| {
            slot.try_lock()
                .is_ok_and(|held| held.as_ref().is_none_or(|(own, _)| *own == since))
        });
        if is_this {
            kept.slots.remove(&key);
        }
        is_this
    }
}

impl<K, V> Holds for Cache<K, V>
where
    K: Eq + Hash + Clone + Send + Sync,
    V: Clone + Send + Sync,
{
    fn oldest(&self) -> Option<Instant> {
        self.kept.lock().order.front().map(|(_, since, _)| *since)
    }

    fn let_go(&self) {
        if self.drop_first(&mut self.kept.lock()) {
            self.evicted.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
