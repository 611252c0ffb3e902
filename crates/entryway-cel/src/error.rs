//! Why an expression or a template is refused when it is loaded.

use std::ops::Range;

/// A text that is not a usable expression or template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// In words: lower case, the thing in backticks, expected then found.
    pub message: String,
    /// Which bytes of the given text it is about: what the caret goes under. On character boundaries, inside
    /// of the text or empty at its end.
    pub span: Range<usize>,
    /// What to write instead, when that is likely right.
    pub hint: Option<String>,
}

impl CompileError {
    pub(crate) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            message: printable(message.into()),
            span,
            hint: None,
        }
    }
    pub(crate) fn hint(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hint = hint.map(|hint| printable(hint.into()));
        self
    }
    /// For an expression that begins at byte `by` of the text that was given.
    pub(crate) fn moved(mut self, by: usize) -> Self {
        self.span = self.span.start + by..self.span.end + by;
        self
    }
}

/// Messages quote what was written, which may hold anything; a terminal shows them.
fn printable(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

/// The name in `known` that `written` is most likely meant to be, as a hint.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let farthest = match written.len() {
        0..=2 => 1,
        3..=8 => 2,
        _ => 3,
    };
    known
        .into_iter()
        .map(|name| (distance(written, name), name))
        .filter(|(far, name)| *far <= farthest && *far < name.len())
        .min()
        .map(|(_, name)| format!("did you mean `{name}`?"))
}

/// How many letters must be added, removed or replaced; case does not count.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<u8> = to.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, byte) in from.bytes().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        let mut next = vec![left];
        for (other, above) in to.iter().zip(row.iter().skip(1)) {
            let replaced = diagonal + usize::from(byte.to_ascii_lowercase() != *other);
            left = replaced.min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
