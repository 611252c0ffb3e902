//! The fields of accounts, groups, classes, filters and templates.

use super::Names;
use crate::session::GroupJson;
use entryway_login::{DnOutcome, LocalOutcome, OsOutcome};
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum LocalJson<'a> {
    NoAccount,
    Decides { name: &'a str, enabled: bool },
    KeptInDirectory { name: &'a str, enabled: bool },
    LeftOut { name: &'a str },
}

impl<'a> LocalJson<'a> {
    pub(super) fn of(outcome: &'a LocalOutcome) -> Self {
        match outcome {
            LocalOutcome::NoAccount => Self::NoAccount,
            LocalOutcome::Decides { name, enabled } => Self::Decides {
                name,
                enabled: *enabled,
            },
            LocalOutcome::KeptInDirectory { name, enabled } => Self::KeptInDirectory {
                name,
                enabled: *enabled,
            },
            LocalOutcome::LeftOut { name } => Self::LeftOut { name },
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum OsJson<'a> {
    Found {
        name: &'a str,
    },
    Verified {
        name: &'a str,
    },
    NoAccount,
    Refused {
        reason: &'static str,
        words: &'a str,
    },
    MustChange,
    NoVerdict {
        problem: &'a str,
    },
}

impl<'a> OsJson<'a> {
    pub(super) fn of(outcome: &'a OsOutcome) -> Self {
        match outcome {
            OsOutcome::Found { name } => Self::Found { name },
            OsOutcome::Verified { name } => Self::Verified { name },
            OsOutcome::NoAccount => Self::NoAccount,
            OsOutcome::Refused { reason, words } => Self::Refused {
                reason: reason.code(),
                words,
            },
            OsOutcome::MustChange => Self::MustChange,
            OsOutcome::NoVerdict { problem } => Self::NoVerdict { problem },
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[rustfmt::skip]
pub(super) enum DnFilteredJson<'a> {
    NoFilter,
    Permitted { of: usize, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    Refused { of: usize, #[serde(skip_serializing_if = "Vec::is_empty")] rules: Vec<Cow<'a, str>> },
}

impl<'a> DnFilteredJson<'a> {
    pub(super) fn of(outcome: &DnOutcome, names: &Names<'_, 'a>) -> Self {
        match outcome {
            DnOutcome::NoFilter => Self::NoFilter,
            DnOutcome::Permitted { rule, of } => Self::Permitted {
                of: *of,
                rule: names.place(*rule),
            },
            DnOutcome::Refused { of, rules } => Self::Refused {
                of: *of,
                rules: rules.iter().filter_map(|rule| names.place(*rule)).collect(),
            },
        }
    }
}

#[derive(Serialize)]
pub(super) struct GroupsJson<'a> {
    pub(super) groups: Vec<GroupJson<'a>>,
    pub(super) total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partial: Option<&'a str>,
    /// Whether a rule looks at them.
    pub(super) needed: bool,
    pub(super) round_trips: u32,
}

#[derive(Serialize)]
pub(super) struct LeftOutJson<'a> {
    pub(super) attribute: &'a str,
    pub(super) problem: &'a str,
}
