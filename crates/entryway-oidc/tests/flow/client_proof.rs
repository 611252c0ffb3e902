//! How clients authenticate.

use super::*;

const TOKEN_ENDPOINT: &str = "https://login.example.org/oidc/token";
const BEARER_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn own_tokens() -> Pairs<'static> {
    vec![("grant_type", "client_credentials")]
}

/// A client that signs with `key`.
fn signing(name: &str, key: &Key) -> ClientSettings {
    let mut settings = confidential(name);
    settings.methods = vec![ClientMethod::PrivateKeyJwt];
    settings.secrets = Vec::new();
    settings.keys = vec![ClientKey {
        kid: Some(key.kid.clone()),
        algorithm: key.algorithm,
        key: key.public(),
    }];
    settings
}

fn es() -> Key {
    private_key("mine", Algorithm::Es256, 1)
}

fn assertion_claims() -> serde_json::Value {
    json!({ "iss": "app", "sub": "app", "aud": ISSUER, "exp": NOW.0 + 60, "iat": NOW.0, "jti": "j-1" })
}

fn asserting(text: &str) -> ClientRequest {
    let mut pairs = own_tokens();
    pairs.extend([
        ("client_assertion_type", BEARER_TYPE),
        ("client_assertion", text),
    ]);
    by_body(&pairs)
}

fn assert_with(change: impl FnOnce(&mut serde_json::Value)) -> Result<TokenAnswer, Refused> {
    let mut claims = assertion_claims();
    change(&mut claims);
    let text = forge(&json!({ "alg": "ES256", "kid": "mine" }), &claims, &es());
    run(vec![signing("app", &es())]).token(asserting(&text))
}

fn check_asserted(what: &str, change: impl FnOnce(&mut serde_json::Value), accepted: bool) {
    match assert_with(change) {
        Ok(_) => assert!(accepted, "{what} is accepted"),
        Err(refused) => {
            assert!(!accepted, "{what} is refused: {refused:?}");
            assert_eq!(refused.problem, Problem::ClientProof, "{what}");
        }
    }
}

#[test]
fn rfc6749_2_3_1_http_basic_must_be_supported_for_clients_with_a_secret() {
    assert!(app().token(by_basic("app", &own_tokens())).is_ok());
    let refused = app().token(ClientRequest {
        authorization: Some(basic("app", "wrong")),
        parameters: parameters(&own_tokens()),
    });
    let refused = refused.err().unwrap();
    assert_eq!(refused.problem.code(), ErrorCode::InvalidClient);
    // RFC 6749 §5.2: such an answer has a challenge.
    assert!(refused.by_header);
}

#[test]
fn rfc6749_2_3_1_both_halves_are_form_encoded_before_they_are_joined() {
    let mut settings = confidential("an app: 1");
    settings.secrets = vec![Fingerprint::of("p%+ä:&=".as_bytes())];
    let header = |text: &str| {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        ClientRequest {
            authorization: Some(Secret::new(format!("basic {encoded}"))),
            parameters: parameters(&own_tokens()),
        }
    };
    let mut run = run(vec![settings]);
    assert!(
        run.token(header("an+app%3A+1:p%25%2B%C3%A4%3A%26%3D"))
            .is_ok()
    );
    for text in ["an+app%3A+1", "an+app%3A+1:", ":", "", "an+app%3A+1:%ff"] {
        assert_eq!(
            problem(run.token(header(text))),
            Problem::ClientProof,
            "{text}"
        );
    }
    for scheme in ["Bearer abc", "Basic", "Basic !!!", "Negotiate YII="] {
        let refused = run.token(ClientRequest {
            authorization: Some(Secret::new(scheme.to_owned())),
            parameters: parameters(&own_tokens()),
        });
        assert_eq!(problem(refused), Problem::ClientProof, "{scheme}");
    }
}

#[test]
fn rfc6749_2_3_1_the_secret_may_be_among_the_parameters() {
    let with_secret = |secret| {
        let mut pairs = own_tokens();
        pairs.extend([("client_id", "app"), ("client_secret", secret)]);
        by_body(&pairs)
    };
    assert!(app().token(with_secret(SECRET)).is_ok());
    let refused = app().token(with_secret("wrong")).err().unwrap();
    assert_eq!(
        (refused.problem, refused.by_header),
        (Problem::ClientProof, false)
    );
}

