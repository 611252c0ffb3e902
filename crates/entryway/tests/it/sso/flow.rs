//! The life of a session and its tokens.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

pub(super) fn claims(token: &Value) -> Value {
    let text = token.as_str().expect("a token");
    let middle = text.split('.').nth(1).expect("claims");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(middle).expect("base64")).expect("JSON")
}

#[test]
fn somebody_logs_in_and_out_again_and_tokens_are_refreshed_meanwhile() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let got = log_in(&mut browser, &asking(&[]), "jdoe", "right");
    assert_eq!(got.status, 303);
    assert!(got.location().expect("a place").starts_with(CALLBACK));
    assert_eq!(got.sent("state").as_deref(), Some("a state & more"));
    assert_eq!(got.sent("iss").as_deref(), Some(ISSUER));
    let answer = redeem(&daemon, &got.sent("code").expect("a code"));
    // RFC 6749 §5.1: kept by nobody on the way.
    assert_eq!(answer.headers("cache-control"), ["no-store"]);
    assert_eq!(answer.headers("pragma"), ["no-cache"]);
    let tokens = answer.json();
    let id = claims(&tokens["id_token"]);
    assert_eq!((&id["aud"], &id["nonce"]), (&json!("app"), &json!("n-1")));
    assert_eq!(id["amr"], json!(["pwd"]));
    let told = userinfo(&daemon, &tokens).json();
    assert_eq!(told["sub"], id["sub"]);
    assert_eq!(told["email"], "jane.doe@corp.example");
    assert_eq!(told["groups"], json!([]));

    let next = refresh(&daemon, &tokens["refresh_token"]).json();
    assert_eq!(claims(&next["id_token"])["sub"], id["sub"]);
    let access = next["access_token"].as_str().expect("a token");
    let described = Browser::new(&daemon).client("/oidc/introspect", "app", &[("token", access)]);
    assert_eq!(described.json()["active"], true);

    // The browser that is logged in is asked nothing.
    let again = browser.get(&Browser::to(
        "/oidc/authorize",
        &asking(&[("prompt", "none")]),
    ));
    assert!(again.sent("code").is_some(), "{again:?}");

    let hint = tokens["id_token"].as_str().expect("a token");
    let bye = [
        ("id_token_hint", hint),
        ("post_logout_redirect_uri", "https://app.corp.example/bye"),
        ("state", "s"),
    ];
    let out = browser.get(&Browser::to("/oidc/logout", &bye));
    assert_eq!(out.location(), Some("https://app.corp.example/bye?state=s"));
    assert!(!browser.cookies.contains_key("__Host-entryway-session"));
    // What lived with the session has ended with it.
    assert_eq!(userinfo(&daemon, &next).status, 401);
    let refused = refresh(&daemon, &next["refresh_token"]);
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (400, &json!("invalid_grant"))
    );
    let asked = asking(&[("prompt", "none")]);
    let refused = browser.get(&Browser::to("/oidc/authorize", &asked));
    assert_eq!(refused.sent("error").as_deref(), Some("login_required"));
}

#[test]
fn a_refresh_token_for_later_outlives_the_session() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let code = code(&mut browser, &[("scope", "openid offline_access")]);
    let tokens = redeem(&daemon, &code).json();
    let hint = tokens["id_token"].as_str().expect("a token").to_owned();
    browser.get(&Browser::to("/oidc/logout", &[("id_token_hint", &hint)]));
    let next = refresh(&daemon, &tokens["refresh_token"]);
    assert_eq!(next.status, 200, "{next:?}");
    // Given back by the application, it is worth nothing.
    let next = next.json();
    let token = next["refresh_token"].as_str().expect("a token");
    let given = Browser::new(&daemon).client("/oidc/revoke", "app", &[("token", token)]);
    assert_eq!(given.status, 200);
    assert_eq!(refresh(&daemon, &next["refresh_token"]).status, 400);
}

#[test]
fn sessions_and_keys_outlive_the_process() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let code = code(&mut browser, &[]);
    let tokens = redeem(&daemon, &code).json();
    let keys = Browser::new(&daemon).get("/oidc/jwks").json();
    let cookies = browser.cookies.clone();
    daemon.kill();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    browser.cookies = cookies;
    let again = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    assert!(again.sent("code").is_some(), "{again:?}");
    assert_eq!(userinfo(&daemon, &tokens).status, 200);
    assert_eq!(Browser::new(&daemon).get("/oidc/jwks").json(), keys);
}

