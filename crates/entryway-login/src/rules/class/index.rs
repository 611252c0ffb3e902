//! Which rows can be a person's, found without looking at the others.
//!
//! Rows of one shape (which criteria they have) are one table, keyed by those criteria together, so that rows that
//! agree in one criterion and differ in another do not get into each other's way.

use super::UserClass;
use super::key::{self, CRITERIA, Key, Mentioned, Number, Shape};
use crate::facts::Facts;
use std::collections::HashMap;

#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    mentioned: Mentioned,
    /// Every shape in use, at most 32.
    shapes: Vec<Shape>,
    rows: HashMap<Key, Rows>,
}

/// The rows of one key.
#[derive(Debug, Clone, Default)]
struct Rows {
    /// Those that must be evaluated too, ascending, as far as they stand before `certain`.
    evaluated: Vec<usize>,
    /// The first whose key says everything. No row of this key behind it can win.
    certain: Option<usize>,
}

/// The rows that may be a person's.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    evaluated: Vec<usize>,
    certain: Option<usize>,
}

impl Index {
    pub(super) fn new(rows: &[UserClass]) -> Self {
        let mut index = Self::default();
        for (at, row) in rows.iter().enumerate() {
            let key = index.mentioned.add(row);
            let shape = key::shape(&key);
            if !index.shapes.contains(&shape) {
                index.shapes.push(shape);
            }
            let same = index.rows.entry(key).or_default();
            if same.certain.is_some() {
                continue;
            }
            if key::is_evaluated(row) {
                same.evaluated.push(at);
            } else {
                same.certain = Some(at);
            }
        }
        index
    }

    pub(super) fn candidates(&self, facts: &Facts<'_>) -> Candidates {
        let numbers = self.mentioned.of(facts);
        let mut found = Candidates::default();
        for shape in &self.shapes {
            self.collect(shape, &numbers, 0, Key::default(), &mut found);
        }
        found.finish();
        found
    }

    /// Looks up every key of a shape that the person's numbers make, `key` being settled before `at`.
    fn collect(
        &self,
        shape: &Shape,
        numbers: &[Vec<Number>; CRITERIA],
        at: usize,
        mut key: Key,
        found: &mut Candidates,
    ) {
        let (Some(has), Some(numbers_here)) = (shape.get(at), numbers.get(at)) else {
            if let Some(rows) = self.rows.get(&key) {
                found.add(rows);
            }
            return;
        };
        if !has {
            return self.collect(shape, numbers, at + 1, key, found);
        }
        for number in numbers_here {
            if let Some(place) = key.get_mut(at) {
                *place = *number;
            }
            self.collect(shape, numbers, at + 1, key, found);
        }
    }
}

impl Candidates {
    fn add(&mut self, rows: &Rows) {
        self.evaluated.extend(&rows.evaluated);
        self.certain = match (self.certain, rows.certain) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    fn finish(&mut self) {
        if let Some(certain) = self.certain {
            self.evaluated.retain(|at| *at < certain);
        }
        self.evaluated.sort_unstable();
    }

    /// Their places among all rows, ascending; behind one that needs no evaluation there is nothing.
    pub(super) fn in_order(&self) -> impl Iterator<Item = usize> {
        self.evaluated.iter().copied().chain(self.certain)
    }
}
