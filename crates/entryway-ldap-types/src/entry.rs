//! An entry as a server sent it.

use crate::{AttributeName, Dn};
use bytes::Bytes;
use std::fmt;

/// One entry of a search result.
///
/// Values are slices of the received frame (`Bytes`): cheap to clone, never re-encoded.
#[derive(Clone)]
pub struct Entry {
    /// The entry's name, parsed.
    pub dn: Dn,
    /// The name exactly as the server spelt it; this is what a bind uses.
    pub dn_text: Box<str>,
    /// What was returned, in the server's order.
    pub attributes: Vec<Attribute>,
}

/// One attribute with its values.
#[derive(Clone)]
pub struct Attribute {
    /// As the server spelt it, options included.
    pub name: AttributeName,
    /// Raw values, possibly none (types-only searches, or access denied to values).
    pub values: Vec<Bytes>,
}

impl Entry {
    /// All values of an attribute, over every option variant the server returned.
    pub fn values<'a>(&'a self, name: &'a AttributeName) -> impl Iterator<Item = &'a Bytes> + 'a {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.name == *name)
            .flat_map(|attribute| &attribute.values)
    }
    /// The first value, if there is one.
    pub fn first(&self, name: &AttributeName) -> Option<&Bytes> {
        // A variant without values (access denied to them) must not hide the next one.
        self.attributes
            .iter()
            .filter(|attribute| attribute.name == *name)
            .find_map(|attribute| attribute.values.first())
    }
    /// The first value as text; `None` when absent or not UTF-8.
    pub fn first_text(&self, name: &AttributeName) -> Option<&str> {
        std::str::from_utf8(self.first(name)?).ok()
    }
}

/// Names and counts only: values may be secrets.
impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} values)", self.name, self.values.len())
    }
}

/// Names and counts only: values may be secrets.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("dn", &self.dn_text)
            .field("attributes", &self.attributes)
            .finish()
    }
}

#[cfg(test)]
mod tests;
