//! Room that caches share: where one needs more, whichever holds the oldest answer lets go of it. Must not know what is
//! kept.

use parking_lot::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

/// So much weight, for all of its caches together.
pub(crate) struct Room {
    most: usize,
    used: AtomicUsize,
    caches: Mutex<Vec<Weak<dyn Holds>>>,
}

/// A cache, as its room sees it.
pub(super) trait Holds: Send + Sync {
    /// Since when it holds its oldest answer.
    fn oldest(&self) -> Option<Instant>;
    /// Lets go of that.
    fn let_go(&self);
}

impl Room {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            used: AtomicUsize::new(0),
            caches: Mutex::default(),
        })
    }

    /// Whether there is room for so much, were there nothing else.
    pub(super) fn has(&self, weight: usize) -> bool {
        weight <= self.most
    }

    pub(super) fn admit(&self, cache: Weak<dyn Holds>) {
        self.caches.lock().push(cache);
    }

    pub(super) fn take(&self, weight: usize) {
        self.used.fetch_add(weight, Ordering::Relaxed);
    }

    pub(super) fn give(&self, weight: usize) {
        self.used.fetch_sub(weight, Ordering::Relaxed);
    }

    /// Lets go of the oldest answers until what is left has room. Nobody may hold a cache's lock who calls this.
    pub(super) fn make(&self) {
        while self.used.load(Ordering::Relaxed) > self.most {
            let caches: Vec<_> = self
                .caches
                .lock()
                .iter()
                .filter_map(Weak::upgrade)
                .collect();
            let held = caches
                .iter()
                .filter_map(|cache| Some((cache.oldest()?, cache)));
            match held.min_by_key(|(since, _)| *since) {
                Some((_, cache)) => cache.let_go(),
                None => break,
            }
        }
    }
}
