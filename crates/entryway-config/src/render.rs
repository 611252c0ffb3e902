//! Problems as text: the line, a caret under the value, a hint. Plain or coloured.

use crate::code::Severity;
use crate::place::{Place, Text, Texts};
use crate::report::{Diagnostic, Problem};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

/// More than this helps nobody; the total still counts them all.
const SHOWN: usize = 50;

/// What stands for a secret, whatever its length.
const BLANK: &str = "***";

pub(crate) fn report(
    diagnostics: &[Diagnostic],
    texts: &Texts,
    summary: Option<&str>,
    colour: bool,
) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(SHOWN) {
        out.push_str(&one(diagnostic, texts, colour));
        out.push('\n');
    }
    if let Some(more) = diagnostics
        .len()
        .checked_sub(SHOWN)
        .filter(|more| *more > 0)
    {
        let _ = writeln!(out, "{more} more not shown\n");
    }
    if let Some(summary) = summary {
        let _ = writeln!(out, "{summary}; `entryway help CODE` says more about each");
    }
    out
}

/// The problem as values.
pub(crate) fn problem(diagnostic: &Diagnostic, texts: &Texts) -> Problem {
    let at = diagnostic
        .place
        .as_ref()
        .and_then(|(place, label)| Some((texts.get(place.text)?, place.start, label)));
    let lines = at.filter(|(text, ..)| !text.variable);
    let message = match at {
        Some((_, _, label)) if !label.is_empty() => {
            format!("{}: {label}", diagnostic.message)
        }
        _ => diagnostic.message.clone(),
    };
    Problem {
        code: diagnostic.code.as_str(),
        severity: diagnostic.code.severity(),
        file: at.map(|(text, ..)| printable(&text.name).into_owned()),
        line: lines.map(|(text, start, _)| text.line(start)),
        column: lines.map(|(text, start, _)| text.column(start)),
        message: printable(&message).into_owned(),
        hint: diagnostic
            .hint
            .as_deref()
            .map(|hint| printable(hint).into_owned()),
    }
}

/// One line, without a snippet.
pub(crate) fn line(problem: &Problem) -> String {
    let mut out = String::new();
    if let Some(file) = &problem.file {
        out.push_str(file);
        for number in [problem.line, problem.column].into_iter().flatten() {
            let _ = write!(out, ":{number}");
        }
        out.push_str(": ");
    }
    let (level, code) = (problem.severity.as_str(), problem.code);
    let _ = write!(out, "{level}[{code}]: {}", problem.message);
    if let Some(hint) = &problem.hint {
        let _ = write!(out, "; hint: {hint}");
    }
    out
}

