//! `400ms`, `3s`, `5m`, `1h`: a whole number and a unit.

use std::time::Duration;

/// Why a text is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DurationError {
    /// A sign: nothing lasts less than no time.
    #[error("a duration is not negative")]
    Negative,
    /// No number, or one that is not whole or too large.
    #[error("expected a whole number before the unit")]
    Number,
    /// A number alone.
    #[error("the unit is missing, expected `ms`, `s`, `m`, `h` or `d`")]
    NoUnit,
    /// Another unit.
    #[error("unknown unit, expected `ms`, `s`, `m`, `h` or `d`")]
    Unit,
}

pub(crate) fn parse(text: &str) -> Result<Duration, DurationError> {
    if text.starts_with('-') {
        return Err(DurationError::Negative);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or(DurationError::Number)?;
    let number: u64 = number.parse().map_err(|_| DurationError::Number)?;
    let milliseconds = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "" => return Err(DurationError::NoUnit),
        unit if unit.starts_with(['.', ',']) => return Err(DurationError::Number),
        _ => return Err(DurationError::Unit),
    };
    number
        .checked_mul(milliseconds)
        .map(Duration::from_millis)
        .ok_or(DurationError::Number)
}

/// In the largest unit that says it exactly.
pub(crate) fn text(milliseconds: u64) -> String {
    match milliseconds {
        0 => "0s".to_owned(),
        _ if milliseconds.is_multiple_of(86_400_000) => format!("{}d", milliseconds / 86_400_000),
        _ if milliseconds.is_multiple_of(3_600_000) => format!("{}h", milliseconds / 3_600_000),
        _ if milliseconds.is_multiple_of(60_000) => format!("{}m", milliseconds / 60_000),
        _ if milliseconds.is_multiple_of(1_000) => format!("{}s", milliseconds / 1_000),
        _ => format!("{milliseconds}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::{DurationError, parse, text};
    use std::time::Duration;

    #[test]
    fn a_number_and_a_unit() {
        for (input, expected) in [
            ("400ms", 400),
            ("3s", 3_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
            ("0s", 0),
            ("2 s", 2_000),
        ] {
            assert_eq!(parse(input), Ok(Duration::from_millis(expected)), "{input}");
        }
    }

    #[test]
    fn nothing_else() {
        for (input, expected) in [
            ("-1s", DurationError::Negative),
            ("1.5s", DurationError::Number),
            ("s", DurationError::Number),
            ("", DurationError::Number),
            ("3", DurationError::NoUnit),
            ("3 days", DurationError::Unit),
            ("99999999999999999999s", DurationError::Number),
            ("18446744073709551615h", DurationError::Number),
        ] {
            assert_eq!(parse(input), Err(expected), "{input}");
        }
    }

    #[test]
    fn written_back_in_the_largest_unit() {
        for (input, expected) in [
            (0, "0s"),
            (400, "400ms"),
            (1_500, "1500ms"),
            (60_000, "1m"),
            (86_400_000, "1d"),
            (90_000_000, "25h"),
        ] {
            assert_eq!(text(input), expected);
        }
    }
}
