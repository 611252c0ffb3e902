//! What a directory's answer to a bind means: a closed verdict from the result code, Active
//! Directory's sub-error and the password-policy control.
//!
//! Nothing but success lets anybody in, and only a plain "no" refuses: what is neither is a fault,
//! so that nobody is told "wrong password" because a server has a problem of its own.

mod certificate;
mod change;
mod site;

use certificate::at_site as certified_at_site;
pub(crate) use certificate::{CertificateVerified, NotVerified, certificate};
pub(crate) use change::{OldProven, changed, changed_local, judge_old};
pub(crate) use site::{
    AtSite, SiteUsable, Wanted, judge as judge_site, unanswered as site_unanswered,
};

use crate::trace::BindVerdict;
use crate::{BindReply, Fault, OsRefusal, OsReply, PasswordState, Reason, VerifyAnswer};
use entryway_ldap_types::{
    AccountState, AdSubError, PasswordPolicy, PasswordPolicyError, ResultCode,
};

/// An authority verified a password: the directory answered success to a bind with it, the store knows its hash, PAM
/// took it, or a site's connector signed that it let the person in. Made by [`judge`], [`local`], [`os`] and
/// [`judge_site`] alone.
#[derive(Debug)]
pub(crate) struct PasswordVerified(PasswordState);

impl PasswordVerified {
    /// What the directory said about the password.
    pub(crate) fn into_state(self) -> PasswordState {
        self.0
    }
}

/// Judges a local account's password.
pub(crate) fn local(answer: &VerifyAnswer) -> Judgement {
    match answer.verified {
        Ok(true) => Judgement::Verified(PasswordVerified(PasswordState::default())),
        Ok(false) => Judgement::Refused(Reason::WrongPassword),
        Err(_) => Judgement::NoVerdict(Fault::StoreUnavailable),
    }
}

/// Judges what the operating system said.
pub(crate) fn os(reply: &OsReply) -> Judgement {
    match reply {
        OsReply::Verified(_) => Judgement::Verified(PasswordVerified(PasswordState::default())),
        OsReply::Unknown => Judgement::Refused(Reason::UnknownLogin),
        OsReply::WrongPassword => Judgement::Refused(Reason::WrongPassword),
        OsReply::MustChange => Judgement::MustChange,
        OsReply::NotUsable(OsRefusal::Expired, _) => Judgement::Refused(Reason::AccountExpired),
        OsReply::NotUsable(OsRefusal::Locked, _) => Judgement::Refused(Reason::AccountLocked),
        OsReply::NotUsable(OsRefusal::Denied, _) => Judgement::Refused(Reason::AccountDisabled),
        OsReply::NoVerdict(_) => Judgement::NoVerdict(Fault::OsUnavailable),
    }
}

/// What an answer means for the login.
#[derive(Debug)]
pub(crate) enum Judgement {
    Verified(PasswordVerified),
    /// The password is right, and a new one is due.
    MustChange,
    Refused(Reason),
    NoVerdict(Fault),
}

impl Judgement {
    /// The same for the trace.
    pub(crate) fn for_trace(&self) -> BindVerdict {
        match self {
            Self::Verified(_) => BindVerdict::Verified,
            Self::MustChange => BindVerdict::MustChange,
            Self::Refused(reason) => BindVerdict::Refused(*reason),
            Self::NoVerdict(fault) => BindVerdict::NoVerdict(*fault),
        }
    }
}

/// Judges an answer. `state` is what the entry says of its account.
pub(crate) fn judge(reply: &BindReply, state: AccountState) -> Judgement {
    let control = reply.policy.and_then(|policy| policy.error);
    match reply.code {
        ResultCode::SUCCESS => success(reply.policy.unwrap_or_default()),
        ResultCode::INVALID_CREDENTIALS => invalid_credentials(control, &reply.diagnostic),
        // The entry has no password (389 Directory Server): this account cannot log in with one.
        ResultCode::INAPPROPRIATE_AUTHENTICATION => Judgement::Refused(Reason::WrongPassword),
        // 389 Directory Server and its relatives answer this to too many failures, right password or not.
        ResultCode::CONSTRAINT_VIOLATION => {
            Judgement::Refused(control.and_then(refusal).unwrap_or(Reason::AccountLocked))
        }
        ResultCode::UNWILLING_TO_PERFORM => unwilling(control, &reply.diagnostic, state),
        ResultCode::BUSY | ResultCode::UNAVAILABLE => {
            Judgement::NoVerdict(Fault::DirectoryUnreachable)
        }
        // Asked for a second step of a bind that has one.
        ResultCode::SASL_BIND_IN_PROGRESS => Judgement::NoVerdict(Fault::DirectoryProtocolError),
        // A referral (10) too: following it would carry the password to a server nobody configured. And
        // noSuchObject (32): the search has just found the entry, on this server, so this is no "no".
        _ => Judgement::NoVerdict(Fault::DirectoryRefusedOperation),
    }
}

