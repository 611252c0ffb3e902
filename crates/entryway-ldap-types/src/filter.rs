//! Search filters (RFC 4511 §4.5.1, text form RFC 4515) as a tree.
//!
//! The grammar itself is in `parse`, shared with [`crate::FilterTemplate`]; this module knows
//! neither placeholders nor BER.

pub(crate) mod parse;
pub(crate) mod write;

use crate::{AttributeName, attribute};
use parse::{Comparison, LiteralValues, Parser, Tree};
use std::str::FromStr;

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
        /// The matching rule's name or OID, if named; see [`Filter::is_matching_rule`].
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
    /// Deepest nesting that is parsed, encoded or decoded; `(cn=x)` alone is one level.
    pub const MAX_DEPTH: usize = 32;

    /// Parses RFC 4515 text. `Display` writes it back; values round-trip for any bytes.
    ///
    /// Beyond the RFC, blanks and line ends are skipped between parentheses, as people who write
    /// filters over several lines expect; inside an item each one belongs to the name or the value.
    /// Empty pieces of a substring value (`a**b`) carry no meaning and are dropped.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let tree = Parser::new(text, LiteralValues, Self::MAX_DEPTH).parse()?;
        Ok(Self::from_tree(tree))
    }
    /// Every attribute that the filter names, in order, repeated as often as it is named.
    pub fn attributes(&self) -> Vec<&AttributeName> {
        let mut names = Vec::new();
        self.collect_attributes(&mut names);
        names
    }
    /// How many levels are nested: 1 for a single item.
    pub fn depth(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => {
                1 + parts.iter().map(Self::depth).max().unwrap_or(0)
            }
            Self::Not(part) => 1 + part.depth(),
            _ => 1,
        }
    }

    /// Whether a text can name the rule of [`Filter::Extensible`]: a name or OID, and not `dn`,
    /// which in the text form always means the attributes of the DN.
    pub fn is_matching_rule(text: &str) -> bool {
        attribute::is_oid(text) && !text.eq_ignore_ascii_case("dn")
    }

    fn collect_attributes<'a>(&'a self, names: &mut Vec<&'a AttributeName>) {
        match self {
            Self::And(parts) | Self::Or(parts) => {
                for part in parts {
                    part.collect_attributes(names);
                }
            }
            Self::Not(part) => part.collect_attributes(names),
            Self::Substrings { attribute, .. }
            | Self::Equal(attribute, _)
            | Self::GreaterOrEqual(attribute, _)
            | Self::LessOrEqual(attribute, _)
            | Self::Present(attribute)
            | Self::Approx(attribute, _) => names.push(attribute),
            Self::Extensible { attribute, .. } => names.extend(attribute),
        }
    }

    pub(crate) fn from_tree(tree: Tree<Vec<u8>>) -> Self {
        match tree {
            Tree::And(parts) => Self::And(parts.into_iter().map(Self::from_tree).collect()),
            Tree::Or(parts) => Self::Or(parts.into_iter().map(Self::from_tree).collect()),
            Tree::Not(part) => Self::Not(Box::new(Self::from_tree(*part))),
            Tree::Item {
                attribute,
                comparison,
                value,
            } => match comparison {
                Comparison::Equal => Self::Equal(attribute, value),
                Comparison::GreaterOrEqual => Self::GreaterOrEqual(attribute, value),
                Comparison::LessOrEqual => Self::LessOrEqual(attribute, value),
                Comparison::Approx => Self::Approx(attribute, value),
            },
            Tree::Extensible {
                attribute,
                rule,
                value,
                dn_attributes,
            } => Self::Extensible {
                attribute,
                rule,
                value,
                dn_attributes,
            },
            Tree::Pieces(attribute, pieces) => Self::from_pieces(attribute, pieces),
        }
    }

    /// From the text between the stars. Empty pieces are dropped (RFC 4511 §4.5.1.7.2 has no empty
    /// substring); when nothing is left, any value will do, and that is a presence test.
    pub fn from_pieces(attribute: AttributeName, pieces: Vec<Vec<u8>>) -> Self {
        let ends = pieces.len().saturating_sub(1);
        let (mut initial, mut any, mut last) = (None, Vec::new(), None);
        for (at, piece) in pieces.into_iter().enumerate() {
            match piece {
                empty if empty.is_empty() => {}
                first if at == 0 => initial = Some(first),
                end if at == ends => last = Some(end),
                inner => any.push(inner),
            }
        }
        if initial.is_none() && any.is_empty() && last.is_none() {
            Self::Present(attribute)
        } else {
            Self::Substrings {
                attribute,
                initial,
                any,
                last,
            }
        }
    }
}

impl FromStr for Filter {
    type Err = FilterError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
