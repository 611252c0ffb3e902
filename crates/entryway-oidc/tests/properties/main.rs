//! What holds for any requests in any order, however odd, and whatever does not answer meanwhile.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // what is odd here is a failed test

mod codes;
mod odd;
mod refresh;
mod requests;
#[path = "../support/mod.rs"]
mod support;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

/// Runs `check` on many values; gives how often it came to which end. Properties of what never happens hold of nothing
/// at all: each test says which ends there have to be.
fn many<S: Strategy>(
    runs: usize,
    strategy: S,
    mut check: impl FnMut(S::Value) -> String,
) -> BTreeMap<String, usize> {
    let mut runner = TestRunner::deterministic();
    let mut ends = BTreeMap::new();
    for _ in 0..runs {
        let value = strategy
            .new_tree(&mut runner)
            .expect("the strategy gives values")
            .current();
        *ends.entry(check(value)).or_default() += 1;
    }
    ends
}

fn assert_ends(ends: &BTreeMap<String, usize>, expected: &[&str]) {
    for end in expected {
        assert!(ends.contains_key(*end), "never `{end}`: {ends:?}");
    }
}
