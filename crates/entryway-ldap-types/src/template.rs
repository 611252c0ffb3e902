//! Filters with placeholders that stand only where a value stands, and enter as values.

mod placeholder;
mod value;
mod write;

pub use placeholder::{CertificatePart, Placeholder};

use crate::filter::parse::{Comparison, Parser, Tree};
use crate::{AttributeName, Filter, FilterError};
use value::{TemplateValue, TemplateValues};

/// A filter parsed once, with placeholders such as `{login}` in value positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterTemplate {
    tree: Tree<TemplateValue>,
}

/// A template taken apart by one level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateParts {
    /// All of them.
    And(Vec<FilterTemplate>),
    /// Any of them.
    Or(Vec<FilterTemplate>),
    /// Not this.
    Not(Box<FilterTemplate>),
    /// One attribute with its value: nothing to take apart.
    Item,
}

/// Why a text is not a filter template, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The filter itself does not parse.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// `{…}` that is not a known placeholder, or not one of those allowed here.
    #[error("unknown placeholder `{{{}}}` at byte {at}, expected one of {expected}", .name.escape_debug())]
    UnknownPlaceholder {
        /// What stands between the braces, cut after 64 characters.
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
    /// Deepest nesting that a template may have. Less than [`Filter::MAX_DEPTH`], so that
    /// [`FilterTemplate::and`] and [`FilterTemplate::or`] still lead to a filter that can be sent.
    pub const MAX_DEPTH: usize = Filter::MAX_DEPTH - 4;

    /// Parses RFC 4515 text with placeholders. A literal brace in a value is written `\7b`, `\7d`.
    /// `allowed` lists the placeholders that make sense where this template is used
    /// (an `EntryAttribute` in it, with any name, allows them all).
    pub fn parse(text: &str, allowed: &[Placeholder]) -> Result<Self, TemplateError> {
        let tree = Parser::new(text, TemplateValues { allowed }, Self::MAX_DEPTH).parse()?;
        Ok(Self { tree })
    }
    /// `(attribute={login})` or `{user}`, optionally inside `(&(objectClass=…)…)`.
    pub fn equality(
        object_class: Option<&str>,
        attribute: &AttributeName,
        placeholder: Placeholder,
    ) -> Self {
        let equal = |attribute, value| Tree::Item {
            attribute,
            comparison: Comparison::Equal,
            value,
        };
        let wanted = equal(attribute.clone(), TemplateValue::from(placeholder));
        let tree = match object_class {
            None => wanted,
            Some(class) => {
                let class = TemplateValue::from(class.as_bytes().to_vec());
                Tree::And(vec![
                    equal(AttributeName::from_static("objectClass"), class),
                    wanted,
                ])
            }
        };
        Self { tree }
    }
    /// `(attribute=value)`, the value as it is.
    pub fn literal(attribute: AttributeName, value: &str) -> Self {
        let tree = Tree::Item {
            attribute,
            comparison: Comparison::Equal,
            value: TemplateValue::from(value.as_bytes().to_vec()),
        };
        Self { tree }
    }
    /// What it is put together from.
    pub fn parts(&self) -> TemplateParts {
        let list = |parts: &[Tree<_>]| parts.iter().cloned().map(|tree| Self { tree }).collect();
        match &self.tree {
            Tree::And(parts) => TemplateParts::And(list(parts)),
            Tree::Or(parts) => TemplateParts::Or(list(parts)),
            Tree::Not(part) => TemplateParts::Not(Box::new(Self {
                tree: (**part).clone(),
            })),
            Tree::Item { .. } | Tree::Pieces(..) | Tree::Extensible { .. } => TemplateParts::Item,
        }
    }
    /// Puts values in place of placeholders. In a substring assertion with an empty piece the piece is
    /// dropped; when none is left, `(cn={text}*)` with an empty text is `(cn=*)`, which fits everybody: who may not
    /// widen a filter gives no empty value.
    /// A `None` from `value` means the value is not there: the filter cannot be built.
    pub fn fill<'v>(&self, value: &dyn Fn(&Placeholder) -> Option<&'v [u8]>) -> Option<Filter> {
        self.tree
            .map_values(&|template| template.fill(value))
            .map(Filter::from_tree)
    }
    /// Every attribute that the filter names, in order, repeated as often as it is named. Those of
    /// `{entry.ATTRIBUTE}` are not among them: see [`FilterTemplate::placeholders`].
    pub fn attributes(&self) -> Vec<&AttributeName> {
        let mut names = Vec::new();
        self.tree.visit(&mut |attribute, _| names.extend(attribute));
        names
    }
    /// Every placeholder, in order, repeated as often as it stands there.
    pub fn placeholders(&self) -> Vec<&Placeholder> {
        let mut found = Vec::new();
        self.tree.visit(&mut |_, value| {
            found.extend(value.into_iter().flat_map(TemplateValue::placeholders))
        });
        found
    }
    /// `(|(self)(other))`, for an e-mail filter that does not mention `mail`.
    pub fn or(self, other: FilterTemplate) -> FilterTemplate {
        let tree = match (self.tree, other.tree) {
            (Tree::Or(mut parts), tree) => {
                parts.push(tree);
                Tree::Or(parts)
            }
            (first, tree) => Tree::Or(vec![first, tree]),
        };
        Self { tree }
    }
    /// `(&(self)(other))`.
    pub fn and(self, other: FilterTemplate) -> FilterTemplate {
        let tree = match (self.tree, other.tree) {
            (Tree::And(mut parts), tree) => {
                parts.push(tree);
                Tree::And(parts)
            }
            (first, tree) => Tree::And(vec![first, tree]),
        };
        Self { tree }
    }
}

#[cfg(test)]
mod tests;
