//! The OpenAPI document against what is served: every path, every status, every shape.

#[path = "../../../entryway-wire/tests/schema/validator.rs"]
#[allow(clippy::unwrap_used)] // what is odd there is a failed test
mod validator;

use crate::desk::{ACCESS, ACCESS_DOWN, ACCESS_UNKNOWN};
use crate::front::{ADMIN, FINDER, GROUPS, HUB, PAGER, PLAIN, app, app_with, login, post};
use crate::lookup::get;
use crate::sealed::PER_MINUTE;
use crate::sites::{of_sites, of_sites_at_once};
use axum::body::Body;
use entryway_web::{App, LOOKUPS_OF_ONE, Limits};
use http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use tower::ServiceExt;
use validator::problems;

/// The document, with its shapes where the validator looks for them too.
fn document() -> Value {
    let mut document = entryway_web::openapi();
    document["$defs"] = document["components"]["schemas"].clone();
    document
}

/// Every method and path with every status that the document names.
fn documented() -> BTreeSet<(String, String)> {
    let document = document();
    let mut all = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let statuses = operation["responses"].as_object().expect("responses");
            // What a connection says of a head that is too large, sockets.rs shows.
            for status in statuses.keys().filter(|status| *status != "431") {
                all.insert((format!("{method} {path}"), status.clone()));
            }
        }
    }
    all
}

#[test]
fn the_checked_in_document_is_what_the_code_writes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let mut written = serde_json::to_string_pretty(&entryway_web::openapi()).expect("JSON");
    written.push('\n');
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &written).expect("written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, written, "UPDATE_GOLDEN=1 writes docs/openapi.json");
}

#[test]
fn every_reference_leads_somewhere_and_every_shape_is_used() {
    let document = entryway_web::openapi();
    let text = document.to_string();
    let shapes = document["components"]["schemas"]
        .as_object()
        .expect("shapes");
    let mut used = BTreeSet::new();
    for (at, _) in text.match_indices("\"#/") {
        let pointer = text[at + 2..].split('"').next().expect("an end");
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        used.extend(
            pointer
                .strip_prefix("/components/schemas/")
                .map(str::to_owned),
        );
    }
    let all: BTreeSet<String> = shapes.keys().cloned().collect();
    assert_eq!(used, all);
}

#[tokio::test]
async fn the_document_is_served_and_every_path_in_it_is() {
    let (app, _) = app(Limits::default());
    let request = Request::get("/api/v1/openapi.json")
        .body(Body::empty())
        .expect("a request");
    let (status, _, body) = answered(&app, request).await;
    assert_eq!(status, 200);
    assert_eq!(body, entryway_web::openapi());
    let paths = body["paths"].as_object().expect("paths");
    for (path, methods) in paths {
        let path = path
            .replace("{site}", "plant-a")
            .replace("{id}", "staff:1")
            .replace("{name}", "colleagues");
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            let request = Request::builder()
                .method(method)
                .uri(&path)
                .body(Body::empty());
            let (status, _, _) = answered(&app, request.expect("a request")).await;
            let described = methods.get(method.to_ascii_lowercase()).is_some();
            assert_ne!(status, 404, "{method} {path}");
            assert_eq!(status == 405, !described, "{method} {path}");
        }
    }
}

/// The operation of a request, by the document alone.
fn operation(document: &Value, request: &Request<Body>) -> (String, Value) {
    let method = request.method().as_str().to_ascii_lowercase();
    let parts: Vec<&str> = request.uri().path().split('/').collect();
    let fits = |path: &str| {
        let ours: Vec<&str> = path.split('/').collect();
        ours.len() == parts.len()
            && ours
                .iter()
                .zip(&parts)
                .all(|(our, part)| our.starts_with('{') || our == part)
    };
    let paths = document["paths"].as_object().expect("paths");
    let exact = paths.get_key_value(request.uri().path());
    let (path, methods) = exact
        .or_else(|| paths.iter().find(|(path, _)| fits(path)))
        .expect("a path");
    (format!("{method} {path}"), methods[&method].clone())
}

async fn answered(app: &App, request: Request<Body>) -> (u16, String, Value) {
    let answered = entryway_web::router(app.clone()).oneshot(request).await;
    let (parts, body) = answered.expect("infallible").into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let kind = parts
        .headers
        .get("content-type")
        .map(|kind| kind.to_str().expect("text").to_owned());
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    (parts.status.as_u16(), kind.unwrap_or_default(), body)
}

