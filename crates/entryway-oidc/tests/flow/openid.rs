//! The authorization endpoint of OpenID Connect Core: who is asked what.

use super::*;

/// What becomes of the request when the browser has this session.
fn with_session(session: Option<BrowserSession>, name: &str, value: &str) -> (Run, Authorized) {
    let mut run = app();
    run.world.browser = None;
    if let Some(session) = session {
        run.world.log_in(session);
    }
    let authorized = run.authorize(&asking_with("app", name, value));
    (run, authorized)
}

fn check_with(session: Option<BrowserSession>, name: &str, value: &str, expected: &str) {
    let (_, authorized) = with_session(session, name, value);
    assert_eq!(outcome(&authorized), expected, "{name}={value}");
}

fn pending_of(authorized: Authorized) -> Pending {
    match authorized {
        Authorized::Interact(interaction) => interaction.pending,
        other => panic!("no page: {}", outcome(&other)),
    }
}

/// The same person proves again who they are.
fn again(name: &str, mark: &str) -> BrowserSession {
    BrowserSession {
        login: LoginMark(mark.into()),
        authenticated_at: NOW,
        ..session(name)
    }
}

fn hint(sub: &str, change: impl FnOnce(&mut serde_json::Value)) -> String {
    let mut claims = json!({ "iss": ISSUER, "sub": sub, "aud": "app", "exp": NOW.0 - 9000, "iat": NOW.0 - 9300 });
    change(&mut claims);
    forge(
        &json!({ "alg": "ES256", "kid": "es", "typ": "JWT" }),
        &claims,
        &KeyRing::keys()[0],
    )
}

#[test]
fn core_3_1_2_3_the_person_is_asked_to_log_in_if_they_are_not() {
    check_with(None, "prompt", "", "page Login");
    check_with(Some(session("jane")), "prompt", "", "code");
}

#[test]
fn core_3_1_2_1_prompt_none_must_not_display_any_page() {
    check_with(None, "prompt", "none", "sent login_required");
    check_with(Some(session("jane")), "prompt", "none", "code");
    let must_change = BrowserSession {
        must_change_password: true,
        ..session("jane")
    };
    check_with(
        Some(must_change.clone()),
        "prompt",
        "none",
        "sent interaction_required",
    );
    check_with(Some(must_change), "prompt", "", "page ChangePassword");
}

#[test]
fn core_3_1_2_1_none_with_another_value_is_an_error() {
    check("prompt", "none login", "sent invalid_request");
    check("prompt", "consent none", "sent invalid_request");
    check("prompt", "none none", "code");
    check("prompt", "later", "sent invalid_request");
    check("prompt", "login  consent", "sent invalid_request");
}

#[test]
fn core_3_1_2_1_prompt_login_should_reauthenticate_even_if_the_person_is_logged_in() {
    let (mut run, authorized) = with_session(Some(session("jane")), "prompt", "login");
    assert_eq!(outcome(&authorized), "page Reauthenticate");
    let pending = pending_of(authorized);
    // Coming back without having done it changes nothing.
    let authorized = run.go_on(pending);
    assert_eq!(outcome(&authorized), "page Reauthenticate");
    run.world.log_in(again("jane", "second"));
    assert_eq!(outcome(&run.go_on(pending_of(authorized))), "code");
}

#[test]
fn core_3_1_2_1_a_login_for_this_request_satisfies_prompt_login() {
    let (mut run, authorized) = with_session(None, "prompt", "login");
    assert_eq!(outcome(&authorized), "page Login");
    run.world.log_in(again("jane", "first"));
    assert_eq!(outcome(&run.go_on(pending_of(authorized))), "code");
}

#[test]
fn core_3_1_2_1_older_than_max_age_must_be_reauthenticated() {
    check("max_age", "600", "code");
    check("max_age", "599", "page Reauthenticate");
    check("max_age", "18446744073709551615", "code");
    for malformed in ["-1", "x", "1.5", "+1", "18446744073709551616"] {
        check("max_age", malformed, "sent invalid_request");
    }
    let mut run = app();
    let mut pairs = asking_with("app", "max_age", "599");
    pairs.push(("prompt", "none"));
    assert_eq!(outcome(&run.authorize(&pairs)), "sent login_required");
}

#[test]
fn core_3_1_2_1_max_age_0_is_as_prompt_login_and_ends_with_a_login() {
    let now = again("jane", "first");
    let (mut run, authorized) = with_session(Some(now), "max_age", "0");
    assert_eq!(outcome(&authorized), "page Reauthenticate");
    run.world.log_in(again("jane", "second"));
    run.now = later(30);
    assert_eq!(outcome(&run.go_on(pending_of(authorized))), "code");
}

#[test]
fn core_2_auth_time_is_when_the_person_logged_in_and_not_when_the_token_was_made() {
    let mut settings = confidential("app");
    settings.default_max_age = Some(Duration::from_secs(599));
    let mut run = run(vec![settings]);
    assert_eq!(
        outcome(&run.authorize(&asking("app"))),
        "page Reauthenticate"
    );
    let tokens = app().tokens();
    let (_, claims) = header_and_claims(tokens.id_token.unwrap().expose());
    assert_eq!(claims["auth_time"], json!(NOW.0 - 600));
    assert_eq!(claims["iat"], json!(NOW.0));
}

#[test]
fn core_3_1_2_1_select_account_should_prompt_and_otherwise_is_account_selection_required() {
    let (mut run, authorized) = with_session(Some(session("jane")), "prompt", "select_account");
    assert_eq!(outcome(&authorized), "page SelectAccount");
    let mut pending = pending_of(authorized);
    let mut other = run.go_on(pending.clone());
    assert_eq!(outcome(&other), "page SelectAccount");
    pending.progress.selected = true;
    assert_eq!(outcome(&run.go_on(pending)), "code");
    run.world.log_in(again("john", "other"));
    other = run.go_on(pending_of(other));
    assert_eq!(outcome(&other), "code");
}

