use super::*;
use crate::Document;
use serde_json::json;

/// What a row with these cells says of one answer.
fn mismatches(cells: &str, answer: &Value) -> Vec<String> {
    let text = format!(
        "# T\n## S\n| login | expected | session | trace | explain | binds |\n|-|-|-|-|-|-|\n| jdoe | {cells} |\n"
    );
    let document = Document::parse("t.md", &text).unwrap();
    let found = Found {
        answer: answer.clone(),
        explain: Some("password     verified       1 ms".to_owned()),
        binds: Some(1),
    };
    check(&document.scenarios[0].logins[0], &found)
        .into_iter()
        .map(|mismatch| {
            format!(
                "{}: {} / {}",
                mismatch.what, mismatch.expected, mismatch.found
            )
        })
        .collect()
}

fn accepted() -> Value {
    json!({
        "decision": "accept",
        "session": {
            "uid": 1042, "name": "Jane Doe", "attributes": {"department": ["12", "14"]},
            "groups": [{"name": "a"}, {"name": "b"}],
        },
        "trace": [
            {"stage": "find", "event": "searched", "domain": "eng", "outcome": "found"},
            {"stage": "maps", "event": "mapped", "maps": [
                {"target": "uid", "outcome": "set"}, {"target": "gid", "outcome": "absent"}]},
        ],
    })
}

fn passes(cells: &str) {
    assert_eq!(mismatches(cells, &accepted()), [""; 0], "{cells}");
}

fn fails(cells: &str, expected: &str) {
    assert_eq!(mismatches(cells, &accepted()), [expected], "{cells}");
}

#[test]
fn what_is_as_expected_says_nothing() {
    passes("accept | `uid=1042` | `searched domain=eng` | `password verified 1 ms` | 1");
    passes("accept | `name=\"Jane Doe\" shell= attributes.department=12,14 groups=a,b` | | |");
    passes("accept | | `maps` `mapped target=gid outcome=absent` `!searched domain=ops` | |");
}

#[test]
fn what_is_not_says_what_is() {
    fails("accept | `uid=1` | | |", "session uid: 1 / 1042");
    fails(
        "accept | `shell=/bin/sh` | | |",
        "session shell: /bin/sh / ",
    );
    fails(
        "reject wrong_password | | | |",
        "decision: reject wrong_password / accept",
    );
    fails("accept | | `bound` | |", "trace: bound / searched, mapped");
    fails(
        "accept | | | `refused` |",
        "explain: refused / not in the text",
    );
    fails("accept | | | | 0", "binds: 0 / 1");
    assert_eq!(
        mismatches(
            "accept | | `!searched` `mapped target=uid outcome=absent` | |",
            &accepted()
        )
        .len(),
        2
    );
}

#[test]
fn a_decision_is_its_code_too() {
    let answer = json!({"decision": "reject", "reason": "wrong_password"});
    assert_eq!(
        mismatches("reject wrong_password | | | |", &answer),
        [""; 0]
    );
    assert_eq!(
        mismatches("reject unknown_login | | | |", &answer),
        ["decision: reject unknown_login / reject wrong_password"]
    );
}
