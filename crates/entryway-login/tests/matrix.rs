//! The golden matrix: what every outcome looks like to each audience. `UPDATE_GOLDEN=1` writes it anew.

use entryway_login::{Challenge, Fault, Reason, Row, Verdict};

fn text_of(row: Row) -> String {
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
    format!(
        "{code}\n  outcome  {}\n  operator {operator}\n  person   {person}\n  level    {level}\n  oauth    {oauth}\n  exit     {exit}\n\n",
        outcome.as_str()
    )
}

#[test]
fn every_reason_fault_and_challenge() {
    let accepts = [Verdict::Accept, Verdict::WouldAccept, Verdict::Changed].map(Verdict::row);
    let challenges = Challenge::ALL.map(Challenge::row);
    let (reasons, faults) = (Reason::ALL.map(Reason::row), Fault::ALL.map(Fault::row));
    let rows = accepts
        .into_iter()
        .chain(challenges)
        .chain(reasons)
        .chain(faults);
    let text: String = rows.map(text_of).collect();

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
