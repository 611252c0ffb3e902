//! `[[account_template]]`: the alphabetically first enabled row whose class pattern fits.

use crate::RuleId;
use crate::facts::Template;
use crate::rules::class::NamePattern;
use std::sync::Arc;

/// An enabled row.
#[derive(Debug, Clone)]
pub struct AccountTemplate {
    /// What it is called; the order of names, as UTF-8 bytes, is the order in which templates are tried.
    pub name: Arc<str>,
    /// Which classes it is for; `None` is `*`, which fits a person without a class too.
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
