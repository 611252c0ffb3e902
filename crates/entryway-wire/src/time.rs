//! Points in time as JSON has them: RFC 3339, UTC, whole seconds.

use std::fmt;
use std::time::SystemTime;

/// `2026-11-20T12:00:00Z`. Times before 1970 are rounded to earlier seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rfc3339(pub SystemTime);

const DAY: i64 = 86_400;
/// From 0000-03-01, the day after the first leap day, to 1970-01-01.
const MARCH_0000_TO_1970: i64 = 719_468;
const DAYS_IN_400_YEARS: i64 = 146_097;
const DAYS_IN_100_YEARS: i64 = 36_524;
const DAYS_IN_4_YEARS: i64 = 1_461;
/// From March, so that the leap day is the last of its year.
const MONTHS: [i64; 12] = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29];

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = unix_seconds(self.0);
        let (year, month, day) = civil(seconds.div_euclid(DAY));
        let of_day = seconds.rem_euclid(DAY);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        if !(0..=9999).contains(&year) {
            return write!(
                f,
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
            );
        }
        // By hand, because each login writes several.
        let mut text = *b"0000-00-00T00:00:00Z";
        let parts = [
            (0, year / 100),
            (2, year % 100),
            (5, month),
            (8, day),
            (11, hour),
            (14, minute),
            (17, second),
        ];
        for (at, number) in parts {
            if let Some([tens, ones]) = text.get_mut(at..at + 2) {
                // Two digits each.
                *tens = b'0' + (number / 10) as u8;
                *ones = b'0' + (number % 10) as u8;
            }
        }
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            -whole - i64::from(before.subsec_nanos() > 0)
        }
    }
}

/// Year, month and day in the Gregorian calendar, from days since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + MARCH_0000_TO_1970;
    let (cycles, days) = (
        days.div_euclid(DAYS_IN_400_YEARS),
        days.rem_euclid(DAYS_IN_400_YEARS),
    );
    // The last century of a cycle and the last year of four are a day longer: the quotient must not count them twice.
    let centuries = (days / DAYS_IN_100_YEARS).min(3);
    let days = days - centuries * DAYS_IN_100_YEARS;
    let (fours, days) = (days / DAYS_IN_4_YEARS, days % DAYS_IN_4_YEARS);
    let years = (days / 365).min(3);
    let mut day = days - years * 365;
    let mut month = 3;
    for length in MONTHS {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    let year = 400 * cycles + 100 * centuries + 4 * fours + years;
    if month > 12 {
        (year + 1, month - 12, day + 1)
    } else {
        (year, month, day + 1)
    }
}

#[cfg(test)]
mod tests;
