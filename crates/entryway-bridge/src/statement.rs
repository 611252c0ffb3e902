//! What is signed and bound: fields, each with its length before it, so that no two lists of fields are the same bytes.

use sha2::{Digest as _, Sha256};

/// Canonical bytes: each field as its length in two bytes, the highest first, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement(Vec<u8>);

impl Statement {
    /// Begins with what it states: no statement of one kind passes for another.
    pub fn of(purpose: &str) -> Self {
        Self(Vec::with_capacity(256)).with(purpose.as_bytes())
    }
    /// Adds a field. Its first 65535 bytes count; every field of the protocol is bounded far below.
    pub fn with(mut self, field: &[u8]) -> Self {
        let length = u16::try_from(field.len()).unwrap_or(u16::MAX);
        self.0.extend_from_slice(&length.to_be_bytes());
        let field = field.get(..usize::from(length)).unwrap_or_default();
        self.0.extend_from_slice(field);
        self
    }
    /// Adds a number, in eight bytes.
    pub fn with_number(self, number: u64) -> Self {
        self.with(&number.to_be_bytes())
    }
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
    /// SHA-256 of the bytes.
    pub fn digest(&self) -> [u8; 32] {
        digest(&[&self.0])
    }
}

/// SHA-256 of the parts in a row.
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
