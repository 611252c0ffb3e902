//! What an expression says that only the configuration can hold against what there is.
//!
//! A rule that compares with what does not exist would open, or shut, by never matching.

use std::ops::Range;

/// Something named in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What kind of thing.
    pub of: MentionOf,
    /// What it is called, as written.
    pub name: Box<str>,
    /// Which bytes of the given text name it.
    pub span: Range<usize>,
}

/// What is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MentionOf {
    /// A text that `domain` is compared with: a domain exactly as it is configured, `local` or `os`.
    Domain,
    /// The domain of a group, in any case.
    GroupDomain,
    /// A custom attribute, `user.attributes.…`.
    Custom,
    /// What only a login knows, and not the entry alone: `groups`, `client.address`, another field of `user`.
    OfLogin,
    /// What only the entry knows: `dn`, `entry.…`.
    OfEntry,
}

impl Mention {
    /// For an expression that begins at byte `by` of the text that was given.
    pub(crate) fn moved(mut self, by: usize) -> Self {
        self.span = self.span.start + by..self.span.end + by;
        self
    }
}
