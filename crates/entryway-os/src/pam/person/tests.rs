use super::*;

/// What a person with the password `secret` says to messages of these styles: `p` the password, `-` nothing, `x` a
/// refusal.
fn check(styles: &[c_int], expected: &str) -> Person {
    let mut person = Person::new(b"secret");
    let said: String = styles
        .iter()
        .map(|style| match person.answer(*style, c"Password: ") {
            Said::Nothing => '-',
            Said::Text(text) if text.to_bytes() == b"secret" => 'p',
            Said::Text(_) => '?',
            Said::Refused => 'x',
        })
        .collect();
    assert_eq!(said, expected);
    person
}

#[test]
fn the_password_is_given_once() {
    let person = check(&[TEXT, PROMPT_ECHO_OFF], "-p");
    assert!(person.gave_password() && !person.refused());
    let person = check(&[PROMPT_ECHO_OFF, PROMPT_ECHO_OFF], "px");
    assert!(person.gave_password() && person.refused());
}

#[test]
fn no_other_prompt_is_answered() {
    for style in [PROMPT_ECHO_ON, 0, 5, 7, -1] {
        let person = check(&[style], "x");
        assert!(!person.gave_password() && person.refused());
    }
}

fn heard(messages: &[&CStr]) -> String {
    let mut person = Person::new(b"secret");
    for message in messages {
        person.answer(ERROR_MESSAGE, message);
    }
    person.messages().to_owned()
}

#[test]
fn messages_are_kept_in_one_short_line_without_the_password() {
    assert_eq!(
        heard(&[c"The account is locked.\n", c"", c"Ask."]),
        "The account is locked.; Ask."
    );
    assert_eq!(heard(&[c"you typed secret", c"Ask."]), "Ask.");
    let long = CString::new("x".repeat(1000)).unwrap();
    assert_eq!(heard(&[&long, c"more"]).len(), MOST);
}
