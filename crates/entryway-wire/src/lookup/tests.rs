use super::*;
use entryway_login::{Fault, Subject};
use entryway_lookup::{EntryId, Gap, Kind, Kinds, Match, Missing, ResolveOutcome, Resolved};
use serde_json::json;

fn somebody() -> Match {
    Match {
        id: EntryId::from_subject(Subject("staff:dn:uid=jdoe, ou=people".to_owned())).unwrap(),
        kind: Kind::Person,
        name: "Jane Doe".to_owned(),
        description: None,
        mail: Some("jane@corp.example".to_owned()),
        login_name: None,
        domain: "staff".into(),
        dn: "uid=jdoe,ou=people".into(),
    }
}

#[test]
fn what_is_not_there_is_left_out() {
    let found = [somebody()];
    let gap = Gap {
        domain: "partners".into(),
        why: Missing::Unanswered(Fault::DirectoryUnreachable),
    };
    let written =
        |gaps: &[Gap]| serde_json::to_value(MatchesJson::new(&found, None, gaps)).unwrap();
    let person = json!({
        "id": "staff:dn:uid=jdoe,~20ou=people",
        "kind": "person",
        "name": "Jane Doe",
        "mail": "jane@corp.example",
        "domain": "staff",
        "dn": "uid=jdoe,ou=people",
    });
    assert_eq!(
        written(&[]),
        json!({ "matches": [person], "partial": false })
    );
    assert_eq!(
        written(&[gap]),
        json!({
            "matches": [person],
            "partial": true,
            "gaps": [{
                "domain": "partners",
                "code": "directory_unreachable",
                "text": Fault::DirectoryUnreachable.row().operator,
                "may_pass": true,
            }],
        })
    );
}

#[test]
fn a_query_that_was_not_asked_says_why() {
    let refused = Resolved {
        query: "j".to_owned(),
        outcome: ResolveOutcome::BadFormat(entryway_lookup::BadFormat::TooShort { least: 2 }),
        matches: Vec::new(),
        gaps: Vec::new(),
        asked: 0,
    };
    assert_eq!(
        serde_json::to_value(ResolvedJson::of(&[refused])).unwrap(),
        json!({ "results": [{
            "query": "j",
            "outcome": "bad_format",
            "code": "too_short",
            "text": "too short, expected at least 2 characters",
            "matches": [],
            "partial": false,
        }] })
    );
}

#[test]
fn schemas_say_what_must_be_there_and_refer_to_each_other() {
    let schemas = lookup_schemas();
    assert_eq!(
        schemas["match"]["required"],
        json!(["id", "kind", "name", "domain"])
    );
    assert_eq!(
        schemas["matches"]["properties"]["matches"]["items"],
        json!({ "$ref": "#/$defs/match" })
    );
    let written = serde_json::to_string(&schemas).unwrap();
    for (at, _) in written.match_indices("#/$defs/") {
        let name = written[at + 8..].split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
}

#[track_caller]
fn check(body: &str, expected: Result<ResolveRequest, &str>) {
    let found = ResolveRequest::from_json(body.as_bytes(), 1000, 20);
    let found = found.map_err(|error| error.to_string());
    assert_eq!(found, expected.map_err(str::to_owned), "{body}");
}

#[test]
fn many_are_asked_for_at_once() {
    let plain = ResolveRequest {
        queries: vec!["jane".to_owned()],
        kinds: Kinds::People,
        unique: false,
        first: false,
        all_domains: false,
        limit: None,
        domains: Vec::new(),
    };
    check(r#"{"queries": ["jane"]}"#, Ok(plain.clone()));
    // As its schema says: null is nothing said.
    check(r#"{"queries": ["jane"], "limit": null}"#, Ok(plain.clone()));
    let all = ResolveRequest {
        kinds: Kinds::Both,
        unique: true,
        first: true,
        all_domains: true,
        limit: Some(1000),
        domains: vec!["staff".to_owned()],
        ..plain
    };
    check(
        r#"{"queries": ["jane"], "kinds": "both", "unique": true, "first": true, "all_domains": true, "limit": 1000, "domains": ["staff"]}"#,
        Ok(all),
    );
    let queries = Err("`queries` is out of bounds, expected 1 to 100 texts");
    check(r#"{"queries": []}"#, queries.clone());
    let many = format!("{{\"queries\": [{}\"x\"]}}", "\"x\",".repeat(100));
    check(&many, queries);
    let texts = |count: usize| vec!["x"; count].join("\", \"");
    for (count, domains, expected) in [
        (50, "", None),
        (51, "", Some("at most 50 texts where 20 domains are asked")),
        (51, "staff", None),
        (
            11,
            &texts(100),
            Some("at most 10 texts where 100 domains are asked"),
        ),
    ] {
        let domains = match domains {
            "" => String::new(),
            some => format!("\"{some}\""),
        };
        let body = format!(
            r#"{{"queries": ["{}"], "domains": [{domains}]}}"#,
            texts(count)
        );
        let found = ResolveRequest::from_json(body.as_bytes(), 1000, 20);
        let found = found.err().map(|error| error.to_string());
        let expected = expected.map(|it| format!("`queries` is out of bounds, expected {it}"));
        assert_eq!(found, expected);
    }
    let body = r#"{"queries": ["x"]}"#;
    ResolveRequest::from_json(body.as_bytes(), 1000, 5000).unwrap();
    let limit = Err("`limit` is out of bounds, expected a number from 1 to 1000");
    check(r#"{"queries": ["x"], "limit": 0}"#, limit.clone());
    check(r#"{"queries": ["x"], "limit": 1001}"#, limit);
    for shape in [
        r#"{"queries": "x"}"#,
        r#"{"queries": ["x"], "Limit": 1}"#,
        r#"{"queries": [1]}"#,
        r#"[["x"]]"#,
        r#"{"queries": ["x"], "kinds": "all"}"#,
        r#"{"queries": ["x"], "kinds": {"people": null}}"#,
    ] {
        let error = ResolveRequest::from_json(shape.as_bytes(), 1000, 20).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the body is not a resolve request at line 1"),
            "{error}"
        );
    }
}
