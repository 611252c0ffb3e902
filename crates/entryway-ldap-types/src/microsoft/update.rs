//! Changing a password at Active Directory: the value that it takes, and how it says no.

use crate::Password;
use zeroize::Zeroizing;

/// The password is not UTF-8, so it has no form as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password is not UTF-8")]
pub struct PasswordNotText;

/// A value of `unicodePwd` (MS-ADTS §3.1.1.3.1.5.1): the password between quotes, in UTF-16, little-endian. Wiped when
/// it is dropped.
pub fn unicode_password(password: &Password) -> Result<Zeroizing<Vec<u8>>, PasswordNotText> {
    let text = std::str::from_utf8(password.expose()).map_err(|_| PasswordNotText)?;
    // Two octets for each of UTF-8's at the most, and all the room at once: a vector that grows leaves a copy behind
    // that nobody wipes.
    let mut value = Zeroizing::new(Vec::with_capacity(2 * (text.len() + 2)));
    for char in std::iter::once('"').chain(text.chars()).chain(['"']) {
        for unit in char.encode_utf16(&mut [0; 2]) {
            value.extend_from_slice(&unit.to_le_bytes());
        }
    }
    Ok(value)
}

/// Why Active Directory refuses a change: the Windows code that its diagnostic begins with (MS-ADTS §3.1.1.3.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdUpdateError {
    /// 5, and 2098 of the directory's own: whoever asks may not.
    AccessDenied,
    /// 56: the password that was to be deleted is not the one that is there.
    InvalidPassword,
    /// 52D: the policy does not take the new password, or not now: which of its rules, the code does not say.
    PasswordRestriction,
    /// 775: the account is locked.
    AccountLocked,
    /// Any other code, kept.
    Other(u32),
}

impl AdUpdateError {
    /// Reads the eight digits at the beginning of a diagnostic such as
    /// `0000052D: AtrErr: DSID-03191083, #1: …, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)`.
    pub fn find(diagnostic: &str) -> Option<Self> {
        let (digits, _) = diagnostic.split_once(':')?;
        let is_code = digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let code = is_code.then(|| u32::from_str_radix(digits, 16).ok())??;
        Some(match code {
            0x5 | 0x2098 => Self::AccessDenied,
            0x56 => Self::InvalidPassword,
            0x52d => Self::PasswordRestriction,
            0x775 => Self::AccountLocked,
            other => Self::Other(other),
        })
    }
}

#[cfg(test)]
mod tests;
