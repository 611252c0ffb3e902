//! What a set of documents shows: the reasons, challenges and faults that some login ends in, and the
//! settings that some configuration has.

use crate::document::Document;
use entryway_config::settings_named;
use std::collections::BTreeSet;

/// What some scenario shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Codes of reasons.
    pub reasons: BTreeSet<String>,
    /// Codes of challenges.
    pub challenges: BTreeSet<String>,
    /// Codes of faults.
    pub faults: BTreeSet<String>,
    /// Paths of settings, as the catalogue writes them.
    pub settings: BTreeSet<&'static str>,
}

impl Coverage {
    /// What these documents show together.
    pub fn of<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let mut coverage = Self::default();
        let scenarios = documents
            .into_iter()
            .flat_map(|document| &document.scenarios);
        for scenario in scenarios {
            for login in &scenario.logins {
                let outcome = &login.expected.outcome;
                let codes = match outcome.key() {
                    Some("reason") => &mut coverage.reasons,
                    Some("challenge") => &mut coverage.challenges,
                    Some("fault") => &mut coverage.faults,
                    _ => continue,
                };
                codes.extend(outcome.code.clone());
            }
            for text in [&scenario.shared_configuration, &scenario.configuration] {
                coverage
                    .settings
                    .extend(text.iter().flat_map(|text| settings_named(text)));
            }
        }
        coverage
    }
}
