//! Those who wait for logins under way: each is answered once, in its turn, or gives up and leaves nothing behind.

use super::*;
use crate::throttle::queue::Waiting;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn jdoe(place: &str, threshold: u32) -> ReserveOperation {
    ReserveOperation::Identity(operation("jdoe", place, threshold, 0))
}

fn wait<'a>(book: &'a Book, operation: &ReserveOperation) -> Waiting<'a> {
    match book.reserve(operation) {
        Asked::Waits(waiting) => waiting,
        Asked::Answered(answer) => panic!("answered at once: {answer:?}"),
    }
}

/// Whether the answer is there, in the same turn.
fn answer(waiting: Waiting<'_>) -> ReserveAnswer {
    // A runtime for the timer, which is over at once.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(waiting.until(Instant::now()))
}

fn full(book: &Book) -> ReserveOperation {
    let login = jdoe("192.0.2.1", 0);
    for _ in 0..5 {
        assert_eq!(begin(book, &login), ReserveAnswer::Reserved);
    }
    login
}

#[test]
fn a_place_goes_to_whoever_waits_longest() {
    let book = book();
    let login = full(&book);
    let (first, second) = (wait(&book, &login), wait(&book, &login));
    assert_eq!(book.counts().waiting, 2);
    book.settle(&login, Settled::Passed);
    // Nobody who comes now takes it.
    assert_eq!(begin(&book, &login), ReserveAnswer::UnderWay);
    assert_eq!(answer(second), ReserveAnswer::UnderWay);
    assert_eq!(answer(first), ReserveAnswer::Reserved);
    assert_eq!(book.counts().waiting, 0);
}

#[test]
fn a_failure_frees_no_place_and_the_last_one_refuses_all_who_wait() {
    let book = book();
    let login = full(&book);
    let waiting: Vec<_> = (0..3).map(|_| wait(&book, &login)).collect();
    for _ in 0..4 {
        book.settle(&login, Settled::Failed);
    }
    assert_eq!(book.counts().waiting, 3);
    book.settle(&login, Settled::Failed);
    assert_eq!(book.counts().waiting, 0);
    for waiting in waiting {
        let refused = answer(waiting);
        assert!(
            matches!(refused, ReserveAnswer::Throttled { .. }),
            "{refused:?}"
        );
    }
}

#[test]
fn whoever_gives_up_gives_the_place_to_the_next() {
    let book = book();
    let login = full(&book);
    let (first, second) = (wait(&book, &login), wait(&book, &login));
    book.settle(&login, Settled::NotCounted);
    // It was handed over and never looked at.
    drop(first);
    assert_eq!(answer(second), ReserveAnswer::Reserved);
    for _ in 0..5 {
        book.settle(&login, Settled::Passed);
    }
    assert_eq!(book.counts(), ThrottleCounts::default());
}

#[test]
fn one_network_s_queue_keeps_no_other_waiting() {
    let book = book();
    let login = full(&book);
    let stuck: Vec<_> = (0..100).map(|_| wait(&book, &login)).collect();
    assert_eq!(
        run(&book, &jdoe("192.0.2.2", 0), Settled::Passed),
        ReserveAnswer::Reserved
    );
    drop(stuck);
    // Below the directory's threshold, all networks share the places.
    let book = super::book();
    let stranger = jdoe("192.0.2.1", 4);
    assert_eq!(begin(&book, &stranger), ReserveAnswer::Reserved);
    assert_eq!(begin(&book, &stranger), ReserveAnswer::Reserved);
    let (same, other) = (wait(&book, &stranger), wait(&book, &jdoe("192.0.2.2", 4)));
    book.settle(&stranger, Settled::Passed);
    book.settle(&stranger, Settled::Passed);
    assert_eq!(answer(same), ReserveAnswer::Reserved);
    assert_eq!(answer(other), ReserveAnswer::Reserved);
}

#[test]
fn who_waits_is_bounded() {
    let book = book();
    let login = full(&book);
    let waiting: Vec<_> = (0..1_024).map(|_| wait(&book, &login)).collect();
    assert!(matches!(
        book.reserve(&login),
        Asked::Answered(ReserveAnswer::UnderWay)
    ));
    assert_eq!(book.counts().waiting, 1_024);
    drop(waiting);
    assert_eq!(book.counts().waiting, 0);
}

#[test]
fn it_is_pending_until_somebody_ends() {
    let book = book();
    let login = full(&book);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let _entered = runtime.enter();
    let deadline = Instant::now() + Duration::from_secs(3_600);
    let mut future = pin!(wait(&book, &login).until(deadline));
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    book.settle(&login, Settled::Passed);
    let answer = future.as_mut().poll(&mut context);
    assert_eq!(answer, Poll::Ready(ReserveAnswer::Reserved));
}

proptest! {
    /// Whatever people do, nothing is left behind, and nobody waits while there is a place.
    #[test]
    fn nothing_is_left_behind(
        steps in proptest::collection::vec((0..6_u8, 0..4_usize, any::<prop::sample::Index>()), 1..200),
        threshold in 0..8_u32,
    ) {
        let book = book();
        let places = ["192.0.2.1", "192.0.2.2", "device a", "device b"];
        let (mut under_way, mut waiting) = (Vec::new(), Vec::new());
        for (step, place, index) in steps {
            let operation = jdoe(places[place], threshold);
            match step {
                0..3 => match book.reserve(&operation) {
                    Asked::Answered(ReserveAnswer::Reserved) => under_way.push(operation),
                    Asked::Answered(answer) => prop_assert!(answer != ReserveAnswer::UnderWay),
                    Asked::Waits(waits) => waiting.push(waits),
                },
                3 if !waiting.is_empty() => drop(waiting.swap_remove(index.index(waiting.len()))),
                _ if !under_way.is_empty() => {
                    let ended = under_way.swap_remove(index.index(under_way.len()));
                    book.settle(&ended, Settled::Passed);
                }
                _ => {}
            }
            if under_way.is_empty() && !waiting.is_empty() {
                let queued = usize::try_from(book.counts().waiting).unwrap();
                prop_assert!(queued < waiting.len(), "all wait, and nobody has a place");
            }
        }
        drop(waiting);
        for ended in under_way {
            book.settle(&ended, Settled::NotCounted);
        }
        prop_assert_eq!(book.counts().held, [0; 4]);
        prop_assert_eq!(book.counts().waiting, 0);
    }
}
