//! What evaluating gives.

use entryway_login::Group;
use std::borrow::Cow;

/// A value: of the facts, of the expression's text, or made.
#[derive(Debug, Clone)]
pub(crate) enum Value<'s> {
    Bool(bool),
    Int(i64),
    Text(Cow<'s, str>),
    List(List<'s>),
}

/// A list, not copied where it need not be.
#[derive(Debug, Clone)]
pub(crate) enum List<'s> {
    Values(Vec<Value<'s>>),
    /// The names are put together when they are looked at.
    Groups(&'s [Group]),
}

impl<'s> List<'s> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Groups(groups) => groups.len(),
        }
    }
    pub(crate) fn get(&self, at: usize) -> Option<Value<'s>> {
        match self {
            Self::Values(values) => values.get(at).cloned(),
            Self::Groups(groups) => groups.get(at).map(group),
        }
    }
    /// Every value, each made when it is its turn.
    pub(crate) fn into_values(self) -> impl Iterator<Item = Value<'s>> {
        let (values, groups) = match self {
            Self::Values(values) => (values, [].as_slice()),
            Self::Groups(groups) => (Vec::new(), groups),
        };
        values.into_iter().chain(groups.iter().map(group))
    }
}

/// `domain/name`, in lower case: directories compare names without it, and so do the rules.
fn group<'s>(group: &Group) -> Value<'s> {
    let mut text = String::with_capacity(group.domain.len() + 1 + group.name.len());
    text.extend(lower(&group.domain));
    text.push('/');
    text.extend(lower(&group.name));
    Value::Text(Cow::Owned(text))
}

/// Whether `written` is the group's `domain/name`, in any case.
pub(crate) fn is_group(group: &Group, written: &str) -> bool {
    let Some((domain, name)) = written.split_once('/') else {
        return false;
    };
    same(&group.domain, domain) && same(&group.name, name)
}

/// Ends at the first difference: no more work than the group's own name is long.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right) || lower(left).eq(lower(right))
}

/// Character by character, so that both ways of comparing a group agree.
fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests;
