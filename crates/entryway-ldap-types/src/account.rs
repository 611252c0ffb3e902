//! Whether an account may be used at all, read from its entry: what each directory writes there.
//!
//! How directories write moments is `time`'s, what changes with the password `stamp`'s. Nothing here knows
//! what a state means for a login.

mod stamp;
mod time;

pub use stamp::PasswordStamp;

use crate::{AttributeName, Entry};
use std::time::{Duration, SystemTime};
use time::{Moment, days, generalized, ticks, unix_seconds};

static USER_ACCOUNT_CONTROL: AttributeName = AttributeName::from_static("userAccountControl");
static CONTROL_COMPUTED: AttributeName =
    AttributeName::from_static("msDS-User-Account-Control-Computed");
static ACCOUNT_EXPIRES: AttributeName = AttributeName::from_static("accountExpires");
static LOCKOUT_TIME: AttributeName = AttributeName::from_static("lockoutTime");
static PWD_LAST_SET: AttributeName = AttributeName::from_static("pwdLastSet");
static SHADOW_EXPIRE: AttributeName = AttributeName::from_static("shadowExpire");
static SHADOW_LAST_CHANGE: AttributeName = AttributeName::from_static("shadowLastChange");
static SHADOW_MAX: AttributeName = AttributeName::from_static("shadowMax");
static SHADOW_INACTIVE: AttributeName = AttributeName::from_static("shadowInactive");
static PWD_ACCOUNT_LOCKED_TIME: AttributeName = AttributeName::from_static("pwdAccountLockedTime");
static PWD_RESET: AttributeName = AttributeName::from_static("pwdReset");
static NS_ACCOUNT_LOCK: AttributeName = AttributeName::from_static("nsAccountLock");
static ACCOUNT_UNLOCK_TIME: AttributeName = AttributeName::from_static("accountUnlockTime");
static PASSWORD_EXPIRATION_TIME: AttributeName =
    AttributeName::from_static("passwordExpirationTime");

/// MS-ADTS §2.2.16, and for the computed ones MS-ADTS §3.1.1.4.5.17.
const ACCOUNTDISABLE: i64 = 0x2;
const LOCKOUT: i64 = 0x10;
const DONT_EXPIRE_PASSWD: i64 = 0x1_0000;
const PASSWORD_EXPIRED: i64 = 0x80_0000;
/// draft-behera-ldap-password-policy-10 §5.3.3: locked until an administrator unlocks it.
const LOCKED_FOR_GOOD: &str = "000001010000Z";

/// The state of an account as its entry tells it; it never replaces the bind's own verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Nothing in the entry forbids it.
    Usable,
    /// `userAccountControl` has ACCOUNTDISABLE (0x2), or 389's `nsAccountLock` is true.
    Disabled,
    /// Locked after wrong passwords, or by an administrator. By the first of these that the entry has:
    /// - `msDS-User-Account-Control-Computed`, where Active Directory gives it: bit 0x10, exactly;
    /// - `lockoutTime` (100 ns since 1601) not longer ago than the domain's lockout; where nobody knows how long that
    ///   is, it proves nothing, because it stays until the next success;
    /// - `pwdAccountLockedTime`: `000001010000Z` is for good; another moment locks while it lies ahead or not longer ago
    ///   than the lockout lasts; where nobody knows how long, a moment that has passed proves nothing, for the
    ///   same reason;
    /// - 389's `accountUnlockTime`, while it lies ahead; 1970-01-01 is for good.
    Locked,
    /// `accountExpires` (100 ns since 1601, 0 and 2^63-1 mean never) or `shadowExpire` (days since 1970, -1 never) lies in the past.
    Expired,
    /// The password is too old to be used or changed: the computed bit 0x800000, 389's `passwordExpirationTime` in
    /// the past, or `shadowLastChange` more than `shadowMax` and `shadowInactive` days ago.
    PasswordExpired,
    /// The password must be changed first: `pwdLastSet` is 0 (and DONT_EXPIRE_PASSWD is not set), `pwdReset` is true,
    /// `passwordExpirationTime` is 1970-01-01, `shadowLastChange` is 0 or more than `shadowMax` days ago.
    MustChange,
}

