//! Tokens of CEL, with their places.
//!
//! `cel` parses; this finds where an expression inside of a template ends, how deep a text nests before
//! anything recursive sees it, and which part of the text a caret belongs under. It knows the shape of tokens
//! and nothing of grammar.

use crate::CompileError;
use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or a reserved word.
    Word,
    /// A number with whatever is attached to it.
    Number,
    /// A quoted text, its prefix and quotes included.
    Text,
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// Anything else of one or two characters.
    Sign,
}

/// One token; blanks and comments are between tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Bytes of the text.
    pub(crate) span: Range<usize>,
}

/// Signs of two characters; any other is one.
const PAIRS: [&str; 6] = ["&&", "||", "==", "!=", "<=", ">="];
const SINGLES: &str = ".,:?!+-*/%<>";

/// The next token of `text` at or after `from`; `None` at the end.
pub(crate) fn next_token(text: &str, from: usize) -> Result<Option<Token>, CompileError> {
    let start = skip_blanks(text, from);
    let rest = text.get(start..).unwrap_or_default();
    let Some(first) = rest.chars().next() else {
        return Ok(None);
    };
    let token = |kind, len: usize| {
        Ok(Some(Token {
            kind,
            span: start..start + len,
        }))
    };
    if let Some(len) = quoted(rest, start)? {
        return token(TokenKind::Text, len);
    }
    match first {
        'a'..='z' | 'A'..='Z' | '_' => token(TokenKind::Word, run(rest, is_word)),
        '0'..='9' => token(TokenKind::Number, number(rest)),
        '(' | '[' | '{' => token(TokenKind::Open, 1),
        ')' | ']' | '}' => token(TokenKind::Close, 1),
        _ if PAIRS.iter().any(|pair| rest.starts_with(pair)) => token(TokenKind::Sign, 2),
        _ if SINGLES.contains(first) => token(TokenKind::Sign, 1),
        _ => {
            let message = format!("expected an expression, found `{}`", first.escape_debug());
            let span = start..start + first.len_utf8();
            Err(CompileError::new(message, span).hint(match first {
                '=' => Some("`==` compares"),
                '&' => Some("`&&` is and"),
                '|' => Some("`||` is or"),
                '`' => Some("write `entry[\"name\"]`"),
                _ => None,
            }))
        }
    }
}

/// How many bytes from the beginning satisfy `is`.
fn run(rest: &str, is: fn(char) -> bool) -> usize {
    rest.find(|c| !is(c)).unwrap_or(rest.len())
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// A number takes its letters with it: `0x1f`, `12u`, `1e5`, and a fraction.
fn number(rest: &str) -> usize {
    let whole = run(rest, is_word);
    let fraction = rest.get(whole..).and_then(|rest| rest.strip_prefix('.'));
    match fraction {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            whole + 1 + run(digits, is_word)
        }
        _ => whole,
    }
}

fn skip_blanks(text: &str, mut at: usize) -> usize {
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let blanks = run(rest, |c| {
            matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
        });
        at += blanks;
        let Some(comment) = text.get(at..).filter(|rest| rest.starts_with("//")) else {
            return at;
        };
        at += comment.find('\n').unwrap_or(comment.len());
    }
}

/// The length of a quoted text; `None` when none begins here.
fn quoted(rest: &str, start: usize) -> Result<Option<usize>, CompileError> {
    let prefix = run(rest, |c| matches!(c, 'r' | 'R' | 'b' | 'B'));
    let raw = rest
        .get(..prefix)
        .is_some_and(|prefix| prefix.contains(['r', 'R']));
    let body = rest.get(prefix..).unwrap_or_default();
    let quote = match body.as_bytes() {
        _ if prefix > 2 => return Ok(None),
        [b'"', b'"', b'"', ..] => "\"\"\"",
        [b'\'', b'\'', b'\'', ..] => "'''",
        [b'"', ..] => "\"",
        [b'\'', ..] => "'",
        _ => return Ok(None),
    };
    let mut at = quote.len();
    while let Some(c) = body.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = body.get(at..).unwrap_or_default();
        if rest.starts_with(quote) {
            return Ok(Some(prefix + at + quote.len()));
        }
        // A text between single quotes ends on its line.
        if quote.len() == 1 && matches!(c, '\n' | '\r') {
            break;
        }
        at += c.len_utf8();
        if c == '\\' && !raw {
            let escaped = body.get(at..).and_then(|rest| rest.chars().next());
            at += escaped.map_or(0, char::len_utf8);
        }
    }
    let end = start + prefix + at.min(body.len());
    Err(CompileError::new(
        format!("expected `{quote}` at the end of the text, found none"),
        start..end,
    ))
}

#[cfg(test)]
mod tests;
