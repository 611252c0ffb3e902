//! What is wrong with a document, and where.

use std::fmt;

/// A document that is no set of scenarios.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// The document, as it was named.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What may be wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A fenced block of a kind that means nothing here.
    #[error("a block of `toml`, `ldif`, `given` or `text` is expected, found `{0}`")]
    Block(String),
    /// A fence that is not closed.
    #[error("this block has no end")]
    OpenBlock,
    /// A line of a `given` block.
    #[error(
        "expected `server URL is down` (or `silent`, `garbled`, `untrusted`), or `the store is down` (or `the operating system`), found `{0}`"
    )]
    Given(String),
    /// A table, or a row of one.
    #[error("{0}")]
    Table(String),
    /// A cell that does not say what its column is for.
    #[error("{column}: {what}")]
    Cell {
        /// Which column.
        column: String,
        /// What was expected, and found.
        what: String,
    },
    /// A comment that begins like a directive.
    #[error("expected `none`, `in-process`, `openldap` or `active-directory`, found `{0}`")]
    Ground(String),
    /// Something that stands in the wrong place, or is missing.
    #[error("{0}")]
    Shape(&'static str),
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.problem)
    }
}

impl std::error::Error for ScenarioError {}
