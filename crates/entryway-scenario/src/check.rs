//! Whether a login came to what was expected of it, judged on the JSON of `entryway explain`: one
//! judgement for every way of running it.

use crate::document::{Login, TracePiece};
use serde_json::Value;

/// What came of a login.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The answer with its trace, as `entryway explain --output json` has it.
    pub answer: Value,
    /// The text of `entryway explain`, where there is one.
    pub explain: Option<String>,
    /// Binds as a person that reached a directory, where they were counted.
    pub binds: Option<u32>,
}

/// Something that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The column, and the key in it: `session home`.
    pub what: String,
    /// As the document has it.
    pub expected: String,
    /// As it came.
    pub found: String,
}

/// Compares. Nothing comes back when all is as expected.
pub fn check(login: &Login, found: &Found) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    let mut expect = |what: String, expected: &str, found: String| {
        if expected != found {
            mismatches.push(Mismatch {
                what,
                expected: expected.to_owned(),
                found,
            });
        }
    };
    let expected = &login.expected;
    expect(
        "decision".to_owned(),
        &expected.outcome.to_string(),
        decision(&found.answer),
    );
    let session = found.answer.get("session").unwrap_or(&Value::Null);
    for (key, value) in &expected.session {
        expect(format!("session {key}"), value, text(at(session, key)));
    }
    if let (Some(expected), Some(found)) = (expected.binds, found.binds) {
        expect("binds".to_owned(), &expected.to_string(), found.to_string());
    }
    let trace = found.answer.get("trace").and_then(Value::as_array);
    for piece in &expected.trace {
        let there = trace.is_some_and(|records| records.iter().any(|record| fits(piece, record)));
        if there == piece.absent {
            mismatches.push(Mismatch {
                what: "trace".to_owned(),
                expected: piece.text.clone(),
                found: trace.map_or_else(String::new, |records| events(records, piece)),
            });
        }
    }
    for piece in &expected.explain {
        if let Some(text) = &found.explain
            && !squeezed(text).contains(&squeezed(piece))
        {
            mismatches.push(Mismatch {
                what: "explain".to_owned(),
                expected: piece.clone(),
                found: "not in the text".to_owned(),
            });
        }
    }
    mismatches
}

/// The words of a decision, as a document writes them.
fn decision(answer: &Value) -> String {
    let word = |key: &str| answer.get(key).and_then(Value::as_str);
    let mut text = word("decision").unwrap_or("nothing").to_owned();
    let code = ["reason", "challenge", "fault"].into_iter().find_map(word);
    if let Some(code) = code {
        text.push(' ');
        text.push_str(code);
    }
    text
}

/// The value at `attributes.department`.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.')
        .fold(value, |value, key| value.get(key).unwrap_or(&Value::Null))
}

/// A value as a document writes it: nothing for one that is absent, a list joined by commas, and of a list
/// of tables their names.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().map(text).collect();
            texts.join(",")
        }
        Value::Object(keys) => keys
            .get("name")
            .or_else(|| keys.get("target"))
            .map_or_else(|| value.to_string(), text),
        other => other.to_string(),
    }
}

/// The record is of this event (or stage), and it, or one row of a list in it, has all the values.
fn fits(piece: &TracePiece, record: &Value) -> bool {
    let names = [record.get("event"), record.get("stage")];
    if !names
        .into_iter()
        .flatten()
        .any(|name| name.as_str() == Some(&piece.event))
    {
        return false;
    }
    // A list's row stands for the record as far as it has the key; the record itself says the rest.
    let rows = record
        .as_object()
        .into_iter()
        .flat_map(|keys| keys.values())
        .filter_map(Value::as_array)
        .flatten();
    std::iter::once(&Value::Null).chain(rows).any(|row| {
        piece.fields.iter().all(|(key, value)| {
            let own = at(row, key);
            let found = if own.is_null() { at(record, key) } else { own };
            text(found) == *value
        })
    })
}

/// What there is, for somebody who looks for `piece`: the records of its event, else the events.
fn events(records: &[Value], piece: &TracePiece) -> String {
    let of_event: Vec<String> = records
        .iter()
        .filter(|record| record.get("event").and_then(Value::as_str) == Some(&piece.event))
        .map(ToString::to_string)
        .collect();
    if of_event.is_empty() {
        let names = records.iter().filter_map(|record| record.get("event"));
        names.map(text).collect::<Vec<_>>().join(", ")
    } else {
        of_event.join(" ")
    }
}

/// The columns of `explain` are padded; a document does not count blanks.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
