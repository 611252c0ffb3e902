use super::*;
use crate::{Attribute, Dn};
use bytes::Bytes;
use std::time::Duration;

/// 2026-11-20T12:00:00Z: day 20,777 since 1970.
const NOW: u64 = 20_777 * 86_400 + 43_200;

#[track_caller]
fn check(attributes: &[(&str, &[u8])], expected: AccountState) {
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
    assert_eq!(AccountState::read(&entry, now), expected);
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

#[test]
fn account_expires_counts_from_1601() {
    let ticks = |seconds: i64| ((seconds + SECONDS_1601_TO_1970) * TICKS_PER_SECOND).to_string();
    let now = i64::try_from(NOW).unwrap();
    check(&[("accountExpires", b"0")], AccountState::Usable);
    check(
        &[("accountExpires", b"9223372036854775807")],
        AccountState::Usable,
    );
    check(
        &[("accountExpires", ticks(now + 1).as_bytes())],
        AccountState::Usable,
    );
    check(
        &[("accountExpires", ticks(now).as_bytes())],
        AccountState::Expired,
    );
    check(
        &[("accountExpires", ticks(now - 1).as_bytes())],
        AccountState::Expired,
    );
    // A known pair, so that the constants are not only compared with themselves: 2020-01-01T00:00:00Z.
    assert_eq!(ticks(1_577_836_800), "132223104000000000");
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
fn only_a_lock_for_good_is_judged_here() {
    check(
        &[("pwdAccountLockedTime", b"000001010000Z")],
        AccountState::Locked,
    );
    check(
        &[("pwdAccountLockedTime", b"20261120115900Z")],
        AccountState::Usable,
    );
    check(&[("pwdAccountLockedTime", b"\xff")], AccountState::Locked);
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
fn time_before_1970_counts_down() {
    let before = |nanos| unix_seconds(SystemTime::UNIX_EPOCH - Duration::from_nanos(nanos));
    assert_eq!(before(0), 0);
    assert_eq!(before(1), -1);
    assert_eq!(before(1_000_000_000), -1);
    assert_eq!(before(1_000_000_001), -2);
}

#[test]
fn names_are_what_is_read() {
    let names: Vec<_> = AccountStateAttributes::names()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        names,
        [
            "userAccountControl",
            "accountExpires",
            "shadowExpire",
            "pwdAccountLockedTime",
            "nsAccountLock"
        ]
    );
}
