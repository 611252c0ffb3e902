//! `[[domain.X.dn_filter]]`: which DNs of a domain may log in.

use crate::RuleId;
use entryway_ldap_types::Dn;

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
    /// Everything at or below this name.
    Under(Dn),
    /// Everything whose normalised text this matches, anchored at both ends.
    Pattern(String),
}

/// Every enabled row of a domain.
#[derive(Debug, Clone, Default)]
pub struct DnFilters {
    rows: Vec<DnFilter>,
}

impl DnFilters {
    /// From the enabled rows in the file's order.
    pub fn new(rows: Vec<DnFilter>) -> Self {
        Self { rows }
    }
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Whether nothing is filtered at all.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
