//! The SHA-256 of a certificate, as administrators write and compare it.

use std::fmt;

/// The SHA-256 of a certificate's DER.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; Self::BYTES]);

/// Why a text is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FingerprintError {
    /// Another algorithm, or none.
    #[error("expected `sha256:` before the fingerprint")]
    Algorithm,
    /// Not hexadecimal.
    #[error("expected hexadecimal digits")]
    Digits,
    /// Too short or too long: most likely cut off, or of another algorithm.
    #[error("expected 64 hexadecimal digits, found {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
}

impl Fingerprint {
    /// Of SHA-256.
    pub const BYTES: usize = 32;

    /// From the digest.
    pub const fn new(digest: [u8; Self::BYTES]) -> Self {
        Self(digest)
    }
    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
    /// Reads `sha256:` and 64 hexadecimal digits in either case; colons and blanks between them, as
    /// other tools print them, do not count.
    pub fn parse(text: &str) -> Result<Self, FingerprintError> {
        let text = text.trim();
        let is_prefix = |prefix: &str| prefix.eq_ignore_ascii_case("sha256:");
        let digits = match text.get(..7) {
            Some(prefix) if is_prefix(prefix) => text.get(7..).unwrap_or_default(),
            _ => return Err(FingerprintError::Algorithm),
        };
        let digits = digits
            .chars()
            .filter(|char| !matches!(char, ':' | ' '))
            .map(|char| char.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<Vec<u8>>>()
            .ok_or(FingerprintError::Digits)?;
        if digits.len() != 2 * Self::BYTES {
            return Err(FingerprintError::Length {
                found: digits.len(),
            });
        }
        let mut digest = [0; Self::BYTES];
        for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().fold(0, |value, digit| value << 4 | digit);
        }
        Ok(Self(digest))
    }
}

/// `sha256:` and 64 lower-case digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, FingerprintError};

    #[test]
    fn texts() {
        let digits = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let plain = format!("sha256:{digits}");
        let fingerprint = Fingerprint::parse(&plain).unwrap();
        assert_eq!(fingerprint.to_string(), plain);
        let pairs: Vec<_> = digits.as_bytes().chunks(2).collect();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|pair| String::from_utf8_lossy(pair))
            .collect();
        let other = format!(" SHA256:{} ", pairs.join(":").to_uppercase());
        assert_eq!(Fingerprint::parse(&other), Ok(fingerprint));
        for (text, error) in [
            (digits, FingerprintError::Algorithm),
            ("sha1:00", FingerprintError::Algorithm),
            ("", FingerprintError::Algorithm),
            ("sha256:zz", FingerprintError::Digits),
            ("sha256:é", FingerprintError::Digits),
            ("sha256:", FingerprintError::Length { found: 0 }),
            (&plain[..70], FingerprintError::Length { found: 63 }),
            (&format!("{plain}0"), FingerprintError::Length { found: 65 }),
        ] {
            assert_eq!(Fingerprint::parse(text), Err(error), "{text}");
        }
    }
}
