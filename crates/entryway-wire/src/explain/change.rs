//! The fields of a change of a password.

use super::bind::PolicyJson;
use super::search::ResultJson;
use entryway_ldap_types::{PasswordPolicy, ResultCode};
use entryway_login::ChangeVerdict;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct ChangeAnsweredJson<'a> {
    server: &'a str,
    #[serde(flatten)]
    result: ResultJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<PolicyJson>,
    #[serde(flatten)]
    verdict: ChangeJson,
}

impl<'a> ChangeAnsweredJson<'a> {
    pub(super) fn of(
        server: &'a str,
        code: ResultCode,
        diagnostic: &'a str,
        policy: Option<PasswordPolicy>,
        verdict: ChangeVerdict,
    ) -> Self {
        Self {
            server,
            result: ResultJson::of(code, diagnostic),
            policy: policy.map(PolicyJson::of),
            verdict: ChangeJson::of(verdict),
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub(super) enum ChangeJson {
    Changed,
    Refused { reason: &'static str },
    NoVerdict { fault: &'static str },
}

impl ChangeJson {
    pub(super) fn of(verdict: ChangeVerdict) -> Self {
        match verdict {
            ChangeVerdict::Changed => Self::Changed,
            ChangeVerdict::Refused(reason) => Self::Refused {
                reason: reason.code(),
            },
            ChangeVerdict::NoVerdict(fault) => Self::NoVerdict {
                fault: fault.code(),
            },
        }
    }
}
