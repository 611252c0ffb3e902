//! Every reason, challenge, fault and setting that bears on a login is shown by a scenario, every vector is one, and
//! what scenarios/README.md says is shown where is there.

use super::finding;
use crate::tidy::Finding;
use crate::tidy::tree::Tree;
use entryway_config::setting_paths;
use entryway_login::{Challenge, Fault, Reason};
use entryway_scenario::{Coverage, Document, Elsewhere, is_shown_elsewhere, shown_elsewhere};

const FOLDER: &str = "scenarios/";
/// Says how scenarios are written, and is none.
const README: &str = "scenarios/README.md";
/// The heading of its table of what is shown where.
const PROMISES: &str = "## What is shown where";

/// How many vectors the other product's manual gives.
const VECTORS: u32 = 26;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut documents = Vec::new();
    let files = tree.files.iter().filter(|file| {
        file.path.starts_with(FOLDER) && file.path.ends_with(".md") && file.path != README
    });
    for file in files {
        match Document::parse(&file.path, &file.text) {
            Ok(document) => documents.push(document),
            Err(error) => findings.push(finding(
                &file.path,
                error.line,
                "scenarios",
                error.problem.to_string(),
                "see scenarios/README.md",
            )),
        }
    }
    let coverage = Coverage::of(&documents);
    let mut missing = |list: &str, name: &str| {
        if !is_shown_elsewhere(name) {
            findings.push(finding(
                FOLDER,
                0,
                "scenarios",
                format!("no scenario shows the {list} `{name}`"),
                "add one, or say in crates/entryway-scenario/src/elsewhere.rs why there can be none, and which test shows it",
            ));
        }
    };
    let reasons = Reason::ALL.iter().map(|reason| reason.code());
    for code in reasons.filter(|code| !coverage.reasons.contains(*code)) {
        missing("reason", code);
    }
    let challenges = Challenge::ALL.iter().map(|challenge| challenge.row().code);
    for code in challenges.filter(|code| !coverage.challenges.contains(*code)) {
        missing("challenge", code);
    }
    let faults = Fault::ALL.iter().map(|fault| fault.code());
    for code in faults.filter(|code| !coverage.faults.contains(*code)) {
        missing("fault", code);
    }
    for path in setting_paths().filter(|path| !coverage.settings.contains(path)) {
        missing("setting", path);
    }
    findings.extend(vectors(&documents));
    findings.extend(promises(tree, &documents));
    findings.extend(elsewhere(tree));
    findings
}

/// Each vector is a heading of its own: `## Vector 5: …`.
fn vectors(documents: &[Document]) -> Vec<Finding> {
    let titles: Vec<&str> = titles(documents).map(|(_, title)| title).collect();
    (1..=VECTORS)
        .filter(|number| {
            let begin = format!("Vector {number}: ");
            !titles.iter().any(|title| title.starts_with(&begin))
        })
        .map(|number| {
            let what = format!("no scenario is headed `Vector {number}: …`");
            finding(FOLDER, 0, "scenarios", what, "write it")
        })
        .collect()
}

fn titles(documents: &[Document]) -> impl Iterator<Item = (&str, &str)> {
    documents.iter().flat_map(|document| {
        let file = document.file.trim_start_matches(FOLDER);
        let scenarios = document.scenarios.iter();
        scenarios.map(move |scenario| (file, &*scenario.title))
    })
}

/// What the README's table says is shown is: each row names a document and one of its headings, or a file and a piece
/// of its text.
fn promises(tree: &Tree, documents: &[Document]) -> Vec<Finding> {
    let Some(readme) = tree.file(README) else {
        return Vec::new();
    };
    let lines = readme.text.lines().enumerate();
    // Rows, without the heads of the tables.
    let mut rows = lines
        .skip_while(|(_, line)| !line.starts_with(PROMISES))
        .filter(|(_, line)| line.starts_with('|') && !line.starts_with("|---"))
        .filter(|(_, line)| !line.ends_with("| where |"))
        .peekable();
    let mut findings = Vec::new();
    let mut bad = |line: usize, what: String| {
        let how = "name a scenario as `file.md: Heading`, or a test as `path: text`";
        findings.push(finding(README, line, "scenarios", what, how));
    };
    if rows.peek().is_none() {
        bad(0, format!("there is no row under `{PROMISES}`"));
    }
    for (at, row) in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let shown = cells.last().copied().unwrap_or_default();
        let Some((file, text)) = shown.split_once(": ") else {
            bad(at + 1, format!("`{shown}` names nothing"));
            continue;
        };
        let is_heading = titles(documents).any(|it| it == (file, text));
        if !is_heading && !holds(tree, file, text) {
            bad(at + 1, format!("there is no `{text}` in `{file}`"));
        }
    }
    findings
}

/// Whatever no scenario shows is shown by a test that exists.
fn elsewhere(tree: &Tree) -> Vec<Finding> {
    let missing = shown_elsewhere().filter(|known| {
        let (file, text) = known.test;
        !holds(tree, file, text)
    });
    let finding = |known: &Elsewhere| {
        let (file, text) = known.test;
        let what = format!("`{}` is said to be shown by `{text}`", known.name);
        finding(file, 0, "scenarios", what, "it is not there")
    };
    missing.map(finding).collect()
}

fn holds(tree: &Tree, file: &str, text: &str) -> bool {
    tree.file(file).is_some_and(|file| file.text.contains(text))
}

#[cfg(test)]
mod tests;
