//! Statuses and bodies, past the sockets.

use crate::front::{ADMIN, PLAIN, TOLD, app, login, send};
use axum::body::Body;
use entryway_web::{DomainReady, Limits};
use http::{Method, Request};
use serde_json::{Value, json};

async fn check(request: Request<Body>, status: u16, expected: Value) {
    let (app, _) = app(Limits::default());
    let what = format!("{} {}", request.method(), request.uri());
    let (response, body) = send(&app, request).await;
    let mut found: Value = serde_json::from_str(&body).unwrap_or(Value::String(body));
    if status >= 400 {
        // Every problem has a word for programs, and says what to do about it.
        for key in ["code", "remedy"] {
            let told = found.as_object_mut().and_then(|keys| keys.remove(key));
            assert!(told.is_some_and(|told| told != ""), "{what}: {key}");
        }
    }
    assert_eq!(
        (response.status().as_u16(), &found),
        (status, &expected),
        "{what}"
    );
    let kind = response.headers()["content-type"].to_str().expect("text");
    let expected = if status == 200 {
        "application/json"
    } else {
        "application/problem+json"
    };
    assert_eq!(kind, expected, "{what}");
}

fn problem(status: u16, title: &str, detail: &str) -> Value {
    json!({ "type": "about:blank", "title": title, "status": status, "detail": detail })
}

#[tokio::test]
async fn every_refusal_has_one_face() {
    let (app, _) = app(Limits::default());
    let (unknown, unknown_body) = send(&app, login(PLAIN, "unknown")).await;
    let (wrong, wrong_body) = send(&app, login(PLAIN, "wrong")).await;
    assert_eq!(unknown.status(), 200);
    assert_eq!(unknown_body, wrong_body);
    assert_eq!(
        (unknown.status(), unknown.headers()),
        (wrong.status(), wrong.headers())
    );
    assert!(!wrong_body.contains("wrong"), "{wrong_body}");
}

#[tokio::test]
async fn a_reason_is_for_those_who_may_know() {
    let (app, _) = app(Limits::default());
    let (_, body) = send(&app, login(TOLD, "wrong")).await;
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        (&body["decision"], &body["reason"]),
        (&json!("reject"), &json!("wrong_password"))
    );
    assert_eq!(body["id"], "0000000000000007");
}

#[tokio::test]
async fn a_challenge_is_an_answer() {
    let (app, _) = app(Limits::default());
    let (response, body) = send(&app, login(PLAIN, "must-change")).await;
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(response.status(), 200);
    assert_eq!(
        (&body["decision"], &body["challenge"]),
        (&json!("challenge"), &json!("change_password"))
    );
}

#[tokio::test]
async fn no_verdict_is_503_and_its_fault_is_for_those_who_may_know() {
    let (app, _) = app(Limits::default());
    for (token, fault) in [(PLAIN, None), (TOLD, Some("directory_unreachable"))] {
        let (response, body) = send(&app, login(token, "down")).await;
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(response.status(), 503);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        assert_eq!(body.get("fault").and_then(Value::as_str), fault);
        assert_eq!(body["id"], "0000000000000007");
    }
}

#[tokio::test]
async fn a_decision_without_a_password_lets_nobody_in() {
    check(
        login(PLAIN, "unproven"),
        500,
        problem(500, "Internal Server Error", "a bug, which is in the log"),
    )
    .await;
}

#[tokio::test]
async fn rfc6750_3_1_callers_are_told_what_is_missing() {
    let (app, _) = app(Limits::default());
    let none = Request::post("/api/v1/login")
        .body(Body::empty())
        .expect("a request");
    for (request, status, challenge) in [
        (none, 401, "Bearer realm=\"entryway\""),
        (
            login("guess", "wrong"),
            401,
            "Bearer realm=\"entryway\", error=\"invalid_token\"",
        ),
        (
            login(ADMIN, "wrong"),
            403,
            "Bearer realm=\"entryway\", error=\"insufficient_scope\", scope=\"login\"",
        ),
    ] {
        let (response, _) = send(&app, request).await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["www-authenticate"], challenge);
    }
}

#[tokio::test]
async fn a_strangers_body_is_not_read() {
    let (app, _) = app(Limits::default());
    let mut request = login("guess", "wrong");
    *request.body_mut() = Body::from_stream(futures_util::stream::pending::<
        Result<Vec<u8>, std::io::Error>,
    >());
    assert_eq!(send(&app, request).await.0.status(), 401);
}

fn with_body(body: impl Into<Body>) -> Request<Body> {
    let mut request = login(PLAIN, "wrong");
    *request.body_mut() = body.into();
    request
}

