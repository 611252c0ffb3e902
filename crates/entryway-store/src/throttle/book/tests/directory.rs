//! For any people, places and times: a directory that locks is never brought to lock.

use super::*;
use crate::throttle::series::Allowance;

/// A directory as Active Directory counts: all failures, until a success or a quiet window.
#[derive(Default)]
struct Directory {
    failures: u32,
    last: u64,
}

#[derive(Debug, Clone)]
enum Step {
    /// A login begins, from this place; it will end so, after so many milliseconds.
    Begin {
        place: u8,
        ends: Ends,
        after: u64,
        store: u8,
    },
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
    let begin = (0..8_u8, ends, 0..=3_000_u64, 0..4_u8);
    let begin = begin.prop_map(|(place, ends, after, store)| Step::Begin {
        place,
        ends,
        after,
        store,
    });
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

/// Before stores that do not know of each other: who begins goes to one of them.
fn play(steps: &[Step], threshold: u32, stores: u32) {
    let books: Vec<Book> = (0..stores).map(|_| book()).collect();
    books.iter().for_each(|book| book.share_among(stores));
    let mut directory = Directory::default();
    let mut under_way: Vec<(u64, Ends, &Book, ReserveOperation)> = Vec::new();
    let mut now = START * 1_000;
    for step in steps.iter().chain([&Step::Wait(10)]) {
        match step {
            Step::Begin {
                place,
                ends,
                after,
                store,
            } => {
                let book = &books[usize::from(*store) % books.len()];
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
                if begin(book, &operation) == ReserveAnswer::Reserved {
                    under_way.push((now + after, *ends, book, operation));
                }
                now += 1;
            }
            Step::Wait(seconds) => now += seconds * 1_000,
        }
        under_way.sort_by_key(|(ends_at, ..)| *ends_at);
        let still = under_way.partition_point(|(ends_at, ..)| *ends_at <= now);
        for (ends_at, ends, book, operation) in under_way.drain(..still) {
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
        play(&steps, threshold, 1);
    }

    #[test]
    fn stores_that_know_of_each_others_number_alone_lock_nobody(
        steps in steps(),
        (threshold, stores) in (3..12_u32).prop_flat_map(|threshold| (Just(threshold), 2..threshold.min(5))),
    ) {
        play(&steps, threshold, stores);
    }
}

/// Two stores that each forget after their own quiet window keep a directory counting between them.
#[test]
fn what_another_store_let_through_keeps_the_directory_counting() {
    let mut steps = Vec::new();
    for turn in 0..12_u8 {
        for place in [2, 6] {
            steps.push(Step::Begin {
                place,
                ends: Ends::Wrong,
                after: 0,
                store: turn % 2,
            });
        }
        steps.push(Step::Wait(1_000));
    }
    play(&steps, 5, 2);
}

#[test]
fn a_share_is_rounded_down_and_never_nothing() {
    let check = |threshold, stores, all, strangers| {
        let allowance = Allowance::below(Some(threshold), stores).unwrap();
        assert_eq!((allowance.all, allowance.strangers), (all, strangers));
    };
    check(5, 0, 4, 3);
    check(5, 1, 4, 3);
    check(5, 2, 2, 1);
    check(5, 3, 1, 1);
    check(5, 9, 1, 1);
    check(10, 2, 4, 3);
}

/// Whoever is told of more stores shares at once, and the settings may know of more.
#[test]
fn the_larger_number_of_stores_holds() {
    let settings = ThrottleSettings {
        stores: 2,
        ..ThrottleSettings::default()
    };
    let book = Book::new(&settings, &SECRET);
    assert_eq!(book.rates().stores, 2);
    book.share_among(4);
    assert_eq!(book.rates().stores, 4);
    book.share_among(1);
    assert_eq!(book.rates().stores, 2);
    book.configure(&ThrottleSettings::default());
    assert_eq!(book.rates().stores, 1);
}
