use super::*;
use std::time::Duration;

fn check(seconds: i64, expected: &str) {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let epoch = SystemTime::UNIX_EPOCH;
    let time = if seconds < 0 {
        epoch - distance
    } else {
        epoch + distance
    };
    assert_eq!(Rfc3339(time).to_string(), expected);
}

#[test]
fn known_seconds() {
    check(0, "1970-01-01T00:00:00Z");
    check(86_399, "1970-01-01T23:59:59Z");
    check(951_782_399, "2000-02-28T23:59:59Z");
    check(951_782_400, "2000-02-29T00:00:00Z");
    check(951_868_800, "2000-03-01T00:00:00Z");
    check(978_220_800, "2000-12-31T00:00:00Z");
    check(1_709_164_800, "2024-02-29T00:00:00Z");
    check(1_795_176_000, "2026-11-20T12:00:00Z");
    check(4_107_542_400, "2100-03-01T00:00:00Z");
    check(253_402_300_799, "9999-12-31T23:59:59Z");
}

#[test]
fn before_1970() {
    check(-1, "1969-12-31T23:59:59Z");
    check(-2_203_891_200, "1900-03-01T00:00:00Z");
    let half_a_second_before = SystemTime::UNIX_EPOCH - Duration::from_millis(500);
    assert_eq!(
        Rfc3339(half_a_second_before).to_string(),
        "1969-12-31T23:59:59Z"
    );
}
