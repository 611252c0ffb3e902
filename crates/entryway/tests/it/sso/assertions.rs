//! Applications that sign in place of sending a secret, and whoever pretends to.

use super::keys::{Key, signed_with_the_public_key, unsigned, with_claims};
use super::*;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const TOKEN_ENDPOINT: &str = "https://login.corp.example/oidc/token";

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs()
}

/// With an application `signs` that has these keys.
fn world_of(keys: &[&Key]) -> World {
    let world = world_with(
        "[client.signs]\nkeys = \"signs.jwks.json\"\ngrants = [\"client_credentials\"]\nown_scopes = [\"reports\"]\n\
         [client.another]\nkeys = \"signs.jwks.json\"\ngrants = [\"client_credentials\"]\nown_scopes = [\"reports\"]\n",
    );
    let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
    world.write("signs.jwks.json", &json!({ "keys": keys }).to_string());
    world
}

fn claims(id: &str) -> Value {
    json!({ "iss": "signs", "sub": "signs", "aud": TOKEN_ENDPOINT, "jti": id, "iat": now(), "exp": now() + 60 })
}

fn ask(daemon: &Daemon, assertion: &str) -> Got {
    let sent = [
        ("grant_type", "client_credentials"),
        ("scope", "reports"),
        ("client_assertion_type", BEARER),
        ("client_assertion", assertion),
    ];
    Browser::new(daemon).post("/oidc/token", &sent)
}

fn is_refused(daemon: &Daemon, what: &str, assertion: &str) {
    let refused = ask(daemon, assertion);
    let told = (refused.status, refused.json()["error"].clone());
    assert_eq!(told, (401, json!("invalid_client")), "{what}: {refused:?}");
}

#[test]
fn an_application_signs_with_each_kind_of_key_and_each_assertion_counts_once() {
    let keys = [Key::p256(), Key::rsa(), Key::ed25519()];
    let world = world_of(&keys.each_ref());
    let daemon = Daemon::start(&world);
    for key in &keys {
        let assertion = key.sign(&claims(key.algorithm()));
        let tokens = ask(&daemon, &assertion);
        assert_eq!(tokens.status, 200, "{}: {tokens:?}", key.algorithm());
        assert_eq!(tokens.json()["scope"], "reports");
        is_refused(&daemon, "the same once more", &assertion);
    }
    let newer = json!({ "alg": "Ed25519", "kid": "EdDSA" });
    let assertion = keys[2].sign_as(&newer, &claims("by the name of RFC 9864"));
    assert_eq!(ask(&daemon, &assertion).status, 200);
    // What counted once does so after a restart too.
    let before = keys[0].sign(&claims("before"));
    assert_eq!(ask(&daemon, &before).status, 200);
    daemon.kill();
    is_refused(&Daemon::start(&world), "after a restart", &before);
}

#[test]
fn an_assertion_that_is_over_or_not_yet_good_or_for_somebody_else_is_refused() {
    let key = Key::ed25519();
    let world = world_of(&[&key]);
    let daemon = Daemon::start(&world);
    let changed = |name: &str, value: Value| {
        let mut claims = claims(name);
        claims[name] = value;
        key.sign(&claims)
    };
    for (what, assertion) in [
        ("expired", changed("exp", json!(now() - 600))),
        (
            "for longer than an hour",
            changed("exp", json!(now() + 86_400)),
        ),
        ("made in the future", changed("iat", json!(now() + 600))),
        ("good in the future", changed("nbf", json!(now() + 600))),
        (
            "for another server",
            changed("aud", json!("https://other.example/token")),
        ),
        (
            "for two",
            changed("aud", json!([TOKEN_ENDPOINT, "https://other.example/"])),
        ),
        ("of another application", changed("sub", json!("another"))),
        ("by another application", changed("iss", json!("another"))),
        ("without a number of its own", changed("jti", Value::Null)),
    ] {
        is_refused(&daemon, what, &assertion);
    }
    assert_eq!(ask(&daemon, &key.sign(&claims("good"))).status, 200);
}

/// RFC 8725 §2.1: the key decides how it is used, and not the header.
#[test]
fn no_header_makes_a_key_something_else() {
    let (p256, rsa, ed25519) = (Key::p256(), Key::rsa(), Key::ed25519());
    let world = world_of(&[&p256, &rsa]);
    let daemon = Daemon::start(&world);
    let claims = claims("forged");
    for algorithm in ["none", "None", "NONE", ""] {
        is_refused(&daemon, algorithm, &unsigned(algorithm, &claims));
    }
    for key in [&p256, &rsa] {
        let forged = signed_with_the_public_key(&key.jwk(), &claims);
        is_refused(&daemon, "a public key as a secret", &forged);
    }
    is_refused(&daemon, "a key of nobody's", &ed25519.sign(&claims));
    is_refused(
        &daemon,
        "another's key of the same kind",
        &Key::p256().sign(&claims),
    );
    let named = json!({ "alg": "Ed25519", "kid": "ES256" });
    is_refused(&daemon, "another's name", &p256.sign_as(&named, &claims));
    let named = json!({ "alg": "RS256", "kid": "ES256" });
    is_refused(
        &daemon,
        "by another algorithm than the key's",
        &rsa.sign_as(&named, &claims),
    );
    let brought = json!({ "alg": "EdDSA", "jwk": ed25519.jwk() });
    is_refused(
        &daemon,
        "a key that it brings along",
        &ed25519.sign_as(&brought, &claims),
    );
    let critical = json!({ "alg": "ES256", "kid": "ES256", "crit": ["x"], "x": 1 });
    is_refused(
        &daemon,
        "what must be understood",
        &p256.sign_as(&critical, &claims),
    );
    let signed = p256.sign(&claims);
    let mut later = claims.clone();
    later["exp"] = json!(now() + 120);
    is_refused(&daemon, "altered", &with_claims(&signed, &later));
    // None of these has used it up.
    assert_eq!(ask(&daemon, &signed).status, 200);
}

/// The same of ID tokens that come back: whoever makes one neither learns of a session nor ends it.
#[test]
fn no_hint_is_believed_that_is_not_ours() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut browser = Browser::new(&daemon);
    let tokens = redeem(&daemon, &code(&mut browser, &[])).json();
    let hint = tokens["id_token"].as_str().expect("a token");
    let mut claims = flow::claims(&tokens["id_token"]);
    let keys = Browser::new(&daemon).get("/oidc/jwks").json();
    let published = keys["keys"].as_array().expect("keys");
    let mut forged = vec![
        unsigned("none", &claims),
        Key::p256().sign(&claims),
        Key::ed25519().sign(&claims),
    ];
    for key in published {
        forged.push(signed_with_the_public_key(key, &claims));
        let header = json!({ "alg": key["alg"], "kid": key["kid"] });
        forged.push(Key::p256().sign_as(&header, &claims));
    }
    claims["sub"] = json!("staff:somebody-else");
    forged.push(with_claims(hint, &claims));
    for forged in &forged {
        let asked = asking(&[("prompt", "none"), ("id_token_hint", forged)]);
        let got = browser.get(&Browser::to("/oidc/authorize", &asked));
        assert_eq!(got.sent("code"), None, "{forged}");
        let got = browser.get(&Browser::to("/oidc/logout", &[("id_token_hint", forged)]));
        assert!(!got.head.contains("Max-Age=0"), "{forged}: {got:?}");
    }
    let asked = asking(&[("prompt", "none"), ("id_token_hint", hint)]);
    let got = browser.get(&Browser::to("/oidc/authorize", &asked));
    assert!(got.sent("code").is_some(), "{got:?}");
}
