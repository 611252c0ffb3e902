//! A trace as JSON: one object a step with `stage`, a stable `event`, what happened and, where a rule
//! decided, where it was written.

mod bind;
mod certificate;
mod change;
mod record;
mod rules;
mod search;
mod site;
mod values;

use crate::write::Millis;
use entryway_login::{DomainId, RuleId, Stage, Trace};
use record::RecordJson;
use serde::Serialize;
pub(crate) use site::StatedJson;
use std::borrow::Cow;

/// The steps, in order.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct TraceJson<'a>(Vec<StepJson<'a>>);

#[derive(Serialize)]
struct StepJson<'a> {
    stage: &'static str,
    #[serde(flatten)]
    record: RecordJson<'a>,
    at_ms: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<Millis>,
}

/// What a trace refers to without containing it.
struct Names<'f, 'a> {
    place: &'f dyn Fn(RuleId) -> Option<Cow<'a, str>>,
    domain: &'f dyn Fn(DomainId) -> Option<&'a str>,
}

impl<'a> Names<'_, 'a> {
    fn place(&self, rule: RuleId) -> Option<Cow<'a, str>> {
        (self.place)(rule)
    }
    /// A domain that has no name any more, after a reload, is shown as `?`.
    fn domain(&self, id: DomainId) -> &'a str {
        (self.domain)(id).unwrap_or("?")
    }
}

impl<'a> TraceJson<'a> {
    pub(crate) fn of<P: Into<Cow<'a, str>>>(
        trace: &'a Trace,
        place: &dyn Fn(RuleId) -> Option<P>,
        domain_name: &dyn Fn(DomainId) -> Option<&'a str>,
    ) -> Self {
        let names = Names {
            place: &|rule| place(rule).map(Into::into),
            domain: domain_name,
        };
        let step = |entry: &'a entryway_login::TraceEntry| StepJson {
            stage: stage(entry.record.stage()),
            record: RecordJson::of(&entry.record, &names),
            at_ms: Millis(entry.at),
            took_ms: entry.took.map(Millis),
        };
        Self(trace.entries.iter().map(step).collect())
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::LoginName => "login_name",
        Stage::Throttle => "throttle",
        Stage::Local => "local",
        Stage::Find => "find",
        Stage::Os => "os",
        Stage::Site => "site",
        Stage::Password => "password",
        Stage::Certificate => "certificate",
        Stage::Account => "account",
        Stage::Maps => "maps",
        Stage::UserType => "user_type",
        Stage::Defaults => "defaults",
        Stage::Groups => "groups",
        Stage::UserClass => "user_class",
        Stage::DnFilters => "dn_filters",
        Stage::Home => "home",
        Stage::Template => "template",
        Stage::Required => "required",
        Stage::Change => "change",
        Stage::Decision => "decision",
    }
}
