//! Why a question as a whole has no answer.

use crate::{CursorError, Gap};

/// Why a question as a whole has no answer. None of them is an empty list: that is an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No entry has this id, or none that may be looked at.
    #[error("there is nobody and nothing of that id")]
    NotFound,
    /// No domain of that name is configured.
    #[error("there is no domain `{}`", .0.escape_debug())]
    UnknownDomain(String),
    /// The id is that of an account that no directory has: `local:`, `os:`.
    #[error("`{}` is an account that is in no directory, and has no card, no groups and no photo there", .0.escape_debug())]
    NoDirectory(String),
    /// No address book of that name is configured.
    #[error("there is no address book `{}`", .0.escape_debug())]
    UnknownBook(String),
    /// What is asked about lies outside of what may be looked at.
    #[error("`{}` lies outside of what may be looked at", .0.escape_debug())]
    Outside(String),
    /// The question cannot be asked as it is: too short, too long, too many.
    #[error("{0}")]
    Unusable(String),
    /// The configuration switches it off.
    #[error("{0} is switched off here")]
    SwitchedOff(&'static str),
    /// The cursor is none of ours, is too old, or belongs to another list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Nobody who could tell answered. An outage is never "not found".
    #[error("no answer: {0}")]
    Unanswered(Gap),
}

impl Refused {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::UnknownDomain(_) => "unknown_domain",
            Self::NoDirectory(_) => "not_in_a_directory",
            Self::UnknownBook(_) => "unknown_address_book",
            Self::Outside(_) => "outside_view",
            Self::Unusable(_) => "unusable_question",
            Self::SwitchedOff(_) => "switched_off",
            Self::Cursor(error) => error.code(),
            Self::Unanswered(gap) => gap.why.code(),
        }
    }
}
