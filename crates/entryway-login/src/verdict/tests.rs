use super::*;

const USABLE: AccountState = AccountState::Usable;

fn reply(code: u32, diagnostic: &str, error: Option<PasswordPolicyError>) -> BindReply {
    let policy = error.map(|error| PasswordPolicy {
        error: Some(error),
        ..PasswordPolicy::default()
    });
    BindReply {
        code: ResultCode(code),
        diagnostic: diagnostic.to_owned(),
        policy,
    }
}

fn check(code: u32, diagnostic: &str, error: Option<PasswordPolicyError>, expected: BindVerdict) {
    let verdict = judge(&reply(code, diagnostic, error), USABLE).for_trace();
    assert_eq!(verdict, expected, "{code} {diagnostic:?} {error:?}");
}

fn refused(reason: Reason) -> BindVerdict {
    BindVerdict::Refused(reason)
}

#[test]
fn success_verifies() {
    check(0, "", None, BindVerdict::Verified);
}

#[test]
fn a_warning_beside_success_is_kept() {
    let policy = PasswordPolicy {
        expires_in: Some(3600),
        grace_left: Some(2),
        error: None,
    };
    let answer = BindReply {
        policy: Some(policy),
        ..reply(0, "", None)
    };
    match judge(&answer, USABLE) {
        Judgement::Verified(verified) => {
            assert_eq!(
                verified.into_state(),
                PasswordState {
                    expires_in: Some(3600),
                    grace_left: Some(2)
                }
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_error_beside_success_lets_nobody_in() {
    use PasswordPolicyError as Error;
    check(
        0,
        "",
        Some(Error::ChangeAfterReset),
        BindVerdict::MustChange,
    );
    check(
        0,
        "",
        Some(Error::AccountLocked),
        refused(Reason::AccountLocked),
    );
    check(
        0,
        "",
        Some(Error::PasswordExpired),
        refused(Reason::PasswordExpired),
    );
    for odd in [
        Error::PasswordTooShort,
        Error::PasswordInHistory,
        Error::Other(99),
    ] {
        check(
            0,
            "",
            Some(odd),
            BindVerdict::NoVerdict(Fault::DirectoryProtocolError),
        );
    }
}

#[test]
fn active_directory_sub_errors() {
    let table = [
        ("525", refused(Reason::UnknownLogin)),
        ("52e", refused(Reason::WrongPassword)),
        ("530", refused(Reason::LogonHours)),
        ("531", refused(Reason::Workstation)),
        ("532", refused(Reason::PasswordExpired)),
        ("533", refused(Reason::AccountDisabled)),
        (
            "568",
            BindVerdict::NoVerdict(Fault::DirectoryRefusedOperation),
        ),
        ("701", refused(Reason::AccountExpired)),
        ("773", BindVerdict::MustChange),
        ("775", refused(Reason::AccountLocked)),
        ("52f", refused(Reason::WrongPassword)),
    ];
    for (code, expected) in table {
        let diagnostic = format!(
            "80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {code}, v1db1"
        );
        check(49, &diagnostic, None, expected);
    }
}

#[test]
fn a_sub_error_counts_only_beside_invalid_credentials() {
    let must_change = "comment: AcceptSecurityContext error, data 773, v1db1";
    check(
        1,
        must_change,
        None,
        BindVerdict::NoVerdict(Fault::DirectoryRefusedOperation),
    );
    check(
        53,
        must_change,
        None,
        BindVerdict::NoVerdict(Fault::DirectoryRefusedOperation),
    );
}

#[test]
fn the_control_explains_a_refusal() {
    use PasswordPolicyError as Error;
    for code in [49, 19, 53] {
        check(
            code,
            "",
            Some(Error::AccountLocked),
            refused(Reason::AccountLocked),
        );
        check(
            code,
            "",
            Some(Error::PasswordExpired),
            refused(Reason::PasswordExpired),
        );
    }
    check(49, "", None, refused(Reason::WrongPassword));
    // A failed bind proved nothing, so there is nothing to change yet.
    check(
        49,
        "",
        Some(Error::ChangeAfterReset),
        refused(Reason::WrongPassword),
    );
}

#[test]
fn other_ways_of_saying_no() {
    check(48, "", None, refused(Reason::WrongPassword));
    check(
        19,
        "Exceed password retry limit. Please try later.",
        None,
        refused(Reason::AccountLocked),
    );
    check(
        53,
        "Account inactivated. Contact system administrator.",
        None,
        refused(Reason::AccountDisabled),
    );
    // 389 Directory Server 2.3 says both at once.
    check(
        53,
        "Account inactivated. Contact system administrator.",
        Some(PasswordPolicyError::AccountLocked),
        refused(Reason::AccountDisabled),
    );
}

#[test]
fn unwilling_is_a_no_only_if_the_entry_says_so() {
    let unwilling = reply(53, "", None);
    let verdict = |state| judge(&unwilling, state).for_trace();
    let locked = reply(53, "", Some(PasswordPolicyError::AccountLocked));
    assert_eq!(
        judge(&locked, AccountState::Disabled).for_trace(),
        refused(Reason::AccountDisabled)
    );
    assert_eq!(
        verdict(USABLE),
        BindVerdict::NoVerdict(Fault::DirectoryRefusedOperation)
    );
    assert_eq!(
        verdict(AccountState::Disabled),
        refused(Reason::AccountDisabled)
    );
    assert_eq!(
        verdict(AccountState::Locked),
        refused(Reason::AccountLocked)
    );
    assert_eq!(
        verdict(AccountState::Expired),
        refused(Reason::AccountExpired)
    );
}

#[test]
fn busy_and_unavailable_are_outages() {
    check(
        51,
        "",
        None,
        BindVerdict::NoVerdict(Fault::DirectoryUnreachable),
    );
    check(
        52,
        "",
        None,
        BindVerdict::NoVerdict(Fault::DirectoryUnreachable),
    );
    check(
        14,
        "",
        None,
        BindVerdict::NoVerdict(Fault::DirectoryProtocolError),
    );
}

#[test]
fn no_such_object_contradicts_the_search() {
    for error in [None, Some(PasswordPolicyError::AccountLocked)] {
        check(
            32,
            "",
            error,
            BindVerdict::NoVerdict(Fault::DirectoryRefusedOperation),
        );
    }
}

#[test]
fn no_other_code_is_a_verdict() {
    let verdicts = [0, 19, 48, 49];
    for code in (0..=200)
        .chain([4096, u32::MAX])
        .filter(|code| !verdicts.contains(code))
    {
        let verdict = judge(&reply(code, "data 52e,", None), USABLE).for_trace();
        assert!(
            matches!(verdict, BindVerdict::NoVerdict(_)),
            "{code} {verdict:?}"
        );
    }
}
