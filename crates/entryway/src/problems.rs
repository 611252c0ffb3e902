//! Problems of a configuration as programs read them.

use entryway_config::{Problem, Report, Severity};
use entryway_wire::ConfigurationProblem;

/// Each problem of a report.
pub(crate) fn problems_of(report: &Report) -> Vec<ConfigurationProblem> {
    report.problems().map(one).collect()
}

fn one(problem: Problem) -> ConfigurationProblem {
    ConfigurationProblem {
        code: Some(problem.code.to_owned()),
        severity: problem.severity.as_str().to_owned(),
        file: problem.file,
        line: problem.line,
        column: problem.column,
        message: problem.message,
        hint: problem.hint,
    }
}

/// A problem that no line of the configuration has.
pub(crate) fn elsewhere(severity: Severity, message: impl Into<String>) -> ConfigurationProblem {
    ConfigurationProblem {
        code: None,
        severity: severity.as_str().to_owned(),
        file: None,
        line: None,
        column: None,
        message: message.into(),
        hint: None,
    }
}
