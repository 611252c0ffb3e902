//! Randomness.

use crate::StoreError;

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|_| StoreError::damaged("the operating system's randomness"))?;
    Ok(bytes)
}

/// A random number that is not negative.
pub(crate) fn number() -> Result<i64, StoreError> {
    Ok(i64::from_be_bytes(bytes()?) & i64::MAX)
}

/// 24 hexadecimal digits: an identity that no other has.
pub(crate) fn identity() -> Result<String, StoreError> {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(24);
    for byte in bytes::<12>()? {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
