//! Every problem of one run, and how it is shown.

use crate::code::{Code, Severity};
use crate::place::{Place, Texts};
use crate::render;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// One problem: what, where, and what to do.
#[derive(Debug, Clone)]
pub(crate) struct Diagnostic {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) place: Option<(Place, String)>,
    pub(crate) also: Vec<(Place, String)>,
    pub(crate) hint: Option<String>,
}

impl Diagnostic {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            place: None,
            also: Vec::new(),
            hint: None,
        }
    }
    /// The place that is wrong, with a few words beside the caret (may be empty).
    pub(crate) fn at(mut self, place: Place, label: impl Into<String>) -> Self {
        self.place = Some((place, label.into()));
        self
    }
    /// A second place that explains the first.
    pub(crate) fn also(mut self, place: Place, label: impl Into<String>) -> Self {
        self.also.push((place, label.into()));
        self
    }
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// Collects problems while reading goes on.
#[derive(Default)]
pub(crate) struct Problems {
    list: RefCell<Vec<Diagnostic>>,
}

impl Problems {
    pub(crate) fn push(&self, diagnostic: Diagnostic) {
        self.list.borrow_mut().push(diagnostic);
    }
    /// Reads once more what was read before, whose problems were told then.
    pub(crate) fn told_before<T>(&self, read: impl FnOnce() -> T) -> T {
        let told = self.list.borrow().len();
        let value = read();
        self.list.borrow_mut().truncate(told);
        value
    }
    pub(crate) fn has(&self, code: Code) -> bool {
        self.list.borrow().iter().any(|one| one.code == code)
    }
    /// Both, in this order.
    pub(crate) fn and(self, other: Self) -> Self {
        self.list.borrow_mut().extend(other.list.into_inner());
        self
    }
    /// Those that quote nothing of what is not to be shown. After a syntax error the parser may take
    /// a secret for the value of another setting, whose message would quote it.
    pub(crate) fn guarded(self, texts: &Texts) -> Self {
        let quotes_nothing = |one: &Diagnostic| {
            matches!(one.code, Code::Syntax | Code::WrongType)
                || !one
                    .place
                    .iter()
                    .map(|(place, _)| place)
                    .chain(one.also.iter().map(|(place, _)| place))
                    .any(|place| texts.is_masked(*place))
        };
        let mut list = self.list.into_inner();
        list.retain(quotes_nothing);
        Self {
            list: RefCell::new(list),
        }
    }
    /// Those of the given codes that are not on a line with a syntax error.
    pub(crate) fn echoless(self, syntax: &Self, texts: &Texts, codes: &[Code]) -> Self {
        let line = |place: &Option<(Place, String)>| {
            place.as_ref().map(|(place, _)| texts.line_of(*place))
        };
        let broken: Vec<_> = syntax
            .list
            .borrow()
            .iter()
            .filter(|one| one.code == Code::Syntax)
            .map(|one| line(&one.place))
            .collect();
        let kept = self
            .list
            .into_inner()
            .into_iter()
            .filter(|one| codes.contains(&one.code) && !broken.contains(&line(&one.place)));
        Self {
            list: RefCell::new(kept.collect()),
        }
    }
    pub(crate) fn into_report(self, texts: Texts) -> Report {
        let mut diagnostics = self.list.into_inner();
        // In the order of the text: a stable sort keeps the order of discovery within one place.
        diagnostics.sort_by_key(|one| {
            one.place
                .as_ref()
                .map_or((usize::MAX, 0), |(place, _)| (place.text, place.start))
        });
        Report {
            diagnostics,
            texts: Arc::new(texts),
        }
    }
}

/// One problem as values, for whoever writes JSON. Holds no secret, and no character that could steer
/// a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `C020`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The file as it was named, or `$VARIABLE`; `None` for a problem of the whole.
    pub file: Option<String>,
    /// Counted from 1; `None` in a variable, which has no lines.
    pub line: Option<usize>,
    /// In characters, counted from 1; `None` where there is no line.
    pub column: Option<usize>,
    /// What is wrong, and after a colon what stands beside the caret.
    pub message: String,
    /// What to do about it, where that is likely.
    pub hint: Option<String>,
}

/// Every problem that was found: errors, warnings, or both. Holds no secret.
#[derive(Clone)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    texts: Arc<Texts>,
}

impl Report {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }
    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }
    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }
    /// The code of each problem, in the order of the text.
    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        self.diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code.as_str())
    }
    /// Each problem as values, in the order of the text.
    pub fn problems(&self) -> impl Iterator<Item = Problem> {
        self.diagnostics
            .iter()
            .map(|diagnostic| render::problem(diagnostic, &self.texts))
    }
    /// One line for each problem, for logs: `entryway.toml:18:12: error[C020]: …; hint: …`.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.problems().map(|problem| render::line(&problem))
    }
    /// The problems with the lines they are in, a caret, and a closing line of totals.
    pub fn render(&self, colour: bool) -> String {
        render::report(
            &self.diagnostics,
            &self.texts,
            self.summary().as_deref(),
            colour,
        )
    }
    /// `2 errors, 1 warning`; `None` when there is nothing to say.
    pub fn summary(&self) -> Option<String> {
        let counted = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            _ => Some(format!("{count} {what}s")),
        };
        let parts: Vec<String> = [
            counted(self.errors(), "error"),
            counted(self.warnings(), "warning"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if parts.is_empty() {
            None
        } else {
            Some(parts.join(", "))
        }
    }
    /// The problems that another report has not as often, by code and words: what an edit brought.
    pub(crate) fn beyond(&self, other: &Self) -> Self {
        let mut known: Vec<_> = other.diagnostics.iter().collect();
        let is_new = |one: &&Diagnostic| {
            let same = |known: &&Diagnostic| known.code == one.code && known.message == one.message;
            known
                .iter()
                .position(same)
                .map(|at| known.remove(at))
                .is_none()
        };
        Self {
            diagnostics: self.diagnostics.iter().filter(is_new).cloned().collect(),
            texts: Arc::clone(&self.texts),
        }
    }
    fn count(&self, severity: Severity) -> usize {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.code.severity() == severity)
            .count()
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.lines()).finish()
    }
}

/// The plain rendering.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Report {}
