//! Whatever is typed.

use super::answers::answers;
use super::run::{Stage, walk};
use super::setup::setup;
use super::support::{attempt, given};
use entryway_login::Record;
use proptest::prelude::*;
use std::sync::Arc;

fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z@/\\\\. ()*\u{0}ß]{0,40}",
        "(eng|OPS|ſec)[/\\\\][^\\pC]{0,20}(@(eng|ENG)\\.example)?",
        (".", 0..2000_usize).prop_map(|(part, times)| part.repeat(times)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(750))]

    /// No name panics, none leads to more than a handful of questions, and a trace keeps only so much of it.
    #[test]
    fn any_name(typed in typed(), setup in setup(), answers in answers()) {
        let attempt = attempt(&typed, given("right"));
        let stage = Stage {
            setup: &setup,
            bare: true,
            account: setup.local_account(),
            started: attempt.started,
            deadline: attempt.deadline,
        };
        let (decided, seen) = walk(&stage, entryway_login::begin(attempt, Arc::new(setup.policy())), &answers);
        prop_assert!(seen.finds <= 5 && seen.checks.len() <= 3);
        for entry in &decided.trace.entries {
            if let Record::NameRefused { login_name, .. } | Record::NameRead { login_name, .. } = &entry.record {
                prop_assert!(login_name.len() <= 256 && typed.starts_with(login_name.as_str()));
            }
        }
        let refused = typed.len() > 256 || typed.trim().is_empty() || typed.contains(char::is_control);
        prop_assert!(!refused || decided.decision.verdict() == entryway_login::Verdict::Reject(entryway_login::Reason::MalformedLogin));
    }
}