#[test]
fn rfc6749_2_3_a_client_must_not_use_more_than_one_method_in_a_request() {
    let mut pairs = own_tokens();
    pairs.extend([("client_id", "app"), ("client_secret", SECRET)]);
    assert_eq!(
        problem(app().token(by_basic("app", &pairs))),
        Problem::ManyProofs
    );
    pairs.extend([
        ("client_assertion_type", BEARER_TYPE),
        ("client_assertion", "x"),
    ]);
    assert_eq!(problem(app().token(by_body(&pairs))), Problem::ManyProofs);
    // The id alone is no method, and has to be the same.
    let mut pairs = own_tokens();
    pairs.push(("client_id", "app"));
    assert!(app().token(by_basic("app", &pairs)).is_ok());
    let pairs = with(pairs, "client_id", "other");
    assert_eq!(
        problem(app().token(by_basic("app", &pairs))),
        Problem::ClientProof
    );
}

#[test]
fn rfc6749_3_2_1_confidential_clients_must_authenticate() {
    let mut pairs = own_tokens();
    assert_eq!(
        problem(app().token(by_body(&pairs))),
        Problem::NoClientProof
    );
    pairs.push(("client_id", "app"));
    assert_eq!(problem(app().token(by_body(&pairs))), Problem::ClientProof);
}

#[test]
fn core_9_a_client_uses_the_method_that_is_registered() {
    let mut only_post = confidential("app");
    only_post.methods = vec![ClientMethod::SecretPost];
    let mut run = run(vec![only_post, public("spa")]);
    assert_eq!(
        problem(run.token(by_basic("app", &own_tokens()))),
        Problem::ClientProof
    );
    assert_eq!(
        problem(run.token(by_basic("spa", &own_tokens()))),
        Problem::ClientProof
    );
}

#[test]
fn own_an_unknown_client_is_refused_as_one_with_a_wrong_secret_is() {
    let unknown = app().token(by_basic("nobody", &own_tokens())).err();
    let wrong = app().token(ClientRequest {
        authorization: Some(basic("app", "wrong")),
        parameters: parameters(&own_tokens()),
    });
    assert_eq!(unknown, wrong.err());
}

#[test]
fn own_while_one_secret_replaces_another_both_hold() {
    let mut settings = confidential("app");
    settings.secrets.insert(0, Fingerprint::of(b"the next one"));
    assert!(
        run(vec![settings])
            .token(by_basic("app", &own_tokens()))
            .is_ok()
    );
}

#[test]
fn core_9_private_key_jwt_with_its_required_claims_is_accepted() {
    assert!(assert_with(|_| ()).is_ok());
    for required in ["iss", "sub", "aud", "exp", "jti"] {
        check_asserted(
            required,
            |claims| drop(claims.as_object_mut().unwrap().remove(required)),
            false,
        );
    }
}

#[test]
fn core_9_iss_and_sub_must_be_the_client_id() {
    check_asserted(
        "another iss",
        |claims| claims["iss"] = json!("other"),
        false,
    );
    check_asserted(
        "another sub",
        |claims| claims["sub"] = json!("other"),
        false,
    );
    check_asserted("a list", |claims| claims["sub"] = json!(["app"]), false);
}

#[test]
fn rfc7523_3_the_audience_must_be_us() {
    check_asserted(
        "the endpoint",
        |claims| claims["aud"] = json!(TOKEN_ENDPOINT),
        true,
    );
    check_asserted(
        "a list of us",
        |claims| claims["aud"] = json!([ISSUER, TOKEN_ENDPOINT]),
        true,
    );
    check_asserted(
        "another",
        |claims| claims["aud"] = json!("https://evil.example"),
        false,
    );
    check_asserted(
        "a slash more",
        |claims| claims["aud"] = json!(format!("{ISSUER}/")),
        false,
    );
    check_asserted(
        "us and another",
        |claims| claims["aud"] = json!([ISSUER, "https://evil.example"]),
        false,
    );
    check_asserted("nobody", |claims| claims["aud"] = json!([]), false);
    check_asserted("a number", |claims| claims["aud"] = json!(1), false);
}

#[test]
fn rfc7523_3_an_expired_assertion_must_be_refused() {
    check_asserted(
        "within the skew",
        |claims| claims["exp"] = json!(NOW.0 - 29),
        true,
    );
    check_asserted("past it", |claims| claims["exp"] = json!(NOW.0 - 30), false);
    check_asserted(
        "a fraction",
        |claims| claims["exp"] = json!(NOW.0 as f64 + 0.5),
        true,
    );
    check_asserted(
        "no number",
        |claims| claims["exp"] = json!("tomorrow"),
        false,
    );
    check_asserted("a negative one", |claims| claims["exp"] = json!(-1), false);
    check_asserted(
        "an endless one",
        |claims| claims["exp"] = json!(1e300),
        false,
    );
    check_asserted(
        "a day",
        |claims| claims["exp"] = json!(NOW.0 + 86_400),
        false,
    );
    check_asserted(
        "an hour",
        |claims| claims["exp"] = json!(NOW.0 + 3600),
        true,
    );
}

