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

#[test]
fn debug_is_safe_in_a_log() {
    let name = LoginName::parse("a\"b\\\u{202e}c").unwrap();
    assert_eq!(format!("{name:?}"), "\"a\\\"b\\\\\\u{202e}c\"");
    assert_eq!(name.to_string(), "a\"b\\\u{202e}c");
}
