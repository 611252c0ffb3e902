//! A setting that a scenario names is one that it shows: without it, something else comes of a login, or the
//! configuration does not load. What no login on its own can show is on the list of what is shown elsewhere.

// Functions beside the tests are tests too; the lint's own exception ends at `#[test]`.
#![allow(clippy::expect_used, clippy::panic)]

use entryway_config::{setting_paths, settings_named};
use entryway_scenario::{Document, Scenario, check, is_shown_elsewhere, run_in_memory};
use std::collections::BTreeSet;
use std::path::Path;

fn scenarios() -> Vec<Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let paths = std::fs::read_dir(folder).expect("there are scenarios");
    let paths = paths.map(|entry| entry.expect("a name").path());
    let documents = paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "md"))
        .filter(|path| path.file_name().is_some_and(|name| name != "README.md"));
    let documents = documents.map(|path| {
        let text = std::fs::read_to_string(&path).expect("a text");
        Document::parse(&path.display().to_string(), &text).expect("a document")
    });
    documents.flat_map(|document| document.scenarios).collect()
}

/// Whether all is as the scenario expects.
fn holds(scenario: &Scenario) -> bool {
    let Ok(found) = run_in_memory(scenario) else {
        return false;
    };
    let mut logins = scenario.logins.iter().zip(&found);
    logins.all(|(login, found)| check(login, found).is_empty())
}

/// The configuration without one of its lines, and the settings that only this line had.
fn without_each_line(text: &str) -> Vec<(String, BTreeSet<&'static str>)> {
    let all: BTreeSet<_> = settings_named(text).into_iter().collect();
    let lines: Vec<&str> = text.lines().collect();
    let is_setting = |line: &str| line.contains(" = ") && !line.starts_with(['[', '#', ' ']);
    let numbered = lines.iter().enumerate();
    let candidates = numbered.filter(|(_, line)| is_setting(line));
    candidates
        .map(|(at, line)| {
            let (before, after) = (lines.get(..at), lines.get(at + 1..));
            let rest = [before.unwrap_or_default(), after.unwrap_or_default()].concat();
            // The line alone, below the header that it stands under.
            let headers = before.unwrap_or_default().iter().rev();
            let header = headers.copied().find(|line| line.starts_with('['));
            let alone = format!("{}\n{line}\n", header.unwrap_or_default());
            let named = settings_named(&alone).into_iter();
            (
                rest.join("\n"),
                named.filter(|path| all.contains(path)).collect(),
            )
        })
        .collect()
}

#[test]
fn every_setting_that_is_named_is_shown() {
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    for scenario in scenarios() {
        assert!(holds(&scenario), "{}: {}", scenario.file, scenario.title);
        for is_own in [false, true] {
            let text = if is_own {
                &scenario.configuration
            } else {
                &scenario.shared_configuration
            };
            for (rest, named) in without_each_line(text.as_deref().unwrap_or_default()) {
                if named.iter().all(|path| shown.contains(path)) {
                    continue;
                }
                let mut less = scenario.clone();
                if is_own {
                    less.configuration = Some(rest);
                } else {
                    less.shared_configuration = Some(rest);
                }
                if !holds(&less) {
                    shown.extend(named);
                }
            }
        }
    }
    let hidden: Vec<_> = setting_paths()
        .filter(|path| !shown.contains(path) && !is_shown_elsewhere(path))
        .collect();
    assert!(
        hidden.is_empty(),
        "no login comes to something else without {hidden:#?}"
    );
}
