//! Looking people up: what is asked, what is answered, and how each mistake is told.

use crate::front::{Behind, FINDER, GROUPS, PAGER, PLAIN, app, app_at, post, send};
use crate::looked::PNG;
use axum::body::Body;
use entryway_web::{App, Limits};
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

pub(crate) fn get(path: &str, token: &str) -> Request<Body> {
    Request::get(path)
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .expect("a request")
}

/// Asks, and gives the answer with what was asked of the ports.
async fn asked(request: Request<Body>) -> (u16, Value, Vec<String>) {
    let (app, behind) = app(Limits::default());
    let (response, body) = send(&app, request).await;
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    (response.status().as_u16(), body, questions(&behind))
}

fn questions(behind: &Arc<Behind>) -> Vec<String> {
    behind.looked.asked.lock().clone()
}

async fn question(path: &str, token: &str, expected: &str) {
    let (status, body, asked) = asked(get(path, token)).await;
    assert_eq!(status, 200, "{path}: {body}");
    assert_eq!(asked, [expected], "{path}");
}

async fn refused(path: &str, token: &str, status: u16, code: &str, at: Option<(&str, &str)>) {
    let (found, body, _) = asked(get(path, token)).await;
    assert_eq!(
        (found, &body["code"]),
        (status, &json!(code)),
        "{path}: {body}"
    );
    let place = at.map_or(
        Value::Null,
        |(within, name)| json!({ "in": within, "name": name }),
    );
    assert_eq!(body["at"], place, "{path}");
    for key in ["detail", "remedy", "title"] {
        assert!(
            body[key].as_str().is_some_and(|text| !text.is_empty()),
            "{path}: {key}: {body}"
        );
    }
}

#[tokio::test]
async fn what_is_asked_is_what_the_parameters_say() {
    question(
        "/api/v1/people?q=jane+d%C3%B6",
        FINDER,
        "resolve [\"jane dö\"] People limit=10 all=false unique=false first=false []",
    )
    .await;
    question(
        "/api/v1/groups?q=eng&limit=20&all_domains=true&domain=STAFF",
        GROUPS,
        "resolve [\"eng\"] Groups limit=20 all=true unique=false first=false [\"staff\"]",
    )
    .await;
    question(
        "/api/v1/groups/staff:1/members",
        GROUPS,
        "members Effective Both limit=20",
    )
    .await;
    question(
        "/api/v1/groups/staff:1/members?reach=direct&kinds=people&limit=3",
        GROUPS,
        "members Direct People limit=3",
    )
    .await;
    question(
        "/api/v1/people/staff:1/groups?reach=direct",
        GROUPS,
        "groups_of Direct limit=20",
    )
    .await;
    question(
        "/api/v1/people/staff:1/groups?limit=3",
        GROUPS,
        "groups_of Effective limit=3",
    )
    .await;
    question(
        "/api/v1/browse?domain=staff",
        PAGER,
        "page staff Flat BrowseKinds { people: true, groups: true, containers: true } Start None false",
    )
    .await;
    question(
        "/api/v1/browse?domain=staff&under=ou%3Dsales&kinds=people,containers&seek=m&size=5&refresh=true",
        PAGER,
        "page staff Below(Some(\"ou=sales\")) BrowseKinds { people: true, groups: false, containers: true } Seek(\"m\") Some(5) true",
    )
    .await;
    question(
        "/api/v1/address-books/colleagues?q=jan&limit=500&person=partners:7",
        FINDER,
        "book colleagues \"jan\" Some(\"partners\") Some(500)",
    )
    .await;
}

