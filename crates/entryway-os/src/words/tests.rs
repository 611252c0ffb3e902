use super::*;

fn check(text: &[u8], expected: &str) {
    assert_eq!(fit(text, b"secret", 16), expected);
}

#[test]
fn words_are_one_short_line_without_the_password() {
    check(b"", "");
    check(b" \n", "");
    check(b" it's \"locked\"\n", "it's \"locked\"");
    check(b"no\n\x1b[2Jyes", "no\\n\\u{1b}[2Jyes");
    check(b"caf\xff", "caf\u{fffd}");
    check(b"checking `secret`", "");
    check(&[b'x'; 1000], &"x".repeat(16));
}

#[test]
fn without_a_password_nothing_is_held_back() {
    assert_eq!(fit(b"words", b"", 16), "words");
}
