//! What PAM's codes mean for a login. A code that is not understood is no verdict: it neither lets anybody in nor
//! tells anybody that a password is wrong.

use entryway_login::{OsRefusal, OsReply};
use std::ffi::c_int;

/// Linux-PAM's return codes, as far as they are told apart (`_pam_types.h`).
pub(crate) mod code {
    use std::ffi::c_int;

    pub(crate) const SUCCESS: c_int = 0;
    pub(crate) const PERM_DENIED: c_int = 6;
    pub(crate) const AUTH_ERR: c_int = 7;
    pub(crate) const USER_UNKNOWN: c_int = 10;
    pub(crate) const MAXTRIES: c_int = 11;
    pub(crate) const NEW_AUTHTOK_REQD: c_int = 12;
    pub(crate) const ACCT_EXPIRED: c_int = 13;
    pub(crate) const AUTHTOK_EXPIRED: c_int = 27;
}

/// What the password check said: the reply that ends the login, or `None` when the password is right.
pub(crate) fn of_password(answer: c_int, words: String) -> Option<OsReply> {
    Some(match answer {
        code::SUCCESS => return None,
        code::AUTH_ERR => OsReply::WrongPassword,
        code::USER_UNKNOWN => OsReply::Unknown,
        code::MAXTRIES => OsReply::NotUsable(OsRefusal::Locked, words),
        code::ACCT_EXPIRED => OsReply::NotUsable(OsRefusal::Expired, words),
        code::PERM_DENIED => OsReply::NotUsable(OsRefusal::Denied, words),
        // Not `MustChange`: from here it does not say that the password is right.
        _ => OsReply::NoVerdict(words),
    })
}

/// What the account check said once the password is right: the reply that ends the login, or `None` when the account
/// may be used.
pub(crate) fn of_account(answer: c_int, words: String) -> Option<OsReply> {
    Some(match answer {
        code::SUCCESS => return None,
        code::NEW_AUTHTOK_REQD => OsReply::MustChange,
        // The second: the password was not changed in time, and only an administrator can help.
        code::ACCT_EXPIRED | code::AUTHTOK_EXPIRED => OsReply::NotUsable(OsRefusal::Expired, words),
        code::MAXTRIES => OsReply::NotUsable(OsRefusal::Locked, words),
        code::PERM_DENIED | code::AUTH_ERR | code::USER_UNKNOWN => {
            OsReply::NotUsable(OsRefusal::Denied, words)
        }
        _ => OsReply::NoVerdict(words),
    })
}

#[cfg(test)]
mod tests;
