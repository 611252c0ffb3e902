use crate::cli::LogFormat;
use crate::logs::{Filter, Lines, Queue};
use std::sync::Arc;
use tracing::level_filters::LevelFilter;

/// What `emit` logs, without the time.
fn logged(format: LogFormat, emit: impl FnOnce()) -> String {
    let queue = Arc::new(Queue::new());
    let lines = Lines::new(Filter::level(LevelFilter::INFO), format, Arc::clone(&queue));
    tracing::subscriber::with_default(lines, emit);
    let text = String::from_utf8(queue.take()).expect("text");
    match format {
        LogFormat::Text => text
            .lines()
            .map(|line| line.split_once(' ').expect("a time").1.to_owned() + "\n")
            .collect(),
        LogFormat::Json => text,
    }
}

#[test]
fn text_is_one_line_whatever_was_typed() {
    let typed = "jdoe\n2026 error login.decided decision=accept\u{1b}[2J";
    let text = logged(
        LogFormat::Text,
        || tracing::info!(target: "login.decided", login_name = typed, took_ms = 3, code = "wrong_password"),
    );
    assert_eq!(
        text,
        "info  login.decided login_name=\"jdoe\\n2026 error login.decided decision=accept\\u{1b}[2J\" took_ms=3 code=wrong_password\n"
    );
}

#[test]
fn json_is_one_object_whatever_was_typed() {
    let typed = "a\"}\n{\u{0}";
    let text = logged(
        LogFormat::Json,
        || tracing::warn!(target: "config.refused", name = typed, first = true, ratio = f64::NAN),
    );
    assert_eq!(text.lines().count(), 1);
    let line: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(line["name"], typed);
    assert_eq!(line["event"], "config.refused");
    assert_eq!(line["level"], "warn");
    assert_eq!(line["first"], true);
    assert!(line.get("ratio").is_none(), "JSON has no such number");
}

#[test]
fn an_errors_causes_are_all_told() {
    let error = std::io::Error::other(std::io::Error::other("the disk is full"));
    let error: &(dyn std::error::Error + 'static) = &error;
    let text = logged(
        LogFormat::Text,
        || tracing::error!(target: "config.refused", error),
    );
    assert!(text.contains("the disk is full"), "{text}");
}

#[test]
fn what_the_filter_forbids_is_not_written() {
    assert_eq!(
        logged(
            LogFormat::Text,
            || tracing::debug!(target: "login.decided", id = 1)
        ),
        ""
    );
}

#[test]
fn nothing_typed_moves_a_terminal_in_either_format() {
    // DEL, a C1 CSI, a right-to-left override, a language tag of two UTF-16 units.
    let typed = "gr\u{fc}n\u{7f}\u{9b}2J\u{202e}\u{e0001}'";
    let emit = || tracing::info!(target: "login.decided", login_name = typed);
    let json = logged(LogFormat::Json, emit);
    assert!(
        json.contains(r#""login_name":"grün\u007f\u009b2J\u202e\udb40\udc01'""#),
        "{json:?}"
    );
    let line: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(line["login_name"], typed);
    assert!(
        logged(LogFormat::Text, emit)
            .trim_end()
            .chars()
            .all(|char| matches!(char, ' '..='~' | 'ü'))
    );
}