/// Sends a request, holds the answer against the document, and says which operation and status it was.
async fn described(app: &App, document: &Value, request: Request<Body>) -> (String, String) {
    let (name, operation) = operation(document, &request);
    let (status, kind, body) = answered(app, request).await;
    let response = &operation["responses"][status.to_string()];
    assert!(
        response.is_object(),
        "{name} answers {status}, which is not documented: {body}"
    );
    if let Some(content) = response.get("content") {
        let content = content.get(&kind);
        let content =
            content.unwrap_or_else(|| panic!("{name} {status}: `{kind}` is not documented"));
        // Explanations are other tests' affair: here they are a word or two.
        if kind.ends_with("json") && name != "post /api/v1/explain" {
            let shape = json!({ "$defs": document["$defs"], "components": document["components"], "answer": content["schema"] });
            let mut shape = shape;
            shape["$defs"]["answer"] = content["schema"].clone();
            assert_eq!(
                problems(&shape, "answer", &body),
                [""; 0],
                "{name} {status}: {body}"
            );
        }
    }
    if let Some(code) = body["code"].as_str().filter(|_| status >= 400) {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/http-api.md");
        let page = std::fs::read_to_string(page).expect("the page");
        let faults = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reasons.md");
        let faults = std::fs::read_to_string(faults).expect("the page");
        let said = format!("`{code}`");
        assert!(
            page.contains(&said) || faults.contains(code),
            "{code} is nowhere said"
        );
    }
    (name, status.to_string())
}

fn delete(path: &str, token: &str) -> Request<Body> {
    let mut request = get(path, token);
    *request.method_mut() = http::Method::DELETE;
    request
}

