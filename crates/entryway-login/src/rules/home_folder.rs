//! `[[home_folder]]`, by user class.

use crate::RuleId;

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
