//! The fields of maps and of the home folder.

use super::Names;
use entryway_login::{HomeResult, MapOutcome, MapResult};
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
pub(super) struct MapJson<'a> {
    target: &'a str,
    from: &'a str,
    #[serde(flatten)]
    outcome: MapOutcomeJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum MapOutcomeJson<'a> {
    Set { values: &'a [String] },
    Absent,
    Invalid { problem: &'a str, defaulted: bool },
}

impl<'a> MapJson<'a> {
    pub(super) fn of(map: &'a MapResult, names: &Names<'_, 'a>) -> Self {
        let outcome = match &map.value {
            MapOutcome::Set(values) => MapOutcomeJson::Set { values },
            MapOutcome::Absent => MapOutcomeJson::Absent,
            MapOutcome::Invalid { problem, defaulted } => MapOutcomeJson::Invalid {
                problem,
                defaulted: *defaulted,
            },
        };
        Self {
            target: map.target.as_str(),
            from: &map.from,
            outcome,
            rule: names.place(map.rule),
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[rustfmt::skip]
pub(super) enum HomeJson<'a> {
    AlreadySet,
    FromRow { home: &'a str, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    NoRow,
    Refused { problem: &'a str, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
}

impl<'a> HomeJson<'a> {
    pub(super) fn of(result: &'a HomeResult, names: &Names<'_, 'a>) -> Self {
        match result {
            HomeResult::AlreadySet => Self::AlreadySet,
            HomeResult::FromRow { home, rule } => Self::FromRow {
                home,
                rule: names.place(*rule),
            },
            HomeResult::NoRow => Self::NoRow,
            HomeResult::Refused { problem, rule } => Self::Refused {
                problem,
                rule: names.place(*rule),
            },
        }
    }
}
