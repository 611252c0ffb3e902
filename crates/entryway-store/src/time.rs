//! Times as the store keeps them: milliseconds since 1970.

use std::time::{Duration, SystemTime};

pub(crate) fn now_ms() -> i64 {
    to_ms(SystemTime::now())
}

/// A time before 1970 is 1970.
pub(crate) fn to_ms(at: SystemTime) -> i64 {
    at.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
}

pub(crate) fn from_ms(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
