//! Every reason, challenge, fault and setting that bears on a login is shown by a scenario.

use super::finding;
use crate::tidy::Finding;
use crate::tidy::tree::Tree;
use entryway_config::setting_paths;
use entryway_login::{Challenge, Fault, Reason};
use entryway_scenario::{Coverage, Document};

const FOLDER: &str = "scenarios/";
/// Says how scenarios are written, and is none.
const README: &str = "scenarios/README.md";

/// What no scenario can show, and why; a path that ends in `.` or `[]` stands for everything below it.
const SHOWN_ELSEWHERE: [(&str, &str); 10] = [
    (
        "include",
        "a scenario's own configuration is an included file",
    ),
    ("server.", "where HTTP is served decides no login"),
    ("token[]", "who may call the API decides no login"),
    (
        "store.",
        "where accounts are kept decides no login; the store's battery runs on each kind",
    ),
    ("audit.", "a record is made of a decision"),
    (
        "os.",
        "the accounts of the machine that runs a scenario are nobody's to write down",
    ),
    (
        "login.reject_after",
        "when an answer leaves is not which; `cargo xtask prove timing` shows it",
    ),
    (
        "password_changed",
        "no login ends in it: a session is asked about again",
    ),
    (
        "os_unavailable",
        "the accounts of the machine that runs a scenario are nobody's to write down",
    ),
    (
        "overloaded",
        "it comes of how many others are being refused at the moment, which no document says",
    ),
];

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
                "add one, or say in xtask/src/tidy/rules/scenarios.rs why there can be none",
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
    findings
}

fn is_shown_elsewhere(name: &str) -> bool {
    SHOWN_ELSEWHERE.iter().any(|(known, _)| {
        let below = known.ends_with('.') || known.ends_with("[]");
        *known == name || (below && name.starts_with(known))
    })
}

#[cfg(test)]
mod tests;
