//! What must not work.

use super::*;
use serde_json::json;

fn begin(daemon: &Daemon) -> (Browser<'_>, Got) {
    let mut browser = Browser::new(daemon);
    let page = browser.get(&Browser::to("/oidc/authorize", &asking(&[])));
    (browser, page)
}

const RIGHT: [(&str, &str); 3] = [("name", "jdoe"), ("password", "right"), ("action", "login")];

#[test]
fn a_form_that_another_browser_was_given_logs_nobody_in() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (_, prepared) = begin(&daemon);
    let (mut victim, _) = begin(&daemon);
    let refused = victim.submit(&prepared, &RIGHT);
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("Please start again"));
    assert!(!victim.cookies.contains_key("__Host-entryway-session"));
    // Without any cookie it is the same.
    let refused = Browser::new(&daemon).submit(&prepared, &RIGHT);
    assert_eq!(refused.status, 400);
    // A form that was altered is none.
    let (mut browser, page) = begin(&daemon);
    let flow = page.field("flow").expect("a form");
    let mut altered = flow.clone();
    altered.replace_range(40..41, if &flow[40..41] == "A" { "B" } else { "A" });
    let refused = browser.post("/sso/step", &[("flow", &altered), RIGHT[0], RIGHT[1]]);
    assert_eq!(refused.status, 400);
    let jdoe = "uid=jdoe,ou=people,dc=corp,dc=example";
    assert_eq!(world.directory.counters().binds_of(jdoe), 0);
}

#[test]
fn another_site_sends_no_form_of_ours() {
    let world = world();
    let daemon = Daemon::start(&world);
    for header in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let (mut browser, page) = begin(&daemon);
        browser.headers = vec![(header.0, header.1.to_owned())];
        assert_eq!(browser.submit(&page, &RIGHT).status, 400, "{header:?}");
    }
    let (mut browser, page) = begin(&daemon);
    browser.headers = vec![("origin", ISSUER.to_owned())];
    assert_eq!(browser.submit(&page, &RIGHT).status, 303);
}

/// Session fixation: whatever a browser brings, the login gives it a cookie that nobody knew before.
#[test]
fn a_login_gives_a_new_cookie_and_the_old_one_opens_nothing() {
    let world = world();
    let daemon = Daemon::start(&world);
    let (mut browser, page) = begin(&daemon);
    browser
        .cookies
        .insert("__Host-entryway-session".into(), "ews_planted".into());
    browser.submit(&page, &RIGHT);
    let first = browser.cookies["__Host-entryway-session"].clone();
    assert_ne!(first, "ews_planted");
    let asked = asking(&[("prompt", "login")]);
    log_in(&mut browser, &asked, "jdoe", "right");
    assert_ne!(browser.cookies["__Host-entryway-session"], first);
    let mut thief = Browser::new(&daemon);
    thief
        .cookies
        .insert("__Host-entryway-session".into(), first);
    let silent = asking(&[("prompt", "none")]);
    let refused = thief.get(&Browser::to("/oidc/authorize", &silent));
    assert_eq!(refused.sent("error").as_deref(), Some("login_required"));
}

#[test]
fn nobody_is_sent_where_the_client_did_not_say() {
    let world = world();
    let daemon = Daemon::start(&world);
    for place in [
        "https://evil.example/",
        "https://app.corp.example/callback/",
        "https://app.corp.example/callback?x=1",
        "https://app.corp.example/callback#x",
        "https://app.corp.example:443/callback",
        "https://app.corp.example@evil.example/callback",
        "http://app.corp.example/callback",
        "https://APP.corp.example/callback",
        "https://app.corp.example/../callback",
        "//evil.example",
        "javascript:alert(1)",
    ] {
        let asked = asking(&[("redirect_uri", place)]);
        let got = Browser::new(&daemon).get(&Browser::to("/oidc/authorize", &asked));
        assert_eq!((got.status, got.location()), (400, None), "{place}");
        let bye = [("client_id", "app"), ("post_logout_redirect_uri", place)];
        let got = Browser::new(&daemon).get(&Browser::to("/oidc/logout", &bye));
        assert_eq!((got.status, got.location()), (400, None), "{place}");
    }
}