#[test]
fn core_3_1_2_1_id_token_hint_names_who_is_expected() {
    check("id_token_hint", &hint("staff:jane-id", |_| ()), "code");
    check(
        "id_token_hint",
        &hint("staff:john-id", |_| ()),
        "page Login",
    );
    let john = hint("staff:john-id", |_| ());
    let mut run = app();
    let mut pairs = asking_with("app", "id_token_hint", &john);
    let authorized = run.authorize(&pairs);
    // Somebody else logs in than is expected.
    run.world.log_in(again("mary", "other"));
    assert_eq!(
        outcome(&run.go_on(pending_of(authorized))),
        "sent login_required"
    );
    pairs.push(("prompt", "none"));
    assert_eq!(outcome(&run.authorize(&pairs)), "sent login_required");
}

#[test]
fn core_3_1_2_1_a_hint_that_is_no_id_token_of_ours_is_refused() {
    let claims = json!({ "iss": ISSUER, "sub": "staff:jane-id", "aud": "app" });
    let header = json!({ "alg": "ES256", "kid": "es" });
    let foreign = private_key("es", Algorithm::Es256, 9);
    let rsa = &KeyRing::keys()[1];
    for (what, hint) in [
        ("nothing", "x".to_owned()),
        (
            "another issuer",
            hint("staff:jane-id", |claims| {
                claims["iss"] = json!("https://evil.example")
            }),
        ),
        ("a foreign key", forge(&header, &claims, &foreign)),
        (
            "no signature",
            format!("{}.{}.", b64(r#"{"alg":"none"}"#), b64(claims.to_string())),
        ),
        (
            "alg none",
            forge(
                &json!({ "alg": "none", "kid": "es" }),
                &claims,
                &KeyRing::keys()[0],
            ),
        ),
        (
            "a shared key",
            forge(
                &json!({ "alg": "HS256", "kid": "es" }),
                &claims,
                &KeyRing::keys()[0],
            ),
        ),
        (
            "the key of another algorithm",
            forge(&json!({ "alg": "RS256", "kid": "es" }), &claims, rsa),
        ),
        (
            "an unknown kid",
            forge(
                &json!({ "alg": "ES256", "kid": "no" }),
                &claims,
                &KeyRing::keys()[0],
            ),
        ),
        (
            "no kid where there are many",
            forge(&json!({ "alg": "ES256" }), &claims, &KeyRing::keys()[0]),
        ),
        (
            "crit",
            forge(
                &json!({ "alg": "ES256", "kid": "es", "crit": ["b64"] }),
                &claims,
                &KeyRing::keys()[0],
            ),
        ),
        (
            "a logout token",
            forge(
                &json!({ "alg": "ES256", "kid": "es", "typ": "logout+jwt" }),
                &claims,
                &KeyRing::keys()[0],
            ),
        ),
    ] {
        let answer = answered(app().authorize(&asking_with("app", "id_token_hint", &hint)));
        assert_eq!(answer.problem, Some(Problem::Hint), "{what}");
    }
}

#[test]
fn core_3_1_2_1_a_hint_of_an_old_key_that_is_still_published_holds() {
    let claims = json!({ "iss": ISSUER, "sub": "staff:jane-id", "aud": ["app", "other"] });
    let hint = forge(
        &json!({ "alg": "ES256", "kid": "old" }),
        &claims,
        &KeyRing::keys()[3],
    );
    check("id_token_hint", &hint, "code");
}

#[test]
fn core_3_1_2_6_request_objects_and_registration_are_refused_with_their_own_codes() {
    check("request", "x", "sent request_not_supported");
    check(
        "request_uri",
        "https://app.example.org/r",
        "sent request_uri_not_supported",
    );
    check("registration", "{}", "sent registration_not_supported");
}

#[test]
fn core_3_1_2_1_login_hint_and_locales_reach_the_page() {
    let mut run = app();
    run.world.browser = None;
    let mut pairs = asking("app");
    pairs.extend([
        ("login_hint", "jane@example.org"),
        ("ui_locales", "de-CH de en"),
        ("acr_values", "x y"),
        ("display", "popup"),
    ]);
    let Authorized::Interact(interaction) = run.authorize(&pairs) else {
        panic!("no page");
    };
    assert_eq!(
        interaction.request.login_hint.as_deref(),
        Some("jane@example.org")
    );
    assert_eq!(interaction.request.ui_locales, ["de-CH", "de", "en"]);
    assert_eq!(interaction.request.acr_values, ["x", "y"]);
    check("login_hint", "a\nb", "sent invalid_request");
    check("login_hint", &"x".repeat(1025), "sent invalid_request");
}

#[test]
fn core_5_5_1_1_an_acr_that_was_wished_for_is_answered_with_the_one_that_is_true() {
    let mut run = app();
    let code = run.code(&asking_with("app", "acr_values", "urn:example:hardware"));
    let tokens = ok(run.redeem(&code));
    let (_, claims) = header_and_claims(tokens.id_token.unwrap().expose());
    assert_eq!(
        (&claims["acr"], &claims["amr"]),
        (&json!(ACR_PASSWORD), &json!(["pwd"]))
    );
}

#[test]
fn core_3_1_2_6_whoever_goes_back_without_logging_in_denies() {
    let (mut run, authorized) = with_session(None, "prompt", "");
    let mut pending = pending_of(authorized);
    pending.progress.cancelled = true;
    assert_eq!(outcome(&run.go_on(pending)), "sent access_denied");
}
