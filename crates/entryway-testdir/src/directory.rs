//! The entries: a tree in memory, built once from LDIF and never changed.
//!
//! Entries are numbered in the order of a walk over the tree, each before its children, so that
//! what lies under an entry is a range of numbers. Passwords are kept apart from the attributes:
//! nothing that returns, matches or compares attributes can reach them.

mod build;
mod operational;
mod password;

use crate::ldif::LdifError;
use bytes::Bytes;
use entryway_ldap_types::{AttributeName, Dn, DnError};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Normalised value to the numbers of the entries that have it, ascending.
type ValueIndex = HashMap<Box<[u8]>, Vec<usize>>;

/// A directory's content.
pub struct Directory {
    /// In the order of a walk over the tree.
    entries: Vec<StoredEntry>,
    /// Normalised name to number.
    by_name: HashMap<Box<str>, usize>,
    /// By attribute key, for the attributes that are looked up often.
    index: HashMap<Box<str>, ValueIndex>,
    /// The keys of all attributes that some entry has.
    known: HashSet<Box<str>>,
    /// Entries without an entry above them.
    contexts: Vec<usize>,
}

/// Why a text does not become a directory.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// It is not LDIF.
    #[error("expected LDIF")]
    Ldif(#[from] LdifError),
    /// A record's name is not a distinguished name.
    #[error("line {line}: `{}` is not a distinguished name", .dn.escape_debug())]
    Dn {
        /// The record's line.
        line: usize,
        /// The name as written.
        dn: String,
        /// Why not.
        #[source]
        source: DnError,
    },
    /// Two records have the same name.
    #[error("line {line}: a second entry `{}`", .dn.escape_debug())]
    Duplicate {
        /// The second record's line.
        line: usize,
        /// The name as written.
        dn: String,
    },
    /// An entry lies below another one, but the one directly above it is missing.
    #[error("line {line}: the entry above `{}` is missing", .dn.escape_debug())]
    Orphan {
        /// The record's line.
        line: usize,
        /// The name as written.
        dn: String,
    },
}

/// An entry as it is kept.
pub(crate) struct StoredEntry {
    /// The name.
    pub(crate) dn: Dn,
    /// The name as written.
    pub(crate) dn_text: Box<str>,
    /// The entry above.
    pub(crate) parent: Option<usize>,
    /// One more than the number of the last entry below.
    pub(crate) subtree_end: usize,
    /// Attributes without secrets, in the order written, the synthesised ones last.
    pub(crate) attributes: Vec<StoredAttribute>,
    /// Direct groups, ascending.
    pub(crate) groups: Vec<usize>,
    /// Direct members that exist, ascending.
    pub(crate) members: Vec<usize>,
    passwords: Vec<password::Stored>,
}

/// An attribute as it is kept.
pub(crate) struct StoredAttribute {
    /// As written, options included.
    pub(crate) name: AttributeName,
    /// [`crate::schema::key`] of the name.
    pub(crate) key: Box<str>,
    /// Returned only when asked for.
    pub(crate) operational: bool,
    /// The values.
    pub(crate) values: Vec<StoredValue>,
}

/// A value in both forms.
pub(crate) struct StoredValue {
    /// As written.
    pub(crate) raw: Bytes,
    /// As compared; a value that is not of its attribute's type stands for itself.
    pub(crate) normal: Box<[u8]>,
}

impl Directory {
    /// Builds the tree from LDIF content records (RFC 2849), in any order.
    ///
    /// An entry with nothing above it is a naming context. `entryUUID`, `entryDN` and `memberOf` are
    /// made up where they are not written, the same for the same name every time; entries with a
    /// `sAMAccountName` also get `objectGUID`, `objectSid` and `distinguishedName`.
    pub fn from_ldif(text: &str) -> Result<Self, DirectoryError> {
        build::build(crate::ldif::parse(text)?)
    }
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
    /// The names of the naming contexts, as written.
    pub fn naming_contexts(&self) -> impl Iterator<Item = &str> {
        self.contexts
            .iter()
            .filter_map(|&at| self.entry(at))
            .map(|entry| &*entry.dn_text)
    }
    /// The names of all entries, as written, each before those below it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| &*entry.dn_text)
    }

    pub(crate) fn entry(&self, at: usize) -> Option<&StoredEntry> {
        self.entries.get(at)
    }
    /// The number of the entry with this name.
    pub(crate) fn find(&self, dn: &Dn) -> Option<usize> {
        self.by_name.get(dn.normalized().as_str()).copied()
    }
    /// The nearest entry above a name that has none (`matchedDN`, RFC 4511 §4.1.9).
    pub(crate) fn nearest_above(&self, dn: &Dn) -> Option<&StoredEntry> {
        let mut above = dn.parent();
        while let Some(name) = above {
            if let Some(at) = self.find(&name) {
                return self.entry(at);
            }
            above = name.parent();
        }
        None
    }
    /// The numbers of an entry and all below it.
    pub(crate) fn subtree(&self, base: usize) -> Range<usize> {
        base..self.entry(base).map_or(base, |entry| entry.subtree_end)
    }
    /// The numbers of the entries with this normalised value; `None` when the attribute has no index.
    pub(crate) fn indexed(&self, key: &str, normal: &[u8]) -> Option<&[usize]> {
        crate::schema::is_indexed(key).then(|| {
            self.index
                .get(key)
                .and_then(|values| values.get(normal))
                .map_or(&[][..], Vec::as_slice)
        })
    }
    /// Whether any entry has the attribute.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.known.contains(key)
    }
    /// All numbers.
    pub(crate) fn numbers(&self) -> Range<usize> {
        0..self.entries.len()
    }
}

impl StoredEntry {
    /// The values of an attribute, over all its options.
    pub(crate) fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a StoredValue> {
        self.attributes
            .iter()
            .filter(move |attribute| &*attribute.key == key)
            .flat_map(|attribute| &attribute.values)
    }
    /// The first value as text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.attributes
            .iter()
            .filter(|attribute| &*attribute.key == key)
            .flat_map(|attribute| &attribute.values)
            .next()
            .and_then(|value| std::str::from_utf8(&value.raw).ok())
    }
    /// The first value as a number.
    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        self.text(key)?.trim().parse().ok()
    }
    /// Whether the first value is `TRUE`.
    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.text(key)
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
    }
    /// Whether this is one of the entry's passwords.
    pub(crate) fn has_password(&self, given: &[u8]) -> bool {
        self.passwords.iter().any(|stored| stored.is(given))
    }
}

#[cfg(test)]
mod tests;