#[test]
fn a_code_is_good_once_for_its_client_and_with_its_verifier() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let first = code(&mut browser, &[]);
    let tokens = redeem(&daemon, &first).json();
    assert_eq!(userinfo(&daemon, &tokens).status, 200);
    let replayed = redeem(&daemon, &first);
    assert_eq!(
        (replayed.status, &replayed.json()["error"]),
        (400, &json!("invalid_grant"))
    );
    // RFC 6749 §10.5: what came of it ends.
    assert_eq!(userinfo(&daemon, &tokens).status, 401);
    assert_eq!(refresh(&daemon, &tokens["refresh_token"]).status, 400);

    let try_it = |client: &str, changed: &[(&str, &str)]| {
        let mut browser = Browser::new(&daemon);
        let code = code(&mut browser, &[]);
        let mut sent = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changed {
            sent.retain(|(other, _)| other != name);
            if !value.is_empty() {
                sent.push((name, value));
            }
        }
        Browser::new(&daemon)
            .client("/oidc/token", client, &sent)
            .status
    };
    assert_eq!(try_it("app", &[]), 200);
    assert_eq!(try_it("other", &[]), 400);
    assert_eq!(try_it("app", &[("code_verifier", "")]), 400);
    let wrong = "x".repeat(43);
    assert_eq!(try_it("app", &[("code_verifier", &wrong)]), 400);
    assert_eq!(try_it("app", &[("redirect_uri", "")]), 400);
    // PKCE is demanded, in its strong form.
    for asked in [
        asking(&[("code_challenge", ""), ("code_challenge_method", "")]),
        asking(&[("code_challenge_method", "plain")]),
    ] {
        let got = Browser::new(&daemon).get(&Browser::to("/oidc/authorize", &asked));
        assert_eq!(got.sent("error").as_deref(), Some("invalid_request"));
    }
}

#[test]
fn a_refresh_token_that_comes_twice_ends_everything() {
    let world = world_with("");
    let settings = std::fs::read_to_string(world.path("entryway.toml")).expect("text");
    world.write(
        "entryway.toml",
        &settings.replace("[sso]\n", "[sso]\nrefresh_grace = \"0s\"\n"),
    );
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut browser, &[])).json();
    let next = refresh(&daemon, &tokens["refresh_token"]).json();
    let reused = refresh(&daemon, &tokens["refresh_token"]);
    assert_eq!(reused.json()["error"], "invalid_grant");
    assert_eq!(refresh(&daemon, &next["refresh_token"]).status, 400);
    assert_eq!(userinfo(&daemon, &next).status, 401);
}

#[test]
fn whoever_is_not_the_client_gets_nothing() {
    let world = world();
    let daemon = Daemon::start(&world);
    let sent = [("grant_type", "client_credentials")];
    let mut wrong = Browser::new(&daemon);
    wrong.headers = vec![("authorization", "Basic YXBwOndyb25n".into())];
    let refused = wrong.post("/oidc/token", &sent);
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (401, &json!("invalid_client"))
    );
    assert!(
        refused
            .headers("www-authenticate")
            .join("")
            .starts_with("Basic ")
    );
    let unknown = Browser::new(&daemon).client("/oidc/token", "nobody", &sent);
    assert_eq!(unknown.body, refused.body);
    let public = [
        ("grant_type", "client_credentials"),
        ("client_id", "native"),
    ];
    let refused = Browser::new(&daemon).post("/oidc/token", &public);
    assert_eq!(refused.json()["error"], "unauthorized_client");
    // A secret in a query stands in every log: it is not read there.
    let place = format!("/oidc/token?client_id=app&client_secret={SECRET}");
    let refused = Browser::new(&daemon).post(&place, &sent);
    assert_eq!(refused.status, 401);
}

