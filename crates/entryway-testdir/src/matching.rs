//! Whether an entry matches a filter (RFC 4511 §4.5.1.7), in three-valued logic.
//!
//! A filter is prepared once: its values take the form in which they compare, and what a chain of
//! groups reaches is walked. Judging an entry then neither fails nor recurses into the directory.

mod prepare;

use crate::directory::{StoredAttribute, StoredEntry};
use crate::schema::Rule;
use entryway_ldap_types::AttributeName;
use std::collections::HashSet;

/// What a filter says of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    /// It matches.
    True,
    /// It does not.
    False,
    /// The question has no answer: an attribute that nobody has, a value that is not of its type.
    /// Its negation has none either.
    Undefined,
}

/// A filter, prepared for one directory.
pub(crate) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Present(Selector),
    Equal {
        attribute: Selector,
        normal: Vec<u8>,
    },
    /// As `Equal`, by a rule that is not the attribute's own; no attribute means every one.
    EqualBy {
        attribute: Option<Selector>,
        rule: Rule,
        normal: Vec<u8>,
        in_dn: bool,
    },
    Substrings {
        attribute: Selector,
        parts: Parts,
    },
    /// Greater or equal, or less or equal.
    Ordered {
        attribute: Selector,
        rule: Rule,
        normal: Vec<u8>,
        greater: bool,
    },
    /// Active Directory's bit rules: all bits set, or any.
    Bits {
        attribute: Selector,
        mask: i64,
        all: bool,
    },
    /// Entries that were found beforehand.
    Among(HashSet<usize>),
    Undefined,
}

/// An attribute as a filter names it.
pub(crate) struct Selector {
    key: Box<str>,
    name: AttributeName,
}

/// The parts of a substring assertion, in the form in which they compare.
pub(crate) struct Parts {
    initial: Option<Vec<u8>>,
    any: Vec<Vec<u8>>,
    last: Option<Vec<u8>>,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl Test {
    /// Judges the entry with this number.
    pub(crate) fn of(&self, number: usize, entry: &StoredEntry) -> Truth {
        match self {
            Self::All(tests) => fold(tests, number, entry, Truth::False, Truth::True),
            Self::Any(tests) => fold(tests, number, entry, Truth::True, Truth::False),
            Self::Not(test) => match test.of(number, entry) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::Undefined => Truth::Undefined,
            },
            Self::Present(attribute) => attribute.of(entry).next().is_some().into(),
            Self::Equal { attribute, normal } => values(attribute, entry)
                .any(|value| *value.normal == **normal)
                .into(),
            Self::EqualBy {
                attribute,
                rule,
                normal,
                in_dn,
            } => equal_by(attribute.as_ref(), *rule, normal, *in_dn, entry).into(),
            Self::Substrings { attribute, parts } => values(attribute, entry)
                .any(|value| parts.are_in(&value.normal))
                .into(),
            Self::Ordered {
                attribute,
                rule,
                normal,
                greater,
            } => values(attribute, entry)
                .any(|value| {
                    let order = rule.order(&value.normal, normal);
                    if *greater {
                        order.is_ge()
                    } else {
                        order.is_le()
                    }
                })
                .into(),
            Self::Bits {
                attribute,
                mask,
                all,
            } => values(attribute, entry)
                .filter_map(|value| std::str::from_utf8(&value.normal).ok()?.parse::<i64>().ok())
                .any(|held| {
                    if *all {
                        held & mask == *mask
                    } else {
                        held & mask != 0
                    }
                })
                .into(),
            Self::Among(numbers) => numbers.contains(&number).into(),
            Self::Undefined => Truth::Undefined,
        }
    }
}

/// `decisive` wins; otherwise anything undefined makes all undefined.
fn fold(
    tests: &[Test],
    number: usize,
    entry: &StoredEntry,
    decisive: Truth,
    neutral: Truth,
) -> Truth {
    let mut result = neutral;
    for test in tests {
        match test.of(number, entry) {
            truth if truth == decisive => return decisive,
            Truth::Undefined => result = Truth::Undefined,
            _ => {}
        }
    }
    result
}

fn values<'a>(
    attribute: &'a Selector,
    entry: &'a StoredEntry,
) -> impl Iterator<Item = &'a crate::directory::StoredValue> {
    attribute.of(entry).flat_map(|attribute| &attribute.values)
}

fn equal_by(
    attribute: Option<&Selector>,
    rule: Rule,
    normal: &[u8],
    in_dn: bool,
    entry: &StoredEntry,
) -> bool {
    let is_equal = |raw: &[u8]| rule.normal(raw).as_deref() == Some(normal);
    let mut held = entry
        .attributes
        .iter()
        .filter(|stored| attribute.is_none_or(|wanted| wanted.selects(stored)))
        .flat_map(|stored| &stored.values);
    let mut named = entry
        .dn
        .rdns()
        .iter()
        .flat_map(|rdn| rdn.avas())
        .filter(|ava| {
            in_dn
                && attribute.is_none_or(|wanted| crate::schema::key(ava.attribute()) == wanted.key)
        });
    held.any(|value| is_equal(&value.raw)) || named.any(|ava| is_equal(ava.value()))
}

impl Selector {
    pub(crate) fn new(name: &AttributeName) -> Self {
        Self {
            key: crate::schema::key(name),
            name: name.clone(),
        }
    }
    pub(crate) fn key(&self) -> &str {
        &self.key
    }
    /// Whether this attribute is asked for: `cn` asks for `cn;lang-de` too, not the other way (RFC
    /// 4512 §2.5.2). `;binary` names an encoding and is no subtype (RFC 4522).
    pub(crate) fn selects(&self, stored: &StoredAttribute) -> bool {
        let has = |wanted: &str| {
            stored
                .name
                .options()
                .any(|option| option.eq_ignore_ascii_case(wanted))
        };
        self.key == stored.key
            && self
                .name
                .options()
                .all(|wanted| wanted.eq_ignore_ascii_case("binary") || has(wanted))
    }
    fn of<'a>(&'a self, entry: &'a StoredEntry) -> impl Iterator<Item = &'a StoredAttribute> {
        entry
            .attributes
            .iter()
            .filter(|stored| self.selects(stored))
    }
}

impl Parts {
    /// Whether the parts stand in the value, in order and without overlap.
    fn are_in(&self, value: &[u8]) -> bool {
        let initial = self.initial.as_deref().unwrap_or_default();
        let last = self.last.as_deref().unwrap_or_default();
        let Some(mut rest) = value
            .strip_prefix(initial)
            .and_then(|rest| rest.strip_suffix(last))
        else {
            return false;
        };
        for part in &self.any {
            // An empty part is everywhere; `windows` has no answer to it.
            let found = if part.is_empty() {
                Some(0)
            } else {
                rest.windows(part.len()).position(|window| window == part)
            };
            let Some(at) = found else { return false };
            rest = rest.get(at + part.len()..).unwrap_or_default();
        }
        true
    }
}

#[cfg(test)]
mod tests;
