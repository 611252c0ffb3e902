//! The served OpenAPI document, and everything that it says, tried by a program that was made for that: schemathesis sends
//! what the document allows and what it forbids, and holds each answer against it.

use crate::Test;
use crate::integrations::environment;
use crate::lab::Lab;
use crate::setups::Setup;
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::HttpClient;
use serde_json::Value;
use std::process::Command;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        ("schemathesis finds no failure", nothing_is_found),
        (
            "schemathesis finds no failure where there is somebody",
            nothing_is_found_of_somebody,
        ),
        (
            "hostile queries are values and nothing more",
            hostile_queries_are_values,
        ),
    ]
}

/// What no answer may fail in. That data which fits the document is taken is not asked: ids, DNs and cursors are texts to
/// it, and most texts are none of them.
const CHECKS: &str = "\
[checks.positive_data_acceptance]
enabled = false
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 413, 415, 431]
";

fn nothing_is_found(lab: &Lab) -> Result<()> {
    let http = lab.http(Setup::Ldaps)?;
    run(
        lab,
        &http,
        "openapi",
        "",
        &["--max-time", "25", "--max-examples", "25"],
    )
}

/// Texts that are nobody's id are refused soon; these find somebody, so that answers are looked at too.
fn nothing_is_found_of_somebody(lab: &Lab) -> Result<()> {
    let http = lab.http(Setup::Ldaps)?;
    let person = id(&http, "alice")?;
    let somebody = format!(
        "[[operations]]\ninclude-path-regex = \"^/api/v1/people/\"\nparameters = {{ \"path.id\" = {person:?} }}\n\
         [[operations]]\ninclude-path = \"/api/v1/people\"\nparameters = {{ q = \"ali\", domain = \"staff\" }}\n\
         [[operations]]\ninclude-path = \"/api/v1/browse\"\nparameters = {{ domain = \"staff\" }}\n"
    );
    let only = "^/api/v1/(people|browse)";
    run(
        lab,
        &http,
        "openapi-somebody",
        &somebody,
        &[
            "--max-time",
            "12",
            "--max-examples",
            "15",
            "--include-path-regex",
            only,
        ],
    )
}

/// The id of the one whom a text finds.
fn id(http: &HttpClient, text: &str) -> Result<String> {
    let found = http.get(&format!("/api/v1/people?q={text}"))?.json()?;
    let id = found.pointer("/matches/0/id").and_then(Value::as_str);
    id.map(str::to_owned)
        .with_context(|| format!("`{text}` finds nobody: {found}"))
}

fn run(lab: &Lab, http: &HttpClient, name: &str, more: &str, options: &[&str]) -> Result<()> {
    let folder = lab.scratch()?.path().join(name);
    std::fs::create_dir(&folder)?;
    let settings = format!("{CHECKS}{more}");
    std::fs::write(folder.join("schemathesis.toml"), settings)?;
    let address = http.address();
    let token = http.token().context("a client without a token")?;
    let mut command = Command::new(environment("python")?.join("bin/st"));
    command
        .arg("--config-file")
        .arg(folder.join("schemathesis.toml"))
        .args(["run", &format!("http://{address}/api/v1/openapi.json")])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        // With more than one worker Python 3.11 fails in itself. The same questions each time: a failure here is one everywhere.
        .args(["--seed", "1", "--no-shrink", "--continue-on-failure"])
        .args(options)
        .current_dir(&folder)
        .env("NO_COLOR", "1");
    let ended = command.output().context("cannot run schemathesis")?;
    let said = String::from_utf8_lossy(&ended.stdout);
    if !ended.status.success() {
        bail!("{said}{}", String::from_utf8_lossy(&ended.stderr));
    }
    let cases = said
        .lines()
        .find(|line| line.contains(" generated, "))
        .unwrap_or_default();
    let count = cases
        .split_whitespace()
        .next()
        .and_then(|count| count.parse::<u32>().ok());
    ensure!(
        count.is_some_and(|count| count > 100),
        "too little was tried: {said}"
    );
    Ok(())
}

fn hostile_queries_are_values(lab: &Lab) -> Result<()> {
    let http = lab.http(Setup::Ldaps)?;
    for typed in [
        "%2A",
        "%2A%2A",
        "alice)(uid=%2A",
        "%2A)(%7C(uid=%2A",
        "(%26)",
        "%5C2a%5C2a",
        "alice))(%7C(cn=%2A",
        "%00alice",
        "ou=people,dc=elsewhere",
        "cn=entryway,ou=services,dc=example,dc=org",
        "dc=example,dc=org",
    ] {
        for kind in ["people", "groups"] {
            let answer = http.get(&format!("/api/v1/{kind}?q={typed}"))?;
            let body = answer.json()?;
            match answer.status {
                200 => ensure!(
                    body.get("matches") == Some(&Value::Array(Vec::new())),
                    "{kind} {typed}: {body}"
                ),
                400 => ensure!(
                    body.get("code").is_some_and(Value::is_string),
                    "{kind} {typed}: {body}"
                ),
                status => bail!("{kind} {typed}: {status} {body}"),
            }
        }
    }
    let page = http.get("/api/v1/browse?domain=staff&size=1")?.json()?;
    let next = page
        .get("next")
        .and_then(Value::as_str)
        .context("no next page")?;
    for at in 0..next.len() {
        let mut altered: Vec<u8> = next.bytes().collect();
        if let Some(byte) = altered.get_mut(at) {
            *byte = if *byte == b'A' { b'B' } else { b'A' };
        }
        let altered = String::from_utf8(altered)?;
        let answer = http.get(&format!(
            "/api/v1/browse?domain=staff&size=1&cursor={altered}"
        ))?;
        let body = answer.json()?;
        let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
        // Of the last letter some bits mean nothing; another one of the same meaning is no forgery.
        let whole = at + 1 == next.len() && answer.status == 200;
        let refused =
            answer.status == 400 && (code == "bad_cursor" || code == "cursor_of_another_list");
        ensure!(whole || refused, "at {at}: {} {code}", answer.status);
    }
    for under in [
        "dc=elsewhere",
        "",
        "ou=services,dc=example,dc=org%00",
        "not%20a%20name",
        "uid=%2A",
    ] {
        let answer = http.get(&format!("/api/v1/browse?domain=staff&under={under}"))?;
        ensure!(
            matches!(answer.status, 200 | 400 | 404),
            "{under}: {}",
            answer.status
        );
        ensure!(
            answer.status != 200 || under.is_empty(),
            "{under}: {}",
            answer.body
        );
    }
    Ok(())
}
