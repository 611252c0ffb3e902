//! How bytes appear in `Debug`: by their number. A password, or what leads to one, may be among them.

use std::fmt;

/// So many bytes.
pub(crate) struct Redacted(usize);

impl Redacted {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.len())
    }
    /// Absent stays absent.
    pub(crate) fn option(bytes: Option<&[u8]>) -> Option<Self> {
        bytes.map(Self::new)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0)
    }
}