fn one(diagnostic: &Diagnostic, texts: &Texts, colour: bool) -> String {
    let level = match diagnostic.code.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = annotate_snippets::Group::with_title(
        level
            .primary_title(printable(&diagnostic.message))
            .id(diagnostic.code.as_str()),
    );
    let mut last_line = 0;
    for excerpt in excerpts(diagnostic, texts) {
        last_line = last_line.max(excerpt.last_line);
        let mut snippet = Snippet::source(excerpt.source)
            .line_start(excerpt.first_line)
            .path(excerpt.name);
        for mark in excerpt.marks {
            let kind = if mark.primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let annotation = kind.span(mark.range);
            snippet = snippet.annotation(if mark.label.is_empty() {
                annotation
            } else {
                annotation.label(mark.label)
            });
        }
        group = group.element(snippet);
    }
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = renderer.render(&[group]);
    out.push('\n');
    if let Some(hint) = &diagnostic.hint {
        // Written here and not as an element, which would put an empty `|` line before it.
        let gutter = " ".repeat(last_line.to_string().len());
        let (bold, reset) = if colour {
            ("\u{1b}[1m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        let _ = writeln!(out, "{gutter} = {bold}hint{reset}: {}", printable(hint));
    }
    out
}

/// What was written may be quoted in a message: it must not move the cursor, nor turn the text round.
fn printable(text: &str) -> Cow<'_, str> {
    let harmful = |char: char| {
        char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if harmful(char) {
            out.extend(char.escape_unicode());
        } else {
            out.push(char);
        }
    }
    Cow::Owned(out)
}

/// The lines of one text that a problem speaks of.
struct Excerpt {
    name: String,
    source: String,
    first_line: usize,
    last_line: usize,
    marks: Vec<Mark>,
}

struct Mark {
    range: Range<usize>,
    label: String,
    primary: bool,
}

/// One excerpt for each text, the one with the problem first.
fn excerpts(diagnostic: &Diagnostic, texts: &Texts) -> Vec<Excerpt> {
    let primary = diagnostic
        .place
        .iter()
        .map(|(place, label)| (*place, label, true));
    let all: Vec<_> = primary
        .chain(
            diagnostic
                .also
                .iter()
                .map(|(place, label)| (*place, label, false)),
        )
        .collect();
    let mut order: Vec<usize> = Vec::new();
    for (place, ..) in &all {
        if !order.contains(&place.text) {
            order.push(place.text);
        }
    }
    order
        .into_iter()
        .filter_map(|index| {
            let marks: Vec<_> = all
                .iter()
                .filter(|(place, ..)| place.text == index)
                .collect();
            texts.get(index).map(|text| excerpt(text, &marks))
        })
        .collect()
}

fn excerpt(text: &Text, marks: &[&(Place, &String, bool)]) -> Excerpt {
    let first = marks
        .iter()
        .map(|(place, ..)| place.start)
        .min()
        .unwrap_or(0);
    let last = marks
        .iter()
        .map(|(place, ..)| place.end.max(place.start))
        .max()
        .unwrap_or(0);
    let start = text
        .shown
        .get(..first)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |newline| newline + 1);
    let end = text
        .shown
        .get(last..)
        .and_then(|after| after.find('\n'))
        .map_or(text.shown.len(), |newline| last + newline);
    let first_line = text.line(start);
    let blanked = Blanked::new(text, start..end, marks);
    let marks = marks
        .iter()
        .map(|(place, label, primary)| Mark {
            range: blanked.offset(place.start)..blanked.offset(place.end.max(place.start)),
            label: printable(label).into_owned(),
            primary: *primary,
        })
        .collect();
    Excerpt {
        name: printable(&text.name).into_owned(),
        first_line,
        last_line: text.line(last),
        source: blanked.source,
        marks,
    }
}

/// A piece of a text in which every secret is as long as every other.
struct Blanked {
    source: String,
    /// Pairs of an offset in the text and the same place in `source`, ascending.
    steps: Vec<(usize, usize)>,
}

impl Blanked {
    fn new(text: &Text, piece: Range<usize>, marks: &[&(Place, &String, bool)]) -> Self {
        let mut blanked = Self {
            source: String::new(),
            steps: vec![(piece.start, 0)],
        };
        let mut at = piece.start;
        for mask in text
            .masks
            .iter()
            .filter(|mask| piece.start <= mask.start && mask.end <= piece.end)
        {
            // The column of what follows on the same line must be the one of the file.
            let line_end = text
                .shown
                .get(mask.end..)
                .and_then(|rest| rest.find('\n'))
                .map_or(text.shown.len(), |newline| mask.end + newline);
            let followed = marks.iter().any(|(place, _, primary)| {
                *primary && mask.end < place.start && place.start <= line_end
            });
            if followed {
                continue;
            }
            blanked
                .source
                .push_str(text.shown.get(at..mask.start).unwrap_or_default());
            blanked.step(mask.start);
            blanked.source.push_str(BLANK);
            blanked.step(mask.end);
            at = mask.end;
        }
        blanked
            .source
            .push_str(text.shown.get(at..piece.end).unwrap_or_default());
        blanked
    }
    fn step(&mut self, at: usize) {
        self.steps.push((at, self.source.len()));
    }
    /// Where a place of the text is now; one inside a secret is at its end.
    fn offset(&self, at: usize) -> usize {
        let index = self
            .steps
            .partition_point(|(original, _)| *original <= at)
            .saturating_sub(1);
        let (original, shown) = self.steps.get(index).copied().unwrap_or((0, 0));
        let next = self
            .steps
            .get(index + 1)
            .map_or(self.source.len(), |(_, shown)| *shown);
        (shown + at.saturating_sub(original)).min(next)
    }
}

#[cfg(test)]
mod tests;
