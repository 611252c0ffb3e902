//! By what a person or a group is named outside: the domain, and the identity that the directory keeps for good.

use entryway_ldap_types::{AttributeName, Dn, Entry};
use entryway_login::Subject;
use std::fmt;

/// A person or a group of a domain. It is the subject of that person's session, so that an application which has
/// somebody's session can ask for their card; as text it is safe in the path of a URL.
///
/// `staff:3f2504e0-4f89-11d3-9a0c-0305e82c3301`; where the directory has no identity, `staff:dn:uid=jdoe,…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EntryId(Subject);

/// By what the entry is found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdKey<'a> {
    /// By the value of the domain's identity attribute, as text.
    Identity(&'a str),
    /// By its name.
    Dn(Dn),
}

impl EntryId {
    /// Longest text that is read, in bytes: a DN with each of its bytes escaped is longer than any that is in use.
    pub const MAX_BYTES: usize = 8 * 1024;

    /// Of an entry, by the first of these attributes that it has, else by its DN; in words why not, where the
    /// value cannot be used.
    pub fn of_entry(
        domain: &str,
        id_attributes: &[AttributeName],
        entry: &Entry,
    ) -> Result<Self, String> {
        Subject::of_entry(domain, id_attributes, entry).map(Self)
    }
    /// Of the person of a session.
    pub fn from_subject(subject: Subject) -> Option<Self> {
        subject.0.split_once(':')?;
        Some(Self(subject))
    }
    /// Reads the text form. Only what this writes is read, so that one entry has one address.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > Self::MAX_BYTES {
            return None;
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            match (*first, after) {
                (b'~', [high, low, after @ ..]) => {
                    bytes.push(16 * hex_digit(*high)? + hex_digit(*low)?);
                    rest = after;
                }
                (plain, after) if is_plain(plain) => {
                    bytes.push(plain);
                    rest = after;
                }
                _ => return None,
            }
        }
        let id = Self::from_subject(Subject(String::from_utf8(bytes).ok()?))?;
        (!id.domain().is_empty() && !id.identity().is_empty() && id.to_string() == text)
            .then_some(id)
    }
    /// The domain's name.
    pub fn domain(&self) -> &str {
        self.parts().0
    }
    /// The session's subject.
    pub fn subject(&self) -> &Subject {
        &self.0
    }
    /// How the entry is found; `None` where what stands for its DN is none.
    pub fn key(&self) -> Option<IdKey<'_>> {
        match self.0.dn() {
            Some(dn) => Dn::parse(dn).ok().map(IdKey::Dn),
            None => Some(IdKey::Identity(self.identity())),
        }
    }

    fn identity(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (&str, &str) {
        self.0.0.split_once(':').unwrap_or((&self.0.0, ""))
    }
}

/// What no path of a URL, no shell and no form changes.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'=' | b',')
}

/// Lower case alone: one byte has one escape.
fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Safe in a URL: letters, digits, `-`, `.`, `_`, `:`, `=`, `,`, and every other byte as `~` and two hexadecimal digits.
impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.0.bytes() {
            if is_plain(byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "~{byte:02x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
