//! Small ways of writing a value: as text, as milliseconds.

use serde::{Serialize, Serializer};
use std::fmt::Display;
use std::time::Duration;

/// Writes what `Display` writes, as a string, without building one.
pub(crate) struct Text<T>(pub(crate) T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A duration in milliseconds, to the microsecond: `3.214`.
pub(crate) struct Millis(pub(crate) Duration);

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = u32::try_from(self.0.as_micros()).unwrap_or(u32::MAX);
        serializer.serialize_f64(f64::from(micros) / 1000.0)
    }
}

/// Bytes in hexadecimal digits. A record of a site's login has some hundred of them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(char::from(digit(byte >> 4)));
        text.push(char::from(digit(byte & 15)));
    }
    text
}

/// The hexadecimal digit of a number below 16.
pub(crate) fn digit(number: u8) -> u8 {
    match number {
        0..=9 => b'0' + number,
        _ => b'a' - 10 + number,
    }
}

#[cfg(test)]
mod tests {
    use super::hex;

    #[test]
    fn every_byte_has_its_two_digits() {
        for byte in 0..=u8::MAX {
            assert_eq!(hex(&[byte, 0xa0]), format!("{byte:02x}a0"));
        }
        assert_eq!(hex(&[]), "");
    }
}
