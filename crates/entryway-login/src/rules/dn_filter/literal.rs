//! Literal names and endings of names, looked up. Equality without case is exactly that of the expressions'
//! engine, so that it does not matter whether an expression is looked up or matched.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
use std::collections::{BTreeSet, HashMap};

/// Literals, each with the first row that asks for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Literals {
    whole: HashMap<Box<str>, usize>,
    ending: HashMap<Box<str>, usize>,
    /// The length of each ending and its first byte: most begin with a comma, and most places of a name have none.
    shapes: BTreeSet<(usize, Option<u8>)>,
}

impl Literals {
    pub(super) fn add_whole(&mut self, text: String, row: usize) {
        self.whole.entry(text.into()).or_insert(row);
    }

    pub(super) fn add_ending(&mut self, text: String, row: usize) {
        let first = text.as_bytes().first().copied();
        self.shapes.insert((text.len(), first));
        self.ending.entry(text.into()).or_insert(row);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.ending.is_empty()
    }

    /// The first row whose literal is the text or its end.
    pub(super) fn find(&self, text: &str) -> Option<usize> {
        let longest = (text.len(), Some(u8::MAX));
        let endings = self.shapes.range(..=longest).filter_map(|(length, first)| {
            let ending = text.get(text.len().checked_sub(*length)?..)?;
            if ending.as_bytes().first() != first.as_ref() {
                return None;
            }
            self.ending.get(ending).copied()
        });
        endings.chain(self.whole.get(text).copied()).min()
    }
}

/// Escapes the one letter outside ASCII that the engine would take for a letter of ASCII although names keep the two
/// apart (`ſ`, for `s`): an entry under `ou=ſales` is not let in by `ou=sales`.
pub(super) fn without_false_ascii(text: &str) -> String {
    text.replace('ſ', "\\c5\\bf")
}

/// What the engine takes for one character becomes one: the first of all that it does, so upper case as a rule.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars().map(fold_char).collect()
}

/// Asks the engine, whose Unicode need not be the standard library's.
fn fold_char(char: char) -> char {
    if char.is_ascii() {
        return char.to_ascii_uppercase();
    }
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(char, char)]);
    // Fails only without the tables, and then expressions that ignore case do not compile either.
    let folded = class.try_case_fold_simple();
    let first = class.ranges().first().map(ClassUnicodeRange::start);
    folded.ok().and(first).unwrap_or(char)
}

#[cfg(test)]
mod tests;
