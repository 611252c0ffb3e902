//! A bind's fields.

use super::search::ResultJson;
use crate::write::Text;
use entryway_ldap_types::{AdSubError, PasswordPolicy, PasswordPolicyError, ResultCode};
use entryway_login::BindVerdict;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct BoundJson<'a> {
    server: &'a str,
    #[serde(flatten)]
    result: ResultJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_error: Option<Text<AdSubError>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<PolicyJson>,
    #[serde(flatten)]
    verdict: BindJson,
}

impl<'a> BoundJson<'a> {
    pub(super) fn of(
        server: &'a str,
        code: ResultCode,
        diagnostic: &'a str,
        policy: Option<PasswordPolicy>,
        verdict: &BindVerdict,
    ) -> Self {
        // Elsewhere the word `data` is just a word.
        let sub_error = if code == ResultCode::INVALID_CREDENTIALS {
            AdSubError::find(diagnostic)
        } else {
            None
        };
        Self {
            server,
            result: ResultJson::of(code, diagnostic),
            sub_error: sub_error.map(Text),
            policy: policy.map(PolicyJson::of),
            verdict: BindJson::of(verdict),
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub(super) enum BindJson {
    Verified,
    MustChange,
    Refused { reason: &'static str },
    NoVerdict { fault: &'static str },
}

impl BindJson {
    pub(super) fn of(verdict: &BindVerdict) -> Self {
        match verdict {
            BindVerdict::Verified => Self::Verified,
            BindVerdict::MustChange => Self::MustChange,
            BindVerdict::Refused(reason) => Self::Refused {
                reason: reason.code(),
            },
            BindVerdict::NoVerdict(fault) => Self::NoVerdict {
                fault: fault.code(),
            },
        }
    }
}

#[derive(Serialize)]
pub(super) struct PolicyJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grace_left: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

impl PolicyJson {
    pub(super) fn of(policy: PasswordPolicy) -> Self {
        Self {
            expires_in: policy.expires_in,
            grace_left: policy.grace_left,
            error: policy.error.map(policy_error),
        }
    }
}

fn policy_error(error: PasswordPolicyError) -> &'static str {
    match error {
        PasswordPolicyError::PasswordExpired => "password_expired",
        PasswordPolicyError::AccountLocked => "account_locked",
        PasswordPolicyError::ChangeAfterReset => "change_after_reset",
        PasswordPolicyError::PasswordModNotAllowed => "password_mod_not_allowed",
        PasswordPolicyError::MustSupplyOldPassword => "must_supply_old_password",
        PasswordPolicyError::InsufficientPasswordQuality => "insufficient_password_quality",
        PasswordPolicyError::PasswordTooShort => "password_too_short",
        PasswordPolicyError::PasswordTooYoung => "password_too_young",
        PasswordPolicyError::PasswordInHistory => "password_in_history",
        PasswordPolicyError::Other(_) => "other",
    }
}
