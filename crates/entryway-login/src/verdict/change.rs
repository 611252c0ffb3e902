//! Changing a password: what proves the old one, and what an answer to the change means.
//!
//! Only success has changed anything, and a code other than success says that nothing is changed. What the directory
//! says beyond that decides the sentence that the person reads, and stays in the trace as it came.

use super::{Judgement, judge};
use crate::{BindReply, ChangeLocalFailure, ChangeReply, ChangeVerdict, Fault, Reason};
use entryway_ldap_types::{
    AccountState, AdSubError, AdUpdateError, PasswordPolicyError, ResultCode,
};

/// An authority has said that the old password is right: without this nothing is asked to change it. Made by
/// [`Judgement::proves_old`] alone.
#[derive(Debug)]
pub(crate) struct OldProven(());

impl Judgement {
    /// Right, whether or not it lets anybody in.
    pub(crate) fn proves_old(&self) -> Option<OldProven> {
        match self {
            Self::Verified(_) | Self::MustChange => Some(OldProven(())),
            Self::Refused(_) | Self::NoVerdict(_) => None,
        }
    }
}

/// Judges the bind before a change. Active Directory answers 532, as 773, to the right password alone; to a wrong one of
/// the same account it says 52e. (Samba 4.17 does so too.) So an expired password is proven by it, and changing it is
/// what is left to do. 530, 531, 533, 701 and 775 keep the account from a change as they do from a login; and what a
/// password-policy control calls expired is so beyond its grace, and no change without a bind is to be had.
pub(crate) fn judge_old(reply: &BindReply, state: AccountState) -> Judgement {
    let control = reply.policy.and_then(|policy| policy.error);
    match AdSubError::find(&reply.diagnostic) {
        Some(AdSubError::PasswordExpired)
            if reply.code == ResultCode::INVALID_CREDENTIALS && control.is_none() =>
        {
            Judgement::MustChange
        }
        _ => judge(reply, state),
    }
}

/// Judges a directory's answer to a change.
pub(crate) fn changed(reply: &ChangeReply) -> ChangeVerdict {
    if reply.code == ResultCode::SUCCESS {
        return ChangeVerdict::Changed;
    }
    let control = reply.policy.and_then(|policy| policy.error);
    if let Some(reason) = control.and_then(by_control) {
        return ChangeVerdict::Refused(reason);
    }
    let words = in_words(&reply.diagnostic);
    let by_code = match AdUpdateError::find(&reply.diagnostic) {
        Some(AdUpdateError::InvalidPassword) => Some(Reason::WrongPassword),
        Some(AdUpdateError::AccountLocked) => Some(Reason::AccountLocked),
        Some(AdUpdateError::AccessDenied) => Some(Reason::PasswordChangeNotAllowed),
        // The code is one for all rules. Samba says in words which it was, Microsoft's servers do not.
        Some(AdUpdateError::PasswordRestriction) => {
            Some(words.unwrap_or(Reason::NewPasswordRefused))
        }
        Some(AdUpdateError::Other(_)) | None => None,
    };
    if let Some(reason) = by_code {
        return ChangeVerdict::Refused(reason);
    }
    match reply.code {
        ResultCode::INVALID_CREDENTIALS => ChangeVerdict::Refused(Reason::WrongPassword),
        ResultCode::CONSTRAINT_VIOLATION => {
            ChangeVerdict::Refused(words.unwrap_or(Reason::NewPasswordRefused))
        }
        ResultCode::INSUFFICIENT_ACCESS_RIGHTS => {
            ChangeVerdict::Refused(words.unwrap_or(Reason::PasswordChangeNotAllowed))
        }
        // RFC 4511 §4.12: an extended operation that the server does not know.
        ResultCode::PROTOCOL_ERROR => ChangeVerdict::Refused(Reason::PasswordChangeUnsupported),
        ResultCode::UNWILLING_TO_PERFORM => words.map_or(
            ChangeVerdict::NoVerdict(Fault::DirectoryRefusedOperation),
            ChangeVerdict::Refused,
        ),
        ResultCode::BUSY | ResultCode::UNAVAILABLE => {
            ChangeVerdict::NoVerdict(Fault::DirectoryUnreachable)
        }
        // A referral (10) too, as a replica answers that cannot be written: following it would carry two passwords to a
        // server that nobody configured.
        _ => ChangeVerdict::NoVerdict(Fault::DirectoryRefusedOperation),
    }
}

/// Judges what the store did.
pub(crate) fn changed_local(changed: &Result<(), ChangeLocalFailure>) -> ChangeVerdict {
    match changed {
        Ok(()) => ChangeVerdict::Changed,
        Err(ChangeLocalFailure::NotDone(_)) => ChangeVerdict::NoVerdict(Fault::StoreUnavailable),
        Err(ChangeLocalFailure::Unknown(_)) => {
            ChangeVerdict::NoVerdict(Fault::PasswordChangeUnknown)
        }
    }
}

fn by_control(error: PasswordPolicyError) -> Option<Reason> {
    match error {
        PasswordPolicyError::PasswordExpired => Some(Reason::PasswordExpired),
        PasswordPolicyError::AccountLocked => Some(Reason::AccountLocked),
        PasswordPolicyError::PasswordModNotAllowed => Some(Reason::PasswordChangeNotAllowed),
        PasswordPolicyError::InsufficientPasswordQuality => Some(Reason::NewPasswordTooSimple),
        PasswordPolicyError::PasswordTooShort => Some(Reason::NewPasswordTooShort),
        PasswordPolicyError::PasswordTooYoung => Some(Reason::PasswordTooYoung),
        PasswordPolicyError::PasswordInHistory => Some(Reason::NewPasswordInHistory),
        // The old password was in the request: whoever misses it reads requests in another way than we write them.
        PasswordPolicyError::MustSupplyOldPassword
        | PasswordPolicyError::ChangeAfterReset
        | PasswordPolicyError::Other(_) => None,
    }
}

/// What directories write beside a code that says less: OpenLDAP's `passwd_extop` and policy overlay, 389 Directory
/// Server, Samba's `check_password_restrictions`. The first that is found counts, so the more special ones stand first.
const WORDS: &[(&str, Reason)] = &[
    ("unwilling to verify old password", Reason::WrongPassword),
    ("too young", Reason::PasswordTooYoung),
    ("within password minimum age", Reason::PasswordTooYoung),
    ("already used", Reason::NewPasswordInHistory),
    ("in history", Reason::NewPasswordInHistory),
    (
        "not being changed from existing value",
        Reason::NewPasswordInHistory,
    ),
    ("too short", Reason::NewPasswordTooShort),
    ("characters long", Reason::NewPasswordTooShort),
    ("complexity", Reason::NewPasswordTooSimple),
    ("quality", Reason::NewPasswordTooSimple),
    ("invalid password syntax", Reason::NewPasswordTooSimple),
    (
        "not allowed to change password",
        Reason::PasswordChangeNotAllowed,
    ),
    (
        "alteration of password is not allowed",
        Reason::PasswordChangeNotAllowed,
    ),
    ("changes aren't permitted", Reason::PasswordChangeNotAllowed),
];

fn in_words(diagnostic: &str) -> Option<Reason> {
    let said = diagnostic.to_ascii_lowercase();
    let found = WORDS.iter().find(|(words, _)| said.contains(words));
    found.map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests;
