//! What every reader of the tree shares: the texts, the sources, and where problems go.

use crate::code::Code;
use crate::place::{Place, RuleBook, Texts};
use crate::report::{Diagnostic, Problems};
use crate::sources::Sources;
use entryway_login::RuleId;
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

/// What a file with a certificate, a key or a list can be told of.
const OF_A_FILE: [Code; 5] = [
    Code::TrustFile,
    Code::ListenerCertificate,
    Code::RevocationList,
    Code::StorePassword,
    Code::SecretUnavailable,
];

/// Shared by the readers of one run.
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) texts: &'a Texts,
    pub(crate) problems: &'a Problems,
    pub(crate) rules: RefCell<RuleBook>,
    files: RefCell<Vec<PathBuf>>,
    bears: Cell<bool>,
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
            bears: Cell::new(false),
        }
    }
    pub(crate) fn push(&self, mut diagnostic: Diagnostic) {
        if self.bears.get() && OF_A_FILE.contains(&diagnostic.code) {
            diagnostic.code = Code::CertificateIncomplete;
        }
        self.problems.push(diagnostic);
    }
    /// Reads a part whose files may be missing, if `bears`: that is told, and everything else goes on without them.
    pub(crate) fn bearing<T>(&self, bears: bool, read: impl FnOnce() -> T) -> T {
        let before = self.bears.replace(bears);
        let value = read();
        self.bears.set(before);
        value
    }
    /// Whether a file that cannot be used now is to be named all the same: it may come back.
    pub(crate) fn bears(&self) -> bool {
        self.bears.get()
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
