//! The rules of the workspace as code: what may depend on what, who may touch what, how large a
//! file may be, which words are not used.

mod packages;
mod rules;
mod source;
mod tree;
mod use_paths;

use crate::docs;
use anyhow::Result;
use std::fmt;
use std::path::Path;
use tree::Tree;

/// A broken rule, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    /// From 1; 0 where the whole file is meant.
    line: usize,
    rule: &'static str,
    what: String,
    remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {} [{}]\n    {}", self.what, self.rule, self.remedy)
    }
}

/// Checks everything and prints what is wrong; true when nothing is.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let tree = Tree::read(root)?;
    let mut findings = rules::check(&tree);
    findings.extend(docs::stale(root).into_iter().map(|path| Finding {
        path: path.to_owned(),
        line: 0,
        rule: "docs",
        what: "differs from the code".to_owned(),
        remedy: "run `cargo xtask docs`".to_owned(),
    }));
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    for warning in rules::warnings(&tree) {
        println!("warning: {warning}");
    }
    println!(
        "tidy: {} files, {} packages, {} findings",
        tree.files.len(),
        tree.packages.len(),
        findings.len()
    );
    Ok(findings.is_empty())
}
