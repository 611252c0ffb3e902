//! The regular expression of a `matches`, with what looking through a text with it costs.
//!
//! The engine takes time in proportion to the text, and to how large the expression is when compiled: about a
//! quarter of a microsecond for each byte and KiB at worst (`[01]*1[01]{200}x` over noughts and ones). Both are paid for.

use regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

/// Bounds on a compiled pattern, in bytes, each with what it makes a byte of text cost. With [`crate::MAX_WORK`]
/// that is about a tenth of a second for a whole evaluation, however the pattern and the text are made.
const SIZES: [(usize, usize); 5] = [
    (1 << 10, 8),
    (2 << 10, 16),
    (4 << 10, 32),
    (8 << 10, 64),
    (16 << 10, 128),
];
/// What the engine may keep of states that it has seen; they make it faster, not slower.
const CACHE_BYTES: usize = 256 << 10;
/// How deep groups may nest.
const MAX_DEPTH: u32 = 64;

/// A pattern of linear time and bounded size.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    regex: Regex,
    /// What a byte of text costs.
    weight: usize,
}

impl Pattern {
    /// Compiles it; otherwise the reason in words, and what to write instead.
    pub(crate) fn new(written: &str) -> Result<Self, (String, Option<&'static str>)> {
        for (size, weight) in SIZES {
            let built = RegexBuilder::new(written)
                .size_limit(size)
                .dfa_size_limit(CACHE_BYTES)
                .nest_limit(MAX_DEPTH)
                .build();
            match built {
                Ok(regex) => return Ok(Self { regex, weight }),
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(error) => {
                    // The last line says what is wrong; those before draw a picture of it.
                    let text = error.to_string();
                    let last = text.lines().last().unwrap_or_default();
                    return Err((last.trim_start_matches("error: ").to_lowercase(), None));
                }
            }
        }
        // The usual cause: `\w` is every letter of every script.
        let scripts = [r"\w", r"\W", r"\d", r"\D", r"\b", r"\B"];
        let hint = scripts
            .iter()
            .any(|class| written.contains(class))
            .then_some(r"`\d` and `\w` know every script: `[0-9]` and `[A-Za-z0-9_]` are small");
        Err(("it is too large when compiled".to_owned(), hint))
    }

    /// What looking through a text of so many bytes costs.
    pub(crate) fn work(&self, bytes: usize) -> usize {
        bytes.saturating_mul(self.weight)
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// Whether a pattern asks for a letter in upper case somewhere: a text in lower case has none.
pub(crate) fn asks_upper_case(written: &str) -> bool {
    let parsed = ParserBuilder::new()
        .nest_limit(MAX_DEPTH)
        .build()
        .parse(written);
    parsed.is_ok_and(|tree| holds_upper_case(&tree))
}

/// Classes do not count: `[Oo]u` and `(?i)OU` fit lower case too.
fn holds_upper_case(tree: &Hir) -> bool {
    match tree.kind() {
        HirKind::Literal(literal) => {
            std::str::from_utf8(&literal.0).is_ok_and(|text| text.chars().any(char::is_uppercase))
        }
        HirKind::Repetition(repetition) => holds_upper_case(&repetition.sub),
        HirKind::Capture(capture) => holds_upper_case(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(holds_upper_case),
        HirKind::Empty | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

#[cfg(test)]
mod tests;
