//! The ways in: each runs a row and compares decision, reason and exit code.

use crate::lab::Lab;
use crate::row::{Expected, Row};
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::Finished;
use serde_json::{Value, json};

/// Runs a row one way.
pub(crate) type Face = fn(&Lab, &Row) -> Result<()>;

/// `entryway login --output json`.
pub(crate) fn login(lab: &Lab, row: &Row) -> Result<()> {
    let finished = lab.gateway(row.setup)?.login(&row.login, &row.password)?;
    same_exit(&finished, &row.expected)?;
    same_decision(&finished.json()?, &row.expected).with_context(|| finished.stderr.clone())?;
    no_password(row, &[&finished.stdout, &finished.stderr])
}

/// `entryway explain --output json`, with the password, and the same as text.
pub(crate) fn explain(lab: &Lab, row: &Row) -> Result<()> {
    let gateway = lab.gateway(row.setup)?;
    let finished = gateway.explain(&row.login, Some(&row.password))?;
    same_exit(&finished, &row.expected)?;
    let explained = finished.json()?;
    same_decision(&explained, &row.expected)?;
    ensure!(
        explained
            .get("trace")
            .and_then(Value::as_array)
            .is_some_and(|trace| !trace.is_empty()),
        "no trace in {explained}"
    );
    no_password(row, &[&finished.stdout, &finished.stderr])
}

/// `entryway explain --output json` without a password.
pub(crate) fn explain_without_password(lab: &Lab, row: &Row) -> Result<()> {
    let expected = row
        .unasked
        .as_ref()
        .context("the row does not say what is expected")?;
    let finished = lab.gateway(row.setup)?.explain(&row.login, None)?;
    same_exit(&finished, expected)?;
    let explained = finished.json()?;
    match expected {
        Expected::Accept(name) => {
            ensure!(
                explained.pointer("/decision") == Some(&json!("would_accept")),
                "expected `would_accept`, found {explained}"
            );
            ensure!(
                explained.pointer("/session/name") == Some(&json!(name)),
                "expected the name `{name}`, found {explained}"
            );
            Ok(())
        }
        other => same_decision(&explained, other),
    }
}

/// `POST /api/v1/login`.
pub(crate) fn http(lab: &Lab, row: &Row) -> Result<()> {
    let body = json!({ "login_name": row.login, "password": row.password });
    let response = lab.http(row.setup)?.post("/api/v1/login", &body)?;
    let status = if matches!(row.expected, Expected::Indeterminate(_)) {
        503
    } else {
        200
    };
    ensure!(
        response.status == status,
        "expected the status {status}, found {}: {}",
        response.status,
        response.body
    );
    no_password(row, &[&response.head, &response.body])?;
    let answer = response.json()?;
    match row.expected {
        Expected::Indeterminate(fault) => {
            ensure!(
                answer.to_string().contains(fault),
                "expected a problem that names `{fault}`, found {answer}"
            );
            Ok(())
        }
        _ => same_decision(&answer, &row.expected),
    }
}

fn same_exit(finished: &Finished, expected: &Expected) -> Result<()> {
    let code = match expected {
        Expected::Accept(_) => 0,
        Expected::Reject(_) | Expected::Challenge(_) => 1,
        Expected::Indeterminate(_) => 4,
    };
    if finished.exit != code {
        bail!(
            "expected exit code {code}, found {}; stdout {}; stderr {}",
            finished.exit,
            finished.stdout,
            finished.stderr
        );
    }
    Ok(())
}

fn same_decision(answer: &Value, expected: &Expected) -> Result<()> {
    let (decision, key, value) = match expected {
        Expected::Accept(name) => ("accept", "/session/name", name.as_str()),
        Expected::Reject(reason) => ("reject", "/reason", *reason),
        Expected::Challenge(challenge) => ("challenge", "/challenge", *challenge),
        Expected::Indeterminate(fault) => ("indeterminate", "/fault", *fault),
    };
    let found = answer.get("decision").and_then(Value::as_str);
    let found_value = answer.pointer(key).and_then(Value::as_str);
    ensure!(
        found == Some(decision) && found_value == Some(value),
        "expected `{decision}` with `{value}`, found {answer}"
    );
    Ok(())
}

/// The answer has this text under this key.
pub(crate) fn says(answer: &Value, key: &str, expected: &str) -> Result<()> {
    let found = answer.get(key).and_then(Value::as_str);
    ensure!(
        found == Some(expected),
        "expected `{expected}` as `{key}`, found {answer}"
    );
    Ok(())
}

/// What was typed as the password comes back nowhere.
fn no_password(row: &Row, texts: &[&str]) -> Result<()> {
    // A word that is likely to stand in an answer anyway proves nothing.
    if row.password.len() >= 8 {
        ensure!(
            !texts.iter().any(|text| text.contains(&row.password)),
            "the password stands in the answer"
        );
    }
    Ok(())
}