fn without_token(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

fn with_header(
    mut request: Request<Body>,
    name: &'static str,
    value: &'static str,
) -> Request<Body> {
    request
        .headers_mut()
        .insert(name, value.parse().expect("a header"));
    request
}

/// What is asked of a hub.
fn of_hub() -> Vec<Request<Body>> {
    let tokens = [HUB, FINDER, "guess"];
    let mut requests = vec![get("/api/v1/hub/sites", ACCESS_DOWN)];
    for path in [
        "sites",
        "sites?x=1",
        "connectors",
        "connectors?site=down",
        "connectors?x=1",
        "connectors/one",
        "connectors/one?x=1",
        "connectors/down",
        "connectors/nobody",
        "tickets",
        "tickets?site=down",
        "tickets?x=1",
    ] {
        requests.extend(tokens.map(|token| get(&format!("/api/v1/hub/{path}"), token)));
    }
    for id in ["one", "one?x=1", "used", "down", "nobody"] {
        requests.extend(tokens.map(|token| delete(&format!("/api/v1/hub/tickets/{id}"), token)));
    }
    for word in ["drain", "resume", "revoke"] {
        for (id, query) in [
            ("one", ""),
            ("one", "?x=1"),
            ("revoked", ""),
            ("held", ""),
            ("down", ""),
            ("nobody", ""),
        ] {
            let path = format!("/api/v1/hub/connectors/{id}/{word}{query}");
            requests.extend(tokens.map(|token| post(&path, token, &json!({}))));
        }
    }
    for site in ["plant-a", "down", "nobody"] {
        let asked = json!({ "site": site });
        requests.push(post("/api/v1/hub/tickets", HUB, &asked));
    }
    requests
}

#[tokio::test]
async fn every_documented_status_occurs_and_every_answer_has_its_shape() {
    let limits = Limits {
        body: Duration::from_millis(50),
        ..Limits::default()
    };
    let (app, behind) = app(limits);
    let document = document();
    let mut requests = vec![
        login(PLAIN, "unknown"),
        login(PLAIN, "down"),
        post(
            "/api/v1/login/challenge",
            PLAIN,
            &json!({ "login_name": "jdoe" }),
        ),
        post(
            "/api/v1/login/challenge",
            PLAIN,
            &json!({ "login_name": "plant-a/jane" }),
        ),
        post(
            "/api/v1/login/challenge",
            PLAIN,
            &json!({ "login_name": "plant-a/unreachable" }),
        ),
        post("/api/v1/login/revalidate", PLAIN, &json!({ "token": "x" })),
        post(
            "/api/v1/login/revalidate",
            PLAIN,
            &json!({ "token": "down" }),
        ),
        post(
            "/api/v1/explain",
            ADMIN,
            &json!({ "login": "0000000000000007" }),
        ),
        post(
            "/api/v1/explain",
            ADMIN,
            &json!({ "login": "0000000000000008" }),
        ),
        post(
            "/api/v1/explain",
            ADMIN,
            &json!({ "login": "0000000000000009" }),
        ),
        post(
            "/api/v1/resolve",
            FINDER,
            &json!({ "queries": ["jane", "j", "partial"] }),
        ),
        post(
            "/api/v1/resolve",
            FINDER,
            &json!({ "queries": ["jane"], "domains": ["nowhere"] }),
        ),
        post(
            "/api/v1/resolve",
            FINDER,
            &json!({ "queries": ["down", "j"] }),
        ),
        get("/api/v1/people?q=jane", FINDER),
        get("/api/v1/people?q=partial", FINDER),
        get("/api/v1/people?q=many&cursor=start&limit=2", FINDER),
        get("/api/v1/people?q=j", FINDER),
        get("/api/v1/people?q=down", FINDER),
        get("/api/v1/people?q=jane&domain=nowhere", FINDER),
        get("/api/v1/groups?q=eng", GROUPS),
        get("/api/v1/groups?q=j", GROUPS),
        get("/api/v1/groups?q=down", GROUPS),
        get("/api/v1/groups?q=eng&domain=nowhere", GROUPS),
        get("/api/v1/browse?domain=staff", PAGER),
        get("/api/v1/browse", PAGER),
        get("/api/v1/browse?domain=staff&cursor=old", PAGER),
        get("/api/v1/browse?domain=nowhere", PAGER),
        get("/api/v1/browse?domain=staff&seek=down", PAGER),
        get("/api/v1/address-books", FINDER),
        get("/api/v1/address-books?x=1", FINDER),
        get("/api/v1/address-books/colleagues?q=jan&limit=200", FINDER),
        get("/api/v1/address-books/colleagues?q=j", FINDER),
        get("/api/v1/address-books/none?q=jan", FINDER),
        get("/api/v1/address-books/colleagues?q=down", FINDER),
        with_header(
            get("/api/v1/people/staff:1/card", FINDER),
            "accept",
            "text/vcard",
        ),
        with_header(
            get("/api/v1/people/staff:1/card", FINDER),
            "accept",
            "image/png",
        ),
        with_header(
            get("/api/v1/people/staff:1/card", FINDER),
            "if-none-match",
            "*",
        ),
        get("/api/v1/people/staff:initials/photo", FINDER),
        with_header(
            get("/api/v1/people/staff:1/photo", FINDER),
            "if-none-match",
            "*",
        ),
        get("/api/v1/people?q=jane", ACCESS),
        get("/api/v1/people?q=jane", ACCESS_UNKNOWN),
        get("/api/v1/people?q=jane", ACCESS_DOWN),
        get("/api/v1/groups?q=eng", ACCESS),
        get("/api/v1/sessions", ADMIN),
        get("/api/v1/sessions?person=down", ADMIN),
        get("/api/v1/sessions?x=1", ADMIN),
        without_token("/api/v1/sessions"),
        get("/api/v1/sessions", FINDER),
        without_token("/api/v1/openapi.json"),
        without_token("/healthz"),
        without_token("/readyz"),
        get("/metrics", ADMIN),
    ];
    for (path, token) in [
        ("/api/v1/people/{}", FINDER),
        ("/api/v1/people/{}/groups", GROUPS),
        ("/api/v1/people/{}/card", FINDER),
        ("/api/v1/people/{}/photo", FINDER),
        ("/api/v1/groups/{}", GROUPS),
        ("/api/v1/groups/{}/members", GROUPS),
    ] {
        for id in ["staff:1", "x", "staff:404", "staff:503"] {
            requests.push(get(&path.replace("{}", id), token));
        }
    }
    for (path, others) in [
        ("/api/v1/people?q=jane", PLAIN),
        ("/api/v1/people/staff:1", PLAIN),
        ("/api/v1/people/staff:1/groups", FINDER),
        ("/api/v1/people/staff:1/card", GROUPS),
        ("/api/v1/people/staff:1/photo", PAGER),
        ("/api/v1/groups?q=eng", FINDER),
        ("/api/v1/groups/staff:1", FINDER),
        ("/api/v1/groups/staff:1/members", FINDER),
        ("/api/v1/browse", FINDER),
        ("/api/v1/address-books", GROUPS),
        ("/api/v1/address-books/colleagues?q=jan", GROUPS),
        ("/metrics", FINDER),
    ] {
        requests.extend([without_token(path), get(path, others)]);
    }
    for (path, right, wrong) in [
        ("/api/v1/sites/plant-a/resolve", FINDER, PLAIN),
        ("/api/v1/login", PLAIN, ADMIN),
        ("/api/v1/login/challenge", PLAIN, ADMIN),
        ("/api/v1/login/revalidate", PLAIN, ADMIN),
        ("/api/v1/explain", ADMIN, PLAIN),
        ("/api/v1/resolve", FINDER, PLAIN),
        ("/api/v1/hub/tickets", HUB, ADMIN),
    ] {
        let any = json!({});
        let mut silent = post(path, right, &any);
        *silent.body_mut() = Body::from_stream(futures_util::stream::pending::<
            Result<Vec<u8>, std::io::Error>,
        >());
        let mut large = post(path, right, &any);
        *large.body_mut() = Body::from(vec![b' '; 100_000]);
        requests.extend([
            post(path, "guess", &any),
            post(path, wrong, &any),
            post(path, right, &any),
            with_header(post(path, right, &any), "content-type", "text/plain"),
            silent,
            large,
        ]);
    }
    for path in [
        "/api/v1/sessions?person=jane",
        "/api/v1/sessions?person=down",
        "/api/v1/sessions?person=nobody",
        "/api/v1/sessions?person=twin",
        "/api/v1/sessions",
        "/api/v1/sessions/one",
        "/api/v1/sessions/one?x=1",
        "/api/v1/sessions/down",
        "/api/v1/sessions/nobody",
    ] {
        requests.push(delete(path, ADMIN));
        requests.push(delete(path, FINDER));
        requests.push(delete(path, "guess"));
    }
    requests.extend(of_hub());
    requests.extend(of_sites());
    let mut seen = BTreeSet::new();
    for request in requests {
        seen.insert(described(&app, &document, request).await);
    }
    let (without, _) = app_with(Limits::default(), None, None);
    for (path, token) in [
        ("/api/v1/sessions", ADMIN),
        ("/api/v1/hub/sites", HUB),
        ("/api/v1/hub/connectors", HUB),
        ("/api/v1/hub/tickets", HUB),
    ] {
        seen.insert(described(&without, &document, get(path, token)).await);
    }
    let held: Vec<_> = [FINDER, GROUPS, PAGER]
        .map(|name| app.lookups.admit(Some(&name.into()), LOOKUPS_OF_ONE))
        .into_iter()
        .collect();
    assert!(held.iter().all(Option::is_some));
    let resolve = json!({ "queries": ["jane"] });
    let challenge = || {
        let asked = json!({ "login_name": "plant-a/jane", "client_address": "2001:db8::1" });
        post("/api/v1/login/challenge", PLAIN, &asked)
    };
    for _ in 0..PER_MINUTE {
        seen.insert(described(&app, &document, challenge()).await);
    }
    let mut requests = vec![post("/api/v1/resolve", FINDER, &resolve), challenge()];
    for (path, token) in [
        ("/api/v1/people?q=jane", FINDER),
        ("/api/v1/people/staff:1", FINDER),
        ("/api/v1/people/staff:1/groups", GROUPS),
        ("/api/v1/people/staff:1/card", FINDER),
        ("/api/v1/people/staff:1/photo", FINDER),
        ("/api/v1/groups?q=eng", GROUPS),
        ("/api/v1/groups/staff:1", GROUPS),
        ("/api/v1/groups/staff:1/members", GROUPS),
        ("/api/v1/browse?domain=staff", PAGER),
        ("/api/v1/address-books/colleagues?q=jan", FINDER),
    ] {
        requests.push(get(path, token));
    }
    requests.extend(of_sites_at_once());
    for request in requests {
        let (name, status) = described(&app, &document, request).await;
        assert_eq!(status, "429", "{name}");
        seen.insert((name, status));
    }
    drop(held);
    behind.take_down("staff");
    behind.take_down("partners");
    seen.insert(described(&app, &document, without_token("/readyz")).await);
    let missing: Vec<_> = documented().difference(&seen).cloned().collect();
    assert_eq!(missing, [], "documented, and never seen");
}
