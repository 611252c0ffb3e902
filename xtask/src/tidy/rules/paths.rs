//! No path of one machine stands in the product or its pages.

use super::finding;
use crate::tidy::Finding;
use crate::tidy::tree::Tree;

/// Folders that exist on a developer's machine and nowhere else.
const MACHINE: [&str; 3] = ["/work/", "/root/", "/home/runner/"];
/// Not in the product either: it asks the system where temporary files go.
const TEMPORARY: &str = "/tmp/";
const REMEDY: &str = "take it from the configuration, the environment or the caller";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        if file.path.starts_with("xtask/src/tidy") {
            continue;
        }
        if file.is_rust() {
            for (line, text) in &file.strings {
                let banned = MACHINE
                    .iter()
                    .chain(std::iter::once(&TEMPORARY))
                    .find(|path| text.starts_with(**path));
                if let Some(path) = banned
                    && !file.is_test_line(*line)
                {
                    findings.push(finding(
                        &file.path,
                        *line,
                        "machine-paths",
                        format!("names `{path}`"),
                        REMEDY,
                    ));
                }
            }
        } else {
            for (at, line) in file.text.lines().enumerate() {
                for path in MACHINE.iter().filter(|path| begins_a_path(line, path)) {
                    findings.push(finding(
                        &file.path,
                        at + 1,
                        "machine-paths",
                        format!("names `{path}`"),
                        REMEDY,
                    ));
                }
            }
        }
    }
    findings
}

/// Whether the folder stands there as the start of a path, not as a part of a longer one or a URL.
fn begins_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "._-/~}".contains(c))
    })
}

#[cfg(test)]
mod tests;
