//! `[[domain.X.dn_filter]]`: which DNs of a domain may log in.

mod literal;
mod pattern;

use self::literal::Literals;
pub use self::pattern::PatternError;
use self::pattern::{Compiled, MAX_NAME, compile};
use crate::RuleId;
use entryway_ldap_types::Dn;
use regex::Regex;
use std::cell::OnceCell;
use std::collections::HashMap;

/// An enabled row.
#[derive(Debug, Clone)]
pub struct DnFilter {
    /// The user class it belongs to; `None` is `*`.
    pub class: Option<Box<str>>,
    /// What it lets in.
    pub matches: DnMatch,
    /// Where it was written.
    pub rule: RuleId,
}

/// What a DN filter lets in.
#[derive(Debug, Clone)]
pub enum DnMatch {
    /// Everything at or below this name, compared as names are.
    Under(Dn),
    /// Every name whose whole normalised text this regular expression matches. In that text types are in lower case,
    /// blanks count as names count them, and specials inside values are hexadecimal (`\2c`), so that a bare
    /// comma separates: an expression means such a character by `\\2c`.
    Pattern {
        /// The expression.
        text: String,
        /// Whether the case of values counts. If not, letters are equal by Unicode's simple case folding, but no
        /// letter outside ASCII that names keep apart passes for one of ASCII.
        exact: bool,
    },
}

impl DnMatch {
    /// Whether it is usable, for whoever wants to know of every row and not only of the first that is not.
    pub fn check(&self) -> Result<(), PatternError> {
        match self {
            Self::Under(_) => Ok(()),
            Self::Pattern { text, exact } => compile(text, *exact).map(drop),
        }
    }
}

/// What the filters say of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnVerdict {
    /// No row is for this class or `*`.
    NoFilter,
    /// A row lets it in.
    Matched {
        /// The first that does, in the file's order.
        rule: RuleId,
        /// How many rows are for this class or `*`.
        applied: usize,
    },
    /// None does.
    Refused {
        /// How many rows are for this class or `*`.
        applied: usize,
    },
}

/// Every enabled row of a domain.
///
/// Flat: rows of other classes, subtrees (one lookup for each level of the entry's name), and expressions that are a
/// literal or `.*` and a literal, which is what "everything below" looks like: one lookup for each length in use that
/// ends at the right character.
///
/// Not flat: any other expression ([`DnFilters::unindexed`]) is tried one by one, in time linear in the name, until one
/// matches; those behind a row that was looked up are not tried. A name of more than 8 KiB fits none of them.
#[derive(Debug, Clone, Default)]
pub struct DnFilters {
    rules: Vec<RuleId>,
    unindexed: Vec<RuleId>,
    any: Filters,
    by_class: HashMap<Box<str>, Filters>,
}

/// How many rows a refusal names.
const NAMED: usize = 10;

/// The rows of one class, or of `*`. A row is known by its place among all.
#[derive(Debug, Clone, Default)]
struct Filters {
    count: usize,
    /// The first of them, for whoever is told which rows refused.
    first: Vec<usize>,
    /// By the normalised name of the top.
    under: HashMap<Box<str>, usize>,
    exact: Literals,
    folded: Literals,
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone)]
struct Pattern {
    at: usize,
    exact: bool,
    regex: Regex,
}

impl DnFilters {
    /// From the enabled rows in the file's order. Of several unusable expressions the first is the error.
    pub fn new(rows: Vec<DnFilter>) -> Result<Self, (RuleId, PatternError)> {
        let mut filters = Self::default();
        for (at, row) in rows.into_iter().enumerate() {
            let class = match row.class {
                None => &mut filters.any,
                Some(class) => filters.by_class.entry(class).or_default(),
            };
            let is_indexed = class
                .add(at, &row.matches)
                .map_err(|error| (row.rule, error))?;
            if !is_indexed {
                filters.unindexed.push(row.rule);
            }
            filters.rules.push(row.rule);
        }
        Ok(filters)
    }

    /// Whether an entry of a class may log in: a row of the class or of `*` lets it in, or there is none.
    pub fn permits(&self, dn: &Dn, class: Option<&str>) -> DnVerdict {
        let of_class = class.and_then(|class| self.by_class.get(class));
        let lists = [Some(&self.any), of_class];
        let lists = || lists.iter().copied().flatten();
        let applied = lists().map(|list| list.count).sum();
        if applied == 0 {
            return DnVerdict::NoFilter;
        }
        let name = Name::new(dn);
        let mut first = lists().filter_map(|list| list.look_up(&name)).min();
        for list in lists() {
            first = list.try_patterns(&name, first).or(first);
        }
        match first.and_then(|at| self.rules.get(at)) {
            Some(rule) => DnVerdict::Matched {
                rule: *rule,
                applied,
            },
            None => DnVerdict::Refused { applied },
        }
    }

