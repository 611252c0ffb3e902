//! Moments as people read them: the Gregorian calendar, in UTC, whole seconds.

use std::time::SystemTime;

const DAY: i64 = 86_400;
/// From 0000-03-01, the day after the first leap day, to 1970-01-01.
const MARCH_0000_TO_1970: i64 = 719_468;
const DAYS_IN_400_YEARS: i64 = 146_097;
const DAYS_IN_100_YEARS: i64 = 36_524;
const DAYS_IN_4_YEARS: i64 = 1_461;
/// From March, so that the leap day is the last of its year.
const MONTHS: [i64; 12] = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29];

/// A moment by calendar and clock. Moments before 1970 are rounded to earlier seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Utc {
    /// Of the Gregorian calendar, before it began too.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
}

impl Utc {
    /// What calendar and clock show at this moment.
    pub fn of(time: SystemTime) -> Self {
        let seconds = unix_seconds(time);
        let (year, month, day) = civil(seconds.div_euclid(DAY));
        let of_day = seconds.rem_euclid(DAY);
        Self {
            year,
            month,
            day,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
        }
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
