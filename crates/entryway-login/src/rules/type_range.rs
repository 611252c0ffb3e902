//! `[[user_type_range]]`: the first enabled row that holds a uid gives the type.

use crate::{RuleId, UserType};

/// An enabled row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeRange {
    /// First uid, included.
    pub from: u32,
    /// Last uid, included; not below `from`.
    pub to: u32,
    /// What it gives.
    pub user_type: UserType,
    /// Where it was written.
    pub rule: RuleId,
}

/// Every enabled row, answered in logarithmic time.
#[derive(Debug, Clone, Default)]
pub struct TypeRanges {
    rows: Vec<TypeRange>,
}

impl TypeRanges {
    /// From the enabled rows in the file's order.
    pub fn new(rows: Vec<TypeRange>) -> Self {
        Self { rows }
    }
    /// The first row, in the file's order, that holds `uid`.
    pub fn find(&self, uid: u32) -> Option<&TypeRange> {
        self.rows
            .iter()
            .find(|row| (row.from..=row.to).contains(&uid))
    }
}
