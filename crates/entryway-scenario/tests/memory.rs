//! Every scenario of the repository on the pure login, with directories that answer in memory.

use entryway_scenario::{Document, Scenario, check, run_in_memory};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let trials = match documents(&folder) {
        Ok(documents) => documents.into_iter().flat_map(trials).collect(),
        Err(error) => vec![Trial::test("the scenarios are read", || Err(error.into()))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
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
fn trials(path: PathBuf) -> Vec<Trial> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = format!("scenarios/{name}");
    let parsed = std::fs::read_to_string(&path)
        .map_err(|error| error.to_string())
        .and_then(|text| Document::parse(&name, &text).map_err(|error| error.to_string()));
    match parsed {
        Ok(document) => document
            .scenarios
            .into_iter()
            .map(|scenario| {
                let title = format!("{name}: {}", scenario.title);
                Trial::test(title, move || run(&scenario))
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
