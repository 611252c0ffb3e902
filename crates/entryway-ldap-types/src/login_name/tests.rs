use super::*;

#[track_caller]
fn check(typed: &str, expected: Result<&str, LoginNameError>) {
    assert_eq!(
        LoginName::parse(typed).as_ref().map(LoginName::as_str),
        expected.as_ref().copied()
    );
}

#[test]
fn kept_as_typed() {
    for typed in [
        "jdoe",
        " jdoe ",
        "( ) * \\ , + \" # ;",
        "Zoë",
        "🦀",
        "jane doe",
        "\u{a0}x",
    ] {
        check(typed, Ok(typed));
    }
}

#[test]
fn empty_or_blank_is_refused() {
    for typed in ["", " ", "  \u{3000} ", "\t\n"] {
        check(typed, Err(LoginNameError::Empty));
    }
}

#[test]
fn length_counts_bytes() {
    check(&"x".repeat(256), Ok(&"x".repeat(256)));
    check(
        &"x".repeat(257),
        Err(LoginNameError::TooLong { found: 257 }),
    );
    check(
        &"ä".repeat(129),
        Err(LoginNameError::TooLong { found: 258 }),
    );
}

#[test]
fn control_characters_are_refused_where_they_stand() {
    check("a\0b", Err(LoginNameError::Control { at: 1 }));
    check("ä\n", Err(LoginNameError::Control { at: 2 }));
    check("a\u{7f}", Err(LoginNameError::Control { at: 1 }));
    check("a\u{85}", Err(LoginNameError::Control { at: 1 }));
}

#[track_caller]
fn check_cuts(
    typed: &str,
    slash: Option<(&str, &str)>,
    backslash: Option<(&str, &str)>,
    sign: Option<(&str, &str)>,
) {
    let name = LoginName::parse(typed).unwrap();
    assert_eq!(
        (name.at_slash(), name.at_backslash(), name.at_sign()),
        (slash, backslash, sign),
        "{typed}"
    );
}

#[test]
fn cuts() {
    check_cuts("jdoe", None, None, None);
    check_cuts("staff/jdoe", Some(("staff", "jdoe")), None, None);
    check_cuts("staff/j/doe", Some(("staff", "j/doe")), None, None);
    check_cuts("CORP\\jdoe", None, Some(("CORP", "jdoe")), None);
    check_cuts("CORP\\j\\doe", None, Some(("CORP", "j\\doe")), None);
    check_cuts(
        "staff/CORP\\jdoe",
        Some(("staff", "CORP\\jdoe")),
        None,
        None,
    );
    check_cuts("CORP\\j/doe", Some(("CORP\\j", "doe")), None, None);
    check_cuts("a@b@c", None, None, Some(("a@b", "c")));
    check_cuts("/", Some(("", "")), None, None);
    check_cuts("@", None, None, Some(("", "")));
}

#[test]
fn debug_is_safe_in_a_log() {
    let name = LoginName::parse("a\"b\\\u{202e}c").unwrap();
    assert_eq!(format!("{name:?}"), "\"a\\\"b\\\\\\u{202e}c\"");
    assert_eq!(name.to_string(), "a\"b\\\u{202e}c");
}
