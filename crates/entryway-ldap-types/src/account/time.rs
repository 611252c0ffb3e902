//! How directories write moments: ticks since 1601, days since 1970, generalized time.

use std::time::SystemTime;

/// Whole seconds since 1970.
pub(super) type Moment = i64;

/// From 1601-01-01, where Windows starts to count, to 1970-01-01.
const SECONDS_1601_TO_1970: i64 = 11_644_473_600;
const TICKS_PER_SECOND: i64 = 10_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// From 100 ns since 1601.
pub(super) fn ticks(ticks: i64) -> Moment {
    ticks.div_euclid(TICKS_PER_SECOND) - SECONDS_1601_TO_1970
}

/// Days since 1970 that have begun.
pub(super) fn days(moment: Moment) -> i64 {
    moment.div_euclid(SECONDS_PER_DAY)
}

/// Whole seconds since 1970, rounded down before it too; the ends of `i64` stand for what lies beyond.
pub(super) fn unix_seconds(time: SystemTime) -> Moment {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            if before.subsec_nanos() == 0 {
                -whole
            } else {
                (-whole).saturating_sub(1)
            }
        }
    }
}

/// Reads a GeneralizedTime (RFC 4517 §3.3.13): `YYYYMMDDHH`, then minutes and seconds or neither, then a
/// fraction, which is dropped, then `Z` or a difference to UTC. `None` for what is not one.
pub(super) fn generalized(text: &str) -> Option<Moment> {
    let text = text.trim();
    let zone = text.find(['Z', '+', '-'])?;
    let (moment, zone) = text.split_at(zone);
    let digits = match moment.find(['.', ',']) {
        Some(point) => {
            let (digits, fraction) = moment.split_at(point);
            fraction
                .get(1..)
                .filter(|fraction| !fraction.is_empty() && is_digits(fraction))?;
            digits
        }
        None => moment,
    };
    if !is_digits(digits) || !matches!(digits.len(), 10 | 12 | 14) {
        return None;
    }
    let part = |from: usize, length: usize, most: i64| match digits.get(from..from + length) {
        Some(part) => part.parse::<i64>().ok().filter(|&number| number <= most),
        None => Some(0),
    };
    let (year, month, day) = (part(0, 4, 9999)?, part(4, 2, 12)?, part(6, 2, 31)?);
    if month == 0 || day == 0 || day > days_of(year, month) {
        return None;
    }
    // 60 is a leap second.
    let seconds = part(8, 2, 23)? * 3600 + part(10, 2, 59)? * 60 + part(12, 2, 60)?;
    let moment = days_since_1970(year, month, day) * SECONDS_PER_DAY + seconds;
    Some(moment - difference(zone)?)
}

/// Seconds that a zone is ahead of UTC.
fn difference(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, digits) = match zone.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, zone.strip_prefix('-')?),
    };
    if !is_digits(digits) || !matches!(digits.len(), 2 | 4) {
        return None;
    }
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = match digits.get(2..)? {
        "" => 0,
        minutes => minutes.parse().ok()?,
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, negative before.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    /// From 0000-01-01 to 1970-01-01.
    const YEAR_0_TO_1970: i64 = 719_528;
    // Years before this one; year 0 is a leap year.
    let leap_days = match year {
        0 => 0,
        year => {
            let last = year - 1;
            last / 4 - last / 100 + last / 400 + 1
        }
    };
    let months: i64 = (1..month).map(|month| days_of(year, month)).sum();
    year * 365 + leap_days + months + day - 1 - YEAR_0_TO_1970
}

#[cfg(test)]
mod tests;
