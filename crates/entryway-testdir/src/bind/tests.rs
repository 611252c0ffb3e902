//! Every account state in both dialects.

use super::*;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Friday 2026-11-20 12:30 UTC.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_177_800)
}

fn judged(options: &Options, attributes: &str, name: &str, password: &str) -> Verdict {
    let ldif = format!(
        "dn: dc=corp,dc=example\nmaxPwdAge: -36288000000000\n\ndn: cn=A,dc=corp,dc=example\nuserPassword: right\n{attributes}"
    );
    let directory = Directory::from_ldif(&ldif).unwrap();
    judge(
        &directory,
        &Options {
            now: Some(now()),
            ..options.clone()
        },
        name,
        password.as_bytes(),
    )
}

fn check(attributes: &str, password: &str, code: ResultCode, policy: Option<PasswordPolicy>) {
    let verdict = judged(
        &Options::default(),
        attributes,
        "cn=a, dc=corp,dc=example",
        password,
    );
    assert_eq!(
        (verdict.code, verdict.policy),
        (code, policy),
        "{attributes} {password}"
    );
    assert_eq!(
        verdict.bound.is_some(),
        code == ResultCode::SUCCESS,
        "{attributes} {password}"
    );
}

fn check_ad(attributes: &str, name: &str, password: &str, expected: Option<AdSubErrorCode>) {
    let options = Options::active_directory("CORP");
    let attributes =
        format!("sAMAccountName: ada\nuserPrincipalName: ada.l@corp.example\n{attributes}");
    let verdict = judged(&options, &attributes, name, password);
    let found =
        entryway_ldap_types::AdSubError::find(&verdict.diagnostic).map(|error| error.code());
    assert_eq!(found, expected, "{attributes} {name} {password}");
    assert_eq!(
        verdict.bound.is_some(),
        expected.is_none(),
        "{attributes} {name}"
    );
    assert_eq!(
        verdict.code == ResultCode::SUCCESS,
        expected.is_none(),
        "{attributes} {name}"
    );
}

type AdSubErrorCode = u32;

const INVALID: ResultCode = ResultCode::INVALID_CREDENTIALS;
const SUCCESS: ResultCode = ResultCode::SUCCESS;

fn policy(error: Option<PasswordPolicyError>) -> Option<PasswordPolicy> {
    Some(PasswordPolicy {
        error,
        ..PasswordPolicy::default()
    })
}

#[test]
fn rfc4513_5_1_3_right_and_wrong() {
    check("", "right", SUCCESS, policy(None));
    check("", "Right", INVALID, policy(None));
    let unknown = judged(&Options::default(), "", "cn=b,dc=corp,dc=example", "right");
    assert_eq!((unknown.code, unknown.policy), (INVALID, None));
    let no_name = judged(&Options::default(), "", "ada", "right");
    assert_eq!(no_name.code, ResultCode::INVALID_DN_SYNTAX);
}

#[test]
fn rfc4513_5_1_1_anonymous_is_a_success_of_nobody() {
    let verdict = judged(&Options::default(), "", "", "");
    assert_eq!((verdict.code, verdict.bound), (SUCCESS, None));
}

#[test]
fn rfc4513_5_1_2_a_name_without_a_password_is_refused() {
    for options in [Options::default(), Options::active_directory("CORP")] {
        let verdict = judged(&options, "", "cn=A,dc=corp,dc=example", "");
        assert_eq!(
            (verdict.code, verdict.bound),
            (ResultCode::UNWILLING_TO_PERFORM, None)
        );
    }
}

#[test]
fn draft_behera_6_1_a_locked_account_refuses_the_right_password_too() {
    let locked = "pwdAccountLockedTime: 000001010000Z\n";
    check(
        locked,
        "right",
        INVALID,
        policy(Some(PasswordPolicyError::AccountLocked)),
    );
    check(
        locked,
        "wrong",
        INVALID,
        policy(Some(PasswordPolicyError::AccountLocked)),
    );
}

#[test]
fn draft_behera_6_2_expiry_is_told_only_to_who_knows_the_password() {
    check(
        "pwdExpired: TRUE\n",
        "right",
        INVALID,
        policy(Some(PasswordPolicyError::PasswordExpired)),
    );
    check("pwdExpired: TRUE\n", "wrong", INVALID, policy(None));
    let grace = PasswordPolicy {
        grace_left: Some(2),
        ..PasswordPolicy::default()
    };
    check(
        "pwdExpired: TRUE\npwdGraceLeft: 2\n",
        "right",
        SUCCESS,
        Some(grace),
    );
    let soon = PasswordPolicy {
        expires_in: Some(600),
        ..PasswordPolicy::default()
    };
    check("pwdExpiresIn: 600\n", "right", SUCCESS, Some(soon));
}

#[test]
fn draft_behera_6_2_after_a_reset_only_a_change_is_allowed() {
    check(
        "pwdReset: TRUE\n",
        "right",
        SUCCESS,
        policy(Some(PasswordPolicyError::ChangeAfterReset)),
    );
    assert!(
        judged(
            &Options::default(),
            "pwdReset: TRUE\n",
            "cn=A,dc=corp,dc=example",
            "right"
        )
        .must_change
    );
}

#[test]
fn an_inactivated_account_of_389_is_unwilling() {
    check(
        "nsAccountLock: true\n",
        "right",
        ResultCode::UNWILLING_TO_PERFORM,
        None,
    );
    check("nsAccountLock: true\n", "wrong", INVALID, policy(None));
}

#[test]
fn ms_adts_5_1_1_1_1_names_of_three_kinds() {
    for name in [
        "cn=A,dc=corp,dc=example",
        "ada.l@corp.example",
        "ADA@CORP.example",
        "CORP\\ada",
        "corp\\ADA",
    ] {
        check_ad("", name, "right", None);
        check_ad("", name, "wrong", Some(0x52e));
    }
    for name in [
        "ada",
        "OTHER\\ada",
        "ada@other.example",
        "cn=B,dc=corp,dc=example",
    ] {
        check_ad("", name, "right", Some(0x525));
    }
}

#[test]
fn every_state_of_active_directory_has_its_number() {
    let dn = "cn=A,dc=corp,dc=example";
    // Bytes 15, 16 and 17 are Friday, here with no hour allowed; all others are.
    let no_friday = "logonHours:: ////////////////////AAAA////\n";
    let every_hour = "logonHours:: ////////////////////////////\n";
    for (attributes, expected) in [
        ("userAccountControl: 512\n", None),
        ("userAccountControl: 514\n", Some(0x533)),
        ("accountExpires: 0\n", None),
        ("accountExpires: 9223372036854775807\n", None),
        ("accountExpires: 133000000000000000\n", Some(0x701)),
        (no_friday, Some(0x530)),
        (every_hour, None),
        ("userWorkstations: PC1,PC2\n", Some(0x531)),
        ("pwdLastSet: 0\n", Some(0x773)),
        ("pwdLastSet: 0\nuserAccountControl: 66048\n", None),
        ("pwdLastSet: 133000000000000000\n", Some(0x532)),
        ("userAccountControl: 8389120\n", Some(0x532)),
    ] {
        check_ad(attributes, dn, "right", expected);
        check_ad(attributes, dn, "wrong", Some(0x52e));
    }
    check_ad(
        "lockoutTime: 133000000000000000\n",
        dn,
        "right",
        Some(0x775),
    );
    check_ad(
        "lockoutTime: 133000000000000000\n",
        dn,
        "wrong",
        Some(0x775),
    );
    check_ad("lockoutTime: 0\n", dn, "right", None);
}
