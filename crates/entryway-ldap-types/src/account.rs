//! Whether an account may be used at all, read from its entry: what each directory writes there.

use crate::{AttributeName, Entry};
use std::time::SystemTime;

static USER_ACCOUNT_CONTROL: AttributeName = AttributeName::from_static("userAccountControl");
static ACCOUNT_EXPIRES: AttributeName = AttributeName::from_static("accountExpires");
static SHADOW_EXPIRE: AttributeName = AttributeName::from_static("shadowExpire");
static PWD_ACCOUNT_LOCKED_TIME: AttributeName = AttributeName::from_static("pwdAccountLockedTime");
static NS_ACCOUNT_LOCK: AttributeName = AttributeName::from_static("nsAccountLock");

/// MS-ADTS §2.2.16.
const ACCOUNTDISABLE: i64 = 0x2;
/// From 1601-01-01, where Windows starts to count, to 1970-01-01.
const SECONDS_1601_TO_1970: i64 = 11_644_473_600;
const TICKS_PER_SECOND: i64 = 10_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// draft-behera-ldap-password-policy-10 §5.3.3: locked until an administrator unlocks it.
const LOCKED_FOR_GOOD: &str = "000001010000Z";

/// The state of an account as its entry tells it; it never replaces the bind's own verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Nothing in the entry forbids it.
    Usable,
    /// `userAccountControl` has ACCOUNTDISABLE (0x2), or 389's `nsAccountLock` is true.
    Disabled,
    /// `accountExpires` (100 ns since 1601, 0 and 2^63-1 mean never) or `shadowExpire` (days since 1970, -1 never) lies in the past.
    Expired,
    /// `pwdAccountLockedTime` is `000001010000Z` (for good). Timed locks are the server's to judge.
    Locked,
}

/// The attributes that [`AccountState::read`] looks at: ask the server for these.
#[derive(Debug, Clone)]
pub struct AccountStateAttributes;

impl AccountStateAttributes {
    /// `userAccountControl accountExpires shadowExpire pwdAccountLockedTime nsAccountLock`.
    pub fn names() -> Vec<AttributeName> {
        [
            &USER_ACCOUNT_CONTROL,
            &ACCOUNT_EXPIRES,
            &SHADOW_EXPIRE,
            &PWD_ACCOUNT_LOCKED_TIME,
            &NS_ACCOUNT_LOCK,
        ]
        .map(Clone::clone)
        .to_vec()
    }
}

impl AccountState {
    /// Reads the state; of several, the first in the order `Disabled`, `Locked`, `Expired`.
    ///
    /// A present but unreadable value counts against the account: `Disabled` for
    /// `userAccountControl` and `nsAccountLock`, `Locked` for `pwdAccountLockedTime`, `Expired` for
    /// dates. So does any one of several values. An attribute without values counts as absent.
    pub fn read(entry: &Entry, now: SystemTime) -> Self {
        let any = |name, forbids: &dyn Fn(Option<&str>) -> bool| {
            entry
                .values(name)
                .any(|value| forbids(std::str::from_utf8(value).ok()))
        };
        let now = unix_seconds(now);
        if any(&USER_ACCOUNT_CONTROL, &is_disabled) || any(&NS_ACCOUNT_LOCK, &is_true) {
            Self::Disabled
        } else if any(&PWD_ACCOUNT_LOCKED_TIME, &is_locked_for_good) {
            Self::Locked
        } else if any(&ACCOUNT_EXPIRES, &|text| account_expired(text, now))
            || any(&SHADOW_EXPIRE, &|text| shadow_expired(text, now))
        {
            Self::Expired
        } else {
            Self::Usable
        }
    }
}

fn is_disabled(text: Option<&str>) -> bool {
    number(text).is_none_or(|flags| flags & ACCOUNTDISABLE != 0)
}

fn is_true(text: Option<&str>) -> bool {
    text.is_none_or(|text| !text.trim().eq_ignore_ascii_case("false"))
}

fn is_locked_for_good(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim() == LOCKED_FOR_GOOD)
}

fn account_expired(text: Option<&str>, now: i64) -> bool {
    match number(text) {
        Some(0 | i64::MAX) => false,
        Some(ticks) => ticks.div_euclid(TICKS_PER_SECOND) - SECONDS_1601_TO_1970 <= now,
        None => true,
    }
}

/// The account ends when that day begins, as `pam_unix` has it.
fn shadow_expired(text: Option<&str>, now: i64) -> bool {
    match number(text) {
        Some(-1) => false,
        Some(days) => days <= now.div_euclid(SECONDS_PER_DAY),
        None => true,
    }
}

fn number(text: Option<&str>) -> Option<i64> {
    text?.trim().parse().ok()
}

/// Whole seconds since 1970, rounded down before it too; the ends of `i64` stand for what lies beyond.
fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let before = before.duration();
            let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
            if before.subsec_nanos() == 0 {
                -whole
            } else {
                (-whole).saturating_sub(1)
            }
        }
    }
}

#[cfg(test)]
mod tests;
