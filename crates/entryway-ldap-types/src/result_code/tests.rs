use super::*;

#[track_caller]
fn check(code: ResultCode, expected: &str) {
    assert_eq!(code.to_string(), expected);
}

#[test]
fn rfc4511_appendix_a_names() {
    check(ResultCode::SUCCESS, "success (0)");
    check(
        ResultCode::STRONGER_AUTH_REQUIRED,
        "strongerAuthRequired (8)",
    );
    check(ResultCode::INVALID_DN_SYNTAX, "invalidDNSyntax (34)");
    check(ResultCode::INVALID_CREDENTIALS, "invalidCredentials (49)");
    check(ResultCode::UNWILLING_TO_PERFORM, "unwillingToPerform (53)");
    check(ResultCode::OTHER, "other (80)");
}

#[test]
fn unassigned_codes_are_kept() {
    check(ResultCode(9), "result code 9"); // reserved in RFC 4511
    check(ResultCode(4711), "result code 4711");
    check(ResultCode(u32::MAX), "result code 4294967295");
    assert_eq!(ResultCode(4711).name(), None);
}
