//! The password-policy response control (draft-behera-ldap-password-policy-10 §6.2) as a value.

/// What the directory says about the password beside the bind's result. Decoding is the codec's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PasswordPolicy {
    /// Seconds until the password expires, when the server warns.
    pub expires_in: Option<u32>,
    /// Grace logins left after expiry, when the server counts them.
    pub grace_left: Option<u32>,
    /// Why the account or password is not in order.
    pub error: Option<PasswordPolicyError>,
}

/// The control's error codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordPolicyError {
    /// 0
    PasswordExpired,
    /// 1
    AccountLocked,
    /// 2
    ChangeAfterReset,
    /// 3
    PasswordModNotAllowed,
    /// 4
    MustSupplyOldPassword,
    /// 5
    InsufficientPasswordQuality,
    /// 6
    PasswordTooShort,
    /// 7
    PasswordTooYoung,
    /// 8
    PasswordInHistory,
    /// Any other code, kept.
    Other(i64),
}
