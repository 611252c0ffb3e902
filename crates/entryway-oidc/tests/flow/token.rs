//! The token endpoint: codes.

use super::*;

/// What becomes of a code that is brought like that.
fn check_code(change: impl FnOnce(&mut Run, Pairs<'_>) -> Problem, expected: Problem) {
    let mut run = app();
    let code = run.code(&asking("app"));
    let problem = change(&mut run, redeeming(&code));
    assert_eq!(problem, expected);
    assert!(run.world.access.is_empty() && run.world.families.is_empty());
}

#[test]
fn rfc6749_5_1_an_answer_has_its_required_members() {
    let body: serde_json::Value = serde_json::from_str(&app().tokens().to_json()).unwrap();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 300);
    assert_eq!(body["scope"], "offline_access openid profile");
    for member in ["access_token", "refresh_token", "id_token"] {
        assert!(body[member].is_string(), "{member}");
    }
    let mut run = app();
    let code = run.code(&asking_with("app", "scope", "team"));
    let body: serde_json::Value = serde_json::from_str(&ok(run.redeem(&code)).to_json()).unwrap();
    assert_eq!(
        body.get("id_token"),
        None,
        "without openid there is no ID token"
    );
}

#[test]
fn rfc6749_5_2_an_error_is_the_code_and_a_description_of_its_characters() {
    let refused = app().redeem("ewc_nothing").err().unwrap();
    let body: serde_json::Value = serde_json::from_str(&refused.to_json()).unwrap();
    assert_eq!(body["error"], "invalid_grant");
    assert!(body["error_description"].is_string());
}

#[test]
fn rfc6749_3_2_parameters_must_not_be_included_more_than_once() {
    let mut run = app();
    let code = run.code(&asking("app"));
    for (name, value) in redeeming(&code) {
        let mut pairs = redeeming(&code);
        pairs.push((name, value));
        assert_eq!(
            problem(run.token(by_basic("app", &pairs))),
            Problem::Repeated,
            "{name}"
        );
    }
    assert!(run.redeem(&code).is_ok(), "the code is still good");
}

#[test]
fn rfc6749_5_2_grant_types_that_are_missing_unknown_or_not_allowed() {
    let refused = |pairs: Pairs<'_>| problem(app().token(by_basic("app", &pairs)));
    assert_eq!(refused(vec![]), Problem::NoGrantType);
    for other in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        assert_eq!(
            refused(vec![("grant_type", other)]).code(),
            ErrorCode::UnsupportedGrantType
        );
    }
    assert_eq!(
        refused(vec![("grant_type", "authorization_code")]),
        Problem::NoCode
    );
    assert_eq!(
        refused(vec![("grant_type", "refresh_token")]),
        Problem::NoRefreshToken
    );
    let mut none = confidential("app");
    none.grants = GrantTypes::default();
    let mut run = run(vec![none]);
    for grant in ["authorization_code", "refresh_token", "client_credentials"] {
        let pairs = [("grant_type", grant), ("code", "x"), ("refresh_token", "x")];
        assert_eq!(
            problem(run.token(by_basic("app", &pairs))).code(),
            ErrorCode::UnauthorizedClient
        );
    }
}

#[test]
fn rfc6749_4_1_2_a_code_must_be_used_once_and_a_second_use_should_revoke_the_tokens() {
    let mut run = app();
    let code = run.code(&asking("app"));
    let tokens = ok(run.redeem(&code));
    let access = tokens.access.expose().to_owned();
    assert!(run.userinfo(bearer(&access)).is_ok());
    assert_eq!(problem(run.redeem(&code)), Problem::Code);
    assert_eq!(problem(run.userinfo(bearer(&access))), Problem::Bearer);
    let refresh = tokens.refresh.unwrap();
    assert_eq!(
        problem(run.refresh(refresh.expose())),
        Problem::RefreshToken
    );
}

#[test]
fn own_a_replay_that_cannot_be_recorded_is_not_answered() {
    let mut run = app();
    let code = run.code(&asking("app"));
    ok(run.redeem(&code));
    run.world.outage = Outage::Of("RevokeFamily");
    assert_eq!(problem(run.redeem(&code)), Problem::Unavailable);
}

#[test]
fn own_a_replay_between_code_and_tokens_leaves_none() {
    let mut run = app();
    let code = run.code(&asking("app"));
    let family = run.world.codes.values().next().unwrap().0.grant.family;
    run.world.revoked.insert(family);
    assert_eq!(problem(run.redeem(&code)), Problem::Code);
    assert!(run.world.access.is_empty());
}

