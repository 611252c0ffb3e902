//! A search's fields, and those of any result.

use crate::write::Text;
use entryway_ldap_types::{Filter, ResultCode, Scope};
use entryway_login::{PassedOver, SearchOutcome, ServerFault, ServerTry};
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
pub(super) struct SearchedJson<'a> {
    pub(super) domain: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) server: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tried: Vec<TryJson<'a>>,
    pub(super) base: &'a str,
    pub(super) scope: &'static str,
    pub(super) filter: Text<&'a Filter>,
    #[serde(flatten)]
    pub(super) outcome: OutcomeJson<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) passed_over: Vec<PassedOverJson<'a>>,
    pub(super) by_email: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<Cow<'a, str>>,
}

/// A part of the directory that was not looked at.
#[derive(Serialize)]
pub(super) struct PassedOverJson<'a> {
    to: &'a str,
    why: &'static str,
}

impl<'a> PassedOverJson<'a> {
    pub(super) fn of(passed_over: &'a PassedOver) -> Self {
        let PassedOver { to, why } = passed_over;
        Self { to, why }
    }
}

#[derive(Serialize)]
pub(super) struct TryJson<'a> {
    server: &'a str,
    fault: &'static str,
    cause: &'a str,
}

impl<'a> TryJson<'a> {
    pub(super) fn of(tried: &'a ServerTry) -> Self {
        let fault = match tried.fault {
            ServerFault::Unreachable => "unreachable",
            ServerFault::TlsUntrusted => "tls_untrusted",
            ServerFault::ServiceBindRefused => "service_bind_refused",
            ServerFault::Protocol => "protocol",
            ServerFault::TimedOut => "timed_out",
            ServerFault::Ourselves => "ourselves",
        };
        Self {
            server: &tried.server,
            fault,
            cause: &tried.cause,
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum OutcomeJson<'a> {
    Found { dn: &'a str },
    NoEntry,
    Ambiguous { dns: &'a [String] },
    MailNotAllowed { dn: &'a str },
    OutsideBase { dn: &'a str },
    Refused(ResultJson<'a>),
    Unanswered { fault: &'static str, skipped: bool },
}

impl<'a> OutcomeJson<'a> {
    pub(super) fn of(outcome: &'a SearchOutcome) -> Self {
        match outcome {
            SearchOutcome::Found { dn } => Self::Found { dn },
            SearchOutcome::NoEntry => Self::NoEntry,
            SearchOutcome::Ambiguous { dns } => Self::Ambiguous { dns },
            SearchOutcome::MailNotAllowed { dn } => Self::MailNotAllowed { dn },
            SearchOutcome::OutsideBase { dn } => Self::OutsideBase { dn },
            SearchOutcome::Refused { code, diagnostic } => {
                Self::Refused(ResultJson::of(*code, diagnostic))
            }
            SearchOutcome::Unanswered { fault, skipped } => Self::Unanswered {
                fault: fault.code(),
                skipped: *skipped,
            },
        }
    }
}

/// `result_code` is always there; `result` is its name where it has one.
#[derive(Serialize)]
pub(super) struct ResultJson<'a> {
    result_code: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'static str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    diagnostic: &'a str,
}

impl<'a> ResultJson<'a> {
    pub(super) fn of(code: ResultCode, diagnostic: &'a str) -> Self {
        Self {
            result_code: code.0,
            result: code.name(),
            diagnostic,
        }
    }
}

pub(super) fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Base => "base",
        Scope::OneLevel => "one-level",
        Scope::Subtree => "subtree",
    }
}
