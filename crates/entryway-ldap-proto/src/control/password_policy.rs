//! The password policy response (draft-behera-ldap-password-policy-10 §6.2).

use crate::ber::{Reader, Tag, Writer, natural};
use crate::{DecodeError, ReceivedControl, oid};
use entryway_ldap_types::{PasswordPolicy, PasswordPolicyError};

const WARNING: Tag = Tag::context_constructed(0);
const ERROR: Tag = Tag::context(1);
const EXPIRES_IN: Tag = Tag::context(0);
const GRACE_LEFT: Tag = Tag::context(1);

/// Decodes a `controlValue`. No value at all says as much as an empty sequence: nothing.
///
/// A value that does not decode is an error: it may have said that the password must be changed. For
/// the same reason nothing is passed over here, though sequences elsewhere may grow: an element that
/// is not known, twice there or out of order could hide the error behind it.
pub fn decode_password_policy(value: Option<&[u8]>) -> Result<PasswordPolicy, DecodeError> {
    let mut policy = PasswordPolicy::default();
    let Some(value) = value else {
        return Ok(policy);
    };
    let mut outer = Reader::new(value, 2);
    let mut content = outer.enter(Tag::SEQUENCE, "PasswordPolicyResponseValue")?;
    if let Some(mut warning) = content.enter_optional(WARNING)? {
        match warning.element()? {
            (EXPIRES_IN, seconds) => {
                policy.expires_in = Some(natural(seconds, "timeBeforeExpiration")?)
            }
            (GRACE_LEFT, count) => {
                policy.grace_left = Some(natural(count, "graceAuthNsRemaining")?)
            }
            (found, _) => {
                return Err(DecodeError::Tag {
                    expected: "a warning",
                    found,
                });
            }
        }
        expect_end(&warning)?;
    }
    if let Some(code) = content.optional(ERROR)? {
        policy.error = Some(error_from_code(natural(code, "error")?));
    }
    expect_end(&content)?;
    match outer.rest().len() {
        0 => Ok(policy),
        count => Err(DecodeError::Trailing { count }),
    }
}

/// What the password policy control among these says, if it came. Two of them are an error: nobody must be told two things.
pub fn password_policy_in(
    controls: &[ReceivedControl],
) -> Result<Option<PasswordPolicy>, DecodeError> {
    let mut found = controls
        .iter()
        .filter(|control| &*control.oid == oid::PASSWORD_POLICY);
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => decode_password_policy(only.value.as_deref()).map(Some),
        (Some(_), Some(_)) => Err(DecodeError::TooMany {
            what: "controls of a type that comes once",
            limit: 1,
        }),
    }
}

fn expect_end(row: &Reader<'_>) -> Result<(), DecodeError> {
    match row.peek() {
        None => Ok(()),
        Some(found) => Err(DecodeError::Tag {
            expected: "the end of the password policy response",
            found,
        }),
    }
}

/// Encodes a `controlValue`. The grammar has room for one warning: expiry goes before grace.
pub fn encode_password_policy(policy: &PasswordPolicy) -> Vec<u8> {
    let mut value = Vec::new();
    let natural = |number: u32| number.min(crate::MessageId::MAX.get());
    Writer::new(&mut value).constructed(Tag::SEQUENCE, |out| {
        match (policy.expires_in, policy.grace_left) {
            (Some(seconds), _) => {
                out.constructed(WARNING, |out| out.integer(EXPIRES_IN, natural(seconds)))
            }
            (None, Some(count)) => {
                out.constructed(WARNING, |out| out.integer(GRACE_LEFT, natural(count)))
            }
            (None, None) => {}
        }
        if let Some(error) = policy.error {
            out.integer(ERROR, natural(error_code(error)));
        }
    });
    value
}

fn error_from_code(code: u32) -> PasswordPolicyError {
    match code {
        0 => PasswordPolicyError::PasswordExpired,
        1 => PasswordPolicyError::AccountLocked,
        2 => PasswordPolicyError::ChangeAfterReset,
        3 => PasswordPolicyError::PasswordModNotAllowed,
        4 => PasswordPolicyError::MustSupplyOldPassword,
        5 => PasswordPolicyError::InsufficientPasswordQuality,
        6 => PasswordPolicyError::PasswordTooShort,
        7 => PasswordPolicyError::PasswordTooYoung,
        8 => PasswordPolicyError::PasswordInHistory,
        other => PasswordPolicyError::Other(i64::from(other)),
    }
}

fn error_code(error: PasswordPolicyError) -> u32 {
    match error {
        PasswordPolicyError::PasswordExpired => 0,
        PasswordPolicyError::AccountLocked => 1,
        PasswordPolicyError::ChangeAfterReset => 2,
        PasswordPolicyError::PasswordModNotAllowed => 3,
        PasswordPolicyError::MustSupplyOldPassword => 4,
        PasswordPolicyError::InsufficientPasswordQuality => 5,
        PasswordPolicyError::PasswordTooShort => 6,
        PasswordPolicyError::PasswordTooYoung => 7,
        PasswordPolicyError::PasswordInHistory => 8,
        PasswordPolicyError::Other(code) => u32::try_from(code).unwrap_or(u32::MAX),
    }
}
