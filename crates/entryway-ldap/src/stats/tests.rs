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

#[test]
fn dials_are_counted_by_what_came_of_them() {
    let counters = Counters::default();
    counters.dialled(Protection::Tls12);
    counters.dialled(Protection::Tls13);
    counters.dialled(Protection::Tls13);
    counters.dial_failed("unreachable");
    counters.dial_failed("connect_timeout");
    counters.dial_failed("unreachable");
    let stats = counters.snapshot(Role::FindLogin);
    assert_eq!((stats.opened, stats.dial_failures), (3, 3));
    assert_eq!(
        stats.opened_by,
        [(Protection::Tls12, 1), (Protection::Tls13, 2)]
    );
    assert_eq!(stats.last_protection, Some(Protection::Tls13));
    assert_eq!(
        stats.dial_failures_by,
        [("connect_timeout", 1), ("unreachable", 2)]
    );
}

#[test]
fn a_quantile_is_the_end_of_its_bucket() {
    let counters = Counters::default();
    let quantile = |part| counters.snapshot(Role::Browse).latency.quantile_us(part);
    assert_eq!(quantile(0.5), None, "of nothing");
    let took = |micros| counters.answered(OperationKind::Search, ResultCode(0), micros);
    (0..98).for_each(|_| took(Duration::from_micros(800)));
    took(Duration::from_millis(20));
    assert_eq!((quantile(0.5), quantile(0.99)), (Some(1_000), Some(25_000)));
    took(Duration::from_secs(10));
    assert_eq!((quantile(0.99), quantile(1.0)), (Some(25_000), None));
}
