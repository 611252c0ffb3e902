//! For any people, places and times: a directory that locks is never brought to lock.

use super::*;

/// A directory as Active Directory counts: all failures, until a success or a quiet window.
#[derive(Default)]
struct Directory {
    failures: u32,
    last: u64,
}

#[derive(Debug, Clone)]
enum Step {
    /// A login begins, from this place; it will end so, after so many milliseconds.
    Begin { place: u8, ends: Ends, after: u64 },
    /// Nothing happens for so many seconds.
    Wait(u64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ends {
    Wrong,
    Right,
    NotAsked,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let ends =
        prop_oneof![6 => Just(Ends::Wrong), 2 => Just(Ends::Right), 1 => Just(Ends::NotAsked)];
    let begin = (0..8_u8, ends, 0..=3_000_u64);
    let begin = begin.prop_map(|(place, ends, after)| Step::Begin { place, ends, after });
    let wait = prop_oneof![
        Just(0),
        1..5_u64,
        20..1_000_u64,
        Just(1_799),
        Just(1_801),
        3_000..9_000_u64
    ];
    let step = prop_oneof![4 => begin, 1 => wait.prop_map(Step::Wait)];
    proptest::collection::vec(step, 1..120)
}

fn play(steps: &[Step], threshold: u32) {
    let book = book();
    let mut directory = Directory::default();
    let mut under_way: Vec<(u64, Ends, ReserveOperation)> = Vec::new();
    let mut now = START * 1_000;
    for step in steps.iter().chain([&Step::Wait(10)]) {
        match step {
            Step::Begin { place, ends, after } => {
                let place = match place {
                    0 => "device a".to_owned(),
                    1 => "device b".to_owned(),
                    // Half of the rest share a network.
                    2..5 => "192.0.2.1".to_owned(),
                    number => format!("198.51.100.{number}"),
                };
                let mut operation = operation("jdoe", &place, threshold, 0);
                operation.at = UNIX_EPOCH + Duration::from_millis(now);
                let operation = ReserveOperation::Identity(operation);
                if begin(&book, &operation) == ReserveAnswer::Reserved {
                    under_way.push((now + after, *ends, operation));
                }
                now += 1;
            }
            Step::Wait(seconds) => now += seconds * 1_000,
        }
        under_way.sort_by_key(|(ends_at, ..)| *ends_at);
        let still = under_way.partition_point(|(ends_at, ..)| *ends_at <= now);
        for (ends_at, ends, operation) in under_way.drain(..still) {
            if ends_at >= directory.last + 1_800_000 {
                directory.failures = 0;
            }
            match ends {
                Ends::Wrong => {
                    (directory.failures, directory.last) = (directory.failures + 1, ends_at);
                    book.settle(&operation, Settled::Failed);
                }
                Ends::Right => {
                    directory.failures = 0;
                    book.settle(&operation, Settled::Passed);
                }
                Ends::NotAsked => book.settle(&operation, Settled::NotCounted),
            }
            assert!(directory.failures < threshold, "locked by {steps:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn no_account_is_locked_by_us(steps in steps(), threshold in 2..12_u32) {
        play(&steps, threshold);
    }
}
