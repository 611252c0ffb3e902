//! A bounded table of buckets. Whoever invents keys pushes out other invented keys, and no counter that is
//! worth more.
//!
//! When the table is full one pass over it makes room for an eighth: first what time has emptied, then the lowest
//! counts, among equals the stalest. A closed bucket goes only when all are closed. An invented key holds a count
//! of one or so; to push out a victim's counter of five, an attacker must fill the whole table to five.

use super::cell::{Cell, Own};
use super::key::{Key, Spread};
use super::settings::Rates;
use std::collections::HashMap;

pub(super) struct Table<O> {
    cells: HashMap<Key, Cell<O>, Spread>,
    most: usize,
    /// Buckets that were pushed out although time had not emptied them.
    pub(super) evicted: u64,
}

impl<O: Own> Table<O> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            cells: HashMap::default(),
            most: most.max(8),
            evicted: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(super) fn get(&self, key: Key) -> Cell<O> {
        self.cells.get(&key).copied().unwrap_or_default()
    }

    /// Whether there is a bucket to change: one that was pushed out takes nothing back.
    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Cell<O>> {
        self.cells.get_mut(&key)
    }

    /// Puts it back; a blank one is dropped.
    pub(super) fn put(&mut self, key: Key, mut cell: Cell<O>, at: u64, rates: &Rates) {
        if cell.is_blank() {
            self.cells.remove(&key);
            return;
        }
        if let Some(held) = self.cells.get_mut(&key) {
            *held = cell;
            return;
        }
        if self.cells.len() >= self.most {
            self.make_room(at, rates);
        }
        self.cells.insert(key, cell);
    }

    pub(super) fn cells_mut(&mut self) -> impl Iterator<Item = (Key, &mut Cell<O>)> {
        self.cells.iter_mut().map(|(key, cell)| (*key, cell))
    }

    /// Drops what time has emptied and the store knows.
    pub(super) fn sweep(&mut self, at: u64, rates: &Rates) {
        self.cells
            .retain(|_, cell| cell.has_news() || cell.over_at(rates) > at);
        // What a flood took is given back to the system.
        if self.cells.capacity() > 1024 && self.cells.len() < self.cells.capacity() / 8 {
            self.cells.shrink_to_fit();
        }
    }

    fn make_room(&mut self, at: u64, rates: &Rates) {
        let wanted = (self.most / 8).max(1);
        self.cells.retain(|_, cell| cell.over_at(rates) > at);
        let excess = (self.cells.len() + wanted).saturating_sub(self.most);
        if excess == 0 {
            return;
        }
        let settled = self.cells.iter_mut().filter_map(|(key, cell)| {
            let settled = !cell.is_under_way();
            settled.then(|| (cell.rank(at), *key))
        });
        let mut ranks: Vec<_> = settled.collect();
        let open = ranks.iter().filter(|((closed, ..), _)| !closed).count();
        // Closed ones go only when nothing else is there, and then only a few.
        let excess = match open {
            0 => (excess / 8).max(1),
            open => excess.min(open),
        };
        if excess < ranks.len() {
            ranks.select_nth_unstable(excess);
        }
        for (_, key) in ranks.into_iter().take(excess) {
            self.cells.remove(&key);
            self.evicted += 1;
        }
    }
}