#[tokio::test]
async fn a_body_that_is_no_login_is_refused_without_repeating_it() {
    let secret = r#"{"login_name": "a", "password": {"oops": "hunter2"}}"#;
    for body in [
        secret,
        "",
        "{",
        r#"{"login_name": "hunter2"}"#,
        r#"{"login_name":"a","password":"b","hunter2":1}"#,
        "\"hunter2\"",
    ] {
        let (app, _) = app(Limits::default());
        let (response, text) = send(&app, with_body(body)).await;
        assert_eq!(response.status(), 400, "{body}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test]
async fn the_wrong_kind_of_request_is_refused() {
    let mut request = login(PLAIN, "wrong");
    request
        .headers_mut()
        .insert("content-type", "text/plain".parse().expect("a value"));
    let detail = "expected a body of the type `application/json`";
    check(request, 415, problem(415, "Unsupported Media Type", detail)).await;

    let detail = "expected a body of at most 16384 bytes";
    check(
        with_body(vec![b' '; 16 * 1024 + 1]),
        413,
        problem(413, "Payload Too Large", detail),
    )
    .await;

    let nothing = Request::get("/nothing")
        .body(Body::empty())
        .expect("a request");
    check(
        nothing,
        404,
        problem(404, "Not Found", "there is nothing at this path"),
    )
    .await;
}

#[tokio::test]
async fn rfc9110_15_5_6_another_method_is_told_which_one() {
    let (app, _) = app(Limits::default());
    for (method, path, allowed) in [
        (Method::GET, "/api/v1/login", "POST"),
        (Method::POST, "/healthz", "GET,HEAD"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .expect("a request");
        let (response, body) = send(&app, request).await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], allowed);
        assert!(body.contains("\"status\":405"), "{body}");
    }
}

#[tokio::test]
async fn probes_tell_alive_from_ready() {
    let (app, behind) = app(Limits::default());
    let get = |path: &str| Request::get(path).body(Body::empty()).expect("a request");
    assert_eq!(send(&app, get("/healthz")).await.1, "ok\n");
    assert_eq!(send(&app, get("/readyz")).await.1, "ready\n");
    behind.take_down("partners");
    let (response, body) = send(&app, get("/readyz")).await;
    assert_eq!(
        (response.status().as_u16(), body.as_str()),
        (200, "ready\ndegraded: partners\n"),
        "one domain that is down does not take the others' people away"
    );
    behind.take_down("staff");
    let (response, body) = send(&app, get("/readyz")).await;
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        (response.status().as_u16(), &body["domains"]),
        (503, &json!(["staff", "partners"]))
    );
    assert_eq!(
        send(&app, get("/healthz")).await.0.status(),
        200,
        "alive all the same"
    );
    assert_eq!(
        send(&app, login(PLAIN, "wrong")).await.0.status(),
        200,
        "logins are served all the same"
    );
}

/// Its connectors find it through the balancer that asks.
#[tokio::test]
async fn a_hub_is_ready_before_any_site_is() {
    let (app, behind) = app(Limits::default());
    let get = || {
        Request::get("/readyz")
            .body(Body::empty())
            .expect("a request")
    };
    for domain in ["staff", "partners"] {
        behind.take_down(domain);
    }
    assert_eq!(send(&app, get()).await.0.status(), 503);
    let site = |at: usize| DomainReady {
        name: format!("site-{at}").into(),
        ready: at == 0,
    };
    *behind.sites.lock() = Some((0..60).map(site).collect());
    let (response, body) = send(&app, get()).await;
    assert_eq!(response.status(), 200);
    assert!(
        body.contains("degraded: partners\ndegraded: site site-1\n"),
        "{body}"
    );
    assert!(
        !body.contains("site site-0\n") && !body.contains("site site-51\n"),
        "{body}"
    );
    assert!(
        body.ends_with("degraded: site site-50\ndegraded: 9 more sites\n"),
        "{body}"
    );
}

#[tokio::test]
async fn metrics_are_for_operators() {
    let (app, _) = app(Limits::default());
    let get = |token: &str| {
        Request::get("/metrics")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .expect("a request")
    };
    let (response, body) = send(&app, get(ADMIN)).await;
    assert_eq!(
        (response.status().as_u16(), body.as_str()),
        (200, "# EOF\n")
    );
    assert!(
        response.headers()["content-type"]
            .to_str()
            .expect("text")
            .starts_with("application/openmetrics-text")
    );
    assert_eq!(send(&app, get(PLAIN)).await.0.status(), 403);
}
