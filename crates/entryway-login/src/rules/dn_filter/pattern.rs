//! A DN filter's expression, read: some need no matching, because they are a literal.

use super::literal::fold;
use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Dot, Hir, HirKind, Look};

/// The longest expression, in bytes.
const MAX_BYTES: usize = 4 * 1024;
/// How deep groups may nest.
const MAX_DEPTH: u32 = 100;
/// What one compiled expression may take, in bytes. The engine's time is the text times this: at the very worst
/// (`[01]*1[01]{900}x` over noughts and ones) 15 µs for each byte of the name, so an eighth of a second for the longest
/// name that is matched, and two milliseconds for one of 100 bytes.
const MAX_COMPILED: usize = 64 * 1024;
/// What the engine may keep of states that it has seen; they make it faster, not slower.
const MAX_CACHE: usize = 1024 * 1024;
/// The longest name that an expression is tried on, in bytes. A longer one fits none, so that it is refused.
pub(super) const MAX_NAME: usize = 8 * 1024;

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is not a regular expression.
    #[error("expected a regular expression, found {problem} at byte {at}")]
    Malformed {
        /// Byte offset into the expression.
        at: usize,
        /// What is wrong there, in words.
        problem: String,
    },
    /// Its text is too long.
    #[error("expected a regular expression of at most {MAX_BYTES} bytes, found {found}")]
    TooLong {
        /// Its bytes.
        found: usize,
    },
    /// It repeats or counts so much that it would be too large.
    #[error(
        "expected a regular expression that compiles to at most 64 KiB, found a larger one (`\\d` and `\\w` know every script; `[0-9]` and `[a-z]` are small)"
    )]
    TooLarge,
}

/// What an expression, anchored at both ends, asks for. Literals are folded unless case counts.
#[derive(Debug)]
pub(super) enum Compiled {
    Whole(String),
    Ending(String),
    Free(Regex),
}

pub(super) fn compile(text: &str, exact: bool) -> Result<Compiled, PatternError> {
    if text.len() > MAX_BYTES {
        return Err(PatternError::TooLong { found: text.len() });
    }
    // A flag in the expression could make case count in a part of it, which then is no literal of ours.
    let is_plain = exact || !text.contains("(?");
    if is_plain && let Some(literal) = literal(&parse(text, false)?) {
        let cased = |text: &str| if exact { text.to_owned() } else { fold(text) };
        return Ok(match literal {
            (true, text) => Compiled::Ending(cased(text)),
            (false, text) => Compiled::Whole(cased(text)),
        });
    }
    let tree = parse(text, !exact)?;
    // The tree is anchored, not the text: no alternative, comment or flag in it reaches the anchors.
    let anchored = Hir::concat(vec![Hir::look(Look::Start), tree, Hir::look(Look::End)]);
    RegexBuilder::new(&anchored.to_string())
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_CACHE)
        .build()
        .map(Compiled::Free)
        .map_err(|_| PatternError::TooLarge)
}

fn parse(text: &str, ignore_case: bool) -> Result<Hir, PatternError> {
    let parsed = ParserBuilder::new()
        .case_insensitive(ignore_case)
        .dot_matches_new_line(true)
        .nest_limit(MAX_DEPTH)
        .build()
        .parse(text);
    parsed.map_err(|error| {
        let (at, problem) = match &error {
            regex_syntax::Error::Parse(error) => {
                (error.span().start.offset, error.kind().to_string())
            }
            regex_syntax::Error::Translate(error) => {
                (error.span().start.offset, error.kind().to_string())
            }
            _ => (0, "something else".to_owned()),
        };
        PatternError::Malformed { at, problem }
    })
}

/// The literal that a tree is, and whether anything may stand before it.
fn literal(tree: &Hir) -> Option<(bool, &str)> {
    let parts = match tree.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(tree),
    };
    // Written out, the anchors that stand there anyway.
    let parts = match parts {
        [start, rest @ ..] if *start.kind() == HirKind::Look(Look::Start) => rest,
        parts => parts,
    };
    let parts = match parts {
        [rest @ .., end] if *end.kind() == HirKind::Look(Look::End) => rest,
        parts => parts,
    };
    let (anything, parts) = match parts {
        [first, rest @ ..] if is_anything(first) => (true, rest),
        parts => (false, parts),
    };
    match parts {
        [] => Some((anything, "")),
        [only] => match only.kind() {
            HirKind::Literal(literal) => Some((anything, std::str::from_utf8(&literal.0).ok()?)),
            HirKind::Empty => Some((anything, "")),
            _ => None,
        },
        _ => None,
    }
}

/// `.*`, greedy or not, in a group or not.
fn is_anything(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Capture(group) => is_anything(&group.sub),
        HirKind::Repetition(repetition) => {
            repetition.min == 0
                && repetition.max.is_none()
                && *repetition.sub == Hir::dot(Dot::AnyChar)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
