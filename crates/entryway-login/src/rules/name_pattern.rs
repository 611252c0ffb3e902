//! Names with `?` and `*`, as user classes and account templates use them.

use std::hash::{Hash, Hasher};

/// A name in which `?` stands for one character and `*` for any number, none too. Case counts. Neither can be
/// escaped: names of people and classes that hold them are matched by `?`.
///
/// Matching never goes back: its work is at most the name's length times the pattern's, and without `?` it is linear.
#[derive(Debug, Clone)]
pub struct NamePattern {
    text: Box<str>,
    /// What stands before, between and after the `*`s; at least one. Only the first and the last may be empty.
    parts: Box<[Box<str>]>,
}

/// What a name must at least have, so that it may fit: what an index can look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Landmark<'a> {
    /// It is this.
    Whole(&'a str),
    /// It begins with this, which is not empty.
    Begins(&'a str),
    /// It ends with this, which is not empty.
    Ends(&'a str),
    /// Nothing to look up.
    None,
}

impl NamePattern {
    /// Any text is a pattern.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        let text = text.into();
        let last = text.matches('*').count();
        let parts = text.split('*').enumerate();
        let parts = parts
            .filter(|(at, part)| *at == 0 || *at == last || !part.is_empty())
            .map(|(_, part)| part.into())
            .collect();
        Self { text, parts }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The only name that fits, if the pattern has no wildcard.
    pub fn literal(&self) -> Option<&str> {
        (!self.text.contains(['*', '?'])).then_some(&self.text)
    }

    /// Whether a name fits, all of it.
    pub fn matches(&self, name: &str) -> bool {
        let (first, middle, last) = match &*self.parts {
            [only] => return begins(only, name) == Some(name.len()),
            [first, middle @ .., last] => (first, middle, last),
            [] => return name.is_empty(),
        };
        let Some(mut rest) = begins(first, name).and_then(|end| name.get(end..)) else {
            return false;
        };
        // The leftmost place for each part leaves the most for those behind it.
        for part in middle {
            match place_of(part, rest).and_then(|end| rest.get(end..)) {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        let tail = last.chars().count();
        let Some(start) = rest.chars().count().checked_sub(tail) else {
            return false;
        };
        let mut tail = rest.chars().skip(start);
        last.chars()
            .all(|want| tail.next().is_some_and(|char| fits(want, char)))
    }

    /// What to look up, and whether that is all there is to know: a name that has the landmark fits.
    pub(crate) fn landmark(&self) -> (Landmark<'_>, bool) {
        if let Some(name) = self.literal() {
            return (Landmark::Whole(name), true);
        }
        let whole = self.text.len();
        let end = self.text.find(['*', '?']).unwrap_or(whole);
        if let Some(beginning) = self.text.get(..end).filter(|text| !text.is_empty()) {
            let is_all = self.text.get(end..) == Some("*");
            return (Landmark::Begins(beginning), is_all);
        }
        let start = self.text.rfind(['*', '?']).map_or(0, |at| at + 1);
        match self.text.get(start..) {
            Some(ending) if !ending.is_empty() => {
                let is_all = self.text.get(..start) == Some("*");
                (Landmark::Ends(ending), is_all)
            }
            _ => (Landmark::None, &*self.text == "*"),
        }
    }
}

fn fits(want: char, char: char) -> bool {
    want == '?' || want == char
}

/// Where a name goes on behind a part that it begins with.
fn begins(part: &str, name: &str) -> Option<usize> {
    let mut rest = name.chars();
    let all = part
        .chars()
        .all(|want| rest.next().is_some_and(|char| fits(want, char)));
    all.then(|| name.len() - rest.as_str().len())
}

/// Where a name goes on behind the first place of a part.
fn place_of(part: &str, name: &str) -> Option<usize> {
    if !part.contains('?') {
        return name.find(part).map(|at| at + part.len());
    }
    name.char_indices()
        .find_map(|(at, _)| Some(at + begins(part, name.get(at..)?)?))
}

impl PartialEq for NamePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for NamePattern {}

impl Hash for NamePattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

#[cfg(test)]
mod tests;