/// How long a directory keeps an account locked after too many wrong passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockoutDuration {
    /// Until an administrator unlocks it.
    ForGood,
    /// For so long.
    For(Duration),
}

/// The attributes that [`AccountState::read`] looks at: ask the server for these.
#[derive(Debug, Clone)]
pub struct AccountStateAttributes;

impl AccountStateAttributes {
    /// All of them, of every kind of directory: a server leaves out what it does not have.
    pub fn names() -> Vec<AttributeName> {
        [
            &USER_ACCOUNT_CONTROL,
            &CONTROL_COMPUTED,
            &ACCOUNT_EXPIRES,
            &LOCKOUT_TIME,
            &PWD_LAST_SET,
            &SHADOW_EXPIRE,
            &SHADOW_LAST_CHANGE,
            &SHADOW_MAX,
            &SHADOW_INACTIVE,
            &PWD_ACCOUNT_LOCKED_TIME,
            &PWD_RESET,
            &NS_ACCOUNT_LOCK,
            &ACCOUNT_UNLOCK_TIME,
            &PASSWORD_EXPIRATION_TIME,
        ]
        .map(Clone::clone)
        .to_vec()
    }
}

impl AccountState {
    /// Reads the state where nobody knows how long the directory locks accounts.
    pub fn read(entry: &Entry, now: SystemTime) -> Self {
        Self::read_with(entry, now, None)
    }

    /// Reads the state; of several, the first in the order `Disabled`, `Locked`, `Expired`,
    /// `PasswordExpired`, `MustChange`. `lockout`: how long the directory locks accounts, where it is known.
    ///
    /// A present but unreadable value counts against the account: `Disabled` for `userAccountControl` and
    /// `nsAccountLock`, `Locked` for what tells of locks, `Expired` and `PasswordExpired` for other dates. So does any
    /// one of several values. An attribute without values counts as absent.
    pub fn read_with(entry: &Entry, now: SystemTime, lockout: Option<LockoutDuration>) -> Self {
        let account = Account {
            entry,
            now: unix_seconds(now),
            lockout,
        };
        if account.is_disabled() {
            Self::Disabled
        } else if account.is_locked() {
            Self::Locked
        } else if account.is_expired() {
            Self::Expired
        } else if account.has_old_password() {
            Self::PasswordExpired
        } else if account.must_change() {
            Self::MustChange
        } else {
            Self::Usable
        }
    }
}

/// An entry at one moment, in seconds since 1970.
struct Account<'a> {
    entry: &'a Entry,
    now: i64,
    lockout: Option<LockoutDuration>,
}

