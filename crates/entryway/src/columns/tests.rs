use super::{Row, Style, render};
use crate::palette::{Palette, Tone};

fn check_within(width: Option<usize>, rows: &[Row], expected: &str) {
    let text = render(
        rows,
        Style {
            palette: Palette::new(false),
            width,
        },
    );
    assert_eq!(text, expected, "found:\n{text}");
}

fn check(rows: &[Row], expected: &str) {
    check_within(None, rows, expected);
}

#[test]
fn columns_line_up() {
    check(
        &[
            Row::new("login name", "jdoe").note("no domain named"),
            Row::more("under ou=people"),
            Row::new("home", "/srv").note("by a map"),
        ],
        "login name   jdoe                        no domain named\n\
         \x20            under ou=people\n\
         home         /srv                        by a map\n",
    );
}

#[test]
fn what_is_too_long_pushes_the_rest_along() {
    check(
        &[Row::new("a-very-long-domain", "1 entry, 3 ms and then some more").note("there")],
        "a-very-long-domain 1 entry, 3 ms and then some more  there\n",
    );
}

#[test]
fn no_blanks_end_a_line() {
    check(&[Row::new("template", "")], "template\n");
}

#[test]
fn colours_wrap_the_text_and_not_the_blanks() {
    let rows = [Row::new("decision", "accept").tone(Tone::Good).note("1 ms")];
    let expected = format!(
        "\x1b[1mdecision\x1b[0m     \x1b[32maccept\x1b[0m{}\x1b[2m1 ms\x1b[0m\n",
        " ".repeat(22)
    );
    assert_eq!(
        render(
            &rows,
            Style {
                palette: Palette::new(true),
                width: None
            }
        ),
        expected
    );
}

#[test]
fn nothing_shown_moves_the_cursor_or_turns_the_text() {
    check(
        &[Row::new("dn", "cn=a\u{1b}[2J\nb").note("\u{202e}txt \"quoted\" \\2a e\u{301}")],
        "dn           cn=a\\u{1b}[2J\\nb            \\u{202e}txt \"quoted\" \\2a e\u{301}\n",
    );
}

#[test]
fn a_terminal_is_not_left_to_break_lines() {
    let rows = [
        Row::new("message", "reject")
            .note("check the name and the password, and wait a few minutes"),
        Row::more(
            "(&(objectClass=person)(uid=jdoe)) under ou=people,dc=corp,dc=example (entryway.toml:25)",
        ),
        Row::more("ou=this-is-one-word-and-stays-one-however-long-it-is,dc=corp,dc=example")
            .note("beside it"),
    ];
    let expected = "\
message      reject                      check the name and the
                                         password, and wait a few
                                         minutes
             (&(objectClass=person)(uid=jdoe)) under
             ou=people,dc=corp,dc=example (entryway.toml:25)
             ou=this-is-one-word-and-stays-one-however-long-it-is,dc=corp,dc=example
                                         beside it
";
    check_within(Some(70), &rows, expected);
}

#[test]
fn a_very_narrow_terminal_breaks_lines_itself() {
    let rows = [Row::new("message", "reject").note("check the name and the password")];
    check_within(
        Some(40),
        &rows,
        "message      reject                      check the name and the password\n",
    );
}