#[test]
fn rfc6749_4_1_2_a_code_must_expire_shortly_after_it_is_issued() {
    check_code(
        |run, pairs| {
            run.now = later(60);
            problem(run.token(by_basic("app", &pairs)))
        },
        Problem::Code,
    );
    let mut run = app();
    let code = run.code(&asking("app"));
    run.now = later(59);
    assert!(run.redeem(&code).is_ok());
    assert!(Lifetimes::default().code <= Duration::from_secs(600));
}

#[test]
fn rfc6749_4_1_3_a_code_must_have_been_issued_to_the_client() {
    let mut run = run(vec![
        confidential("app"),
        confidential("mallory"),
        public("spa"),
    ]);
    let code = run.code(&asking("app"));
    assert_eq!(
        problem(run.token(by_basic("mallory", &redeeming(&code)))),
        Problem::Code
    );
    // It was in the wrong hands: it is good for nothing.
    assert_eq!(problem(run.redeem(&code)), Problem::Code);
    let code = run.code(&asking("spa"));
    let mut pairs = redeeming(&code);
    pairs.push(("client_id", "spa"));
    assert!(run.token(by_body(&pairs)).is_ok());
}

#[test]
fn rfc6749_4_1_3_redirect_uri_must_be_that_of_the_request() {
    check_code(
        |run, pairs| problem(run.token(by_basic("app", &without(pairs, "redirect_uri")))),
        Problem::RedirectMismatch,
    );
    for other in ["https://app.example.org/callback/", "https://evil.example/"] {
        check_code(
            |run, pairs| problem(run.token(by_basic("app", &with(pairs, "redirect_uri", other)))),
            Problem::RedirectMismatch,
        );
    }
}

#[test]
fn rfc6749_4_1_3_redirect_uri_is_not_needed_where_the_request_had_none() {
    let mut run = app();
    let mut pairs = asking_with("app", "redirect_uri", "");
    pairs = with(pairs, "scope", "team");
    let code = run.code(&pairs);
    assert!(
        run.token(by_basic("app", &without(redeeming(&code), "redirect_uri")))
            .is_ok()
    );
}

#[test]
fn rfc6749_5_2_texts_that_are_no_codes_are_invalid_grant() {
    let refresh = app().tokens().refresh.unwrap();
    for text in [
        "x",
        "ewc_",
        "ewc_AAAA",
        refresh.expose(),
        &"y".repeat(10_000),
    ] {
        assert_eq!(problem(app().redeem(text)), Problem::Code);
    }
    let unknown = format!("ewc_{}", b64([7; 32]));
    assert_eq!(problem(app().redeem(&unknown)), Problem::Code);
}

#[test]
fn own_a_session_that_ended_between_code_and_tokens_gives_none() {
    check_code(
        |run, pairs| {
            run.world.ended.insert(session("jane").id);
            problem(run.token(by_basic("app", &pairs)))
        },
        Problem::SessionEnded,
    );
}

#[test]
fn own_an_outage_is_temporarily_unavailable() {
    for asked in ["FindClient", "TakeCode", "FindSession", "KeepTokens"] {
        check_code(
            |run, pairs| {
                run.world.outage = Outage::Of(asked);
                problem(run.token(by_basic("app", &pairs)))
            },
            Problem::Unavailable,
        );
    }
}

#[test]
fn own_a_rule_that_fails_denies_and_a_key_that_is_missing_is_our_fault() {
    let mut settings = confidential("app");
    settings.claims_in_id_token = true;
    let failing = Provider {
        claims: Arc::new(Rules { fail: true }),
        ..provider()
    };
    let mut run = run_of(failing, vec![settings]);
    let code = run.code(&asking("app"));
    assert_eq!(problem(run.redeem(&code)), Problem::NotWelcome);
    let keyless = Provider {
        signer: Arc::new(KeyRing { unusable: true }),
        ..provider()
    };
    let mut run = run_of(keyless, vec![confidential("app")]);
    let code = run.code(&asking("app"));
    assert_eq!(problem(run.redeem(&code)), Problem::Broken);
    assert!(run.world.access.is_empty());
}

#[test]
fn own_a_session_that_is_somebody_elses_by_now_gives_none() {
    check_code(
        |run, pairs| {
            let of_john = BrowserSession {
                id: session("jane").id,
                ..session("john")
            };
            run.world.log_in(of_john);
            problem(run.token(by_basic("app", &pairs)))
        },
        Problem::SessionEnded,
    );
}

#[test]
fn own_what_was_taken_from_the_client_meanwhile_is_not_given() {
    let mut run = app();
    let code = run.code(&asking("app"));
    let mut settings = confidential("app");
    settings.scopes = scopes("openid");
    let client = Arc::new(Client::new(settings).unwrap());
    run.world.clients.insert(id("app"), client);
    let answer = ok(run.redeem(&code));
    assert_eq!(answer.scopes.to_string(), "openid");
    assert!(
        run.world
            .access
            .values()
            .all(|access| access.scopes == scopes("openid"))
    );
}
