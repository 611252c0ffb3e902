//! A file has one idea: 100 to 250 lines is usual, 500 asks for a reason, 800 fails.

use super::finding;
use crate::tidy::Finding;
use crate::tidy::source::Source;
use crate::tidy::tree::Tree;

const ASKS: usize = 500;
const FAILS: usize = 800;

/// Files over 500 lines, each with the reason why it is still one idea.
const REASONS: [(&str, &str); 0] = [];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, lines) in large(tree) {
        let reason = REASONS.iter().any(|(path, _)| *path == file.path);
        if lines > FAILS {
            findings.push(finding(
                &file.path,
                0,
                "size",
                format!("has {lines} lines, more than {FAILS}"),
                "split it by idea",
            ));
        } else if !reason {
            let remedy = "split it, or give the reason in REASONS of xtask/src/tidy/rules/sizes.rs";
            findings.push(finding(
                &file.path,
                0,
                "size",
                format!("has {lines} lines, more than {ASKS}, and no reason is given"),
                remedy,
            ));
        }
    }
    for (path, _) in REASONS {
        if !large(tree).any(|(file, _)| file.path == path) {
            findings.push(finding(
                path,
                0,
                "size",
                "has a reason for its size and does not need one".to_owned(),
                "remove it from REASONS",
            ));
        }
    }
    findings
}

/// Files that are large for a reason: named each time, so that nobody forgets them.
pub(super) fn warnings(tree: &Tree) -> Vec<String> {
    large(tree)
        .filter_map(|(file, lines)| {
            let (path, reason) = REASONS.iter().find(|(path, _)| *path == file.path)?;
            Some(format!("{path} has {lines} lines: {reason}"))
        })
        .collect()
}

fn large(tree: &Tree) -> impl Iterator<Item = (&Source, usize)> {
    tree.rust()
        .filter(|file| !file.is_test)
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > ASKS)
}

#[cfg(test)]
mod tests;
