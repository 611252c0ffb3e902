use super::share;
use std::time::{Duration, Instant};

fn check(left_ms: u64, remaining: usize, expected_ms: u64) {
    let now = Instant::now();
    let got = share(now, now + Duration::from_millis(left_ms), remaining);
    assert_eq!(
        got.duration_since(now),
        Duration::from_millis(expected_ms),
        "{left_ms} ms over {remaining}"
    );
}

#[test]
fn the_last_server_gets_all_that_is_left() {
    check(3000, 1, 3000);
    check(0, 1, 0);
}

#[test]
fn any_other_leaves_half_to_those_after_it() {
    check(3000, 2, 1500);
    check(3000, 5, 1500);
    check(1500, 4, 750);
}

#[test]
fn a_deadline_in_the_past_gives_nothing() {
    let now = Instant::now();
    assert_eq!(
        share(
            now,
            now.checked_sub(Duration::from_secs(1)).unwrap_or(now),
            2
        ),
        now
    );
}
