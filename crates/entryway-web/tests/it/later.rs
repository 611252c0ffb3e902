//! What is asked after a login: whether it still holds, and how it was decided.

use crate::front::{ADMIN, Asked, PLAIN, TOLD, app, post, send};
use entryway_web::Limits;
use serde_json::{Value, json};

const REVALIDATE: &str = "/api/v1/login/revalidate";
const EXPLAIN: &str = "/api/v1/explain";

async fn answered(path: &str, token: &str, body: Value) -> (u16, Value) {
    let (app, _) = app(Limits::default());
    let (response, text) = send(&app, post(path, token, &body)).await;
    let json = serde_json::from_str(&text).expect("JSON");
    (response.status().as_u16(), json)
}

#[tokio::test]
async fn a_login_may_bring_a_device_and_ask_for_groups() {
    let (app, behind) = app(Limits::default());
    for (device, groups, known) in [
        (json!("laptop"), json!(true), Some("staff:1")),
        (json!("forged"), json!(false), None),
        (Value::Null, json!(false), None),
    ] {
        let body =
            json!({ "login_name": "wrong", "password": "x", "device": device, "groups": groups });
        let (response, _) = send(&app, post("/api/v1/login", PLAIN, &body)).await;
        assert_eq!(response.status(), 200, "a device keeps nobody out");
        let expected = Asked {
            caller: PLAIN.to_owned(),
            device: known.map(str::to_owned),
            groups: groups == json!(true),
            password: true,
        };
        assert_eq!(behind.asked.lock().pop(), Some(expected));
    }
}

#[tokio::test]
async fn refused_revalidations_have_one_face() {
    let refused = |token: &'static str| answered(REVALIDATE, PLAIN, json!({ "token": token }));
    let (changed, forged) = (refused("changed").await, refused("forged").await);
    assert_eq!(changed, forged);
    assert_eq!((changed.0, &changed.1["decision"]), (200, &json!("reject")));
    assert_eq!(changed.1.get("reason"), None);
    let (_, told) = answered(REVALIDATE, TOLD, json!({ "token": "changed" })).await;
    assert_eq!(told["reason"], "password_changed");
}

#[tokio::test]
async fn the_last_answer_stands_without_a_session_and_with_the_same_token() {
    let expected = json!({
        "decision": "accept", "grace": true, "until": "1970-01-01T00:00:00Z",
        "id": "0000000000000007", "revalidation": "standing",
    });
    let asked = json!({ "token": "standing", "groups": true });
    assert_eq!(answered(REVALIDATE, PLAIN, asked).await, (200, expected));
    let (_, told) = answered(REVALIDATE, TOLD, json!({ "token": "standing" })).await;
    assert_eq!(told["fault"], "directory_unreachable");
}

#[tokio::test]
async fn an_outage_that_lasts_is_503() {
    let (status, body) = answered(REVALIDATE, PLAIN, json!({ "token": "down" })).await;
    assert_eq!((status, &body["id"]), (503, &json!("0000000000000007")));
    assert_eq!(body.get("fault"), None);
}

#[tokio::test]
async fn revalidating_takes_the_scope_of_logins() {
    assert_eq!(
        answered(REVALIDATE, ADMIN, json!({ "token": "changed" }))
            .await
            .0,
        403
    );
    let (status, body) = answered(REVALIDATE, PLAIN, json!({ "tokn": "hunter2" })).await;
    assert_eq!(status, 400);
    assert!(!body.to_string().contains("hunter2"), "{body}");
}

#[tokio::test]
async fn only_administrators_get_explanations() {
    for token in [PLAIN, TOLD] {
        for body in [
            json!({ "login_name": "jdoe" }),
            json!({ "login": "0000000000000007" }),
        ] {
            assert_eq!(answered(EXPLAIN, token, body).await.0, 403);
        }
    }
}

#[tokio::test]
async fn a_login_is_explained_with_and_without_a_password() {
    let (app, behind) = app(Limits::default());
    for password in [Some("x"), None] {
        let mut body = json!({ "login_name": "jdoe", "groups": true });
        if let Some(password) = password {
            body["password"] = json!(password);
        }
        let (response, text) = send(&app, post(EXPLAIN, ADMIN, &body)).await;
        assert_eq!(
            (response.status().as_u16(), text.as_str()),
            (200, "{\"trace\":[]}")
        );
        let expected = Asked {
            caller: ADMIN.to_owned(),
            device: None,
            groups: true,
            password: password.is_some(),
        };
        assert_eq!(behind.asked.lock().pop(), Some(expected));
    }
}

#[tokio::test]
async fn a_record_is_looked_up_by_its_id() {
    let look = |id: &'static str| answered(EXPLAIN, ADMIN, json!({ "login": id }));
    assert_eq!(
        look("0000000000000007").await,
        (200, json!({ "record": {} }))
    );
    let (status, body) = look("0000000000000008").await;
    assert_eq!(
        (status, &body["detail"]),
        (
            404,
            &json!("no decision on login `0000000000000008` is on record")
        )
    );
    let (status, body) = look("0000000000000009").await;
    assert_eq!(
        (status, &body["detail"]),
        (503, &json!("the store is gone"))
    );
    assert_eq!(look("7").await.0, 400);
}
