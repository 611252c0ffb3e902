use super::*;

/// The first letters of the reply to each of PAM's codes, 0 to 31: `-` none, `W` wrong password, `U` unknown,
/// `M` must change, `e` expired, `l` locked, `d` denied, `?` no verdict.
fn check(of: fn(c_int, String) -> Option<OsReply>, expected: &str) {
    let letters: String = (0..32)
        .map(|answer| match of(answer, "in words".to_owned()) {
            None => '-',
            Some(OsReply::WrongPassword) => 'W',
            Some(OsReply::Unknown) => 'U',
            Some(OsReply::MustChange) => 'M',
            Some(OsReply::NotUsable(OsRefusal::Expired, _)) => 'e',
            Some(OsReply::NotUsable(OsRefusal::Locked, _)) => 'l',
            Some(OsReply::NotUsable(OsRefusal::Denied, _)) => 'd',
            Some(OsReply::NoVerdict(_)) => '?',
            Some(OsReply::Verified(_)) => 'V',
        })
        .collect();
    assert_eq!(letters, expected);
}

#[test]
fn only_some_codes_are_a_verdict_on_the_password() {
    check(of_password, "-?????dW??Ul?e??????????????????");
}

#[test]
fn only_some_codes_are_a_verdict_on_the_account() {
    check(of_account, "-?????dd??dlMe?????????????e????");
}

#[test]
fn an_unknown_code_is_no_verdict() {
    for answer in [-1, 32, c_int::MAX] {
        assert!(matches!(
            of_password(answer, String::new()),
            Some(OsReply::NoVerdict(_))
        ));
        assert!(matches!(
            of_account(answer, String::new()),
            Some(OsReply::NoVerdict(_))
        ));
    }
}
