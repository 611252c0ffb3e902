//! What changes in an entry when its password changes, for whoever asks later whether it did.

use crate::{AttributeName, Entry};

static PWD_LAST_SET: AttributeName = AttributeName::from_static("pwdLastSet");
static PWD_CHANGED_TIME: AttributeName = AttributeName::from_static("pwdChangedTime");
static PWD_UPDATE_TIME: AttributeName = AttributeName::from_static("pwdUpdateTime");
static KRB_LAST_PWD_CHANGE: AttributeName = AttributeName::from_static("krbLastPwdChange");
static SHADOW_LAST_CHANGE: AttributeName = AttributeName::from_static("shadowLastChange");
static PASSWORD_EXPIRATION_TIME: AttributeName =
    AttributeName::from_static("passwordExpirationTime");

/// The bytes that change when an entry's password changes: two are equal while it did not.
///
/// They are moments, not secrets, yet nobody else's business: compare them, or a digest of them.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PasswordStamp(Box<[u8]>);

impl PasswordStamp {
    /// The attributes that [`PasswordStamp::read`] looks at: ask the server for these.
    pub fn names() -> Vec<AttributeName> {
        [
            &PWD_LAST_SET,
            &PWD_CHANGED_TIME,
            &PWD_UPDATE_TIME,
            &KRB_LAST_PWD_CHANGE,
            &SHADOW_LAST_CHANGE,
            &PASSWORD_EXPIRATION_TIME,
        ]
        .map(Clone::clone)
        .to_vec()
    }

    /// Reads what the entry has of: Active Directory's `pwdLastSet`; `pwdChangedTime`, which the policy overlay writes;
    /// 389's `pwdUpdateTime`; Kerberos' `krbLastPwdChange`; `shadowLastChange`. `passwordExpirationTime` only where the
    /// others are absent, because 389 also moves it when it warns.
    ///
    /// `None` when the entry tells nothing, as one whose password never changed may: a stamp where there was
    /// none is a change.
    pub fn read(entry: &Entry) -> Option<Self> {
        let mut stamp = Vec::new();
        for (tag, name) in (0_u8..).zip(Self::names()) {
            if name == PASSWORD_EXPIRATION_TIME && !stamp.is_empty() {
                break;
            }
            // A server may return values in any order.
            let mut values: Vec<&[u8]> = entry.values(&name).map(|value| &**value).collect();
            values.sort_unstable();
            for value in values {
                stamp.push(tag);
                stamp.extend_from_slice(&u64::try_from(value.len()).unwrap_or(0).to_be_bytes());
                stamp.extend_from_slice(value);
            }
        }
        (!stamp.is_empty()).then(|| Self(stamp.into()))
    }

    /// The bytes, to be compared or digested.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Never shows when somebody changed a password.
impl std::fmt::Debug for PasswordStamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordStamp")
    }
}

#[cfg(test)]
mod tests;
