//! What Active Directory adds: GUIDs, SIDs, the sub-error inside a diagnostic message; how a password changes is `update`'s.

mod update;

pub use update::{AdUpdateError, PasswordNotText, unicode_password};

use std::fmt;

/// An objectGUID: 16 bytes, the first three fields little-endian (MS-DTYP §2.3.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guid([u8; 16]);

impl Guid {
    /// From the attribute's 16 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
    /// Reads the text form, hyphens where they belong, with or without braces, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text
            .strip_prefix('{')
            .map_or(Some(text), |rest| rest.strip_suffix('}'))?;
        let mut digits = [0u8; 32];
        let mut free = digits.iter_mut();
        for (at, char) in text.char_indices() {
            if matches!(at, 8 | 13 | 18 | 23) {
                if char != '-' {
                    return None;
                }
            } else {
                *free.next()? = char.to_digit(16)?.try_into().ok()?;
            }
        }
        if free.next().is_some() {
            return None;
        }
        let mut written = [0u8; 16];
        for (byte, pair) in written.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().fold(0, |byte, digit| byte << 4 | digit);
        }
        Some(Self(swap_first_fields(written)))
    }
    /// As stored.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Between the stored order and the written one; its own inverse.
fn swap_first_fields(bytes: [u8; 16]) -> [u8; 16] {
    let [a0, a1, a2, a3, b0, b1, c0, c1, d @ ..] = bytes;
    let [d0, d1, d2, d3, d4, d5, d6, d7] = d;
    [
        a3, a2, a1, a0, b1, b0, c1, c0, d0, d1, d2, d3, d4, d5, d6, d7,
    ]
}

/// Lower-case hexadecimal in groups of 8-4-4-4-12, without braces.
impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in swap_first_fields(self.0).into_iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// An objectSid (MS-DTYP §2.4.2): `S-1-5-21-…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sid(Vec<u8>);

impl Sid {
    /// From the attribute's bytes; `None` when the count and length disagree.
    ///
    /// MS-DTYP §2.4.2.2: revision 1, at most 15 sub-authorities.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let [1, count @ 0..=15, _, _, _, _, _, _, subs @ ..] = bytes else {
            return None;
        };
        (subs.len() == 4 * usize::from(*count)).then(|| Self(bytes.to_vec()))
    }
    /// As stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// `S-1-5-21-…`; an authority of 2^32 or more in hexadecimal (MS-DTYP §2.4.2.1).
impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [revision, _, a0, a1, a2, a3, a4, a5, subs @ ..] = self.0.as_slice() else {
            return Ok(());
        };
        let authority = u64::from_be_bytes([0, 0, *a0, *a1, *a2, *a3, *a4, *a5]);
        if authority < 1 << 32 {
            write!(f, "S-{revision}-{authority}")?;
        } else {
            write!(f, "S-{revision}-0x{authority:012x}")?;
        }
        for sub in subs.as_chunks::<4>().0 {
            write!(f, "-{}", u32::from_le_bytes(*sub))?;
        }
        Ok(())
    }
}

/// The sub-error of a failed Active Directory bind: the hexadecimal after `data` in the diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdSubError {
    /// 525: no such user.
    NoSuchUser,
    /// 52e: wrong password (or Samba's unknown user).
    LogonFailure,
    /// 530: not at this hour.
    LogonHours,
    /// 531: not from this workstation.
    Workstation,
    /// 532: the password has expired.
    PasswordExpired,
    /// 533: the account is disabled.
    AccountDisabled,
    /// 568: too many security identifiers in the token.
    TooManyContextIds,
    /// 701: the account has expired.
    AccountExpired,
    /// 773: the password must be changed before the first login.
    MustChange,
    /// 775: the account is locked.
    AccountLocked,
    /// Any other code, kept.
    Other(u32),
}

impl AdSubError {
    /// Finds `data XXX,` in a diagnostic such as
    /// `80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data 52e, v1db1`.
    pub fn find(diagnostic: &str) -> Option<Self> {
        diagnostic.match_indices("data ").find_map(|(at, word)| {
            let before = diagnostic.get(..at)?;
            if before.ends_with(|char: char| char.is_ascii_alphanumeric()) {
                return None; // `metadata `
            }
            let rest = diagnostic.get(at + word.len()..)?;
            let end = rest
                .find(|char: char| !char.is_ascii_hexdigit())
                .unwrap_or(rest.len());
            let (digits, after) = rest.split_at(end);
            // `u32::from_str_radix` bounds the length; what follows must end the number.
            if after.starts_with(|char: char| char.is_alphanumeric()) {
                return None;
            }
            u32::from_str_radix(digits, 16).ok().map(Self::from_code)
        })
    }
    fn from_code(code: u32) -> Self {
        match code {
            0x525 => Self::NoSuchUser,
            0x52e => Self::LogonFailure,
            0x530 => Self::LogonHours,
            0x531 => Self::Workstation,
            0x532 => Self::PasswordExpired,
            0x533 => Self::AccountDisabled,
            0x568 => Self::TooManyContextIds,
            0x701 => Self::AccountExpired,
            0x773 => Self::MustChange,
            0x775 => Self::AccountLocked,
            other => Self::Other(other),
        }
    }
    /// The code as a number: `0x52e` for [`AdSubError::LogonFailure`]. `Display` writes it as Microsoft does.
    pub fn code(self) -> u32 {
        match self {
            Self::NoSuchUser => 0x525,
            Self::LogonFailure => 0x52e,
            Self::LogonHours => 0x530,
            Self::Workstation => 0x531,
            Self::PasswordExpired => 0x532,
            Self::AccountDisabled => 0x533,
            Self::TooManyContextIds => 0x568,
            Self::AccountExpired => 0x701,
            Self::MustChange => 0x773,
            Self::AccountLocked => 0x775,
            Self::Other(code) => code,
        }
    }
}

/// Lower-case hexadecimal, as it stands in the diagnostic: `52e`.
impl fmt::Display for AdSubError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.code())
    }
}

#[cfg(test)]
mod tests;
