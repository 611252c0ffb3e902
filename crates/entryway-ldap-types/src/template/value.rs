//! A value of a template: literal bytes and placeholders in a row.

use super::{Placeholder, TemplateError};
use crate::FilterError;
use crate::filter::parse::Values;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TemplateValue {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Literal(Vec<u8>),
    Placeholder(Placeholder),
}

impl TemplateValue {
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(super) fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.parts.iter().filter_map(|part| match part {
            Part::Placeholder(placeholder) => Some(placeholder),
            Part::Literal(_) => None,
        })
    }

    /// The bytes with every placeholder's value in its place, or `None` when one has no value.
    pub(super) fn fill<'v>(
        &self,
        value: &dyn Fn(&Placeholder) -> Option<&'v [u8]>,
    ) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => bytes.extend_from_slice(literal),
                Part::Placeholder(placeholder) => bytes.extend_from_slice(value(placeholder)?),
            }
        }
        Some(bytes)
    }
}

impl From<Placeholder> for TemplateValue {
    fn from(placeholder: Placeholder) -> Self {
        Self {
            parts: vec![Part::Placeholder(placeholder)],
        }
    }
}

impl From<Vec<u8>> for TemplateValue {
    fn from(literal: Vec<u8>) -> Self {
        Self {
            parts: vec![Part::Literal(literal)],
        }
    }
}

/// Values as templates have them: an unescaped brace opens a placeholder.
pub(super) struct TemplateValues<'a> {
    pub(super) allowed: &'a [Placeholder],
}

impl Values for TemplateValues<'_> {
    type Value = TemplateValue;
    type Error = TemplateError;

    fn byte(&mut self, value: &mut TemplateValue, byte: u8) {
        if let Some(Part::Literal(literal)) = value.parts.last_mut() {
            literal.push(byte);
        } else {
            value.parts.push(Part::Literal(vec![byte]));
        }
    }

    fn brace(
        &mut self,
        value: &mut TemplateValue,
        rest: &str,
        at: usize,
    ) -> Result<usize, TemplateError> {
        let Some(inner) = rest.strip_prefix('{') else {
            return Err(FilterError {
                at,
                kind: "`}` without `{`, expected `\\7d`",
            }
            .into());
        };
        // A placeholder's name holds none of these, so a brace left open does not swallow the filter.
        let closed = inner
            .split_once('}')
            .filter(|(name, _)| !name.contains(['{', '(', ')']));
        let Some((name, _)) = closed else {
            return Err(FilterError {
                at,
                kind: "`{` without `}`, expected a placeholder or `\\7b`",
            }
            .into());
        };
        match Placeholder::parse(name).filter(|found| found.is_among(self.allowed)) {
            Some(placeholder) => value.parts.push(Part::Placeholder(placeholder)),
            None => {
                return Err(TemplateError::UnknownPlaceholder {
                    name: name.chars().take(64).collect(),
                    at,
                    expected: Placeholder::list(self.allowed),
                });
            }
        }
        Ok(name.len() + 2)
    }

    fn brace_outside(&self, at: usize, _kind: &'static str) -> TemplateError {
        TemplateError::OutsideValue { at }
    }
}
