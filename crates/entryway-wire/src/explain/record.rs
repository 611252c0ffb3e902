//! One step's own fields. The names of events and fields are an interface: never reuse one.

use super::Names;
use super::bind::{BindJson, BoundJson};
use super::certificate::CertificateJson;
use super::change::{ChangeAnsweredJson, ChangeJson};
use super::rules::{DnFilteredJson, GroupsJson, LeftOutJson, LocalJson, OsJson};
use super::search::{OutcomeJson, PassedOverJson, SearchedJson, TryJson, scope_name};
use super::site::{SiteAnsweredJson, SiteAssertedJson, form_name};
use super::values::{HomeJson, MapJson};
use crate::session::GroupJson;
use crate::time::Rfc3339;
use crate::write::Text;
use entryway_ldap_types::{AccountState, AttributeName, Placeholder};
use entryway_login::{MapTarget, NameForm, NamedDomain, Record, Verdict};
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[rustfmt::skip] // one event a line reads as the table it is
pub(super) enum RecordJson<'a> {
    NameRefused { login_name: &'a str, reason: &'static str, problem: &'a str },
    NameRead { login_name: &'a str, #[serde(skip_serializing_if = "Option::is_none")] named: Option<NamedJson<'a>>, tries: Vec<&'a str>, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    SiteNamed { login_name: &'a str, site: &'a str, form: &'static str, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    ClearRefused { site: &'a str },
    SiteAsserted(Box<SiteAssertedJson<'a>>),
    SiteAnswered(Box<SiteAnsweredJson<'a>>),
    SiteUnanswered { site: &'a str, #[serde(skip_serializing_if = "Option::is_none")] connector: Option<&'a str>, written: bool, fault: &'static str, cause: &'a str },
    DomainUnknown { domain: &'a str },
    Searched(Box<SearchedJson<'a>>),
    NotSearched { domain: &'a str, placeholder: Text<&'a Placeholder>, by_email: bool, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    Throttled { bucket: &'static str, limit: u32, until: Text<Rfc3339> },
    StoreUnavailable { problem: &'a str },
    LocalLooked(LocalJson<'a>),
    LocalVerified { #[serde(flatten)] verdict: BindJson, continued: bool },
    OsAnswered(OsJson<'a>),
    PasswordRefused { login_name: &'a str, problem: &'static str },
    PasswordNotChecked,
    Stopped { fault: &'static str, problem: &'static str },
    SubjectCompared { same: bool },
    PasswordCompared { #[serde(skip_serializing_if = "Option::is_none")] unchanged: Option<bool> },
    Bound(Box<BoundJson<'a>>),
    BindUnanswered { server: &'a str, written: bool, fault: &'static str, cause: &'a str },
    AccountRead { state: &'static str },
    Named { #[serde(skip_serializing_if = "Option::is_none")] name: Option<&'a str>, #[serde(skip_serializing_if = "Option::is_none")] from: Option<Text<&'a AttributeName>>, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    IdentityUnusable { part: &'static str, from: Text<&'a AttributeName>, problem: &'a str, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    Mapped { maps: Vec<MapJson<'a>> },
    Defaulted { filled: Vec<FilledJson<'a>>, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    Carried { carried: &'a [String], left_out: Vec<LeftOutJson<'a>>, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    TypeRanged { user_type: &'static str, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    FromAccount { values: Vec<FilledJson<'a>> },
    GroupsRead(GroupsJson<'a>),
    Classed { #[serde(skip_serializing_if = "Option::is_none")] class: Option<&'a str>, of: usize, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    RuleFailed { problem: &'a str, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    DnFiltered(DnFilteredJson<'a>),
    Homed(HomeJson<'a>),
    Templated { name: &'a str, values: Vec<FilledJson<'a>>, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    TemplateUnresolved { name: &'a str, target: &'a str, problem: &'a str, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    Required { missing: Vec<&'a str>, invalid: Vec<InvalidJson<'a>> },
    ChangeRefused { reason: &'static str, problem: &'static str },
    ChangeAnswered(Box<ChangeAnsweredJson<'a>>),
    ChangeUnanswered { server: &'a str, written: bool, fault: &'static str, cause: &'a str },
    CertificateShown(Box<CertificateJson<'a>>),
    CertificateMapped { by: &'static str, outcome: &'static str, #[serde(skip_serializing_if = "Option::is_none")] rule: Option<Cow<'a, str>> },
    NotForRealUsers,
    LocalChanged { #[serde(flatten)] verdict: ChangeJson, #[serde(skip_serializing_if = "Option::is_none")] problem: Option<&'a str> },
    Decided { verdict: &'static str, code: &'static str, meaning: &'static str },
}

impl<'a> RecordJson<'a> {
    pub(super) fn of(record: &'a Record, names: &Names<'_, 'a>) -> Self {
        match record {
            Record::NameRefused {
                login_name,
                reason,
                problem,
            } => Self::NameRefused {
                login_name,
                reason: reason.code(),
                problem,
            },
            Record::NameRead {
                login_name,
                named,
                tries,
                rule,
            } => Self::NameRead {
                login_name,
                named: named.as_ref().map(|named| NamedJson::of(named, names)),
                tries: tries.iter().map(|id| names.domain(*id)).collect(),
                rule: rule.and_then(|rule| names.place(rule)),
            },
            Record::SiteNamed {
                login_name,
                site,
                form,
                rule,
            } => Self::SiteNamed {
                login_name,
                site,
                form: form_name(*form),
                rule: names.place(*rule),
            },
            Record::ClearRefused { site } => Self::ClearRefused { site },
            Record::SiteAsserted {
                site,
                connector,
                proof,
                outcome,
            } => Self::SiteAsserted(Box::new(SiteAssertedJson::of(
                site, connector, proof, outcome,
            ))),
            Record::SiteAnswered {
                site,
                connector,
                proof,
                outcome,
            } => Self::SiteAnswered(Box::new(SiteAnsweredJson::of(
                site,
                connector.as_deref(),
                proof,
                outcome,
            ))),
            Record::SiteUnanswered {
                site,
                connector,
                written,
                fault,
                cause,
            } => Self::SiteUnanswered {
                site,
                connector: connector.as_deref(),
                written: *written,
                fault: fault.code(),
                cause,
            },
            Record::DomainUnknown { domain } => Self::DomainUnknown { domain },
            Record::Searched {
                domain,
                server,
                tried,
                base,
                scope,
                filter,
                outcome,
                passed_over,
                rule,
                by_email,
            } => Self::Searched(Box::new(SearchedJson {
                domain: names.domain(*domain),
                server: server.as_deref(),
                tried: tried.iter().map(TryJson::of).collect(),
                base,
                scope: scope_name(*scope),
                filter: Text(filter),
                outcome: OutcomeJson::of(outcome),
                passed_over: passed_over.iter().map(PassedOverJson::of).collect(),
                by_email: *by_email,
                rule: names.place(*rule),
            })),
            Record::NotSearched {
                domain,
                placeholder,
                rule,
                by_email,
            } => Self::NotSearched {
                domain: names.domain(*domain),
                placeholder: Text(placeholder),
                by_email: *by_email,
                rule: names.place(*rule),
            },
            Record::Throttled {
                bucket,
                limit,
                until,
            } => Self::Throttled {
                bucket: bucket.as_str(),
                limit: *limit,
                until: Text(Rfc3339(*until)),
            },
            Record::StoreUnavailable { problem } => Self::StoreUnavailable { problem },
            Record::LocalLooked(outcome) => Self::LocalLooked(LocalJson::of(outcome)),
            Record::LocalVerified { verdict, continued } => Self::LocalVerified {
                verdict: BindJson::of(verdict),
                continued: *continued,
            },
            Record::OsAnswered { outcome } => Self::OsAnswered(OsJson::of(outcome)),
            Record::Stopped { fault, problem, .. } => Self::Stopped {
                fault: fault.code(),
                problem,
            },
            Record::SubjectCompared { same } => Self::SubjectCompared { same: *same },
            Record::PasswordCompared { unchanged } => Self::PasswordCompared {
                unchanged: *unchanged,
            },
            Record::PasswordRefused {
                login_name,
                problem,
            } => Self::PasswordRefused {
                login_name,
                problem,
            },
            Record::PasswordNotChecked => Self::PasswordNotChecked,
            Record::CertificateShown {
                certificate,
                judged,
            } => Self::CertificateShown(Box::new(CertificateJson::of(certificate, judged))),
            Record::CertificateMapped { by, outcome, rule } => Self::CertificateMapped {
                by: by.as_str(),
                outcome: outcome.as_str(),
                rule: names.place(*rule),
            },
            Record::NotForRealUsers => Self::NotForRealUsers,
            Record::Bound {
                server,
                code,
                diagnostic,
                policy,
                verdict,
            } => Self::Bound(Box::new(BoundJson::of(
                server, *code, diagnostic, *policy, verdict,
            ))),
            Record::BindUnanswered {
                server,
                written,
                fault,
                cause,
            } => Self::BindUnanswered {
                server,
                written: *written,
                fault: fault.code(),
                cause,
            },
            Record::AccountRead { state } => Self::AccountRead {
                state: state_name(*state),
            },
            Record::Named { name, from, rule } => Self::Named {
                name: name.as_deref(),
                from: from.as_ref().map(Text),
                rule: names.place(*rule),
            },
            Record::IdentityUnusable {
                part,
                from,
                problem,
                rule,
            } => Self::IdentityUnusable {
                part: part.as_str(),
                from: Text(from),
                problem,
                rule: names.place(*rule),
            },
            Record::Mapped { maps } => Self::Mapped {
                maps: maps.iter().map(|map| MapJson::of(map, names)).collect(),
            },
            Record::Defaulted { filled, rule } => Self::Defaulted {
                filled: FilledJson::all(filled),
                rule: names.place(*rule),
            },
            Record::Carried {
                carried,
                left_out,
                rule,
            } => Self::Carried {
                carried,
                left_out: left_out
                    .iter()
                    .map(|(attribute, problem)| LeftOutJson { attribute, problem })
                    .collect(),
                rule: names.place(*rule),
            },
            Record::TypeRanged { user_type, rule } => Self::TypeRanged {
                user_type: user_type.as_str(),
                rule: names.place(*rule),
            },
            Record::FromAccount { values } => Self::FromAccount {
                values: FilledJson::all(values),
            },
            Record::GroupsRead {
                groups,
                total,
                partial,
                needed,
                round_trips,
            } => Self::GroupsRead(GroupsJson {
                groups: groups.iter().map(GroupJson::of).collect(),
                total: *total,
                partial: partial.as_deref(),
                needed: *needed,
                round_trips: *round_trips,
            }),
            Record::Classed { class, of } => Self::Classed {
                class: class.as_ref().map(|(name, _)| &**name),
                of: *of,
                rule: class.as_ref().and_then(|(_, rule)| names.place(*rule)),
            },
            Record::RuleFailed { problem, rule, .. } => Self::RuleFailed {
                problem,
                rule: names.place(*rule),
            },
            Record::DnFiltered(outcome) => Self::DnFiltered(DnFilteredJson::of(outcome, names)),
            Record::Templated { name, values, rule } => Self::Templated {
                name,
                values: FilledJson::all(values),
                rule: names.place(*rule),
            },
            Record::TemplateUnresolved {
                name,
                target,
                problem,
                rule,
            } => Self::TemplateUnresolved {
                name,
                target: target.as_str(),
                problem,
                rule: names.place(*rule),
            },
            Record::Homed(result) => Self::Homed(HomeJson::of(result, names)),
            Record::Required { missing, invalid } => Self::Required {
                missing: missing.iter().map(MapTarget::as_str).collect(),
                invalid: invalid
                    .iter()
                    .map(|(target, problem)| InvalidJson {
                        target: target.as_str(),
                        problem,
                    })
                    .collect(),
            },
            Record::ChangeRefused { reason, problem } => Self::ChangeRefused {
                reason: reason.code(),
                problem,
            },
            Record::ChangeAnswered {
                server,
                code,
                diagnostic,
                policy,
                verdict,
            } => Self::ChangeAnswered(Box::new(ChangeAnsweredJson::of(
                server, *code, diagnostic, *policy, *verdict,
            ))),
            Record::ChangeUnanswered {
                server,
                written,
                fault,
                cause,
            } => Self::ChangeUnanswered {
                server,
                written: *written,
                fault: fault.code(),
                cause,
            },
            Record::LocalChanged { verdict, problem } => Self::LocalChanged {
                verdict: ChangeJson::of(*verdict),
                problem: problem.as_deref(),
            },
            Record::Decided(verdict) => {
                let row = verdict.row();
                let word = if *verdict == Verdict::WouldAccept {
                    row.code
                } else {
                    row.outcome.as_str()
                };
                Self::Decided {
                    verdict: word,
                    code: row.code,
                    meaning: row.operator,
                }
            }
        }
    }
}

#[derive(Serialize)]
pub(super) struct NamedJson<'a> {
    domain: &'a str,
    form: &'static str,
}

impl<'a> NamedJson<'a> {
    fn of(named: &NamedDomain, names: &Names<'_, 'a>) -> Self {
        let form = match named.form {
            NameForm::Slash => "slash",
            NameForm::Backslash => "backslash",
            NameForm::Suffix => "suffix",
        };
        Self {
            domain: names.domain(named.domain),
            form,
        }
    }
}

#[derive(Serialize)]
pub(super) struct FilledJson<'a> {
    target: &'a str,
    value: &'a str,
}

impl<'a> FilledJson<'a> {
    fn all(filled: &'a [(MapTarget, String)]) -> Vec<Self> {
        filled
            .iter()
            .map(|(target, value)| Self {
                target: target.as_str(),
                value,
            })
            .collect()
    }
}

#[derive(Serialize)]
pub(super) struct InvalidJson<'a> {
    target: &'a str,
    problem: &'a str,
}

fn state_name(state: AccountState) -> &'static str {
    match state {
        AccountState::Usable => "usable",
        AccountState::Disabled => "disabled",
        AccountState::Expired => "expired",
        AccountState::Locked => "locked",
        AccountState::PasswordExpired => "password_expired",
        AccountState::MustChange => "must_change",
    }
}
