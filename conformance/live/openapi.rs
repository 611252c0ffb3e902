//! The served OpenAPI document, and everything that it says, tried by a program that was made for that: schemathesis sends
//! what the document allows and what it forbids, and holds each answer against it.

mod site;

use crate::Test;
use crate::integrations::environment;
use crate::lab::Lab;
use crate::looked::{BOOK, TEAM, USUAL};
use crate::setups::Setup;
use anyhow::{Context, Result, bail, ensure};
use entryway_conformance::{BASE, HttpClient};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::process::Command;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        ("schemathesis finds no failure", nothing_is_found),
        (
            "schemathesis finds no failure where there is somebody",
            nothing_is_found_of_somebody,
        ),
        (
            "schemathesis finds no failure at a site of a hub",
            site::nothing_is_found_there,
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
        &Told {
            settings: "",
            bodies: None,
        },
        25,
        &[],
    )
}

/// Texts that are nobody's id are refused soon; these name somebody everywhere, so that answers are looked at too.
fn nothing_is_found_of_somebody(lab: &Lab) -> Result<()> {
    let looked = lab.looked()?;
    let somebody = Somebody {
        site: None,
        person: looked.id("people", "jpeg", USUAL)?,
        group: looked.id("groups", TEAM, USUAL)?,
    };
    somebody.is_answered(lab, &looked.http, "openapi-somebody")
}

/// Who is asked about.
struct Somebody {
    /// Of which site of the hub that is asked; nobody's where they are its own.
    site: Option<&'static str>,
    person: String,
    group: String,
}

impl Somebody {
    /// A route of a look-up, by what stands behind `/api/v1/`.
    fn route(&self, below: &str) -> String {
        match self.site {
            Some(_) => format!("/api/v1/sites/{{site}}/{below}"),
            None => format!("/api/v1/{below}"),
        }
    }

    /// Parameters that name somebody there.
    fn with(&self, below: &str, parameters: Value) -> String {
        let site = self.site.map(|site| format!("\"path.site\" = {site:?}"));
        let pairs = parameters.as_object().into_iter().flatten();
        let pairs = pairs.map(|(key, value)| format!("{key:?} = {value}"));
        let pairs: Vec<String> = pairs.chain(site).collect();
        format!(
            "[[operations]]\ninclude-path = {:?}\nparameters = {{ {} }}\n",
            self.route(below),
            pairs.join(", ")
        )
    }

    fn settings(&self) -> String {
        let Self { person, group, .. } = self;
        let domain = self
            .site
            .map_or_else(|| USUAL.to_owned(), |site| format!("{site}/{USUAL}"));
        let mut settings = "hooks = \"bodies.py\"\n".to_owned();
        for below in ["", "/groups", "/card", "/photo"] {
            let below = format!("people/{{id}}{below}");
            settings += &self.with(&below, json!({ "path.id": person }));
        }
        for below in ["", "/members"] {
            let below = format!("groups/{{id}}{below}");
            settings += &self.with(&below, json!({ "path.id": group }));
        }
        let typed = |text: &str| json!({ "query.q": text, "query.domain": domain });
        settings += &self.with("people", typed("jane"));
        settings += &self.with("groups", typed(TEAM));
        settings += &self.with("browse", json!({ "query.domain": domain }));
        let book = json!({ "path.name": BOOK, "query.q": "jane", "query.person": person });
        settings += &self.with("address-books/{name}", book);
        if self.site.is_some() {
            settings += &self.with("address-books", json!({}));
            settings += &self.with("resolve", json!({}));
        }
        settings
    }

    /// No answer fails in anything, and each look-up has some.
    fn is_answered(&self, lab: &Lab, http: &HttpClient, name: &str) -> Result<()> {
        let Self { person, group, .. } = self;
        let entry = format!("uid=jpeg,{BASE}");
        let queries = json!({ "queries": ["jane", TEAM, person, group, entry] });
        let before = answered(http)?;
        let routes = LOOK_UPS.map(|below| self.route(below));
        let only = format!("^({})$", routes.join("|").replace('{', "\\{"));
        run(
            lab,
            http,
            name,
            &Told {
                settings: &self.settings(),
                bodies: Some(&queries),
            },
            20,
            &["--include-path-regex", &only],
        )?;
        each_is_answered(&before, &answered(http)?, &routes)
    }
}

/// What was made up is refused: each of these routes was asked for something that is there as well.
fn each_is_answered(
    before: &HashMap<String, u64>,
    after: &HashMap<String, u64>,
    routes: &[String],
) -> Result<()> {
    for route in routes {
        let count = |all: &HashMap<String, u64>| all.get(route).copied().unwrap_or_default();
        let many = count(after) - count(before);
        ensure!(many >= 2, "{route} had an answer {many} times: {after:?}");
    }
    Ok(())
}

/// Every operation that answers from a directory, below `/api/v1/` and below a site of a hub there.
const LOOK_UPS: [&str; 12] = [
    "people",
    "people/{id}",
    "people/{id}/groups",
    "people/{id}/card",
    "people/{id}/photo",
    "groups",
    "groups/{id}",
    "groups/{id}/members",
    "browse",
    "address-books",
    "address-books/{name}",
    "resolve",
];

/// How many questions were answered with 200, by path, as the daemon counts.
fn answered(http: &HttpClient) -> Result<HashMap<String, u64>> {
    let metrics = http.get("/metrics")?.body;
    let mut all = HashMap::new();
    for line in metrics
        .lines()
        .filter(|line| line.contains("status=\"200\""))
    {
        let Some(labels) = line.strip_prefix("entryway_http_requests_total{") else {
            continue;
        };
        let (_, route) = labels.split_once("route=\"").context("no route")?;
        let (route, _) = route.split_once('"').context("no end of a route")?;
        let (_, count) = line.rsplit_once(' ').context("no count")?;
        all.insert(route.to_owned(), count.parse()?);
    }
    Ok(all)
}

/// What a run is told beside the checks.
struct Told<'a> {
    /// In its configuration.
    settings: &'a str,
    /// What bodies have in place of what was made up.
    bodies: Option<&'a Value>,
}

/// Puts what is somebody's into bodies that the document allows; what is made up to be refused stays.
const BODIES: &str = "\
import json
import pathlib

import schemathesis
from schemathesis import GenerationMode

REAL = json.loads(pathlib.Path(__file__).with_name('bodies.json').read_text())


@schemathesis.hook
def map_case(context, case):
    allowed = case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE
    if allowed and isinstance(case.body, dict):
        case.body.update(REAL)
    return case
";

/// `examples` of each operation at most. Not for so long: what is tried would hang on how fast the machine is.
fn run(
    lab: &Lab,
    http: &HttpClient,
    name: &str,
    told: &Told<'_>,
    examples: u32,
    options: &[&str],
) -> Result<()> {
    let folder = lab.scratch()?.path().join(name);
    std::fs::create_dir(&folder)?;
    // Keys come before tables.
    let settings = format!("{}{CHECKS}", told.settings);
    std::fs::write(folder.join("schemathesis.toml"), settings)?;
    if let Some(bodies) = told.bodies {
        std::fs::write(folder.join("bodies.json"), bodies.to_string())?;
        std::fs::write(folder.join("bodies.py"), BODIES)?;
    }
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
        .args(["--max-examples", &examples.to_string()])
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
