//! Whoever is told to set something finds it in the reference: what the sources name as a setting is one.

#![allow(clippy::expect_used, reason = "a test says what is wrong by failing")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What looks like a setting and is something else.
const OTHERS: [&str; 4] = [
    // A scope of tokens.
    "login.reasons",
    // A variable of expressions.
    "client.address",
    // A file.
    "server.crt",
    // Of a domain.
    "tls.server_name",
];

/// Each file of Rust below, but those of tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.expect("a name");
        if path.is_dir() {
            if name != "tests" {
                sources(&path, found);
            }
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
}

/// Texts such as `connector.proxy` in backticks, in a line that is no comment.
fn named(line: &str) -> impl Iterator<Item = &str> {
    let code = match line.trim_start().starts_with("//") {
        true => "",
        false => line,
    };
    code.split('`').skip(1).step_by(2).filter(|text| {
        let is_word = |word: &str| {
            !word.is_empty() && word.chars().all(|it| it.is_ascii_lowercase() || it == '_')
        };
        text.contains('.') && text.split('.').all(is_word)
    })
}

#[test]
fn what_is_named_as_a_setting_is_one() {
    let settings: BTreeSet<&str> = entryway_config::setting_paths().collect();
    let tables: BTreeSet<&str> = settings
        .iter()
        .filter_map(|path| path.split(['.', '[']).next())
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let events = fs::read_to_string(root.join("../../docs/events.md")).expect("the events");
    let is_one = |text: &str| {
        let below = format!("{text}.");
        settings.contains(text)
            || settings.iter().any(|path| path.starts_with(&below))
            || events.contains(&format!("`{text}`"))
            || OTHERS.contains(&text)
    };
    let mut files = Vec::new();
    for member in fs::read_dir(root.join("..")).expect("the crates") {
        let src = member.expect("an entry").path().join("src");
        if src.is_dir() {
            sources(&src, &mut files);
        }
    }
    assert!(files.len() > 300, "only {} files", files.len());
    let (mut seen, mut wrong) = (0, Vec::new());
    for file in files {
        let text = fs::read_to_string(&file).expect("text");
        for (number, line) in text.lines().enumerate() {
            for name in named(line) {
                let table = name.split('.').next().unwrap_or_default();
                if !tables.contains(table) {
                    continue;
                }
                seen += 1;
                if !is_one(name) {
                    wrong.push(format!("{}:{}: {name}", file.display(), number + 1));
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} were seen");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
