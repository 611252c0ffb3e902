//! Every scenario of the repository on the pure login, with directories that answer in memory.

use entryway_scenario::{Counted, Document, Scenario, Tally, check, run_in_memory};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let tally = Arc::new(Tally::new("on the login alone"));
    let trials = match documents(&folder) {
        Ok(documents) => documents
            .into_iter()
            .flat_map(|path| trials(path, &tally))
            .collect(),
        Err(error) => vec![Trial::test("the scenarios are read", || Err(error.into()))],
    };
    let conclusion = libtest_mimic::run(&arguments, trials);
    // A closed pipe loses the table and no verdict.
    let _ = writeln!(std::io::stdout(), "{tally}");
    conclusion.exit_code()
}

fn documents(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "md"));
    paths.retain(|path| path.file_name().is_some_and(|name| name != "README.md"));
    paths.sort();
    Ok(paths)
}

/// One for each heading.
fn trials(path: PathBuf, tally: &Arc<Tally>) -> Vec<Trial> {
    let topic = path.file_name().unwrap_or_default().to_string_lossy();
    let topic: Arc<str> = topic.into();
    let name = format!("scenarios/{topic}");
    let parsed = std::fs::read_to_string(&path)
        .map_err(|error| error.to_string())
        .and_then(|text| Document::parse(&name, &text).map_err(|error| error.to_string()));
    match parsed {
        Ok(document) => document
            .scenarios
            .into_iter()
            .map(|scenario| {
                let title = format!("{name}: {}", scenario.title);
                let (tally, topic) = (Arc::clone(tally), Arc::clone(&topic));
                Trial::test(title, move || {
                    let ran = run(&scenario);
                    tally.add(&topic, Counted::one(ran.is_ok()));
                    ran
                })
            })
            .collect(),
        Err(error) => vec![Trial::test(name, || Err(error.into()))],
    }
}

fn run(scenario: &Scenario) -> Result<(), Failed> {
    let place = |line: usize| format!("{}:{line}", scenario.file);
    let found =
        run_in_memory(scenario).map_err(|error| format!("{}: {error}", place(scenario.line)))?;
    let mut failures = String::new();
    for (login, found) in scenario.logins.iter().zip(&found) {
        let mismatches = check(login, found);
        for mismatch in &mismatches {
            writeln!(
                failures,
                "{}: `{}`, {}: expected `{}`, found `{}`",
                place(login.line),
                login.name,
                mismatch.what,
                mismatch.expected,
                mismatch.found
            )?;
        }
        if !mismatches.is_empty() {
            writeln!(failures, "{:#}", found.answer)?;
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.into())
    }
}