    /// The rows for this class or `*`, at most the first ten, in the file's order.
    pub fn first_applied(&self, class: Option<&str>) -> Vec<RuleId> {
        let of_class = class.and_then(|class| self.by_class.get(class));
        let lists = [Some(&self.any), of_class];
        let firsts = lists.iter().flatten().flat_map(|list| &list.first);
        let mut firsts: Vec<_> = firsts.copied().collect();
        firsts.sort_unstable();
        firsts.truncate(NAMED);
        let rules = firsts.iter().filter_map(|at| self.rules.get(*at).copied());
        rules.collect()
    }

    /// The rows that are tried one by one, in the file's order.
    pub fn unindexed(&self) -> impl Iterator<Item = RuleId> {
        self.unindexed.iter().copied()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether nothing is filtered at all.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl Filters {
    /// Whether the row can be looked up.
    fn add(&mut self, at: usize, matches: &DnMatch) -> Result<bool, PatternError> {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(at);
        }
        let (text, exact) = match matches {
            DnMatch::Under(top) => {
                let top = top.normalized().into_boxed_str();
                self.under.entry(top).or_insert(at);
                return Ok(true);
            }
            DnMatch::Pattern { text, exact } => (text, *exact),
        };
        let literals = if exact {
            &mut self.exact
        } else {
            &mut self.folded
        };
        match compile(text, exact)? {
            Compiled::Whole(text) => literals.add_whole(text, at),
            Compiled::Ending(text) => literals.add_ending(text, at),
            Compiled::Free(regex) => {
                self.patterns.push(Pattern { at, exact, regex });
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The first row that can be looked up and lets a name in.
    fn look_up(&self, name: &Name<'_>) -> Option<usize> {
        let mut first = None;
        if !self.under.is_empty() {
            let tops = name.tops().filter_map(|top| self.under.get(top).copied());
            first = earlier(first, tops.min());
        }
        if !self.exact.is_empty() {
            first = earlier(first, self.exact.find(name.exact()));
        }
        if !self.folded.is_empty() {
            first = earlier(first, self.folded.find(name.folded()));
        }
        first
    }

    /// The first of the other rows that lets a name in and stands before `best`.
    fn try_patterns(&self, name: &Name<'_>, best: Option<usize>) -> Option<usize> {
        let before = |pattern: &&Pattern| best.is_none_or(|best| pattern.at < best);
        let mut patterns = self.patterns.iter().take_while(before);
        patterns
            .find(|pattern| {
                let text = if pattern.exact {
                    name.exact()
                } else {
                    name.caseless()
                };
                text.len() <= MAX_NAME && pattern.regex.is_match(text)
            })
            .map(|pattern| pattern.at)
    }
}

fn earlier(one: Option<usize>, other: Option<usize>) -> Option<usize> {
    one.into_iter().chain(other).min()
}

/// An entry's name in the forms that rows ask for, each written when it is asked for first.
struct Name<'a> {
    dn: &'a Dn,
    normalized: OnceCell<String>,
    exact: OnceCell<String>,
    caseless: OnceCell<String>,
    folded: OnceCell<String>,
}

impl<'a> Name<'a> {
    fn new(dn: &'a Dn) -> Self {
        Self {
            dn,
            normalized: OnceCell::new(),
            exact: OnceCell::new(),
            caseless: OnceCell::new(),
            folded: OnceCell::new(),
        }
    }

    /// The normalised names of the entry and of everything above it, the root last.
    fn tops(&self) -> impl Iterator<Item = &str> {
        let text = self.normalized.get_or_init(|| self.dn.normalized());
        // In this form a bare comma always separates.
        let above = text.match_indices(',').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(above).chain([text.len()]);
        starts.filter_map(|start| text.get(start..))
    }

    fn exact(&self) -> &str {
        self.exact.get_or_init(|| self.dn.normalized_keeping_case())
    }

    fn caseless(&self) -> &str {
        self.caseless
            .get_or_init(|| literal::without_false_ascii(self.exact()))
    }

    fn folded(&self) -> &str {
        self.folded.get_or_init(|| literal::fold(self.caseless()))
    }
}

#[cfg(test)]
mod tests;
