//! Literal names and endings of names, looked up. Equality without case is exactly that of the expressions'
//! engine, so that it does not matter whether an expression is looked up or matched.

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

/// Unicode's simple case folding, character by character.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(fold_char).collect()
}

fn fold_char(char: char) -> char {
    let mut lower = char.to_lowercase();
    let lower = match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        // `İ`: more than one character is not simple.
        _ => char,
    };
    match OTHER_FORMS.binary_search_by_key(&lower, |(form, _)| *form) {
        Ok(at) => OTHER_FORMS.get(at).map_or(lower, |(_, letter)| *letter),
        Err(_) => lower,
    }
}

/// Lower-case forms of a letter that has another one, ascending. The tests hold it against the engine's tables.
const OTHER_FORMS: &[(char, char)] = &[
    ('\u{b5}', 'μ'),
    ('\u{17f}', 's'),
    ('\u{345}', 'ι'),
    ('\u{3c2}', 'σ'),
    ('\u{3d0}', 'β'),
    ('\u{3d1}', 'θ'),
    ('\u{3d5}', 'φ'),
    ('\u{3d6}', 'π'),
    ('\u{3f0}', 'κ'),
    ('\u{3f1}', 'ρ'),
    ('\u{3f5}', 'ε'),
    ('\u{1c80}', 'в'),
    ('\u{1c81}', 'д'),
    ('\u{1c82}', 'о'),
    ('\u{1c83}', 'с'),
    ('\u{1c84}', 'т'),
    ('\u{1c85}', 'т'),
    ('\u{1c86}', 'ъ'),
    ('\u{1c87}', 'ѣ'),
    ('\u{1c88}', 'ꙋ'),
    ('\u{1e9b}', 'ṡ'),
    ('\u{1fbe}', 'ι'),
    ('\u{1fd3}', '\u{390}'),
    ('\u{1fe3}', '\u{3b0}'),
    ('\u{fb06}', '\u{fb05}'),
];

#[cfg(test)]
mod tests;
