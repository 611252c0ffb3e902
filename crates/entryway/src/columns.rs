//! The three columns of everything the binary prints: what, how it stands, and where that comes from.

use crate::palette::{Palette, Tone};
use std::borrow::Cow;

/// Where the second column starts.
const TEXT_AT: usize = 13;
/// Where the third one starts, when the second leaves room.
const NOTE_AT: usize = 41;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    label: String,
    text: String,
    tone: Tone,
    note: String,
}

impl Row {
    /// A line with a label; an empty one continues the line above.
    pub(crate) fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            text: text.into(),
            tone: Tone::Plain,
            note: String::new(),
        }
    }

    /// A line that continues the one above.
    pub(crate) fn more(text: impl Into<String>) -> Self {
        Self::new("", text)
    }

    /// With something in the third column.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With the second column in a tone.
    pub(crate) fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

/// How rows become text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// With or without colours.
    pub(crate) palette: Palette,
    /// Where lines are broken; what is not a terminal has no such place.
    pub(crate) width: Option<usize>,
}

/// The lines as text.
pub(crate) fn render(rows: &[Row], style: Style) -> String {
    // Narrower than this there is nothing to be gained by breaking lines.
    let width = style.width.filter(|width| *width >= 2 * NOTE_AT - TEXT_AT);
    let mut out = String::new();
    for row in rows {
        line(row, style.palette, width.unwrap_or(usize::MAX), &mut out);
        out.push('\n');
    }
    out
}

fn line(row: &Row, palette: Palette, end: usize, out: &mut String) {
    let (label, text, note) = (shown(&row.label), shown(&row.text), shown(&row.note));
    palette.paint(out, Tone::Strong, &label);
    let mut at = width(&label);
    if !text.is_empty() {
        at = pad(out, at, TEXT_AT, 1);
        for (number, part) in wrapped(&text, end.saturating_sub(at)).enumerate() {
            if number > 0 {
                out.push('\n');
                at = pad(out, 0, TEXT_AT, 1);
            }
            palette.paint(out, row.tone, part);
            at += width(part);
        }
    }
    if !note.is_empty() {
        let parts: Vec<_> = wrapped(&note, end.saturating_sub(NOTE_AT)).collect();
        for (number, part) in parts.iter().enumerate() {
            let begin = NOTE_AT.max(at + 2);
            if number > 0 || begin.saturating_add(width(part)) > end {
                out.push('\n');
                at = 0;
            }
            at = pad(out, at, NOTE_AT, 2);
            palette.paint(out, Tone::Quiet, part);
        }
    }
}

/// The text in parts of at most `room` columns, broken at blanks; a word that is longer stays whole.
fn wrapped(text: &str, room: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        if width(text) <= room {
            return Some(text);
        }
        let fits =
            |(index, _): &(usize, &str)| text.get(..*index).is_some_and(|head| width(head) <= room);
        let blank = text
            .match_indices(' ')
            .take_while(fits)
            .last()
            .or_else(|| text.match_indices(' ').next());
        let Some((head, tail)) = blank.and_then(|(index, _)| text.split_at_checked(index)) else {
            return Some(text);
        };
        rest = Some(tail.trim_start());
        Some(head)
    })
}

/// Much of what is shown was typed by a stranger or sent by a server: none of it moves a cursor,
/// starts a line or turns the direction of reading.
fn shown(text: &str) -> Cow<'_, str> {
    if !text.chars().any(misleads) {
        return Cow::Borrowed(text);
    }
    let one = |char: char| {
        if misleads(char) {
            char.escape_debug().to_string()
        } else {
            char.to_string()
        }
    };
    Cow::Owned(text.chars().map(one).collect())
}

/// Whether a character is not what it looks like. Quotes and backslashes are: DNs are full of them.
pub(crate) fn misleads(char: char) -> bool {
    // Behind another character, so that a combining accent is no reason.
    let behind: String = ['x', char].into_iter().collect();
    !matches!(char, '"' | '\\' | '\'') && behind.escape_debug().count() > 2
}

/// Blanks up to a column, or `least` of them when the column is already passed.
fn pad(out: &mut String, at: usize, column: usize, least: usize) -> usize {
    let blanks = column.saturating_sub(at).max(least);
    out.extend(std::iter::repeat_n(' ', blanks));
    at + blanks
}

/// Columns on a terminal, near enough: one for each character.
fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests;
