use super::*;
use proptest::prelude::*;

fn check(raw: &str, expected: Option<&str>) {
    assert_eq!(
        read(raw).as_ref().map(|text| text.as_slice()),
        expected.map(str::as_bytes),
        "{raw}"
    );
}

#[test]
fn strings() {
    check(r#""""#, Some(""));
    check(r#""secret""#, Some("secret"));
    check(r#""pässwörd 🙂""#, Some("pässwörd 🙂"));
    check(
        r#""a\"b\\c\/d\b\f\n\r\t""#,
        Some("a\"b\\c/d\u{8}\u{c}\n\r\t"),
    );
    check(r#""\u0041\u00e9\u20AC\ud83d\ude42z""#, Some("Aé€🙂z"));
    check(r#""\u0000""#, Some("\0"));
}

#[test]
fn what_is_not_a_string() {
    for raw in [
        "",
        "\"",
        "null",
        "12",
        "[\"a\"]",
        "{}",
        r#""\x""#,
        r#""\u12""#,
        r#""\u+123""#,
        r#""a"b""#,
        "\"a\nb\"",
        r#""\""#,
    ] {
        check(raw, None);
    }
}

#[test]
fn half_a_surrogate_pair_is_no_text() {
    for raw in [
        r#""\ud83d""#,
        r#""\ude42""#,
        r#""\ud83dx""#,
        r#""\ud83d\n""#,
        r#""\ud83d\ud83d""#,
        r#""\ude42\ud83d""#,
        r#""\ud83d\u0041""#,
    ] {
        check(raw, None);
    }
}

proptest! {
    #[test]
    fn any_text_comes_back(text in any::<String>()) {
        let raw = serde_json::to_string(&text).unwrap();
        check(&raw, Some(&text));
    }

    #[test]
    fn agrees_with_the_parser_on_anything_quoted(inside in r#"([ -~]|\\u[0-9a-fA-F]{4}|\\["\\/bfnrtux]|é){0,12}"#) {
        let raw = format!("\"{inside}\"");
        let expected: Option<String> = serde_json::from_str(&raw).ok();
        check(&raw, expected.as_deref());
    }

    #[test]
    fn the_buffer_never_grows(text in any::<String>()) {
        let raw = serde_json::to_string(&text).unwrap();
        let read = read(&raw).unwrap();
        prop_assert!(read.capacity() <= raw.len());
    }
}