#[tokio::test]
async fn many_are_resolved_at_once_by_who_may_know_the_kinds() {
    let ask = |token, body: Value| asked(post("/api/v1/resolve", token, &body));
    let (status, body, questions) = ask(
        FINDER,
        json!({ "queries": ["jane", "j", "down"], "unique": true, "domains": ["staff"] }),
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(
        questions,
        [
            "resolve [\"jane\", \"j\", \"down\"] People limit=10 all=false unique=true first=false [\"staff\"]"
        ]
    );
    let outcomes: Vec<&Value> = body["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| &result["outcome"])
        .collect();
    assert_eq!(
        outcomes,
        [&json!("matched"), &json!("bad_format"), &json!("partial")]
    );
    for (token, kinds, missing) in [
        (FINDER, "both", "groups.read"),
        (FINDER, "groups", "groups.read"),
        (GROUPS, "people", "people.read"),
        (PLAIN, "people", "people.read"),
    ] {
        let (app, _) = app(Limits::default());
        let request = post(
            "/api/v1/resolve",
            token,
            &json!({ "queries": ["jane"], "kinds": kinds }),
        );
        let (response, body) = send(&app, request).await;
        assert_eq!(response.status(), 403, "{kinds}: {body}");
        let challenge = response.headers()["www-authenticate"]
            .to_str()
            .expect("text");
        assert!(
            challenge.ends_with(&format!("scope=\"{missing}\"")),
            "{challenge}"
        );
    }
}

#[tokio::test]
async fn a_partial_answer_is_an_answer_and_an_outage_is_none() {
    let (status, body, _) = asked(get("/api/v1/people?q=partial", FINDER)).await;
    assert_eq!((status, &body["partial"]), (200, &json!(true)));
    assert_eq!(body["gaps"][0]["domain"], "partners");
    assert_eq!(body["gaps"][0]["code"], "directory_unreachable");
    let (status, body, _) = asked(get("/api/v1/people?q=none", FINDER)).await;
    assert_eq!(
        (status, body),
        (200, json!({ "matches": [], "partial": false }))
    );
    for path in [
        "/api/v1/people?q=down",
        "/api/v1/people?q=down&domain=partners",
        // One of two is asked, and says nothing.
        "/api/v1/people?q=staff/down",
        "/api/v1/people/staff:503",
        "/api/v1/people/staff:503/photo",
    ] {
        let (app, _) = app(Limits::default());
        let (response, body) = send(&app, get(path, FINDER)).await;
        assert_eq!(response.status(), 503, "{path}: {body}");
        assert_eq!(response.headers()["retry-after"], "5");
    }
}

#[tokio::test]
async fn who_may_read_groups_alone_is_told_who_is_in_them_and_no_more() {
    let (status, body, _) = asked(get("/api/v1/groups/staff:1/members", GROUPS)).await;
    assert_eq!(status, 200, "{body}");
    let keys = |value: &Value| {
        let mut keys: Vec<String> = value.as_object().expect("object").keys().cloned().collect();
        keys.sort();
        keys
    };
    let bare = ["domain", "id", "kind", "name"];
    assert_eq!(keys(&body["members"][0]["entry"]), bare);
    assert!(body["group"]["dn"].is_string());
    assert_eq!(
        body["unresolved"],
        json!([{ "why": "elsewhere", "count": 1 }])
    );
    let (status, body, _) = asked(get("/api/v1/people/staff:1/groups", GROUPS)).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(keys(&body["entry"]), bare);
    assert!(body["groups"][0]["group"]["dn"].is_string());
}

#[tokio::test]
async fn each_mistake_is_told_with_its_place() {
    let people = |rest: &str| format!("/api/v1/people?{rest}");
    let q = Some(("query", "q"));
    refused(&people("q=j"), FINDER, 400, "too_short", q).await;
    refused(&people(""), FINDER, 400, "parameter_missing", q).await;
    refused(&people("q=%ff"), FINDER, 400, "bad_encoding", q).await;
    refused(
        &people("q=jane&limit=21"),
        FINDER,
        400,
        "out_of_bounds",
        Some(("query", "limit")),
    )
    .await;
    refused(
        &people("q=jane&limit=x"),
        FINDER,
        400,
        "out_of_bounds",
        Some(("query", "limit")),
    )
    .await;
    refused(
        &people("q=jane&sort=name"),
        FINDER,
        400,
        "unknown_parameter",
        None,
    )
    .await;
    refused(
        &people("q=jane&domain=nowhere"),
        FINDER,
        404,
        "unknown_domain",
        Some(("query", "domain")),
    )
    .await;
    refused(
        &people("q=jane&cursor=AAAA"),
        FINDER,
        400,
        "bad_cursor",
        Some(("query", "cursor")),
    )
    .await;
    let id = Some(("path", "id"));
    for bad in [
        "%ff",
        "staff",
        "staff:%00",
        "staff:a%2F..%2Fb",
        "staff:*)(uid=*",
        "%2e%2e",
    ] {
        refused(&format!("/api/v1/people/{bad}"), FINDER, 400, "bad_id", id).await;
        refused(
            &format!("/api/v1/people/{bad}/card"),
            FINDER,
            400,
            "bad_id",
            id,
        )
        .await;
        refused(
            &format!("/api/v1/people/{bad}/photo"),
            FINDER,
            400,
            "bad_id",
            id,
        )
        .await;
        refused(
            &format!("/api/v1/groups/{bad}/members"),
            GROUPS,
            400,
            "bad_id",
            id,
        )
        .await;
    }
    refused("/api/v1/people/staff:404", FINDER, 404, "not_found", id).await;
    refused(
        "/api/v1/people/nowhere:1",
        FINDER,
        404,
        "unknown_domain",
        id,
    )
    .await;
    refused(
        "/api/v1/people/local:7/card",
        FINDER,
        404,
        "not_in_a_directory",
        id,
    )
    .await;
    refused("/api/v1/people/", FINDER, 404, "no_such_path", None).await;
    let browse = |rest: &str| format!("/api/v1/browse?domain=staff&{rest}");
    for (path, token, name) in [
        ("/api/v1/browse?domain=staff&size=101", PAGER, "size"),
        ("/api/v1/people/staff:1/groups?limit=21", GROUPS, "limit"),
        ("/api/v1/groups/staff:1/members?limit=21", GROUPS, "limit"),
    ] {
        let at = Some(("query", name));
        refused(path, token, 400, "out_of_bounds", at).await;
    }
    let cursor = Some(("query", "cursor"));
    refused(&browse("cursor=forged"), PAGER, 400, "bad_cursor", cursor).await;
    refused(
        &browse("cursor=other"),
        PAGER,
        400,
        "cursor_of_another_list",
        cursor,
    )
    .await;
    refused(&browse("cursor=old"), PAGER, 400, "cursor_expired", cursor).await;
    refused(
        &browse("cursor=a&seek=b"),
        PAGER,
        400,
        "unusable_question",
        Some(("query", "seek")),
    )
    .await;
    refused(
        &browse("under=dc%3Delsewhere"),
        PAGER,
        404,
        "outside_view",
        Some(("query", "under")),
    )
    .await;
    refused(
        &browse("under=)(uid%3D*"),
        PAGER,
        400,
        "unusable_question",
        Some(("query", "under")),
    )
    .await;
    refused(
        &browse("kinds=people,robots"),
        PAGER,
        400,
        "unusable_question",
        Some(("query", "kinds")),
    )
    .await;
    refused(
        &browse("view=flat&under=ou%3Da"),
        PAGER,
        400,
        "unusable_question",
        Some(("query", "under")),
    )
    .await;
    refused(
        "/api/v1/browse?domain=partners",
        PAGER,
        404,
        "switched_off",
        None,
    )
    .await;
    refused(
        "/api/v1/browse?view=flat",
        PAGER,
        400,
        "unusable_question",
        Some(("query", "domain")),
    )
    .await;
    refused(
        "/api/v1/address-books/none?q=jan",
        FINDER,
        404,
        "unknown_address_book",
        Some(("path", "name")),
    )
    .await;
    refused(
        "/api/v1/address-books/colleagues?q=j",
        FINDER,
        400,
        "unusable_question",
        q,
    )
    .await;
    refused(
        "/api/v1/address-books/%ff?q=jan",
        FINDER,
        400,
        "bad_encoding",
        Some(("path", "name")),
    )
    .await;
    refused(
        "/api/v1/address-books/colleagues?q=jan&person=me",
        FINDER,
        400,
        "unusable_question",
        Some(("query", "person")),
    )
    .await;
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended() {
    let (app, behind) = app(Limits::default());
    let (mut cursor, mut names, mut pages) = ("start".to_owned(), Vec::new(), 0);
    loop {
        let path = format!("/api/v1/people?q=many&limit=7&cursor={cursor}");
        let (response, body) = send(&app, get(&path, FINDER)).await;
        assert_eq!(response.status(), 200, "{body}");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        for person in body["matches"].as_array().expect("a list") {
            names.push(person["name"].as_str().expect("a name").to_owned());
        }
        // More than the configuration lets anybody see is a gap, and no next page.
        assert_eq!(body["gaps"][0]["code"], "limit");
        pages += 1;
        match body["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!((pages, names.len()), (3, 20));
    assert!(names.is_sorted());
    for asked in questions(&behind) {
        assert!(asked.contains("limit=20"), "{asked}");
    }
    // The same place in another list is none.
    for other in ["q=many&all_domains=true", "q=manyy", "q=many&domain=staff"] {
        let path = format!("/api/v1/people?{other}&cursor={cursor}");
        let (response, body) = send(&app, get(&path, FINDER)).await;
        assert_eq!(response.status(), 400);
        assert!(body.contains("cursor_of_another_list"), "{body}");
    }
    let mut cut = cursor;
    cut.pop();
    let (response, body) = send(
        &app,
        get(&format!("/api/v1/people?q=many&cursor={cut}"), FINDER),
    )
    .await;
    assert_eq!(response.status(), 400);
    assert!(body.contains("bad_cursor"), "{body}");
}

async fn bytes(app: &App, request: Request<Body>) -> (Response<()>, Vec<u8>) {
    let answered = entryway_web::router(app.clone()).oneshot(request).await;
    let (parts, body) = answered.expect("infallible").into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    (Response::from_parts(parts, ()), body.to_vec())
}

fn header<'r>(response: &'r Response<()>, name: &str) -> &'r str {
    let value = response.headers().get(name);
    value.map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_photo_is_a_picture_and_nothing_else() {
    let (app, _) = app(Limits::default());
    let (response, body) = bytes(&app, get("/api/v1/people/staff:1/photo", FINDER)).await;
    assert_eq!((response.status().as_u16(), body.as_slice()), (200, PNG));
    for (name, expected) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "private, max-age=600"),
        ("etag", "\"0000000000001234\""),
        ("vary", "authorization"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
    ] {
        assert_eq!(header(&response, name), expected);
    }
    for (held, status) in [
        ("\"0000000000001234\"", 304),
        ("\"x\", W/\"0000000000001234\"", 304),
        ("*", 304),
        ("\"0000000000001235\"", 200),
        ("", 200),
    ] {
        let mut request = get("/api/v1/people/staff:1/photo", FINDER);
        request
            .headers_mut()
            .insert("if-none-match", held.parse().expect("a header"));
        let (response, body) = bytes(&app, request).await;
        assert_eq!(response.status(), status, "{held}");
        assert_eq!(body.is_empty(), status == 304, "{held}");
        assert_eq!(header(&response, "etag"), "\"0000000000001234\"");
        assert_eq!(header(&response, "cache-control"), "private, max-age=600");
    }
    let (response, body) = bytes(&app, get("/api/v1/people/staff:initials/photo", FINDER)).await;
    assert_eq!(header(&response, "content-type"), "image/svg+xml");
    assert!(String::from_utf8(body).expect("text").contains("JD"));
    let (response, _) = bytes(&app, get("/api/v1/people/staff:none/photo", FINDER)).await;
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn only_what_anybody_may_see_needs_no_token() {
    let (app, behind) = app(Limits::default());
    let without = |path: &str| Request::get(path).body(Body::empty()).expect("a request");
    let (response, body) = bytes(&app, without("/api/v1/people/partners:1/photo")).await;
    assert_eq!((response.status().as_u16(), body.as_slice()), (200, PNG));
    assert_eq!(header(&response, "cache-control"), "public, max-age=600");
    assert_eq!(questions(&behind), ["photo Public"]);
    for path in [
        "/api/v1/people/staff:1/photo",
        "/api/v1/people/nowhere:1/photo",
        "/api/v1/people/x/photo",
        // Made of a DN it can be guessed.
        "/api/v1/people/partners:dn:uid=jane,ou=people/photo",
        "/api/v1/people/partners:1/card",
        "/api/v1/people/partners:1",
    ] {
        let (response, _) = bytes(&app, without(path)).await;
        assert_eq!(response.status(), 401, "{path}");
        assert_eq!(
            header(&response, "www-authenticate"),
            "Bearer realm=\"entryway\""
        );
    }
    // None of these was asked for.
    assert_eq!(questions(&behind).len(), 1);
    // Nobody, and somebody without a photo: the same to whoever shows none.
    let mut answers = Vec::new();
    for path in [
        "/api/v1/people/partners:404/photo",
        "/api/v1/people/partners:none/photo",
        "/api/v1/people/partners:initials/photo",
    ] {
        let (response, body) = bytes(&app, without(path)).await;
        assert_eq!(response.status(), 404, "{path}");
        answers.push((response.headers().clone(), body));
    }
    assert!(
        answers.windows(2).all(|two| two[0] == two[1]),
        "{answers:?}"
    );
    // Where there is no answer they learn neither of which domain nor why.
    let (response, body) = bytes(&app, without("/api/v1/people/partners:503/photo")).await;
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(
        (response.status().as_u16(), &body["code"]),
        (503, &json!("no_answer"))
    );
    assert_eq!(header(&response, "retry-after"), "5");
    let told = body.to_string();
    assert!(
        !told.contains("partners") && !told.contains("server"),
        "{told}"
    );
    // Whoever shows a token must show one that holds.
    for (token, status) in [("guess", 401), (PLAIN, 403)] {
        let (response, _) = bytes(&app, get("/api/v1/people/partners:1/photo", token)).await;
        assert_eq!(response.status(), status);
    }
    assert_eq!(questions(&behind).len(), 5);
}

#[tokio::test]
async fn a_card_comes_in_the_form_that_is_accepted() {
    let (app, _) = app(Limits::default());
    let of = |accept: &'static str, path: &str| {
        let mut request = get(path, FINDER);
        request
            .headers_mut()
            .insert("accept", accept.parse().expect("a header"));
        request
    };
    let (response, body) = send(&app, of("*/*", "/api/v1/people/staff:1/card")).await;
    assert_eq!(header(&response, "content-type"), "application/json");
    assert_eq!(header(&response, "vary"), "accept");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        body["fields"],
        json!({ "title": "her title", "telephone": "her telephone" })
    );
    let (_, body) = send(
        &app,
        of("application/json", "/api/v1/people/staff:1/card?set=public"),
    )
    .await;
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["fields"], json!({ "title": "her title" }));
    let (response, body) = send(&app, of("text/vcard", "/api/v1/people/staff:1/card")).await;
    assert_eq!(
        header(&response, "content-type"),
        "text/vcard; charset=utf-8"
    );
    assert!(body.starts_with("BEGIN:VCARD\r\nVERSION:4.0\r\n"), "{body}");
    // Nobody knows by which address others reach it, unless the configuration says so.
    assert!(!body.contains("PHOTO"), "{body}");
    let reached_at = "https://login.corp.example/entryway";
    let (app_elsewhere, _) = app_at(Limits::default(), Some(reached_at));
    let path = "/api/v1/people/staff:1/card";
    let (_, body) = send(&app_elsewhere, of("text/vcard", path)).await;
    let photo = "\r\nPHOTO:https://login.corp.example/entryway/api/v1/people/staff:1/photo\r\n";
    assert!(body.contains(photo), "{body}");
    // Who has a card is sent it once: each form has a tag of its own.
    for (accept, held, status) in [
        ("*/*", "\"0000000000000001-json\"", 304),
        ("*/*", "W/\"0000000000000001-json\"", 304),
        ("text/vcard", "\"0000000000000001-vcard\"", 304),
        ("text/vcard", "\"0000000000000001-json\"", 200),
        ("*/*", "\"0000000000000002-json\"", 200),
    ] {
        let mut request = of(accept, "/api/v1/people/staff:1/card");
        let value = held.parse().expect("a header");
        request.headers_mut().insert("if-none-match", value);
        let (response, body) = bytes(&app, request).await;
        assert_eq!(response.status(), status, "{accept} {held}");
        assert_eq!(body.is_empty(), status == 304, "{accept} {held}");
        let form = if accept == "*/*" { "json" } else { "vcard" };
        let tag = format!("\"0000000000000001-{form}\"");
        assert_eq!(header(&response, "etag"), tag);
        assert_eq!(header(&response, "vary"), "accept");
    }
    let (response, body) = send(&app, of("image/png", "/api/v1/people/staff:1/card")).await;
    assert_eq!(response.status(), 406, "{body}");
}

#[tokio::test]
async fn each_look_up_is_told_and_not_what_was_looked_for() {
    let (app, behind) = app(Limits::default());
    for (path, token) in [
        ("/api/v1/people?q=jane", FINDER),
        ("/api/v1/people?q=none", FINDER),
        ("/api/v1/people?q=partial", FINDER),
        ("/api/v1/people?q=j", FINDER),
        ("/api/v1/people?q=down", FINDER),
        ("/api/v1/people/staff:404", FINDER),
        ("/api/v1/people/staff:1/photo", FINDER),
        ("/api/v1/people/staff:1/groups", GROUPS),
        ("/api/v1/browse?domain=staff&cursor=old", PAGER),
    ] {
        send_any(&app, get(path, token)).await;
    }
    // Refused before anybody is asked: no look-up.
    send_any(&app, get("/api/v1/people?q=jane", PLAIN)).await;
    assert_eq!(
        *behind.looked_up.lock(),
        [
            ("people", "complete"),
            ("people", "nothing"),
            ("people", "partial"),
            ("people", "refused"),
            ("people", "unanswered"),
            ("person", "nothing"),
            ("photo", "complete"),
            ("groups_of", "partial"),
            ("browse", "refused"),
        ]
    );
}

async fn send_any(app: &App, request: Request<Body>) {
    bytes(app, request).await;
}