#[test]
fn rfc7523_3_an_assertion_from_the_future_must_be_refused() {
    check_asserted("nbf", |claims| claims["nbf"] = json!(NOW.0 + 31), false);
    check_asserted(
        "nbf within the skew",
        |claims| claims["nbf"] = json!(NOW.0 + 30),
        true,
    );
    check_asserted("iat", |claims| claims["iat"] = json!(NOW.0 + 31), false);
    check_asserted("no date", |claims| claims["nbf"] = json!("soon"), false);
}

#[test]
fn core_9_a_jti_must_be_used_only_once() {
    let mut run = run(vec![signing("app", &es()), signing("other", &es())]);
    let text = forge(&json!({ "alg": "ES256" }), &assertion_claims(), &es());
    assert!(run.token(asserting(&text)).is_ok());
    assert_eq!(problem(run.token(asserting(&text))), Problem::ClientProof);
    // Another client's is another.
    let mut claims = assertion_claims();
    claims["iss"] = json!("other");
    claims["sub"] = json!("other");
    let text = forge(&json!({ "alg": "ES256" }), &claims, &es());
    assert!(run.token(asserting(&text)).is_ok());
    check_asserted("an empty one", |claims| claims["jti"] = json!(""), false);
    check_asserted(
        "a long one",
        |claims| claims["jti"] = json!("j".repeat(257)),
        false,
    );
}

#[test]
fn rfc8725_3_1_the_algorithm_is_the_one_that_the_key_is_used_with() {
    let claims = assertion_claims();
    let rs = private_key("mine", Algorithm::Rs256, 1);
    let foreign = private_key("mine", Algorithm::Es256, 2);
    for (what, text) in [
        (
            "none",
            forge(&json!({ "alg": "none", "kid": "mine" }), &claims, &es()),
        ),
        (
            "no signature",
            format!("{}.{}.", b64(r#"{"alg":"none"}"#), b64(claims.to_string())),
        ),
        (
            "a shared key",
            forge(&json!({ "alg": "HS256", "kid": "mine" }), &claims, &es()),
        ),
        (
            "another kind",
            forge(&json!({ "alg": "RS256", "kid": "mine" }), &claims, &rs),
        ),
        ("no alg", forge(&json!({ "kid": "mine" }), &claims, &es())),
        (
            "a foreign key",
            forge(&json!({ "alg": "ES256", "kid": "mine" }), &claims, &foreign),
        ),
        (
            "a key of its own",
            forge(
                &json!({ "alg": "ES256", "kid": "mine", "jwk": { "kty": "EC" } }),
                &claims,
                &foreign,
            ),
        ),
        (
            "another kid",
            forge(&json!({ "alg": "ES256", "kid": "yours" }), &claims, &es()),
        ),
        (
            "a kid that is no text",
            forge(&json!({ "alg": "ES256", "kid": 1 }), &claims, &es()),
        ),
        (
            "an ID token's kind",
            forge(&json!({ "alg": "ES256", "typ": "at+jwt" }), &claims, &es()),
        ),
    ] {
        let result = run(vec![signing("app", &es())]).token(asserting(&text));
        assert_eq!(problem(result), Problem::ClientProof, "{what}");
    }
}

#[test]
fn rfc7521_4_2_the_type_of_the_assertion_must_be_said() {
    let text = forge(&json!({ "alg": "ES256" }), &assertion_claims(), &es());
    for kind in [
        None,
        Some("urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
    ] {
        let mut pairs = own_tokens();
        pairs.push(("client_assertion", &text));
        pairs.extend(kind.map(|kind| ("client_assertion_type", kind)));
        let result = run(vec![signing("app", &es())]).token(by_body(&pairs));
        assert_eq!(problem(result), Problem::ClientProof);
    }
}

#[test]
fn own_an_outage_of_the_memory_for_assertions_refuses_nobody_and_lets_nobody_in() {
    let mut run = run(vec![signing("app", &es())]);
    let text = forge(&json!({ "alg": "ES256" }), &assertion_claims(), &es());
    run.world.outage = Outage::Of("TakeAssertion");
    assert_eq!(problem(run.token(asserting(&text))), Problem::Unavailable);
    run.world.outage = Outage::Of("FindClient");
    assert_eq!(problem(run.token(asserting(&text))), Problem::Unavailable);
}
