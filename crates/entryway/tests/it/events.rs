//! Every event of the program is on its page, with its level and its fields, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Levels and fields.
#[derive(Debug, Default, PartialEq, Eq)]
struct Event {
    levels: BTreeSet<String>,
    fields: BTreeSet<String>,
}

type Events = BTreeMap<String, Event>;

fn repository() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    root.expect("the repository").to_owned()
}

/// Rust files below a folder, tests left out.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("tests.rs")
        {
            found.push(path);
        }
    }
}

/// What stands between a macro's brackets, in parts at its own commas. `text` begins behind the opening one.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut depth) = (Vec::new(), String::new(), 0);
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => {
                part.push('"');
                while let Some(inner) = chars.next() {
                    part.push(inner);
                    match inner {
                        '\\' => part.extend(chars.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part).trim().to_owned());
                continue;
            }
            _ => {}
        }
        part.push(char);
    }
    parts.push(part.trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

/// The events of one file; those below info need no name.
fn read(path: &Path, events: &mut Events) {
    let text = fs::read_to_string(path).expect("a source");
    for (at, _) in text.match_indices("tracing::") {
        let behind = &text[at + "tracing::".len()..];
        let Some((level, rest)) = behind.split_once("!(") else {
            continue;
        };
        if !["error", "warn", "info", "debug", "trace", "$level"].contains(&level) {
            continue;
        }
        let parts = parts(rest);
        let target = parts
            .first()
            .and_then(|part| part.strip_prefix("target: \""));
        let Some(name) = target.and_then(|target| target.strip_suffix('"')) else {
            assert!(
                ["debug", "trace"].contains(&level),
                "{}: an event of the level {level} without a name: {parts:?}",
                path.display()
            );
            continue;
        };
        let event = events.entry(name.to_owned()).or_default();
        let level = if level == "$level" {
            "by reason"
        } else {
            level
        };
        event.levels.insert(level.to_owned());
        for part in &parts[1..] {
            let field = match part.strip_prefix('"') {
                Some(_) => "message",
                None => part
                    .trim_start_matches(['%', '?'])
                    .split('=')
                    .next()
                    .expect("one")
                    .trim(),
            };
            event.fields.insert(field.to_owned());
        }
    }
}

fn in_code() -> Events {
    let mut files = Vec::new();
    for krate in fs::read_dir(repository().join("crates")).expect("crates") {
        sources(&krate.expect("a crate").path().join("src"), &mut files);
    }
    let mut events = Events::new();
    for file in &files {
        read(file, &mut events);
    }
    // The log's own line, made without an event: it must not wait in the queue that is full.
    let dropped = Event {
        levels: BTreeSet::from(["warn".to_owned()]),
        fields: BTreeSet::from(["lines".to_owned()]),
    };
    events.insert("log.dropped".to_owned(), dropped);
    events
}

/// The rows of tables whose first cell is a name with a point in it.
fn in_words() -> Events {
    let page = fs::read_to_string(repository().join("docs/events.md")).expect("the page");
    let mut events = Events::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let name = cells[1].trim_matches('`');
        if !name.contains('.') {
            continue;
        }
        let levels = ["error", "warn", "info", "debug", "by reason"]
            .into_iter()
            .filter(|level| cells[2].contains(level))
            .map(str::to_owned);
        let fields = cells[3]
            .split(',')
            .map(|field| field.trim().trim_matches('`').to_owned());
        let event = Event {
            levels: levels.collect(),
            fields: fields.collect(),
        };
        assert!(!cells[4].is_empty(), "{name}: nothing is said of it");
        assert!(
            events.insert(name.to_owned(), event).is_none(),
            "{name} stands there twice"
        );
    }
    events
}

#[test]
fn the_page_of_events_says_what_the_code_does() {
    let (code, words) = (in_code(), in_words());
    assert!(code.len() > 30, "only {} events were found", code.len());
    for (name, event) in &code {
        let described = words.get(name);
        assert_eq!(Some(event), described, "`{name}` in docs/events.md");
    }
    for name in words.keys() {
        assert!(
            code.contains_key(name),
            "docs/events.md: nothing emits `{name}`"
        );
    }
}

#[test]
fn a_macro_is_taken_apart() {
    let found = parts("target: \"a.b\", x = f(1, \")\"), %y, ?z,\n \"words, more\"); rest(");
    assert_eq!(
        found,
        [
            "target: \"a.b\"",
            "x = f(1, \")\")",
            "%y",
            "?z",
            "\"words, more\""
        ]
    );
}
