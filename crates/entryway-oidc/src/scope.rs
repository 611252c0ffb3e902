//! Scopes (RFC 6749 §3.3): a set of case-sensitive words.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Most scopes in one set.
pub const MAX_SCOPES: usize = 64;
/// Longest scope, in bytes.
pub const MAX_SCOPE_BYTES: usize = 128;

/// A set of scopes, written in one order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<Arc<str>>);

/// Why a text is no list of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// A character that no scope has, or two blanks in a row.
    #[error("expected scopes of visible ASCII without `\"` and `\\`, one blank between two")]
    Malformed,
    /// More than are read.
    #[error("expected at most {MAX_SCOPES} scopes of at most {MAX_SCOPE_BYTES} bytes")]
    TooMany,
}

impl Scopes {
    /// The one that asks for an ID token.
    pub const OPENID: &str = "openid";
    /// Names and pictures.
    pub const PROFILE: &str = "profile";
    /// The mail address.
    pub const EMAIL: &str = "email";
    /// The groups.
    pub const GROUPS: &str = "groups";
    /// A refresh token that outlives the session.
    pub const OFFLINE_ACCESS: &str = "offline_access";

    /// Reads `scope`: words between single blanks.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let mut scopes = Self::default();
        for scope in text.split(' ') {
            if !is_scope(scope) {
                return Err(ScopeError::Malformed);
            }
            if scope.len() > MAX_SCOPE_BYTES {
                return Err(ScopeError::TooMany);
            }
            scopes.0.insert(scope.into());
            if scopes.0.len() > MAX_SCOPES {
                return Err(ScopeError::TooMany);
            }
        }
        Ok(scopes)
    }
    /// Whether it holds that one.
    pub fn has(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Whether each of these is in `other` too.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }
    /// Those that are in both.
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }
    /// Those that are in either.
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }
    /// Without that one.
    pub fn without(&self, scope: &str) -> Self {
        let others = self.0.iter().filter(|other| ***other != *scope);
        Self(others.cloned().collect())
    }
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|scope| &**scope)
    }
}

/// `1*( %x21 / %x23-5B / %x5D-7E )`
fn is_scope(text: &str) -> bool {
    let is_one = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    !text.is_empty() && text.bytes().all(is_one)
}

/// As `scope` is written.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            let blank = if at == 0 { "" } else { " " };
            write!(f, "{blank}{scope}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
