//! In which order matches stand: what was typed exactly first, then what begins so, then by name.

use crate::Match;
use unicode_normalization::UnicodeNormalization as _;

/// How well a match fits what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rank {
    /// Its name, its mail address or its login name is that.
    Exact,
    /// One of them begins with it.
    Prefix,
    /// It fits otherwise.
    Other,
}

/// By what lists are ordered: the name without regard to case, accents and blanks, then the id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SortKey {
    /// The name, collated.
    pub name: String,
    /// The id: namesakes have an order too.
    pub id: String,
}

impl SortKey {
    /// Of a match.
    pub fn of(entry: &Match) -> Self {
        Self {
            name: collated(&entry.name),
            id: entry.id.to_string(),
        }
    }
}

/// By what names are put in order: `É` stands with `e`. Whoever is exactly meant is told by [`fold`].
pub fn collated(text: &str) -> String {
    let folded = fold(text);
    if folded.is_ascii() {
        return folded;
    }
    // What is written above, below and through Latin, Greek and Cyrillic letters; other scripts have letters among their
    // marks.
    let is_accent = |char: &char| ('\u{300}'..='\u{36f}').contains(char);
    folded.nfd().filter(|char| !is_accent(char)).collect()
}

/// One form of texts that differ in case, or in blanks at the ends or in a row.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

/// How well a match fits what was typed, which is folded already.
pub fn rank(folded: &str, entry: &Match) -> Rank {
    let names = [
        Some(&entry.name),
        entry.mail.as_ref(),
        entry.login_name.as_ref(),
    ];
    let names = names.into_iter().flatten().map(|name| fold(name));
    names
        .map(|name| {
            if name == folded {
                Rank::Exact
            } else if name.starts_with(folded) {
                Rank::Prefix
            } else {
                Rank::Other
            }
        })
        .min()
        .unwrap_or(Rank::Other)
}

/// Puts matches in order.
pub fn sort(typed: &str, matches: &mut [Match]) {
    let folded = fold(typed);
    matches.sort_by_cached_key(|entry| (rank(&folded, entry), SortKey::of(entry)));
}

#[cfg(test)]
mod tests;
