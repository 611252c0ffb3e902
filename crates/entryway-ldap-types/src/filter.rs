//! Search filters (RFC 4511 §4.5.1, text form RFC 4515) as a tree.

use crate::AttributeName;

/// A search filter. Values are raw bytes: nothing in a value can change the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All of them; `(&)` is true (RFC 4526).
    And(Vec<Filter>),
    /// Any of them; `(|)` is false (RFC 4526).
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// `attribute=value`.
    Equal(AttributeName, Vec<u8>),
    /// `attribute=initial*any*any*final`; at least one part is present.
    Substrings {
        /// The attribute.
        attribute: AttributeName,
        /// What the value starts with.
        initial: Option<Vec<u8>>,
        /// What follows in this order.
        any: Vec<Vec<u8>>,
        /// What the value ends with.
        last: Option<Vec<u8>>,
    },
    /// `attribute>=value`.
    GreaterOrEqual(AttributeName, Vec<u8>),
    /// `attribute<=value`.
    LessOrEqual(AttributeName, Vec<u8>),
    /// `attribute=*`.
    Present(AttributeName),
    /// `attribute~=value`.
    Approx(AttributeName, Vec<u8>),
    /// `attribute:dn:rule:=value`; attribute or rule is present.
    Extensible {
        /// The attribute, if named.
        attribute: Option<AttributeName>,
        /// The matching rule's name or OID, if named.
        rule: Option<Box<str>>,
        /// The value.
        value: Vec<u8>,
        /// Whether attributes of the DN take part (`:dn`).
        dn_attributes: bool,
    },
}

/// Why a text is not a filter, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {at} of the filter")]
pub struct FilterError {
    /// Byte offset into the text.
    pub at: usize,
    /// What is wrong there, in words.
    pub kind: &'static str,
}

impl Filter {
    /// Deepest nesting that is parsed, encoded or decoded.
    pub const MAX_DEPTH: usize = 32;

    /// Parses RFC 4515 text. `Display` writes it back; values round-trip for any bytes.
    pub fn parse(_text: &str) -> Result<Self, FilterError> {
        todo!()
    }
    /// Every attribute that the filter names.
    pub fn attributes(&self) -> Vec<&AttributeName> {
        todo!()
    }
}
impl std::fmt::Display for Filter {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        todo!()
    }
}
impl std::str::FromStr for Filter {
    type Err = FilterError;
    fn from_str(t: &str) -> Result<Self, FilterError> {
        Self::parse(t)
    }
}
