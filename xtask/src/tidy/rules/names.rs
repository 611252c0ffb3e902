//! Words that say nothing are not used in the names of modules and types.

use super::finding;
use crate::tidy::Finding;
use crate::tidy::source::is_word;
use crate::tidy::tree::Tree;

const NOT_USED: [(&str, &str); 11] = [
    ("auth", "say login, authn or authz"),
    ("manager", "say what it does"),
    ("handler", "outside HTTP, say what it does"),
    ("helper", "say what it does"),
    ("helpers", "say what they do"),
    ("util", "say what it is for"),
    ("utils", "say what they are for"),
    ("backend", "say which"),
    ("info", "say what it tells"),
    ("data", "say which"),
    ("process", "say what is done"),
];

/// HTTP has handlers.
const HTTP: &str = "crates/entryway-web/";

const KEYWORDS: [&str; 5] = ["mod", "struct", "enum", "trait", "type"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let stem = (0, file.stem());
        let declared = file
            .code
            .lines()
            .enumerate()
            .flat_map(|(at, line)| declared_names(line).map(move |name| (at + 1, name)));
        for (line, name) in std::iter::once(stem).chain(declared) {
            for word in words(name) {
                let Some((word, remedy)) = NOT_USED.iter().find(|(not_used, _)| *not_used == word)
                else {
                    continue;
                };
                if *word == "handler" && file.path.starts_with(HTTP) {
                    continue;
                }
                findings.push(finding(
                    &file.path,
                    line,
                    "names",
                    format!("`{name}` holds the word `{word}`"),
                    remedy,
                ));
            }
        }
    }
    findings
}

/// The names that a line declares: what follows `mod`, `struct`, `enum`, `trait` or `type`.
fn declared_names(line: &str) -> impl Iterator<Item = &str> {
    let tokens: Vec<&str> = line
        .split(|c| !is_word(c))
        .filter(|token| !token.is_empty())
        .collect();
    let mut names = Vec::new();
    for pair in tokens.windows(2) {
        if let [keyword, name] = pair
            && KEYWORDS.contains(keyword)
        {
            names.push(*name);
        }
    }
    names.into_iter()
}

/// `LoginName` and `login_name` are `login`, `name`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_lower = false;
    for c in name.chars() {
        if c == '_' {
            after_lower = false;
            words.push(String::new());
            continue;
        }
        if c.is_uppercase() && after_lower || words.is_empty() {
            words.push(String::new());
        }
        after_lower = c.is_lowercase() || c.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests;