impl Account<'_> {
    fn is_disabled(&self) -> bool {
        self.any(&USER_ACCOUNT_CONTROL, |text| {
            number(text).is_none_or(|flags| flags & ACCOUNTDISABLE != 0)
        }) || self.any(&NS_ACCOUNT_LOCK, is_true)
    }

    fn is_locked(&self) -> bool {
        let active_directory = if self.has(&CONTROL_COMPUTED) {
            self.any(&CONTROL_COMPUTED, |text| {
                number(text).is_none_or(|flags| flags & LOCKOUT != 0)
            })
        } else {
            self.any(&LOCKOUT_TIME, |text| match number(text) {
                Some(0) => false,
                Some(time) => self.still_locks(ticks(time)),
                None => true,
            })
        };
        active_directory
            || self.any(&PWD_ACCOUNT_LOCKED_TIME, |text| match text.map(str::trim) {
                Some(LOCKED_FOR_GOOD) | None => true,
                Some(text) => generalized(text).is_none_or(|since| self.still_locks(since)),
            })
            || self.any(&ACCOUNT_UNLOCK_TIME, |text| {
                text.and_then(generalized)
                    .is_none_or(|end| end == 0 || end > self.now)
            })
    }

    fn is_expired(&self) -> bool {
        self.any(&ACCOUNT_EXPIRES, |text| match number(text) {
            Some(0 | i64::MAX) => false,
            Some(end) => ticks(end) <= self.now,
            None => true,
        }) || self.any(&SHADOW_EXPIRE, |text| match number(text) {
            Some(-1) => false,
            // The account ends when that day begins, as `pam_unix` has it.
            Some(end) => end <= days(self.now),
            None => true,
        })
    }

    fn has_old_password(&self) -> bool {
        // Active Directory also sets the bit while a given password must be changed.
        let given = self.any(&PWD_LAST_SET, |text| number(text) == Some(0));
        self.any(&CONTROL_COMPUTED, |text| {
            number(text).is_none_or(|flags| flags & PASSWORD_EXPIRED != 0 && !given)
        }) || self.any(&PASSWORD_EXPIRATION_TIME, |text| {
            text.and_then(generalized)
                .is_none_or(|end| end != 0 && end <= self.now)
        }) || self.any(&SHADOW_LAST_CHANGE, |text| {
            let age = number(text).map(|changed| (changed, self.age(changed)));
            match (age, self.limit(&SHADOW_MAX), self.limit(&SHADOW_INACTIVE)) {
                (None, _, _) => true,
                (Some((0, _)), _, _) => false,
                (Some((_, age)), Some(most), Some(grace)) => age > most.saturating_add(grace),
                _ => false,
            }
        })
    }

    fn must_change(&self) -> bool {
        let never_expires = self
            .texts(&USER_ACCOUNT_CONTROL)
            .filter_map(number)
            .any(|flags| flags & DONT_EXPIRE_PASSWD != 0);
        (!never_expires
            && self.any(&PWD_LAST_SET, |text| {
                number(text).is_none_or(|time| time == 0)
            }))
            || self.any(&PWD_RESET, is_true)
            || self.any(&PASSWORD_EXPIRATION_TIME, |text| {
                text.and_then(generalized) == Some(0)
            })
            || self.any(&SHADOW_LAST_CHANGE, |text| {
                number(text).is_some_and(|changed| {
                    changed == 0
                        || self
                            .limit(&SHADOW_MAX)
                            .is_some_and(|most| self.age(changed) > most)
                })
            })
    }

    /// Whether a lock that began then still holds.
    fn still_locks(&self, since: Moment) -> bool {
        since > self.now
            || match self.lockout {
                Some(LockoutDuration::ForGood) => true,
                Some(LockoutDuration::For(time)) => {
                    let time = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
                    since.saturating_add(time) > self.now
                }
                None => false,
            }
    }

    /// Days since the password's last change; negative when that lies ahead, as clocks that differ have it.
    fn age(&self, changed: i64) -> i64 {
        days(self.now).saturating_sub(changed)
    }

    /// A number of days that limits; negative ones do not (shadow(5)). An unreadable one leaves no time at all.
    fn limit(&self, name: &AttributeName) -> Option<i64> {
        self.texts(name)
            .map(|text| number(text).unwrap_or(0))
            .filter(|days| *days >= 0)
            .min()
    }

    fn has(&self, name: &AttributeName) -> bool {
        self.entry.first(name).is_some()
    }

    fn any(&self, name: &AttributeName, forbids: impl Fn(Option<&str>) -> bool) -> bool {
        self.texts(name).any(forbids)
    }

    /// Each value as text, `None` for one that is not UTF-8.
    fn texts<'a>(&'a self, name: &'a AttributeName) -> impl Iterator<Item = Option<&'a str>> {
        let values = self.entry.values(name);
        values.map(|value| std::str::from_utf8(value).ok())
    }
}

fn is_true(text: Option<&str>) -> bool {
    text.is_none_or(|text| !text.trim().eq_ignore_ascii_case("false"))
}

fn number(text: Option<&str>) -> Option<i64> {
    text?.trim().parse().ok()
}

#[cfg(test)]
mod tests;
