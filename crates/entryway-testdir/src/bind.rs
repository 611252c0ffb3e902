//! What a simple bind comes to (RFC 4511 §4.2, RFC 4513 §5.1), as each kind of server decides it.
//!
//! Judges alone: sends nothing, counts nothing, changes nothing. Wrong passwords are remembered in `failures`, and
//! only if the options say so.

mod active_directory;
mod failures;

pub(crate) use failures::Failures;

use crate::directory::{Directory, StoredEntry};
use crate::options::{Dialect, Options};
use entryway_ldap_types::{Dn, PasswordPolicy, PasswordPolicyError, ResultCode};
use std::borrow::Cow;

/// How a bind ends.
pub(crate) struct Verdict {
    pub(crate) code: ResultCode,
    pub(crate) diagnostic: Cow<'static, str>,
    /// For the password-policy control, if the client asked for it.
    pub(crate) policy: Option<PasswordPolicy>,
    /// Who is bound now; nobody after a refusal or an anonymous bind.
    pub(crate) bound: Option<usize>,
    /// Nothing but changing the password is allowed now.
    pub(crate) must_change: bool,
}

impl Verdict {
    fn refused(code: ResultCode, diagnostic: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            diagnostic: diagnostic.into(),
            policy: None,
            bound: None,
            must_change: false,
        }
    }
    fn accepted(entry: usize) -> Self {
        Self {
            bound: Some(entry),
            ..Self::refused(ResultCode::SUCCESS, "")
        }
    }
    fn with(self, policy: PasswordPolicy) -> Self {
        Self {
            policy: Some(policy),
            ..self
        }
    }
}

/// Judges a simple bind.
pub(crate) fn judge(
    directory: &Directory,
    options: &Options,
    name: &str,
    password: &[u8],
) -> Verdict {
    match (name.is_empty(), password.is_empty()) {
        (true, true) => Verdict::refused(ResultCode::SUCCESS, ""),
        // Some servers take this for anonymous and answer success: the hole that RFC 4513 §5.1.2
        // warns of. A client that sends it is wrong either way; this says so, and it is counted.
        (false, true) => Verdict::refused(
            ResultCode::UNWILLING_TO_PERFORM,
            "unauthenticated bind (DN with no password) disallowed",
        ),
        (_, false) => match &options.dialect {
            Dialect::OpenLdap => open_ldap(directory, name, password),
            Dialect::ActiveDirectory { netbios } => {
                active_directory::judge(directory, netbios, name, password, options.now())
            }
        },
    }
}

/// The entry that a name binds as, if there is one.
fn account(directory: &Directory, options: &Options, name: &str) -> Option<usize> {
    match &options.dialect {
        Dialect::OpenLdap => directory.find(&Dn::parse(name).ok()?),
        Dialect::ActiveDirectory { netbios } => active_directory::find(directory, netbios, name),
    }
}

/// The answer to anybody who binds as an account that is locked: a right password is not told from a wrong one.
fn locked(options: &Options) -> Verdict {
    match &options.dialect {
        Dialect::OpenLdap => {
            Verdict::refused(ResultCode::INVALID_CREDENTIALS, "").with(PasswordPolicy {
                error: Some(PasswordPolicyError::AccountLocked),
                ..PasswordPolicy::default()
            })
        }
        Dialect::ActiveDirectory { .. } => {
            active_directory::refused(entryway_ldap_types::AdSubError::AccountLocked)
        }
    }
}

/// slapd with the policy overlay (draft-behera-ldap-password-policy-10), and 389's inactivation.
fn open_ldap(directory: &Directory, name: &str, password: &[u8]) -> Verdict {
    let Ok(dn) = Dn::parse(name) else {
        return Verdict::refused(ResultCode::INVALID_DN_SYNTAX, "invalid DN");
    };
    let wrong = || Verdict::refused(ResultCode::INVALID_CREDENTIALS, "");
    let Some((number, entry)) = directory
        .find(&dn)
        .and_then(|at| Some((at, directory.entry(at)?)))
    else {
        return wrong();
    };
    let failed = |error| PasswordPolicy {
        error: Some(error),
        ..PasswordPolicy::default()
    };
    // Locked goes before the password: a locked account must not answer guesses (§6.1).
    if entry.text("pwdaccountlockedtime").is_some() {
        return wrong().with(failed(PasswordPolicyError::AccountLocked));
    }
    if !entry.has_password(password) {
        return wrong().with(PasswordPolicy::default());
    }
    if entry.is_true("nsaccountlock") {
        return Verdict::refused(
            ResultCode::UNWILLING_TO_PERFORM,
            "Account inactivated. Contact system administrator.",
        );
    }
    let grace_left = positive(entry, "pwdgraceleft");
    if entry.is_true("pwdexpired") {
        return match grace_left {
            Some(_) => Verdict::accepted(number).with(PasswordPolicy {
                grace_left,
                ..PasswordPolicy::default()
            }),
            None => wrong().with(failed(PasswordPolicyError::PasswordExpired)),
        };
    }
    let expires_in = positive(entry, "pwdexpiresin");
    let must_change = entry.is_true("pwdreset");
    let error = must_change.then_some(PasswordPolicyError::ChangeAfterReset);
    Verdict {
        must_change,
        ..Verdict::accepted(number)
    }
    .with(PasswordPolicy {
        expires_in,
        grace_left: None,
        error,
    })
}

fn positive(entry: &StoredEntry, key: &str) -> Option<u32> {
    entry
        .number(key)
        .and_then(|number| u32::try_from(number).ok())
        .filter(|&number| number > 0)
}

#[cfg(test)]
mod tests;
