//! What every reader of the tree shares: the texts, the sources, and where problems go.

use crate::place::{Place, RuleBook, Texts};
use crate::report::{Diagnostic, Problems};
use crate::sources::Sources;
use entryway_login::RuleId;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// Shared by the readers of one run.
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) texts: &'a Texts,
    pub(crate) problems: &'a Problems,
    pub(crate) rules: RefCell<RuleBook>,
    files: RefCell<Vec<PathBuf>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        sources: &'a Sources,
        texts: &'a Texts,
        problems: &'a Problems,
        files: Vec<PathBuf>,
    ) -> Self {
        Self {
            sources,
            texts,
            problems,
            rules: RefCell::default(),
            files: RefCell::new(files),
        }
    }
    pub(crate) fn push(&self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }
    /// A rule's id; its place goes into the book.
    pub(crate) fn rule(&self, place: Place) -> RuleId {
        self.rules.borrow_mut().enter(self.texts.line_of(place))
    }
    /// The id of a rule that nobody wrote.
    pub(crate) fn rule_built_in(&self) -> RuleId {
        self.rules.borrow_mut().enter(String::new())
    }
    /// A path as written at `place`, relative to the file that it stands in.
    pub(crate) fn path(&self, place: Place, written: &str) -> PathBuf {
        self.texts.folder(place).join(Path::new(written))
    }
    /// Remembers a file that the configuration depends on.
    pub(crate) fn depends_on(&self, path: PathBuf) {
        let mut files = self.files.borrow_mut();
        if !files.contains(&path) {
            files.push(path);
        }
    }
    pub(crate) fn into_parts(self) -> (RuleBook, Vec<PathBuf>) {
        (self.rules.into_inner(), self.files.into_inner())
    }
}
