//! What `entryway check --output json` answers, whether or not the configuration loads.

use super::Finding;
use crate::out;
use entryway_config::{Problem, Report, Severity};
use serde::Serialize;

/// The whole answer.
#[derive(Serialize)]
pub(super) struct Answer<'a> {
    pub(super) ok: bool,
    /// The file; left out when none was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) configuration: Option<String>,
    pub(super) problems: Vec<ProblemJson>,
    pub(super) findings: &'a [Finding],
}

/// One problem of the configuration; what it does not have is left out.
#[derive(Serialize)]
pub(super) struct ProblemJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl ProblemJson {
    /// Each problem of a report.
    pub(super) fn all(report: &Report) -> Vec<Self> {
        report.problems().map(Self::of).collect()
    }

    fn of(problem: Problem) -> Self {
        Self {
            code: Some(problem.code),
            severity: problem.severity.as_str(),
            file: problem.file,
            line: problem.line,
            column: problem.column,
            message: problem.message,
            hint: problem.hint,
        }
    }

    /// A problem that no line of the configuration has.
    pub(super) fn elsewhere(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code: None,
            severity: severity.as_str(),
            file: None,
            line: None,
            column: None,
            message: message.into(),
            hint: None,
        }
    }
}

/// Answers that the configuration cannot be used.
pub(super) fn unusable(configuration: Option<String>, problems: Vec<ProblemJson>) {
    out::json(&Answer {
        ok: false,
        configuration,
        problems,
        findings: &[],
    });
}
