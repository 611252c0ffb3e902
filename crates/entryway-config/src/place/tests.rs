use super::{Place, Texts, offset_in_string};
use std::path::Path;

fn check(written: &str, at: usize, expected: &str) {
    let found = offset_in_string(written, at).map(|range| &written[range]);
    assert_eq!(found, Some(expected), "byte {at} of {written}");
}

#[test]
fn a_byte_of_a_value_is_found_in_the_string_as_written() {
    check(r#""(uid=x""#, 0, "(");
    check(r#""(uid=x""#, 5, "x");
    check(r#""(uid=x""#, 6, "\"");
    check(r"'C:\x'", 2, r"\");
    check(r"'C:\x'", 3, "x");
}

#[test]
fn escapes_count_as_what_they_stand_for() {
    check(r#""a\\b""#, 1, r"\\");
    check(r#""a\\b""#, 2, "b");
    check(r#""\u00e9x""#, 0, r"\u00e9");
    check(r#""\u00e9x""#, 1, r"\u00e9");
    check(r#""\u00e9x""#, 2, "x");
    check(r#""éx""#, 2, "x");
    check(r#""\x41\U0001F600b""#, 5, "b");
}

#[test]
fn strings_over_several_lines_are_shown_whole() {
    let written = "\"\"\"\nab\"\"\"";
    assert_eq!(offset_in_string(written, 0), None);
    let mut texts = Texts::default();
    let text = texts.add_file(Path::new("entryway.toml"), &format!("x = {written}"));
    let whole = Place {
        text,
        start: 4,
        end: 4 + written.len(),
    };
    assert_eq!(texts.inside(whole, 1), whole);
}

#[test]
fn a_variable_is_named_without_a_line() {
    let mut texts = Texts::default();
    let text = texts.add_variable(
        "ENTRYWAY__login__ldap",
        "required",
        &["login", "ldap"],
        "".into(),
    );
    assert_eq!(
        texts.line_of(Place {
            text,
            start: 0,
            end: 8
        }),
        "$ENTRYWAY__login__ldap"
    );
}
