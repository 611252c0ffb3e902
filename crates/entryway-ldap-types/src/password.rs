//! A password: never empty, never printed, wiped when dropped.

use zeroize::Zeroizing;

/// A non-empty password. An empty one would make a simple bind "unauthenticated", which servers
/// accept (RFC 4513 §5.1.2): it cannot be built. No `Debug`, `Display`, `Clone` or serialisation.
pub struct Password(Zeroizing<Vec<u8>>);

/// The password was empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password is empty")]
pub struct EmptyPassword;

impl Password {
    /// Longest accepted login password, in bytes.
    pub const MAX_BYTES: usize = 1024;

    /// Takes the bytes over; the source is wiped with the value.
    pub fn new(bytes: Vec<u8>) -> Result<Self, EmptyPassword> {
        let bytes = Zeroizing::new(bytes);
        if bytes.is_empty() {
            Err(EmptyPassword)
        } else {
            Ok(Self(bytes))
        }
    }
    /// The bytes, for the one place that puts them on a wire or compares them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
