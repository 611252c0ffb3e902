//! What was found a moment ago, told again without asking: by key, for a short time, bounded, and asked for by one
//! when many want it. Must not know what is kept.

use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
    most: usize,
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
    /// Answers in the order in which they came, with their weight.
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
            self.cache.keep(key, Instant::now(), None, self.slot);
        }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// Keeps answers this long, together of this weight at most. Nothing is kept where either is none.
    pub(crate) fn new(life: Duration, most: usize) -> Self {
        Self {
            life,
            most,
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
        }
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
        if self.life.is_zero() || self.most == 0 {
            self.misses.fetch_add(1, Ordering::Relaxed);
            return ask().await;
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
                        return ask().await;
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
        // As old as the question: what changed at the directory meanwhile may not be in the answer.
        let asked = Instant::now();
        let answer = ask().await;
        let weight = answer.as_ref().ok().and_then(weight);
        *held = match (&answer, weight) {
            (Ok(value), Some(_)) => Some((asked, value.clone())),
            _ => None,
        };
        drop(held);
        if let Some(key) = asking.key.take() {
            self.keep(key, asked, weight, &slot);
        }
        answer
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

    fn keep(&self, key: K, asked: Instant, weight: Option<usize>, slot: &Arc<Slot<V>>) {
        let mut kept = self.kept.lock();
        match weight {
            Some(weight) => {
                kept.weight += weight;
                kept.order.push_back((key, asked, weight));
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
        while let Some((_, since, _)) = kept.order.front() {
            let over = since.elapsed() >= self.life;
            if !over && kept.weight <= self.most {
                break;
            }
            let Some((key, since, weight)) = kept.order.pop_front() else {
                break;
            };
            kept.weight -= weight;
            // An answer that came later to the same key has its own place in the order.
            let is_this = kept.slots.get(&key).is_some_and(|slot| {
                slot.try_lock()
                    .is_ok_and(|held| held.as_ref().is_none_or(|(own, _)| *own == since))
            });
            if is_this {
                kept.slots.remove(&key);
                if !over {
                    self.evicted.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
