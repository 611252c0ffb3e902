//! Mutation fuzzing inside the test process, on stable, with a fixed seed: every run tries the same
//! inputs, and a failure says which.
//!
//! `ENTRYWAY_FUZZ_BYTES` sets how many bytes of input each target gets (default 3 MB);
//! `ENTRYWAY_FUZZ_SEED` tries others.

// All of this is test code, which clippy.toml's exceptions do not see outside of `#[test]`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr
)]

mod bridge;
mod mutator;
mod seeds;

use entryway_fuzz::TARGETS;
use mutator::Mutator;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Longest input: some targets are quadratic in what they compare.
const MAX_INPUT: usize = 4096;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

/// Feeds a target its seeds as they are, then what the mutator makes of them.
fn fuzz(name: &str, default_bytes: u64) {
    let target = TARGETS
        .iter()
        .find(|target| target.0 == name)
        .expect("a target")
        .1;
    let corpus = seeds::of(name);
    assert!(!corpus.is_empty(), "{name} has no seeds");
    let seed = number("ENTRYWAY_FUZZ_SEED", 0x5eed_0000_0000_0001);
    let budget = number("ENTRYWAY_FUZZ_BYTES", default_bytes);
    let mut mutator = Mutator::new(seed);
    let mut spent = 0;
    let mut inputs = 0u64;
    for input in &corpus {
        target(input);
    }
    while spent < budget {
        let input = mutator.mutate(&corpus, MAX_INPUT);
        spent += input.len() as u64 + 1;
        inputs += 1;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(&input))) {
            let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
            eprintln!(
                "{name}: seed {seed:#x}, input {inputs}: {hex}\n{}",
                String::from_utf8_lossy(&input).escape_debug()
            );
            resume_unwind(panic);
        }
    }
}

macro_rules! targets {
    ($($name:ident: $bytes:expr,)+) => {
        $(#[test]
        fn $name() {
            fuzz(stringify!($name), $bytes);
        })+

        #[test]
        fn every_target_is_run_and_wrapped() {
            let run = [$(stringify!($name)),+];
            assert_eq!(TARGETS.iter().map(|target| target.0).collect::<Vec<_>>(), run);
            let libfuzzer = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("libfuzzer");
            let manifest = std::fs::read_to_string(libfuzzer.join("Cargo.toml")).unwrap();
            for name in run {
                let wrapper = std::fs::read_to_string(libfuzzer.join(format!("fuzz_targets/{name}.rs"))).unwrap();
                assert!(wrapper.contains(&format!("entryway_fuzz::{name}(")), "{name} wraps another target");
                assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in the manifest");
            }
        }
    };
}

targets! {
    ber: 3_000_000,
    bridge: 1_000_000,
    client_connection: 3_000_000,
    condition: 400_000,
    config: 400_000,
    dn: 3_000_000,
    filter: 3_000_000,
    filter_template: 3_000_000,
    filter_text: 3_000_000,
    forward_page: 1_000_000,
    holder: 400_000,
    keystore: 1_000_000,
    ldap_message: 3_000_000,
    ldap_url: 3_000_000,
    login_name: 3_000_000,
    password_change: 3_000_000,
    password_policy: 3_000_000,
    server_connection: 3_000_000,
    template: 400_000,
}
