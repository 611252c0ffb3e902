//! Nothing unfinished, nothing skipped, no waiting by the clock.

use super::{finding, holds};
use crate::tidy::Finding;
use crate::tidy::source::Source;
use crate::tidy::tree::Tree;

const UNFINISHED: [&str; 2] = ["todo!", "unimplemented!"];
const MARKS: [&str; 2] = ["FIXME", "TODO"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|file| !file.path.starts_with("xtask/src/tidy"))
        .flat_map(check_file)
        .collect()
}

fn check_file(file: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let paused = file.code.contains("time::pause") || file.code.contains("start_paused");
    for (at, (code, text)) in file.code.lines().zip(file.text.lines()).enumerate() {
        let line = at + 1;
        for text in UNFINISHED.iter().filter(|text| holds(code, text)) {
            findings.push(finding(
                &file.path,
                line,
                "unfinished",
                format!("holds `{text}`"),
                "finish it",
            ));
        }
        for mark in MARKS.iter().filter(|mark| holds(text, mark)) {
            findings.push(finding(
                &file.path,
                line,
                "unfinished",
                format!("is marked `{mark}`"),
                "do it, or write it into an issue",
            ));
        }
        if code.contains("#[ignore") {
            findings.push(finding(
                &file.path,
                line,
                "skips",
                "a test is skipped".to_owned(),
                "make it pass, or remove it",
            ));
        }
        let waits = holds(code, "thread::sleep")
            || (file.is_test_line(line) && !paused && holds(code, "time::sleep"));
        if waits {
            findings.push(finding(
                &file.path,
                line,
                "sleeps",
                "waits by the clock".to_owned(),
                "wait on a condition with a deadline",
            ));
        }
    }
    findings
}

#[cfg(test)]
mod tests;
