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
    /// Reads a day, `2027-06-30`, which begins at midnight, or a moment of one, `2027-06-30T12:00:00Z` (RFC 3339, UTC,
    /// whole seconds). Only days that there are.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |range: std::ops::Range<usize>| -> Option<i64> {
            let digits = text.get(range)?;
            let all = digits.bytes().all(|byte| byte.is_ascii_digit());
            all.then(|| digits.parse().ok()).flatten()
        };
        let mark = |at: usize, mark: u8| text.as_bytes().get(at) == Some(&mark);
        if !mark(4, b'-') || !mark(7, b'-') {
            return None;
        }
        let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
        let (hour, minute, second) = match text.len() {
            10 => (0, 0, 0),
            20 if mark(10, b'T') && mark(13, b':') && mark(16, b':') && mark(19, b'Z') => {
                (number(11..13)?, number(14..16)?, number(17..19)?)
            }
            _ => return None,
        };
        let is_clock = hour < 24 && minute < 60 && second < 60;
        let moment = Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        };
        // A day that there is not is another day on the way back.
        (is_clock && moment.to_system_time().map(Self::of) == Some(moment)).then_some(moment)
    }

    /// The moment.
    pub fn to_system_time(self) -> Option<SystemTime> {
        if !(1..=12).contains(&self.month) {
            return None;
        }
        // The year begins in March, so that the leap day is its last.
        let (year, from_march) = match self.month {
            1 | 2 => (self.year - 1, self.month + 9),
            month => (self.year, month - 3),
        };
        let before = usize::try_from(from_march).ok()?;
        let days: i64 = MONTHS.iter().take(before).sum::<i64>() + 365 * year + year.div_euclid(4)
            - year.div_euclid(100)
            + year.div_euclid(400)
            + self.day
            - 1
            - MARCH_0000_TO_1970;
        let seconds = days * DAY + 3600 * self.hour + 60 * self.minute + self.second;
        let apart = std::time::Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(apart)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(apart)
        }
    }

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
