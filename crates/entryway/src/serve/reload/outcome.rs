//! How a reading of the configuration ended, and how that is told.

use crate::live::InForce;
use crate::problems::{elsewhere, problems_of};
use entryway_config::{Report, Severity};

/// How it ended.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// What was read is in force.
    Applied {
        in_force: InForce,
        warnings: Report,
        /// What is odd about trusted certificates.
        odd: Vec<String>,
    },
    /// What was in force before still is.
    Refused {
        in_force: InForce,
        problem: String,
        /// What is wrong with the text; `None` for what is found only when the parts are put together.
        report: Option<Report>,
    },
}

impl Outcome {
    /// As it is told to whoever asked for it.
    pub(crate) fn told(&self, configuration: &str, colour: bool) -> entryway_wire::Reload {
        let (applied, in_force, problems, report) = match self {
            Self::Applied {
                in_force,
                warnings,
                odd,
            } => {
                let mut problems = problems_of(warnings);
                problems.extend(odd.iter().map(|odd| elsewhere(Severity::Warning, odd)));
                let mut report = if warnings.is_empty() {
                    String::new()
                } else {
                    warnings.render(colour)
                };
                for warning in odd {
                    report.push_str(&format!("warning: {warning}\n"));
                }
                (true, in_force, problems, report)
            }
            Self::Refused {
                in_force,
                report: Some(report),
                ..
            } => (false, in_force, problems_of(report), report.render(colour)),
            Self::Refused {
                in_force,
                problem,
                report: None,
            } => (
                false,
                in_force,
                vec![elsewhere(Severity::Error, problem)],
                format!("error: {problem}\n"),
            ),
        };
        entryway_wire::Reload {
            applied,
            generation: in_force.generation,
            configuration: configuration.to_owned(),
            domains: in_force.domains,
            callers: in_force.callers,
            files: in_force.files,
            problems,
            restart_needed: if applied {
                in_force
                    .restart_needed
                    .iter()
                    .map(|it| (*it).to_owned())
                    .collect()
            } else {
                Vec::new()
            },
            report,
        }
    }
}
