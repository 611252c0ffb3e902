//! Filters with placeholders that stand only where a value stands, and enter as values.

use crate::{AttributeName, Filter};

/// A filter parsed once, with placeholders such as `{login}` in value positions.
#[derive(Debug, Clone)]
pub struct FilterTemplate {
    // private: a tree like `Filter` whose values are sequences of literal bytes and placeholders
    _replaced_by_the_implementer: (),
}

/// What a placeholder stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Placeholder {
    /// `{login}`: the name as typed, with `domain/` or `DOMAIN\` cut off, `@…` kept.
    Login,
    /// `{user}`: the part before the last `@`.
    User,
    /// `{suffix}`: the part after the last `@`; empty when there is none.
    Suffix,
    /// `{text}`: what a look-up searches for.
    Text,
    /// `{dn}`: an entry's name.
    EntryDn,
    /// `{name}`: the session's name.
    Name,
    /// `{entry.ATTRIBUTE}`: a value of the entry.
    EntryAttribute(AttributeName),
}

/// Why a text is not a filter template, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The filter itself does not parse.
    #[error(transparent)]
    Filter(#[from] crate::FilterError),
    /// `{…}` that is not a known placeholder, or not one of those allowed here.
    #[error("unknown placeholder `{{{name}}}` at byte {at}, expected one of {expected}")]
    UnknownPlaceholder {
        /// What stands between the braces.
        name: String,
        /// Byte offset of the brace.
        at: usize,
        /// The allowed ones, as text.
        expected: String,
    },
    /// A placeholder where an attribute, rule or operator stands.
    #[error("placeholder at byte {at} stands outside a value")]
    OutsideValue {
        /// Byte offset of the brace.
        at: usize,
    },
}

impl FilterTemplate {
    /// Parses RFC 4515 text with placeholders. A literal brace in a value is written `\7b`, `\7d`.
    /// `allowed` lists the placeholders that make sense where this template is used
    /// (an `EntryAttribute` in it, with any name, allows them all).
    pub fn parse(_text: &str, _allowed: &[Placeholder]) -> Result<Self, TemplateError> {
        todo!()
    }
    /// `(attribute={login})` or `{user}`, optionally inside `(&(objectClass=…)…)`.
    pub fn equality(
        _object_class: Option<&str>,
        _attribute: &AttributeName,
        _placeholder: Placeholder,
    ) -> Self {
        todo!()
    }
    /// Puts values in place of placeholders. In a substring assertion with an empty piece the piece is dropped.
    /// A `None` from `value` means the value is not there: the filter cannot be built.
    pub fn fill<'v>(&self, _value: &dyn Fn(&Placeholder) -> Option<&'v [u8]>) -> Option<Filter> {
        todo!()
    }
    /// Every attribute that the filter names.
    pub fn attributes(&self) -> Vec<&AttributeName> {
        todo!()
    }
    /// `(|(self)(other))`, for an e-mail filter that does not mention `mail`.
    pub fn or(self, _other: FilterTemplate) -> FilterTemplate {
        todo!()
    }
    /// `(&(self)(other))`.
    pub fn and(self, _other: FilterTemplate) -> FilterTemplate {
        todo!()
    }
}
impl std::fmt::Display for FilterTemplate {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        todo!()
    }
}
impl std::fmt::Display for Placeholder {
    fn fmt(&self, _f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        todo!()
    }
}
