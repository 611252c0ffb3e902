use super::*;
use crate::{Attribute, Dn};
use bytes::Bytes;
use std::time::Duration;

/// 2026-11-20T12:00:00Z: day 20,777 since 1970.
const NOW: u64 = 20_777 * 86_400 + 43_200;

fn state(lockout: Option<LockoutDuration>, attributes: &[(&str, &[u8])]) -> AccountState {
    let attributes = attributes
        .iter()
        .map(|(name, value)| Attribute {
            name: AttributeName::parse(name).unwrap(),
            values: vec![Bytes::copy_from_slice(value)],
        })
        .collect();
    let entry = Entry {
        dn: Dn::default(),
        dn_text: "".into(),
        attributes,
    };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    AccountState::read_with(&entry, now, lockout)
}

#[track_caller]
fn check_with(
    lockout: Option<LockoutDuration>,
    attributes: &[(&str, &[u8])],
    expected: AccountState,
) {
    assert_eq!(state(lockout, attributes), expected);
}

#[track_caller]
fn check(attributes: &[(&str, &[u8])], expected: AccountState) {
    check_with(None, attributes, expected);
}

#[test]
fn an_entry_that_says_nothing_is_usable() {
    check(&[], AccountState::Usable);
    check(&[("cn", b"x")], AccountState::Usable);
}

#[test]
fn an_attribute_without_values_is_absent() {
    let name = AttributeName::parse("userAccountControl").unwrap();
    let attributes = vec![Attribute {
        name,
        values: Vec::new(),
    }];
    let entry = Entry {
        dn: Dn::default(),
        dn_text: "".into(),
        attributes,
    };
    assert_eq!(
        AccountState::read(&entry, SystemTime::UNIX_EPOCH),
        AccountState::Usable
    );
}

#[test]
fn ms_adts_2_2_16_user_account_control() {
    check(&[("userAccountControl", b"512")], AccountState::Usable);
    check(&[("userAccountControl", b"514")], AccountState::Disabled);
    check(&[("useraccountcontrol", b"66050")], AccountState::Disabled);
    check(
        &[("userAccountControl", b"-2147483136")],
        AccountState::Usable,
    );
    check(&[("userAccountControl", b"many")], AccountState::Disabled);
    check(&[("userAccountControl", b"")], AccountState::Disabled);
    check(&[("userAccountControl", b"\xff")], AccountState::Disabled);
}

#[test]
fn one_value_of_several_is_enough() {
    check(
        &[
            ("userAccountControl", b"512"),
            ("userAccountControl;x-a", b"514"),
        ],
        AccountState::Disabled,
    );
}

#[test]
fn ns_account_lock() {
    check(&[("nsAccountLock", b"TRUE")], AccountState::Disabled);
    check(&[("nsAccountLock", b"true")], AccountState::Disabled);
    check(&[("nsAccountLock", b"false")], AccountState::Usable);
    check(&[("nsAccountLock", b"perhaps")], AccountState::Disabled);
}

/// 100 ns since 1601, as text.
fn ticks_at(seconds: u64) -> String {
    ((seconds + 11_644_473_600) * 10_000_000).to_string()
}

#[test]
fn account_expires_counts_from_1601() {
    let at = |seconds| ticks_at(seconds).into_bytes();
    check(&[("accountExpires", b"0")], AccountState::Usable);
    check(
        &[("accountExpires", b"9223372036854775807")],
        AccountState::Usable,
    );
    check(&[("accountExpires", &at(NOW + 1))], AccountState::Usable);
    check(&[("accountExpires", &at(NOW))], AccountState::Expired);
    check(&[("accountExpires", &at(NOW - 1))], AccountState::Expired);
    check(
        &[("accountExpires", b"-9223372036854775808")],
        AccountState::Expired,
    );
    check(&[("accountExpires", b"never")], AccountState::Expired);
}

#[test]
fn shadow_expire_counts_days() {
    check(&[("shadowExpire", b"-1")], AccountState::Usable);
    check(&[("shadowExpire", b"20778")], AccountState::Usable);
    check(&[("shadowExpire", b"20777")], AccountState::Expired);
    check(&[("shadowExpire", b"0")], AccountState::Expired);
    check(&[("shadowExpire", b"tomorrow")], AccountState::Expired);
}

#[test]
fn behera_5_3_3_pwd_account_locked_time() {
    let locked = |time: &'static [u8]| [("pwdAccountLockedTime", time)];
    check(&locked(b"000001010000Z"), AccountState::Locked);
    check(&locked(b"20261120115900Z"), AccountState::Usable);
    check(&locked(b"20261120120000Z"), AccountState::Usable);
    check(&locked(b"20261120120001Z"), AccountState::Locked);
    check(&locked(b"yesterday"), AccountState::Locked);
    check(&locked(b"\xff"), AccountState::Locked);
}

#[test]
fn a_lock_holds_for_as_long_as_the_directory_locks() {
    let minute = Some(LockoutDuration::For(Duration::from_secs(60)));
    let good = Some(LockoutDuration::ForGood);
    let ad = |seconds| ticks_at(seconds).into_bytes();
    let at = |lockout, name, value: &[u8], expected| {
        check_with(lockout, &[(name, value)], expected);
    };
    let behera = "pwdAccountLockedTime";
    at(minute, behera, b"20261120115901Z", AccountState::Locked);
    at(minute, behera, b"20261120115900Z", AccountState::Usable);
    at(good, behera, b"20200101000000Z", AccountState::Locked);
    at(minute, "lockoutTime", &ad(NOW - 59), AccountState::Locked);
    at(minute, "lockoutTime", &ad(NOW - 60), AccountState::Usable);
    at(good, "lockoutTime", &ad(NOW - 60), AccountState::Locked);
    at(good, "lockoutTime", b"0", AccountState::Usable);
    // It stays there until the next success: by itself it proves nothing.
    at(None, "lockoutTime", &ad(NOW - 1), AccountState::Usable);
    at(None, "lockoutTime", b"soon", AccountState::Locked);
}