#[test]
fn a_client_gets_tokens_for_itself_and_everybody_the_discovery_document() {
    let world = world();
    let daemon = Daemon::start(&world);
    let sent = [("grant_type", "client_credentials"), ("scope", "reports")];
    let own = Browser::new(&daemon)
        .client("/oidc/token", "app", &sent)
        .json();
    assert_eq!(own["scope"], "reports");
    let nobody = userinfo(&daemon, &own);
    assert_eq!(nobody.status, 403);
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ] {
        let document = Browser::new(&daemon).get(path);
        assert_eq!(document.json()["issuer"], ISSUER);
        assert_eq!(document.headers("access-control-allow-origin"), ["*"]);
    }
}

#[test]
fn without_its_table_there_is_no_single_sign_on_and_a_reload_switches_it_on() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    assert_eq!(Browser::new(&daemon).get("/oidc/jwks").status, 404);
    assert_eq!(Browser::new(&daemon).get("/oidc/authorize").status, 404);
    world.write("app.secret", SECRET);
    world.configure("5s", SETTINGS);
    daemon.signal("HUP");
    daemon.event("config.applied");
    let keys = Browser::new(&daemon).get("/oidc/jwks").json();
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(2));
    let mut browser = Browser::new(&daemon);
    assert_eq!(code(&mut browser, &[]).get(..4), Some("ewc_"));
}

#[test]
fn requests_may_come_by_a_form_and_scripts_may_ask_where_no_cookie_counts() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let sent = browser.post("/oidc/authorize", &asking(&[]));
    assert_eq!(sent.status, 303);
    let place = sent.location().expect("a place").to_owned();
    let place = place.strip_prefix(ISSUER).expect("our own address");
    let page = browser.get(place);
    let filled = [("name", "jdoe"), ("password", "right"), ("action", "login")];
    let got = browser.submit(&page, &filled);
    let tokens = redeem(&daemon, &got.sent("code").expect("a code")).json();
    let token = tokens["access_token"].as_str().expect("a token");
    let told = Browser::new(&daemon).post("/oidc/userinfo", &[("access_token", token)]);
    assert_eq!(told.json()["preferred_username"], "jdoe");
    assert_eq!(told.headers("access-control-allow-origin"), ["*"]);
    assert_eq!(told.headers("content-type"), ["application/json"]);
    // In a query it would stand in logs: it is not read there.
    let query = Browser::to("/oidc/userinfo", &[("access_token", token)]);
    let refused = Browser::new(&daemon).get(&query);
    assert_eq!(refused.status, 401);
    assert!(
        refused
            .headers("www-authenticate")
            .join("")
            .starts_with("Bearer ")
    );
    // Where cookies count, scripts of others read nothing.
    assert!(page.headers("access-control-allow-origin").is_empty());
    assert_eq!(page.headers("referrer-policy"), ["same-origin"]);
    let refused = Browser::new(&daemon).post("/oidc/introspect", &[("token", token)]);
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (401, &json!("invalid_client"))
    );
    assert_eq!(Browser::new(&daemon).get("/oidc/token").status, 405);
}

/// What applications learn before anybody logs in, and parameters that change nothing.
#[test]
fn the_document_says_what_there_is_and_optional_parameters_are_no_error() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let document = browser.get("/.well-known/openid-configuration").json();
    for member in [
        "backchannel_logout_supported",
        "backchannel_logout_session_supported",
    ] {
        assert_eq!(document[member], true, "{member}");
    }
    let claims = document["claims_supported"].as_array().expect("claims");
    for claim in ["sub", "name", "email", "groups"] {
        assert!(claims.contains(&json!(claim)), "{claim}");
    }
    for (member, value) in document.as_object().expect("members") {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        assert!(!is_empty, "{member}");
    }
    let keys = browser.get("/oidc/jwks");
    assert_eq!(keys.headers("cache-control"), ["public, max-age=300"]);
    let body = |page: &Got| {
        let (start, rest) = page
            .body
            .split_once("name=\"flow\" value=\"")
            .expect("a form");
        let (_, end) = rest.split_once('"').expect("an end");
        (start.to_owned(), end.to_owned())
    };
    let plain = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    for more in [
        ("display", "page"),
        ("display", "popup"),
        ("claims_locales", "de fr"),
        ("acr_values", "1 2"),
        ("claims", "{\"userinfo\":{\"email\":null}}"),
    ] {
        let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[more])));
        assert_eq!(body(&page), body(&plain), "{more:?}");
    }
    code(&mut browser, &[]);
    let asks = browser.get("/oidc/logout?ui_locales=de&logout_hint=jdoe");
    assert!(asks.body.contains("Do you want to sign out"), "{asks:?}");
}
