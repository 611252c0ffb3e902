//! What a person typed as their name.

use std::fmt;

/// A login name as typed, checked for what no directory should ever be asked: never empty, never
/// over 256 bytes, without NUL or control characters. Blanks are kept as typed.
#[derive(Clone, PartialEq, Eq)]
pub struct LoginName(Box<str>);

/// Why a typed name is refused before anything is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginNameError {
    /// Nothing, or only blanks.
    #[error("the login name is empty")]
    Empty,
    /// More than [`LoginName::MAX_BYTES`].
    #[error("the login name has {found} bytes, expected at most 256")]
    TooLong {
        /// How many there are.
        found: usize,
    },
    /// NUL or another control character.
    #[error("the login name holds a control character at byte {at}")]
    Control {
        /// Byte offset.
        at: usize,
    },
}

/// Where it is cut depends on the domains that exist, so the login decides.
impl LoginName {
    /// Longest accepted name, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 256;

    /// Checks a typed name.
    pub fn parse(typed: &str) -> Result<Self, LoginNameError> {
        if typed.trim().is_empty() {
            return Err(LoginNameError::Empty);
        }
        if typed.len() > Self::MAX_BYTES {
            return Err(LoginNameError::TooLong { found: typed.len() });
        }
        match typed.char_indices().find(|(_, char)| char.is_control()) {
            Some((at, _)) => Err(LoginNameError::Control { at }),
            None => Ok(Self(typed.into())),
        }
    }
    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As typed; no control characters, but unusual ones and blanks at the ends. Log the `Debug` form.
impl fmt::Display for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Quoted, with everything unprintable escaped: safe in a log line.
impl fmt::Debug for LoginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests;
