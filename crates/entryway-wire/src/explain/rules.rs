//! The fields of accounts, groups, classes, filters and templates.

use super::Names;
use crate::session::GroupJson;
use entryway_login::{DnOutcome, LocalOutcome, OsOutcome};
use serde::Serialize;

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum LocalJson<'a> {
    NoAccount,
    Decides { name: &'a str },
    KeptInDirectory { name: &'a str },
    LeftOut { name: &'a str },
}

impl<'a> LocalJson<'a> {
    pub(super) fn of(outcome: &'a LocalOutcome) -> Self {
        match outcome {
            LocalOutcome::NoAccount => Self::NoAccount,
            LocalOutcome::Decides { name } => Self::Decides { name },
            LocalOutcome::KeptInDirectory { name } => Self::KeptInDirectory { name },
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
pub(super) enum DnFilteredJson {
    NoFilter,
    Permitted { of: usize, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<String> },
    Refused { of: usize },
}

impl DnFilteredJson {
    pub(super) fn of(outcome: &DnOutcome, names: &Names<'_, '_>) -> Self {
        match outcome {
            DnOutcome::NoFilter => Self::NoFilter,
            DnOutcome::Permitted { rule, of } => Self::Permitted {
                of: *of,
                rule: names.place(*rule),
            },
            DnOutcome::Refused { of } => Self::Refused { of: *of },
        }
    }
}

#[derive(Serialize)]
pub(super) struct GroupsJson<'a> {
    groups: Vec<GroupJson<'a>>,
    total: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial: Option<&'a str>,
    round_trips: u32,
}

impl<'a> GroupsJson<'a> {
    pub(super) fn of(
        groups: &'a [entryway_login::Group],
        total: usize,
        partial: Option<&'a str>,
        round_trips: u32,
    ) -> Self {
        Self {
            groups: groups.iter().map(GroupJson::of).collect(),
            total,
            partial,
            round_trips,
        }
    }
}

#[derive(Serialize)]
pub(super) struct LeftOutJson<'a> {
    pub(super) attribute: &'a str,
    pub(super) problem: &'a str,
}
