use super::*;
use std::time::{Duration, UNIX_EPOCH};

fn check(seconds: i64, expected: [i64; 6]) {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        UNIX_EPOCH - distance
    } else {
        UNIX_EPOCH + distance
    };
    let Utc {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Utc::of(time);
    assert_eq!([year, month, day, hour, minute, second], expected);
}

#[test]
fn days_are_those_of_the_gregorian_calendar() {
    check(0, [1970, 1, 1, 0, 0, 0]);
    check(-1, [1969, 12, 31, 23, 59, 59]);
    check(951_782_400, [2000, 2, 29, 0, 0, 0]);
    check(1_709_210_096, [2024, 2, 29, 12, 34, 56]);
    check(4_107_542_399, [2100, 2, 28, 23, 59, 59]);
    check(4_107_542_400, [2100, 3, 1, 0, 0, 0]);
    check(253_402_300_799, [9999, 12, 31, 23, 59, 59]);
    // 1600-02-29, a leap year though it ends a century.
    check(-11_670_998_400, [1600, 2, 29, 0, 0, 0]);
}

/// The calendar counted day by day, as a child would.
#[test]
fn every_day_of_eight_centuries() {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let (mut year, mut month, mut day) = (1970, 1, 1);
    for days in 0..300_000 {
        assert_eq!(civil(days), (year, month, day));
        let length = match month {
            2 if leap(year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        day += 1;
        if day > length {
            (day, month) = (1, month + 1);
        }
        if month > 12 {
            (month, year) = (1, year + 1);
        }
    }
}

#[test]
fn texts_are_read_where_there_is_such_a_moment() {
    let shown = |text: &str| Utc::parse(text).and_then(Utc::to_system_time).map(Utc::of);
    for (text, seconds) in [
        ("1970-01-01", 0),
        ("1970-01-01T00:00:01Z", 1),
        ("2000-02-29T12:00:00Z", 951_825_600),
        ("2026-11-28T23:30:00Z", 1_795_908_600),
        ("2100-03-01", 4_107_542_400),
    ] {
        let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(shown(text), Some(Utc::of(moment)), "{text}");
    }
    assert_eq!(
        shown("1969-12-31T23:59:59Z").map(|utc| utc.second),
        Some(59)
    );
    for text in [
        "",
        "2027",
        "2027-06-31",
        "2027-02-29",
        "2100-02-29",
        "2027-00-01",
        "2027-13-01",
        "2027-01-00",
        "2027-06-30T24:00:00Z",
        "2027-06-30T12:60:00Z",
        "2027-06-30T12:00:60Z",
        "2027-06-30T12:00:00",
        "2027-06-30 12:00:00Z",
        "2027-06-30T12:00:00+01:00",
        "+027-06-30",
        "2027-6-30",
        " 2027-06-30",
        "2027\u{2212}06-30",
    ] {
        assert_eq!(Utc::parse(text), None, "{text}");
    }
}
