//! `docs/api.schema.json` says what is answered: every golden document fits it, and nothing in it is made up.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // what is odd here is a failed test

#[path = "schema/validator.rs"]
mod validator;

use entryway_login::{Challenge, Fault, LoginId, Reason};
use entryway_wire::{GraceResponse, Problem, RecordedJson, SealWith, SignedJson};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::time::SystemTime;
use validator::problems;

const SOURCES: [(&str, &str, &str); 4] = [
    (
        "session",
        include_str!("../src/session.rs"),
        "struct SessionJson<'a>",
    ),
    (
        "group",
        include_str!("../src/session.rs"),
        "struct GroupJson<'a>",
    ),
    (
        "password_state",
        include_str!("../src/session.rs"),
        "struct PasswordJson",
    ),
    (
        "grace",
        include_str!("../src/grace.rs"),
        "struct GraceResponse<'a>",
    ),
];

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.schema.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn fits(name: &str, document: &impl Serialize) {
    let document = serde_json::to_value(document).unwrap();
    assert_eq!(problems(&schema(), name, &document), [""; 0], "{document}");
}

fn goldens(kind: &str) -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let texts = files
        .filter(|path| path.to_string_lossy().ends_with(kind))
        .map(|path| fs::read_to_string(path).unwrap());
    let found: Vec<Value> = texts
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect();
    assert!(found.len() > 5, "{kind}");
    found
}

fn set(items: &Value) -> BTreeSet<String> {
    let items = items.as_array().unwrap().iter();
    items
        .map(|item| item.as_str().unwrap().to_owned())
        .collect()
}

/// The members of the first struct or enum that begins so.
fn members(source: &str, head: &str) -> BTreeSet<String> {
    let (_, body) = source.split_once(head).expect(head);
    let (body, _) = body.split_once("\n}").unwrap();
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    lines
        .filter(|line| line.starts_with(char::is_alphabetic))
        .map(|line| {
            line.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap()
        })
        .map(snake_case)
        .collect()
}

fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[test]
fn every_golden_document_fits() {
    for document in goldens(".login.json") {
        // What a directory's person without a password is told is an explanation's.
        let name = if document["decision"] == "would_accept" {
            "would_accept"
        } else {
            "login"
        };
        fits(name, &document);
    }
    for document in goldens(".explain.json") {
        fits("explanation", &document);
    }
}

#[test]
fn records_fit() {
    for mut document in goldens(".explain.json") {
        document["at"] = json!("2026-11-20T12:00:00Z");
        document["login_name"] = json!("jdoe");
        let body = serde_json::to_vec(&document).unwrap();
        let record = || RecordedJson::new("gateway-1", 7, &body).unwrap();
        fits("recorded", &record());
        for (verdict, misfits) in [("verified", &[][..]), ("does_not_fit", &["`decision`"])] {
            let signed = SignedJson {
                verdict,
                site: Some("plant-a"),
                connector: Some("c1"),
                key_fingerprint: Some("ab12cd34".to_owned()),
                misfits,
            };
            fits("recorded", &record().looked_at(Some(signed)));
        }
    }
}

#[test]
fn what_is_sealed_with_fits() {
    fits("challenges", &SealWith::nothing());
    let challenges = [r#"{"version":1}"#.to_owned()];
    let with = SealWith::of("plant-a", "jane", "portal", &challenges).unwrap();
    fits("challenges", &with);
    assert!(SealWith::of("plant-a", "jane", "portal", &["{".to_owned()]).is_none());
}

#[test]
fn graces_and_problems_fit() {
    let (id, fault) = (LoginId::from_bits(7), Fault::Deadline);
    for show in [false, true] {
        let grace = GraceResponse::new(id, "sealed", SystemTime::UNIX_EPOCH, fault, show);
        fits("grace", &grace);
        fits("revalidation", &grace);
        fits("problem", &Problem::indeterminate(503, id, fault, show));
    }
    let mut problem = Problem::new(503, "not ready").detail("no domain answers");
    problem.domains.push("staff".into());
    fits("problem", &problem);
}

#[test]
fn every_code_stands_in_it_and_no_other() {
    let schema = schema();
    let listed = |name: &str| set(&schema["$defs"][name]["enum"]);
    let codes = |rows: Vec<&str>| rows.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(
        listed("reason"),
        codes(Reason::ALL.map(|reason| reason.code()).into())
    );
    assert_eq!(
        listed("fault"),
        codes(Fault::ALL.map(|fault| fault.code()).into())
    );
    let challenges = set(&schema["$defs"]["challenge"]["properties"]["challenge"]["enum"]);
    assert_eq!(
        challenges,
        codes(Challenge::ALL.map(|challenge| challenge.row().code).into())
    );
}

#[test]
fn every_key_and_event_stands_in_it_and_no_other() {
    let schema = schema();
    for (name, source, head) in SOURCES {
        let keys = schema["$defs"][name]["properties"].as_object().unwrap();
        let keys: BTreeSet<String> = keys.keys().cloned().collect();
        assert_eq!(keys, members(source, head), "{name}");
    }
    let step = &schema["$defs"]["step"]["properties"];
    let events = members(
        include_str!("../src/explain/record.rs"),
        "enum RecordJson<'a>",
    );
    assert_eq!(set(&step["event"]["enum"]), events);
    let written = members(
        include_str!("../src/response.rs"),
        "struct LoginResponse<'a>",
    );
    let mut answers = BTreeSet::new();
    for name in [
        "accept",
        "would_accept",
        "reject",
        "challenge",
        "indeterminate",
    ] {
        answers.extend(
            schema["$defs"][name]["properties"]
                .as_object()
                .unwrap()
                .keys()
                .cloned(),
        );
    }
    assert_eq!(answers, written);
}

#[test]
fn what_does_not_fit_is_told() {
    let check = |name: &str, document: Value| {
        assert!(
            !problems(&schema(), name, &document).is_empty(),
            "{document}"
        );
    };
    check(
        "reject",
        json!({"decision": "reject", "id": "0", "message": "no", "colour": 1}),
    );
    check("reject", json!({"decision": "reject", "message": "no"}));
    check(
        "reject",
        json!({"decision": "reject", "id": 7, "message": "no"}),
    );
    check("reason", json!("bad_weather"));
    check(
        "group",
        json!({"domain": "staff", "name": "all", "gid": -1}),
    );
    check(
        "group",
        json!({"domain": "staff", "name": "all", "path": [1]}),
    );
    check("login", json!({"decision": "would_accept", "id": "0"}));
}
