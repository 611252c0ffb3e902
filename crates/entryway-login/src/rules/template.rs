//! `[[account_template]]`: the alphabetically first enabled row whose class pattern fits.

use crate::RuleId;
use crate::facts::Template;
use crate::rules::name_pattern::NamePattern;
use std::collections::HashMap;
use std::sync::Arc;

/// An enabled row.
#[derive(Debug, Clone)]
pub struct AccountTemplate {
    /// What it is called; the order of names, as UTF-8 bytes, is the order in which templates are tried.
    pub name: Arc<str>,
    /// Which classes it is for; `None` is `*`, which fits a person without a class too. No pattern does.
    pub class: Option<NamePattern>,
    /// A number.
    pub uid: Option<Arc<dyn Template>>,
    /// A number.
    pub gid: Option<Arc<dyn Template>>,
    /// An absolute path.
    pub home: Option<Arc<dyn Template>>,
    /// Where it was written.
    pub rule: RuleId,
}

/// Every enabled row, each class's template found when the configuration loads: a login's lookup costs the same
/// whatever the number of rows, patterns too.
#[derive(Debug, Clone, Default)]
pub struct AccountTemplates {
    /// In the order of names.
    rows: Vec<AccountTemplate>,
    by_class: HashMap<Arc<str>, usize>,
    /// The first row for everybody.
    any: Option<usize>,
}

impl AccountTemplates {
    /// From the enabled rows and the names of all classes. Of several rows of one name the first in the file is the
    /// first. Building costs classes times patterns with wildcards.
    pub fn new(mut rows: Vec<AccountTemplate>, class_names: &[Arc<str>]) -> Self {
        rows.sort_by(|one, other| one.name.as_bytes().cmp(other.name.as_bytes()));
        let any = rows.iter().position(|row| row.class.is_none());

        let mut literal = HashMap::new();
        let mut wild = Vec::new();
        // What comes behind the row for everybody is nobody's.
        let before = rows.iter().enumerate().take(any.unwrap_or(rows.len()));
        for (at, row) in before {
            let Some(pattern) = &row.class else { continue };
            match pattern.literal() {
                Some(class) => {
                    literal.entry(class).or_insert(at);
                }
                None => wild.push((at, pattern)),
            }
        }
        let by_class = class_names
            .iter()
            .filter_map(|class| {
                let named = literal.get(&**class).copied();
                let matched = wild
                    .iter()
                    .take_while(|(at, _)| named.is_none_or(|named| *at < named))
                    .find(|(_, pattern)| pattern.matches(class))
                    .map(|(at, _)| *at);
                Some((class.clone(), matched.or(named)?))
            })
            .collect();
        Self {
            rows,
            by_class,
            any,
        }
    }

    /// The alphabetically first whose class pattern fits. A class that was not among the names when this was built
    /// has only the row for everybody.
    pub fn find(&self, class: Option<&str>) -> Option<&AccountTemplate> {
        let own = class.and_then(|class| self.by_class.get(class).copied());
        self.rows.get(own.or(self.any)?)
    }

    /// Every enabled row, in the order of their names.
    pub fn rows(&self) -> &[AccountTemplate] {
        &self.rows
    }
}

#[cfg(test)]
mod tests;
