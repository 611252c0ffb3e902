//! Logins through the `entryway` binary against real directory servers.
//!
//! Each row of the tables is a test of its own, once for each way in: `login`, `explain` and
//! HTTP. The servers start when the first row needs them and are gone when this ends. A server
//! that is not installed fails every row that needs it.

mod active_directory;
mod by_certificate;
mod captures;
mod chromium;
mod counted;
mod documented;
mod ds389;
mod faces;
mod faults;
mod integrations;
mod lab;
mod looked;
mod matrix;
mod nodes;
mod openapi;
mod openldap;
mod outages;
mod photos;
mod row;
mod scenarios;
mod sealed;
mod setups;
mod site;
mod together;

use lab::Lab;
use libtest_mimic::{Arguments, Trial};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let lab = Arc::new(Lab::new(env!("CARGO_BIN_EXE_entryway").as_ref()));
    let tables = [
        ("openldap", openldap::rows()),
        ("active_directory", active_directory::rows()),
        ("ds389", ds389::rows()),
        ("outages", outages::rows()),
        ("together", together::rows()),
    ];
    let mut trials = Vec::new();
    for (table, rows) in tables {
        for row in rows {
            trials.extend(row.trials(table, &lab));
        }
    }
    trials.extend(tests(&lab, "openldap", openldap::tests()));
    trials.extend(tests(&lab, "openapi", openapi::tests()));
    trials.extend(tests(&lab, "looked", looked::tests()));
    trials.extend(tests(&lab, "photos", photos::tests()));
    trials.extend(tests(&lab, "counted", counted::tests()));
    trials.extend(tests(&lab, "by_certificate", by_certificate::tests()));
    trials.extend(tests(&lab, "captures", captures::tests()));
    trials.extend(tests(&lab, "active_directory", active_directory::tests()));
    trials.extend(tests(&lab, "ds389", ds389::tests()));
    trials.extend(tests(&lab, "faults", faults::tests()));
    trials.extend(tests(&lab, "sealed", sealed::tests()));
    trials.extend(tests(&lab, "site", site::tests()));
    trials.extend(tests(&lab, "nodes", nodes::tests()));
    trials.extend(tests(&lab, "integrations", integrations::tests()));
    let tallies = Arc::new(scenarios::Tallies::new());
    trials.extend(scenarios::trials(&lab, &tallies));
    let matrix = Arc::new(matrix::Matrix::new());
    trials.extend(matrix.trials(&lab));
    // The servers go when the last trial lets go of the lab, before the exit status is given.
    let conclusion = libtest_mimic::run(&arguments, trials);
    let written = matrix.finish();
    drop((lab, matrix));
    if let Err(error) = written {
        let _ = writeln!(std::io::stderr(), "the matrix is not written: {error:#}");
        return ExitCode::FAILURE;
    }
    // A closed pipe loses the table and no verdict.
    let _ = writeln!(std::io::stdout(), "{tallies}");
    conclusion.exit_code()
}

/// What went wrong and why, the cause last: where only the end is seen, that is it. Not where in this program, which is the
/// runner in every case.
pub(crate) fn told(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    causes.join("\ncaused by: ")
}

/// A test that is not a row.
type Test = (&'static str, fn(&Lab) -> anyhow::Result<()>);

fn tests(lab: &Arc<Lab>, table: &str, tests: Vec<Test>) -> Vec<Trial> {
    tests
        .into_iter()
        .map(|(name, run)| {
            let lab = Arc::clone(lab);
            Trial::test(format!("{table}: {name}"), move || {
                run(&lab).map_err(|error| told(&error).into())
            })
        })
        .collect()
}
