//! `[[home_folder]]`, by user class.

use crate::RuleId;
use std::collections::HashMap;

/// An enabled `[[home_folder]]` row.
#[derive(Debug, Clone)]
pub struct HomeFolder {
    /// The user class it belongs to; `None` is `*`.
    pub class: Option<Box<str>>,
    /// Absolute path; home is prefix + `/` + session name.
    pub prefix: String,
    /// Where it was written.
    pub rule: RuleId,
}

/// Every enabled row. A lookup costs the same whatever the number of rows.
#[derive(Debug, Clone, Default)]
pub struct HomeFolders {
    by_class: HashMap<Box<str>, HomeFolder>,
    any: Option<HomeFolder>,
}

impl HomeFolders {
    /// From the enabled rows in the file's order; of several for one class the first counts.
    pub fn new(rows: Vec<HomeFolder>) -> Self {
        let mut folders = Self::default();
        for row in rows {
            match row.class.clone() {
                Some(class) => {
                    folders.by_class.entry(class).or_insert(row);
                }
                None => {
                    folders.any.get_or_insert(row);
                }
            }
        }
        folders
    }

    /// The row of the class, else of `*`. Class names compare with case.
    pub fn find(&self, class: Option<&str>) -> Option<&HomeFolder> {
        class
            .and_then(|class| self.by_class.get(class))
            .or(self.any.as_ref())
    }
}

#[cfg(test)]
mod tests;
