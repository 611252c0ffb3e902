//! The types of expressions: few, because a directory holds text and a rule compares it.

use std::fmt;

/// What an expression gives; known before it is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Int,
    Text,
    Ints,
    Texts,
}

impl Type {
    /// The type of one of a list's values; `None` for what is not a list.
    pub(crate) fn element(self) -> Option<Self> {
        match self {
            Self::Ints => Some(Self::Int),
            Self::Texts => Some(Self::Text),
            Self::Bool | Self::Int | Self::Text => None,
        }
    }
    /// The type of a list of these; lists of lists and of truths have no use here.
    pub(crate) fn list(self) -> Option<Self> {
        match self {
            Self::Int => Some(Self::Ints),
            Self::Text => Some(Self::Texts),
            Self::Bool | Self::Ints | Self::Texts => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "true or false",
            Self::Int => "a number",
            Self::Text => "a text",
            Self::Ints => "a list of numbers",
            Self::Texts => "a list of texts",
        })
    }
}
