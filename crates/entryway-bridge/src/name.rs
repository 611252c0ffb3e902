//! What sites and connectors are called.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// A site: letters in lower case, digits and hyphens within, at most 63. It stands in paths, in names of TLS and in
/// subjects, so it needs no escapes anywhere.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteName(Arc<str>);

/// A connector: 16 characters of base32 in lower case, given out by the hub, never twice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectorId([u8; ConnectorId::LENGTH]);

/// A text that is no name of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be {expected}")]
pub struct MalformedName {
    /// What one looks like.
    pub expected: &'static str,
}

impl SiteName {
    /// Most characters.
    pub const MAX: usize = 63;

    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, MalformedName> {
        let inner = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let is_name = text.len() <= Self::MAX
            && text.bytes().all(|byte| inner(&byte))
            && !text.is_empty()
            && !text.starts_with('-')
            && !text.ends_with('-');
        let expected =
            "1 to 63 letters a-z, digits and hyphens, with a letter or a digit at both ends";
        is_name
            .then(|| Self(text.into()))
            .ok_or(MalformedName { expected })
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// What the hub's certificate within the tunnel is named, and asked for by.
    pub fn server_name(&self) -> String {
        format!("{self}.site.entryway.internal")
    }
}

/// RFC 4648 §6, in lower case: no letter is taken for another, whatever the case.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

impl ConnectorId {
    /// How many characters.
    pub const LENGTH: usize = 16;

    /// From 80 bits, drawn at random.
    pub fn from_bits(bits: [u8; 10]) -> Self {
        let mut wide = [0; 16];
        if let Some(low) = wide.last_chunk_mut() {
            *low = bits;
        }
        let bits = u128::from_be_bytes(wide);
        let mut text = [b'a'; Self::LENGTH];
        for (at, character) in text.iter_mut().enumerate() {
            let index = (bits >> (75 - 5 * at)) & 31;
            *character = BASE32.get(index as usize).copied().unwrap_or(b'a');
        }
        Self(text)
    }
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, MalformedName> {
        let expected = "16 characters out of a-z and 2-7";
        <[u8; Self::LENGTH]>::try_from(text.as_bytes())
            .ok()
            .filter(|bytes| bytes.iter().all(|byte| BASE32.contains(byte)))
            .map(Self)
            .ok_or(MalformedName { expected })
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        // Letters and digits alone.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

macro_rules! text_of {
    ($($type:ty),+) => {
        $(
            impl fmt::Display for $type {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(self.as_str())
                }
            }
            impl fmt::Debug for $type {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    fmt::Display::fmt(self, f)
                }
            }
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }
            impl<'de> Deserialize<'de> for $type {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                    Self::parse(&text).map_err(serde::de::Error::custom)
                }
            }
        )+
    };
}

text_of!(SiteName, ConnectorId);

#[cfg(test)]
mod tests;
