use super::*;

#[test]
fn gauges_count_what_lives() {
    let counters = Arc::<Counters>::default();
    let first = Counted::new(&counters, |counters| &counters.open);
    let second = Counted::new(&counters, |counters| &counters.open);
    assert_eq!((counters.open.get(), counters.idle.get()), (2, 0));
    drop(first);
    assert_eq!(counters.open.get(), 1);
    drop(second);
    assert_eq!(counters.open.get(), 0);
}

/// How one operation that took `micros` and ended with `code` is counted.
fn check(micros: u64, code: u32, bucket: usize, outcome: OperationOutcome) {
    let counters = Counters::default();
    counters.answered(
        OperationKind::Bind,
        ResultCode(code),
        Duration::from_micros(micros),
    );
    let stats = counters.snapshot(Role::Authenticate);
    assert_eq!(
        stats.operations,
        [OperationCount {
            kind: OperationKind::Bind,
            outcome,
            count: 1
        }]
    );
    assert_eq!(
        stats.latency.buckets.iter().position(|&count| count == 1),
        Some(bucket),
        "{micros} us"
    );
    assert_eq!(stats.latency.sum_us, micros);
    assert!(stats.was_used());
}

#[test]
fn answers_are_counted_by_code_and_time() {
    let code = |code| OperationOutcome::Code(ResultCode(code));
    check(0, 0, 0, code(0));
    check(100, 49, 0, code(49));
    check(101, 49, 1, code(49));
    check(2_500_000, 123, LATENCY_BOUNDS_US.len() - 1, code(123));
    check(
        2_500_001,
        4_096,
        LATENCY_BOUNDS_US.len(),
        OperationOutcome::OtherCode,
    );
    check(1, u32::MAX, 0, OperationOutcome::OtherCode);
}

#[test]
fn an_operation_ends_once() {
    let counters = Counters::default();
    Tally::start(&counters, OperationKind::Search).end(None);
    drop(Tally::start(&counters, OperationKind::Search));
    let stats = counters.snapshot(Role::Browse);
    let outcomes: Vec<_> = stats
        .operations
        .iter()
        .map(|counted| (counted.outcome, counted.count))
        .collect();
    assert_eq!(
        outcomes,
        [
            (OperationOutcome::Unanswered, 1),
            (OperationOutcome::Abandoned, 1)
        ]
    );
    assert!(!Counters::default().snapshot(Role::Browse).was_used());
}