/// RFC 9207: an application that knows several providers can tell which one answered, also by an error.
#[test]
fn every_answer_says_who_gives_it() {
    let world = world();
    let daemon = Daemon::start(&world);
    let wrong = [
        ("response_type", "token"),
        ("scope", "unknown"),
        ("prompt", "none login"),
        ("prompt", "none"),
        ("code_challenge", "short"),
        ("id_token_hint", "x"),
        ("request", "x"),
    ];
    for more in wrong {
        let mut browser = Browser::new(&daemon);
        let got = browser.get(&Browser::to("/oidc/authorize", &asking(&[more])));
        assert!(got.sent("error").is_some(), "{more:?}: {got:?}");
        assert_eq!(got.sent("iss").as_deref(), Some(ISSUER), "{more:?}");
        assert_eq!(got.sent("state").as_deref(), Some("a state & more"));
    }
    let (mut browser, page) = begin(&daemon);
    let left = browser.submit(&page, &[("action", "cancel")]);
    assert_eq!(left.sent("iss").as_deref(), Some(ISSUER));
    let by_form = asking(&[("response_mode", "form_post")]);
    let page = log_in(&mut browser, &by_form, "jdoe", "right");
    assert_eq!(page.field("iss").as_deref(), Some(ISSUER));
    let document = browser.get("/.well-known/openid-configuration").json();
    let told = &document["authorization_response_iss_parameter_supported"];
    assert_eq!((&document["issuer"], told), (&json!(ISSUER), &json!(true)));
}

/// What the pages and endpoints write down has no secret in it.
#[test]
fn no_secret_is_logged() {
    let world = world();
    let mut command = world.command(&["serve", "--log-format", "json", "--log", "trace"]);
    command.env("RUST_BACKTRACE", "0");
    let daemon = Daemon::of(command);
    let mut browser = Browser::new(&daemon);
    log_in(&mut browser, &asking(&[]), "jdoe", "a-wrong-password");
    let code = code(&mut browser, &[]);
    let tokens = redeem(&daemon, &code).json();
    refresh(&daemon, &tokens["refresh_token"]);
    let mut secrets = vec![code, "a-wrong-password".to_owned(), SECRET.to_owned()];
    secrets.extend(browser.cookies.values().cloned());
    for name in ["access_token", "refresh_token", "id_token"] {
        secrets.push(tokens[name].as_str().expect("a token").to_owned());
    }
    daemon.signal("TERM");
    let (_, events) = daemon.rest();
    let log = serde_json::to_string(&events).expect("JSON");
    assert!(log.contains("login.decided"));
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret}");
    }
}

/// A form from before somebody logged in does not pass for a login of its own.
#[test]
fn an_old_form_proves_nothing_anew() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let asked = asking(&[("prompt", "login")]);
    let prepared = browser.get(&Browser::to("/oidc/authorize", &asked));
    code(&mut browser, &[]);
    for action in ["continue", "allow", "deny"] {
        let page = browser.submit(&prepared, &[("action", action)]);
        assert_eq!((page.status, page.location()), (200, None), "{action}");
        assert!(page.body.contains("name=\"password\""), "{action}");
    }
    let got = browser.submit(&prepared, &RIGHT);
    assert!(got.sent("code").is_some(), "{got:?}");
}

/// Another site's form brings no cookie: it neither ends a session nor says that it did.
#[test]
fn another_site_signs_nobody_out() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    code(&mut browser, &[]);
    let cookies = std::mem::take(&mut browser.cookies);
    let got = browser.post("/oidc/logout", &[("state", "x")]);
    assert_eq!(
        got.location(),
        Some("https://login.corp.example/oidc/logout?state=x")
    );
    assert!(!got.head.contains("set-cookie"), "{got:?}");
    browser.cookies = cookies;
    let asks = browser.get("/oidc/logout?state=x");
    assert!(asks.body.contains("Do you want to sign out"));
}
