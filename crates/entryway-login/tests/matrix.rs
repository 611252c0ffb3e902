//! The golden matrix: what every outcome looks like to each audience. `UPDATE_GOLDEN=1` writes it anew.

use entryway_login::{Challenge, Fault, Reason, Row, Verdict};
use std::fmt::Write;

fn write_row(text: &mut String, row: Row) {
    let Row {
        code,
        outcome,
        operator,
        person,
        level,
        oauth_error,
        exit,
    } = row;
    let level = format!("{level:?}").to_lowercase();
    let oauth = if oauth_error.is_empty() {
        "-"
    } else {
        oauth_error
    };
    writeln!(text, "{code}\n  outcome  {}\n  operator {operator}\n  person   {person}\n  level    {level}\n  oauth    {oauth}\n  exit     {exit}\n", outcome.as_str())
        .expect("a text takes all");
}

#[test]
fn every_reason_fault_and_challenge() {
    let mut text = String::new();
    for verdict in [Verdict::Accept, Verdict::WouldAccept] {
        write_row(&mut text, verdict.row());
    }
    Challenge::ALL
        .iter()
        .for_each(|challenge| write_row(&mut text, challenge.row()));
    Reason::ALL
        .iter()
        .for_each(|reason| write_row(&mut text, reason.row()));
    Fault::ALL
        .iter()
        .for_each(|fault| write_row(&mut text, fault.row()));

    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/matrix/reasons.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(golden, &text).expect("the golden file can be written");
    }
    assert_eq!(
        std::fs::read_to_string(golden).expect("the golden file is there"),
        text,
        "UPDATE_GOLDEN=1 writes it anew"
    );
}
