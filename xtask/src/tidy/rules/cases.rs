//! Every reason, fault and configuration code has a case that shows it.

use super::{finding, holds};
use crate::tidy::Finding;
use crate::tidy::tree::Tree;
use std::collections::BTreeSet;

/// Where the closed lists are, which of them, and the golden file with a row for each.
const REASONS: &str = "crates/entryway-login/src/reason.rs";
const LISTS: [&str; 2] = ["Reason", "Fault"];
const MATRIX: &str = "crates/entryway-login/tests/matrix/reasons.txt";
const CONFIG: &str = "crates/entryway-config/src/";
const BAD_CONFIG: &str = "crates/entryway-config/tests/bad/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = reasons(tree);
    findings.extend(codes(tree));
    findings
}

fn reasons(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(file) = tree.file(REASONS) else {
        return findings;
    };
    let matrix = tree
        .file(MATRIX)
        .map(|file| file.text.as_str())
        .unwrap_or_default();
    for list in LISTS {
        for (line, variant) in variants(&file.code, list) {
            let code = snake_case(&variant);
            if !matrix.lines().any(|row| holds(row, &code)) {
                findings.push(finding(
                    REASONS,
                    line,
                    "cases",
                    format!("`{list}::{variant}` has no row `{code}` in {MATRIX}"),
                    "add the row",
                ));
            }
            let shown = format!("{list}::{variant}");
            let tested = tree.rust().any(|file| {
                let here = |number: usize| file.is_test_line(number);
                // A row of the live tables names the code as text.
                file.code
                    .lines()
                    .enumerate()
                    .any(|(at, text)| here(at + 1) && holds(text, &shown))
                    || file
                        .strings
                        .iter()
                        .any(|(number, text)| here(*number) && *text == code)
            });
            if !tested {
                findings.push(finding(
                    REASONS,
                    line,
                    "cases",
                    format!("no test shows `{shown}`"),
                    "add a case that ends in it",
                ));
            }
        }
    }
    findings
}

/// The codes `C` and three digits that the configuration's sources hold, against the golden output
/// of the bad files.
fn codes(tree: &Tree) -> Vec<Finding> {
    let mut defined = BTreeSet::new();
    for file in tree
        .rust()
        .filter(|file| file.path.starts_with(CONFIG) && !file.is_test)
    {
        defined.extend(
            file.strings
                .iter()
                .filter(|(line, text)| is_code(text) && !file.is_test_line(*line))
                .map(|(_, text)| text.as_str()),
        );
    }
    let golden: Vec<&str> = tree
        .files
        .iter()
        .filter(|file| file.path.starts_with(BAD_CONFIG) && file.path.ends_with(".stderr"))
        .map(|file| file.text.as_str())
        .collect();
    defined
        .into_iter()
        .filter(|code| {
            !golden
                .iter()
                .any(|text| text.contains(&format!("[{code}]")))
        })
        .map(|code| {
            finding(
                CONFIG,
                0,
                "cases",
                format!("no file in {BAD_CONFIG} gives `{code}`"),
                "add one, with its `.stderr`",
            )
        })
        .collect()
}

fn is_code(text: &str) -> bool {
    text.len() == 4
        && text
            .strip_prefix('C')
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The variants of `pub enum NAME`, with their lines: in formatted code, a line of the enum's body
/// that is one word and a comma.
fn variants(code: &str, name: &str) -> Vec<(usize, String)> {
    let head = format!("pub enum {name} {{");
    code.lines()
        .enumerate()
        .skip_while(|(_, line)| line.trim() != head)
        .skip(1)
        .take_while(|(_, line)| line.trim() != "}")
        .filter_map(|(at, line)| Some((at + 1, line.trim().strip_suffix(',')?.to_owned())))
        .filter(|(_, word)| word.chars().all(char::is_alphanumeric))
        .collect()
}

fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(c.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests;
