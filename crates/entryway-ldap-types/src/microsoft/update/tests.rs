use super::*;

#[track_caller]
fn check_value(password: &str, expected: &[u8]) {
    let password = Password::new(password.as_bytes().to_vec()).unwrap();
    let value = unicode_password(&password).unwrap();
    assert_eq!(*value, expected);
    assert!(value.capacity() >= value.len());
}

#[test]
fn ms_adts_3_1_1_3_1_5_1_unicode_pwd() {
    check_value("new", b"\"\0n\0e\0w\0\"\0");
    check_value("\"", b"\"\0\"\0\"\0");
    check_value("é€", b"\"\0\xe9\0\xac\x20\"\0");
    // A surrogate pair.
    check_value("\u{1f600}", b"\"\0\x3d\xd8\x00\xde\"\0");
}

#[test]
fn a_password_of_any_length_stays_where_its_room_is() {
    for length in [1, 7, 8, 300, 1024] {
        let password = Password::new(vec![b'x'; length]).unwrap();
        // Written in place, it takes exactly the room of ASCII, where each octet becomes two.
        let value = unicode_password(&password).unwrap();
        assert_eq!(
            (value.len(), value.capacity()),
            (2 * length + 4, 2 * length + 4)
        );
    }
}

#[test]
fn what_is_no_text_has_no_such_form() {
    let password = Password::new(b"caf\xe9".to_vec()).unwrap();
    assert_eq!(unicode_password(&password).err(), Some(PasswordNotText));
}

#[track_caller]
fn check_error(diagnostic: &str, expected: Option<AdUpdateError>) {
    assert_eq!(AdUpdateError::find(diagnostic), expected);
}

#[test]
fn codes_of_a_refused_change() {
    use AdUpdateError::*;
    check_error(
        "0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: DSID-03191083, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)",
        Some(PasswordRestriction),
    );
    check_error(
        "0000052d: Constraint violation - check_password_restrictions: the password is too short.",
        Some(PasswordRestriction),
    );
    check_error("00000056: AtrErr: DSID-03191083, #1", Some(InvalidPassword));
    check_error("00000775: SvcErr: DSID-031A12D2", Some(AccountLocked));
    check_error("00000005: SecErr: DSID-031A1236", Some(AccessDenied));
    check_error("00002098: SecErr: DSID-03150F94", Some(AccessDenied));
    check_error("0000001F: SvcErr: DSID-031A12D2", Some(Other(0x1f)));
}

#[test]
fn what_only_looks_like_a_code() {
    check_error("", None);
    check_error("0000052D", None);
    check_error("52D: short", None);
    check_error("00000052D: long", None);
    check_error("+000052D: signed", None);
    check_error("invalid password syntax: 0000052D:", None);
    check_error("é000052D: x", None);
}
