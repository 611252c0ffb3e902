use super::*;
use crate::Reason::*;
use entryway_ldap_types::PasswordPolicy;

#[track_caller]
fn check(
    code: ResultCode,
    diagnostic: &str,
    error: Option<PasswordPolicyError>,
    expected: ChangeVerdict,
) {
    let policy = error.map(|error| PasswordPolicy {
        error: Some(error),
        ..PasswordPolicy::default()
    });
    let reply = ChangeReply {
        code,
        diagnostic: diagnostic.to_owned(),
        policy,
    };
    assert_eq!(changed(&reply), expected, "{code} {diagnostic:?} {error:?}");
}

#[track_caller]
fn check_words(code: ResultCode, diagnostic: &str, expected: Reason) {
    check(code, diagnostic, None, ChangeVerdict::Refused(expected));
}

#[test]
fn nothing_but_success_has_changed_anything() {
    check(ResultCode::SUCCESS, "", None, ChangeVerdict::Changed);
    for code in (1..=90).map(ResultCode) {
        let reply = ChangeReply {
            code,
            diagnostic: String::new(),
            policy: None,
        };
        assert_ne!(changed(&reply), ChangeVerdict::Changed);
    }
}

#[test]
fn what_the_control_says() {
    use PasswordPolicyError as Error;
    let code = ResultCode::CONSTRAINT_VIOLATION;
    for (error, expected) in [
        (Error::PasswordExpired, PasswordExpired),
        (Error::AccountLocked, AccountLocked),
        (Error::PasswordModNotAllowed, PasswordChangeNotAllowed),
        (Error::InsufficientPasswordQuality, NewPasswordTooSimple),
        (Error::PasswordTooShort, NewPasswordTooShort),
        (Error::PasswordTooYoung, PasswordTooYoung),
        (Error::PasswordInHistory, NewPasswordInHistory),
        (Error::MustSupplyOldPassword, NewPasswordRefused),
        (Error::Other(99), NewPasswordRefused),
    ] {
        check(code, "", Some(error), ChangeVerdict::Refused(expected));
    }
}

#[test]
fn what_active_directory_says() {
    let code = ResultCode::CONSTRAINT_VIOLATION;
    let microsoft = |code: &str| {
        format!(
            "{code}: AtrErr: DSID-03191083, #1:\n\t0: {code}: DSID-03191083, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)"
        )
    };
    check_words(code, &microsoft("00000056"), WrongPassword);
    check_words(code, &microsoft("0000052D"), NewPasswordRefused);
    check_words(code, &microsoft("00000775"), AccountLocked);
    let denied = ResultCode::INSUFFICIENT_ACCESS_RIGHTS;
    check_words(denied, &microsoft("00000005"), PasswordChangeNotAllowed);
    let samba = |words: &str| {
        format!("0000052D: Constraint violation - check_password_restrictions: {words}!")
    };
    for (words, expected) in [
        (
            "the password is too short. It should be equal or longer than 6 characters",
            NewPasswordTooShort,
        ),
        (
            "the password does not meet the complexity criteria",
            NewPasswordTooSimple,
        ),
        (
            "the password was already used (previous password)",
            NewPasswordInHistory,
        ),
        (
            "the password was already used (in history)",
            NewPasswordInHistory,
        ),
        ("password is too young to change", PasswordTooYoung),
        (
            "password changes aren't permitted",
            PasswordChangeNotAllowed,
        ),
    ] {
        check_words(code, &samba(words), expected);
    }
    // Asked without TLS, or with a value that is no such password: ours to mend, and no refusal.
    let ours = ChangeVerdict::NoVerdict(Fault::DirectoryRefusedOperation);
    check(
        ResultCode::UNWILLING_TO_PERFORM,
        &microsoft("0000001F"),
        None,
        ours,
    );
    // Nobody is bound there (Samba).
    let nobody = "00002020: Operation unavailable without authentication";
    check(ResultCode::OPERATIONS_ERROR, nobody, None, ours);
}

#[test]
fn what_others_say() {
    let code = ResultCode::CONSTRAINT_VIOLATION;
    check_words(
        code,
        "Password fails quality checking policy",
        NewPasswordTooSimple,
    );
    check_words(
        code,
        "Password is not being changed from existing value",
        NewPasswordInHistory,
    );
    check_words(code, "Password is too young to change", PasswordTooYoung);
    check_words(
        code,
        "invalid password syntax - password must be at least 8 characters long",
        NewPasswordTooShort,
    );
    check_words(
        code,
        "invalid password syntax - password based off of user entry",
        NewPasswordTooSimple,
    );
    check_words(code, "password in history", NewPasswordInHistory);
    check_words(code, "within password minimum age", PasswordTooYoung);
    check_words(code, "", NewPasswordRefused);
    let unwilling = ResultCode::UNWILLING_TO_PERFORM;
    check_words(
        unwilling,
        "user is not allowed to change password",
        PasswordChangeNotAllowed,
    );
    check_words(unwilling, "unwilling to verify old password", WrongPassword);
    check_words(ResultCode::INVALID_CREDENTIALS, "", WrongPassword);
    check_words(ResultCode::PROTOCOL_ERROR, "", PasswordChangeUnsupported);
    let denied = ResultCode::INSUFFICIENT_ACCESS_RIGHTS;
    check_words(
        denied,
        "User alteration of password is not allowed",
        PasswordChangeNotAllowed,
    );
}

#[test]
fn what_is_no_verdict() {
    let fault = ChangeVerdict::NoVerdict;
    for code in [ResultCode::BUSY, ResultCode::UNAVAILABLE] {
        check(code, "", None, fault(Fault::DirectoryUnreachable));
    }
    for code in [ResultCode::UNWILLING_TO_PERFORM, ResultCode::REFERRAL] {
        check(code, "", None, fault(Fault::DirectoryRefusedOperation));
    }
}
