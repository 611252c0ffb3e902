//! Single sign-on as browsers and applications see it.

mod administrator;
mod api;
mod assertions;
mod attacks;
mod backchannel;
mod browser;
mod certificates;
pub(crate) mod clock;
mod flow;
mod forward;
mod keys;
mod limits;
mod pages;
mod people;
mod sealed;
mod sites;

use crate::daemon::Daemon;
use crate::world::World;
use browser::{Browser, Got};
use serde_json::Value;

const ISSUER: &str = "https://login.corp.example";
const CALLBACK: &str = "https://app.corp.example/callback";
const SECRET: &str = "secret-of-the-application-0123456789";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const SETTINGS: &str = r#"
[sso]
issuer = "https://login.corp.example"

[client.app]
name = "The application"
secret = { file = "app.secret" }
redirect_uris = ["https://app.corp.example/callback"]
post_logout_redirect_uris = ["https://app.corp.example/bye"]
grants = ["authorization_code", "refresh_token", "client_credentials"]
scopes = ["openid", "profile", "email", "groups", "offline_access"]
own_scopes = ["reports"]

[client.other]
name = "<b>Other</b>"
secret = { file = "app.secret" }
redirect_uris = ["https://other.corp.example/"]
consent = true

[client.native]
native = true
redirect_uris = ["http://127.0.0.1/back"]
"#;

/// A directory, and the configuration of single sign-on.
fn world() -> World {
    world_with("")
}

fn world_with(more: &str) -> World {
    let world = World::new();
    world.write("app.secret", SECRET);
    world.configure("5s", &format!("{SETTINGS}{more}"));
    world
}

/// A request of the client `app`.
fn asking<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut asked = vec![
        ("response_type", "code"),
        ("client_id", "app"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile email groups"),
        ("state", "a state & more"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in more {
        asked.retain(|(other, _)| other != name);
        if !value.is_empty() {
            asked.push((name, value));
        }
    }
    asked
}

/// Logs a browser in for a request; what came of it.
fn log_in(browser: &mut Browser<'_>, asked: &[(&str, &str)], name: &str, password: &str) -> Got {
    let page = browser.get(&Browser::to("/oidc/authorize", asked));
    assert_eq!(page.status, 200, "{page:?}");
    browser.submit(
        &page,
        &[("name", name), ("password", password), ("action", "login")],
    )
}

/// A code for `app`, of jdoe.
fn code(browser: &mut Browser<'_>, more: &[(&str, &str)]) -> String {
    let got = log_in(browser, &asking(more), "jdoe", "right");
    got.sent("code").expect("a code")
}

fn redeem(daemon: &Daemon, code: &str) -> Got {
    let sent = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    Browser::new(daemon).client("/oidc/token", "app", &sent)
}

fn refresh(daemon: &Daemon, token: &Value) -> Got {
    let token = token.as_str().expect("a token");
    let sent = [("grant_type", "refresh_token"), ("refresh_token", token)];
    Browser::new(daemon).client("/oidc/token", "app", &sent)
}

fn userinfo(daemon: &Daemon, tokens: &Value) -> Got {
    let token = tokens["access_token"].as_str().expect("a token");
    Browser::new(daemon).bearer("/oidc/userinfo", token)
}