/// draft-behera-ldap-password-policy-10 §8.1: beside success only changeAfterReset may stand as an
/// error. Another one contradicts the success, and then nobody is let in.
fn success(policy: PasswordPolicy) -> Judgement {
    match policy.error {
        None => Judgement::Verified(PasswordVerified(PasswordState {
            expires_in: policy.expires_in,
            grace_left: policy.grace_left,
        })),
        Some(PasswordPolicyError::ChangeAfterReset) => Judgement::MustChange,
        Some(error) => match refusal(error) {
            Some(reason) => Judgement::Refused(reason),
            None => Judgement::NoVerdict(Fault::DirectoryProtocolError),
        },
    }
}

/// The control knows better than the code; then Active Directory's sub-error. MS-ADTS §3.1.1.3.1.3.2:
/// the sub-errors are those of a logon.
fn invalid_credentials(control: Option<PasswordPolicyError>, diagnostic: &str) -> Judgement {
    if let Some(reason) = control.and_then(refusal) {
        return Judgement::Refused(reason);
    }
    Judgement::Refused(match AdSubError::find(diagnostic) {
        // Answered only to the right password.
        Some(AdSubError::MustChange) => return Judgement::MustChange,
        // The directory cannot build the person's token: no verdict on the password.
        Some(AdSubError::TooManyContextIds) => {
            return Judgement::NoVerdict(Fault::DirectoryRefusedOperation);
        }
        Some(AdSubError::NoSuchUser) => Reason::UnknownLogin,
        Some(AdSubError::LogonHours) => Reason::LogonHours,
        Some(AdSubError::Workstation) => Reason::Workstation,
        Some(AdSubError::PasswordExpired) => Reason::PasswordExpired,
        Some(AdSubError::AccountDisabled) => Reason::AccountDisabled,
        Some(AdSubError::AccountExpired) => Reason::AccountExpired,
        Some(AdSubError::AccountLocked) => Reason::AccountLocked,
        // An unlisted sub-error is still invalidCredentials; the trace keeps the message.
        Some(AdSubError::LogonFailure | AdSubError::Other(_)) | None => Reason::WrongPassword,
    })
}

/// unwillingToPerform is what 389 Directory Server says to an inactivated account, and what others say to
/// anything they do not like. It is a "no" only if the control, the entry or 389's own words say so; and 389's control
/// calls locked what the other two call inactivated.
fn unwilling(
    control: Option<PasswordPolicyError>,
    diagnostic: &str,
    state: AccountState,
) -> Judgement {
    let by_control = control.and_then(refusal);
    if let Some(reason) = by_control
        && reason != Reason::AccountLocked
    {
        return Judgement::Refused(reason);
    }
    if let Err(reason) = crate::account::check(state) {
        return Judgement::Refused(reason);
    }
    if diagnostic
        .to_ascii_lowercase()
        .contains("account inactivated")
    {
        return Judgement::Refused(Reason::AccountDisabled);
    }
    match by_control {
        Some(reason) => Judgement::Refused(reason),
        None => Judgement::NoVerdict(Fault::DirectoryRefusedOperation),
    }
}

/// The control's errors that refuse a bind; the others speak of changing a password.
fn refusal(error: PasswordPolicyError) -> Option<Reason> {
    match error {
        PasswordPolicyError::PasswordExpired => Some(Reason::PasswordExpired),
        PasswordPolicyError::AccountLocked => Some(Reason::AccountLocked),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
