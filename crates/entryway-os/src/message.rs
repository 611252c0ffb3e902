//! The question to a helper and its answer, as bytes on a pipe.
//!
//! Both are one frame: four bytes of length, then a version, a kind and the fields, each with two bytes of length.
//! Numbers are big-endian. Either end is the same program, so an unknown version is a fault and nothing to negotiate.
//! This module must not know pipes or PAM.

mod answer;
mod fields;
mod question;

pub(crate) use answer::Answer;
pub(crate) use question::{LoginQuestion, Question};

/// The largest question. Names and passwords are bounded before; the paths are bounded here.
pub(crate) const MAX_QUESTION: usize = 16 * 1024;
/// The largest answer.
pub(crate) const MAX_ANSWER: usize = 16 * 1024;

const VERSION: u8 = 1;

/// The frame is not one that the other end writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    /// Longer than it may be.
    #[error("a frame of the helper is longer than it may be")]
    TooLong,
    /// It ends inside a field, or goes on after the last.
    #[error("a frame of the helper does not end where its fields do")]
    Length,
    /// A version or kind that is not known.
    #[error("a frame of the helper has an unknown version or kind")]
    Kind,
    /// A field that holds something else than it should.
    #[error("a field of the helper's frame does not hold what it should")]
    Field,
}

#[cfg(test)]
mod tests;
