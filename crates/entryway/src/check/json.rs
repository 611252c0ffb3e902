//! What `entryway check --output json` answers, whether or not the configuration loads.

use super::Finding;
use crate::{out, problems};
use entryway_config::{Report, Severity};
use entryway_wire::ConfigurationProblem;
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
#[serde(transparent)]
pub(super) struct ProblemJson(ConfigurationProblem);

impl ProblemJson {
    /// Each problem of a report.
    pub(super) fn all(report: &Report) -> Vec<Self> {
        problems::problems_of(report)
            .into_iter()
            .map(Self)
            .collect()
    }

    /// A problem that no line of the configuration has.
    pub(super) fn elsewhere(severity: Severity, message: impl Into<String>) -> Self {
        Self(problems::elsewhere(severity, message))
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