#[test]
fn what_active_directory_computes_is_exact() {
    const COMPUTED: &str = "msDS-User-Account-Control-Computed";
    let good = Some(LockoutDuration::ForGood);
    let since = ticks_at(NOW - 1).into_bytes();
    check(&[(COMPUTED, b"0")], AccountState::Usable);
    check(&[(COMPUTED, b"16")], AccountState::Locked);
    check(&[(COMPUTED, b"8388608")], AccountState::PasswordExpired);
    check(&[(COMPUTED, b"8388624")], AccountState::Locked);
    check(&[(COMPUTED, b"x")], AccountState::Locked);
    check(
        &[(COMPUTED, b"8388608"), ("pwdLastSet", b"0")],
        AccountState::MustChange,
    );
    check_with(
        good,
        &[(COMPUTED, b"0"), ("lockoutTime", &since)],
        AccountState::Usable,
    );
}

#[test]
fn what_389_writes() {
    check(
        &[("accountUnlockTime", b"20261120120000Z")],
        AccountState::Usable,
    );
    check(
        &[("accountUnlockTime", b"20261120120001Z")],
        AccountState::Locked,
    );
    check(
        &[("accountUnlockTime", b"19700101000000Z")],
        AccountState::Locked,
    );
    check(&[("accountUnlockTime", b"never")], AccountState::Locked);
    check(
        &[("passwordExpirationTime", b"20261120120000Z")],
        AccountState::PasswordExpired,
    );
    check(
        &[("passwordExpirationTime", b"20261120120001Z")],
        AccountState::Usable,
    );
    check(
        &[("passwordExpirationTime", b"19700101000000Z")],
        AccountState::MustChange,
    );
    check(
        &[("passwordExpirationTime", b"soon")],
        AccountState::PasswordExpired,
    );
}

#[test]
fn a_password_that_an_administrator_gave() {
    check(&[("pwdLastSet", b"0")], AccountState::MustChange);
    check(
        &[("pwdLastSet", b"132223104000000000")],
        AccountState::Usable,
    );
    check(&[("pwdLastSet", b"?")], AccountState::MustChange);
    check(
        &[("pwdLastSet", b"0"), ("userAccountControl", b"66048")],
        AccountState::Usable,
    );
    check(&[("pwdReset", b"TRUE")], AccountState::MustChange);
    check(&[("pwdReset", b"FALSE")], AccountState::Usable);
}

#[test]
fn shadow_ages_count_days() {
    let age = |changed: &'static [u8], most: &'static [u8], inactive: &'static [u8]| {
        [
            ("shadowLastChange", changed),
            ("shadowMax", most),
            ("shadowInactive", inactive),
        ]
    };
    // Today is day 20,777.
    check(&age(b"20747", b"30", b"-1"), AccountState::Usable);
    check(&age(b"20746", b"30", b"-1"), AccountState::MustChange);
    check(&age(b"20746", b"30", b"0"), AccountState::PasswordExpired);
    check(&age(b"20740", b"30", b"7"), AccountState::MustChange);
    check(&age(b"20739", b"30", b"7"), AccountState::PasswordExpired);
    check(&age(b"1", b"-1", b"7"), AccountState::Usable);
    check(&age(b"1", b"99999", b"7"), AccountState::Usable);
    check(&age(b"20800", b"30", b"7"), AccountState::Usable);
    check(&age(b"0", b"99999", b"0"), AccountState::MustChange);
    check(&age(b"20776", b"x", b"-1"), AccountState::MustChange);
    check(&age(b"x", b"30", b"-1"), AccountState::PasswordExpired);
    check(&[("shadowLastChange", b"1")], AccountState::Usable);
    check(&[("shadowMax", b"0")], AccountState::Usable);
}

#[test]
fn disabled_is_told_before_locked_and_expired() {
    let expired: (&str, &[u8]) = ("shadowExpire", b"1");
    let locked: (&str, &[u8]) = ("pwdAccountLockedTime", b"000001010000Z");
    let disabled: (&str, &[u8]) = ("nsAccountLock", b"true");
    check(&[expired, locked, disabled], AccountState::Disabled);
    check(&[expired, locked], AccountState::Locked);
}

#[test]
fn the_account_is_told_of_before_its_password() {
    let expired: (&str, &[u8]) = ("shadowExpire", b"1");
    let old: (&str, &[u8]) = ("passwordExpirationTime", b"20200101000000Z");
    let reset: (&str, &[u8]) = ("pwdReset", b"TRUE");
    check(&[reset, old, expired], AccountState::Expired);
    check(&[reset, old], AccountState::PasswordExpired);
}

#[test]
fn every_name_that_is_asked_for_is_read() {
    for name in AccountStateAttributes::names() {
        let read = [
            "shadowMax",
            "shadowInactive", // with `shadowLastChange` alone
        ];
        if !read.contains(&name.as_str()) {
            let state = state(None, &[(name.as_str(), b"\xff")]);
            assert_ne!(state, AccountState::Usable, "{name}");
        }
    }
}
