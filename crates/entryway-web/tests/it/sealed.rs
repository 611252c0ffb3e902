//! Passwords that are sealed for a site, over the API.

use crate::front::{ADMIN, PLAIN, TOLD, app, post, send};
use entryway_login::Fault;
use entryway_web::{Challenges, Limits, Sealing, Sends, ToSeal};
use serde_json::{Value, json};
use std::pin::Pin;
use std::time::Instant;

/// Few enough to be asked for in a test.
pub(crate) const PER_MINUTE: u32 = 2;

/// One site, whose connector answers by the name.
pub(crate) struct OneSite;

impl Sealing for OneSite {
    fn sends(&self, login_name: &str, _caller: &str) -> Sends {
        match login_name.split_once('/') {
            Some(("plant-a", _)) => Sends::Sealed,
            Some(("plant-x", _)) => Sends::Nothing,
            _ => Sends::Clear,
        }
    }
    fn is_ready(&self, site: &str) -> bool {
        site == "plant-a"
    }
    fn challenges_per_minute(&self) -> u32 {
        PER_MINUTE
    }
    fn challenge<'a>(
        &'a self,
        login_name: &'a str,
        caller: &'a str,
        _by: Instant,
    ) -> Pin<Box<dyn Future<Output = ToSeal> + Send + 'a>> {
        Box::pin(async move {
            match login_name.strip_prefix("plant-a/") {
                None if login_name.starts_with("plant-x/") => ToSeal::Nobody,
                None => ToSeal::Nothing,
                Some("unreachable") => ToSeal::NotNow(Fault::SiteUnreachable),
                Some(name) => ToSeal::With(Challenges {
                    site: "plant-a".into(),
                    login_name: name.to_owned(),
                    audience: caller.to_owned(),
                    challenges: vec![r#"{"version":1}"#.to_owned()],
                }),
            }
        })
    }
}

async fn asked(token: &str, body: Value) -> (u16, Value) {
    let (app, _) = app(Limits::default());
    let request = post("/api/v1/login/challenge", token, &body);
    let (response, body) = send(&app, request).await;
    let body = serde_json::from_str(&body).expect("JSON");
    (response.status().as_u16(), body)
}

#[tokio::test]
async fn a_caller_learns_whether_to_seal_and_with_what() {
    let (status, body) = asked(PLAIN, json!({ "login_name": "jdoe" })).await;
    assert_eq!((status, body), (200, json!({ "site": null })));
    let (status, body) = asked(PLAIN, json!({ "login_name": "plant-x/jane" })).await;
    let expected = json!({ "site": null, "refused": true });
    assert_eq!((status, body), (200, expected));
    let (status, body) = asked(PLAIN, json!({ "login_name": "plant-a/jane" })).await;
    let expected = json!({
        "site": "plant-a",
        "login_name": "jane",
        "audience": PLAIN,
        "challenges": [{ "version": 1 }],
    });
    assert_eq!((status, body), (200, expected));
}

#[tokio::test]
async fn a_challenge_stands_in_the_answer_as_it_came() {
    let (app, _) = app(Limits::default());
    let asked = json!({ "login_name": "plant-a/jane" });
    let request = post("/api/v1/login/challenge", PLAIN, &asked);
    // Looked at as text: the library reads back more than other readers do.
    let (_, body) = send(&app, request).await;
    assert!(body.contains(r#""challenges":[{"version":1}]"#), "{body}");
}

#[tokio::test]
async fn one_network_asks_for_so_many_challenges_and_for_no_more() {
    let (app, _) = app(Limits::default());
    let ask = async |name: &str, from: Option<&str>| {
        let body = json!({ "login_name": name, "client_address": from });
        send(&app, post("/api/v1/login/challenge", PLAIN, &body)).await
    };
    for _ in 0..PER_MINUTE {
        let (response, _) = ask("plant-a/jane", Some("2001:db8::1")).await;
        assert_eq!(response.status(), 200);
    }
    let (response, body) = ask("plant-a/jane", Some("2001:db8::2")).await;
    assert_eq!(response.status(), 429);
    // Half of the minute for each: the rest of it is less than that by what the test took.
    let wait = response.headers()["retry-after"].to_str().expect("text");
    assert!((1..=30).contains(&wait.parse::<u32>().expect("seconds")));
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["code"], "too_many_challenges");
    assert!(body.get("fault").is_none_or(Value::is_null), "{body}");
    // People of no site ask no connector, others come from elsewhere, and a caller that names nowhere has its token.
    for (name, from) in [
        ("jdoe", Some("2001:db8::2")),
        ("plant-a/jane", Some("2001:db8:0:1::1")),
        ("plant-a/jane", None),
    ] {
        for _ in 0..PER_MINUTE {
            let (response, _) = ask(name, from).await;
            assert_eq!(response.status(), 200, "{name} {from:?}");
        }
    }
}

#[tokio::test]
async fn a_site_that_is_away_is_no_refusal() {
    let unreachable = json!({ "login_name": "plant-a/unreachable" });
    let (status, body) = asked(TOLD, unreachable.clone()).await;
    assert_eq!((status, &body["fault"]), (503, &json!("site_unreachable")));
    let (status, body) = asked(PLAIN, unreachable).await;
    assert_eq!((status, &body["fault"]), (503, &Value::Null));
}

#[tokio::test]
async fn only_who_may_log_people_in_may_ask() {
    let (status, _) = asked(ADMIN, json!({ "login_name": "plant-a/jane" })).await;
    assert_eq!(status, 403);
    let (status, _) = asked(PLAIN, json!({ "name": "plant-a/jane" })).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_sealed_password_stands_in_the_place_of_a_clear_one() {
    let sealed = |connector: &str| json!({ "connector": connector, "key_id": "k", "nonce": "n", "enc": "e", "ciphertext": "c" });
    for (body, expected) in [
        (json!({ "sealed": [sealed("a")] }), 200),
        (json!({ "sealed": [sealed("a"), sealed("b")] }), 200),
        (json!({ "sealed": [sealed("a"), sealed("a")] }), 400),
        (json!({ "sealed": [] }), 400),
        (json!({ "sealed": [sealed("a")], "password": "clear" }), 400),
        (json!({}), 400),
        (json!({ "sealed": [{ "connector": "a" }] }), 400),
    ] {
        let (app, behind) = app(Limits::default());
        let mut request = body.clone();
        request["login_name"] = json!("wrong");
        let (response, _) = send(&app, post("/api/v1/login", PLAIN, &request)).await;
        assert_eq!(response.status().as_u16(), expected, "{body}");
        let asked = behind.asked.lock().len();
        assert_eq!(asked, usize::from(expected == 200), "{body}");
    }
}
