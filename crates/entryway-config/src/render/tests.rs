use crate::code::Code;
use crate::place::{Place, Texts};
use crate::report::{Diagnostic, Problems};
use std::path::Path;

/// Renders one problem at each of `marks` (start, end) of the text.
fn rendered(text: &str, marks: &[(usize, usize)]) -> String {
    let mut texts = Texts::default();
    let index = texts.add_file(Path::new("entryway.toml"), text);
    let problems = Problems::default();
    for (start, end) in marks {
        let place = Place {
            text: index,
            start: *start,
            end: *end,
        };
        problems.push(Diagnostic::new(Code::WrongType, "wrong").at(place, "here"));
    }
    problems.into_report(texts).render(false)
}

fn check(text: &str, mark: (usize, usize), line: &str, caret: &str) {
    let shown = rendered(text, &[mark]);
    assert!(shown.contains(line), "{shown}\nhas no line {line}");
    assert!(shown.contains(caret), "{shown}\nhas no caret {caret}");
}

#[test]
fn every_secret_is_as_long_as_every_other() {
    check(
        "secret = \"a\"\n",
        (9, 12),
        "1 | secret = \"***\"",
        "  |          ^^^^^ here",
    );
    check(
        "secret = \"abcdefgh\"\n",
        (9, 19),
        "1 | secret = \"***\"",
        "  |          ^^^^^ here",
    );
}

#[test]
fn what_follows_a_secret_keeps_its_column() {
    let text = "token = [{ secret = \"abcdefgh\", enabled = 1 }]";
    check(text, (42, 43), "enabled = 1", "entryway.toml:1:43");
}

#[test]
fn the_ends_of_a_text_can_be_shown() {
    check("", (0, 0), "entryway.toml:1:1", "here");
    check("x = ", (4, 4), "entryway.toml:1:5", "^ here");
    check("x = 1\n", (6, 6), "entryway.toml:2:1", "^ here");
    let text = "domain.\"é\".base = \"ü\"";
    check(text, (19, 23), "entryway.toml:1:19", "^^^ here");
}

#[test]
fn a_flood_is_cut_and_counted() {
    let marks: Vec<_> = (0..60).map(|at| (at, at + 1)).collect();
    let shown = rendered(&"x".repeat(100), &marks);
    assert_eq!(shown.matches("error[C004]").count(), 50);
    assert!(
        shown.contains("\n10 more not shown\n") && shown.contains("60 errors"),
        "{shown}"
    );
}

#[test]
fn a_log_line_says_place_reason_and_remedy() {
    let mut texts = Texts::default();
    let index = texts.add_file(Path::new("entryway.toml"), "x = 1\n\"é\" = 2");
    let variable = texts.add_variable("ENTRYWAY__x", "1", &["x"], "".into());
    let at = |text, start| Place {
        text,
        start,
        end: start + 1,
    };
    let problems = Problems::default();
    problems.push(Diagnostic::new(Code::NoToken, "nobody").hint("add one"));
    problems.push(Diagnostic::new(Code::WrongType, "wrong").at(at(index, 13), "an integer"));
    problems.push(Diagnostic::new(Code::Empty, "empty").at(at(variable, 0), ""));
    let report = problems.into_report(texts);
    let lines: Vec<_> = report.lines().collect();
    assert_eq!(
        lines,
        [
            "entryway.toml:2:7: error[C004]: wrong: an integer",
            "$ENTRYWAY__x: error[C041]: empty",
            "warning[C019]: nobody; hint: add one",
        ]
    );
    let first = report.problems().next().expect("a problem");
    assert_eq!((first.line, first.column), (Some(2), Some(7)));
    assert_eq!(first.file.as_deref(), Some("entryway.toml"));
    let second = report.problems().nth(1).expect("another");
    assert_eq!((second.line, second.column), (None, None));
}

#[test]
fn what_was_written_cannot_steer_the_terminal() {
    let mut texts = Texts::default();
    let text = "\"a\u{1b}[31m\u{202e}\" = 1";
    let index = texts.add_file(Path::new("a\u{1b}b.toml"), text);
    let place = Place {
        text: index,
        start: 0,
        end: 1,
    };
    let problems = Problems::default();
    let diagnostic = Diagnostic::new(Code::UnknownKey, "no `\u{1b}`")
        .at(place, "\u{1b}")
        .also(place, "\u{202e}");
    problems.push(diagnostic.hint("\r\u{7}"));
    let report = problems.into_report(texts);
    let line: String = report.lines().collect();
    for shown in [report.render(false), line] {
        assert!(
            !shown.contains(['\u{1b}', '\u{202e}', '\u{7}', '\r']),
            "{shown:?}"
        );
    }
}
