//! Userinfo, behind bearer tokens.

use super::*;

fn access(run: &mut Run, scope: &str) -> String {
    let code = run.code(&asking_with("app", "scope", scope));
    ok(run.redeem(&code)).access.expose().to_owned()
}

#[test]
fn core_5_3_2_sub_must_always_be_returned_and_claims_without_a_value_must_be_left_out() {
    let mut run = app();
    let token = access(&mut run, "openid profile email groups team");
    let claims = ok(run.userinfo(bearer(&token)));
    let expected = json!({
        "sub": "staff:jane-id", "preferred_username": "jane", "name": "jane Doe", "family_name": "Doe",
        "email": "jane@example.org", "email_verified": true, "groups": ["engineers"], "team": "blue",
        "iss": null,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(claims.get(name).unwrap_or(&json!(null)), value, "{name}");
    }
    assert_eq!(claims.len(), 8, "{claims:?}");
    let token = access(&mut run, "openid");
    assert_eq!(
        json!(ok(run.userinfo(bearer(&token)))),
        json!({ "sub": "staff:jane-id" })
    );
}

#[test]
fn core_5_3_2_sub_is_that_of_the_id_token_and_stays_when_the_person_is_renamed() {
    let mut run = app();
    let token = access(&mut run, "openid profile");
    let renamed = Person {
        name: "jane.married".to_owned(),
        ..person("jane")
    };
    run.world
        .people
        .insert(person("jane").subject, Some(renamed));
    let claims = ok(run.userinfo(bearer(&token)));
    assert_eq!(claims["sub"], "staff:jane-id");
    assert_eq!(claims["preferred_username"], "jane.married");
}

#[test]
fn rfc6750_2_the_token_must_not_be_sent_in_more_than_one_way() {
    let mut run = app();
    let token = access(&mut run, "openid");
    let form = by_body(&[("access_token", &token)]);
    assert!(run.userinfo(form).is_ok());
    let both = ClientRequest {
        authorization: Some(Secret::new(format!("Bearer {token}"))),
        parameters: parameters(&[("access_token", &token)]),
    };
    assert_eq!(problem(run.userinfo(both)), Problem::ManyBearers);
    let twice = by_body(&[("access_token", &token), ("access_token", &token)]);
    assert_eq!(problem(run.userinfo(twice)), Problem::Repeated);
}

#[test]
fn rfc6750_3_the_challenge_says_bearer_and_no_error_where_nothing_was_shown() {
    let mut run = app();
    let refused = run.userinfo(by_body(&[])).err().unwrap();
    let challenge = refused.bearer_challenge(run.provider.issuer.as_str(), "openid");
    assert_eq!(challenge, "Bearer realm=\"https://login.example.org\"");
    let refused = run.userinfo(bearer("x")).err().unwrap();
    let challenge = refused.bearer_challenge(run.provider.issuer.as_str(), "openid");
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
    let token = access(&mut run, "profile");
    let refused = run.userinfo(bearer(&token)).err().unwrap();
    let challenge = refused.bearer_challenge(run.provider.issuer.as_str(), "openid");
    assert!(
        challenge.contains("error=\"insufficient_scope\"")
            && challenge.ends_with("scope=\"openid\"")
    );
}

#[test]
fn rfc6750_3_1_unknown_expired_and_revoked_tokens_are_invalid_token() {
    let mut run = app();
    let token = access(&mut run, "openid");
    run.now = later(300);
    assert_eq!(problem(run.userinfo(bearer(&token))), Problem::Bearer);
    run.now = later(299);
    assert!(run.userinfo(bearer(&token)).is_ok());
    let refresh = run.tokens().refresh.unwrap();
    for text in [
        refresh.expose(),
        "",
        "ewa_",
        &format!("ewa_{}", b64([7; 32])),
    ] {
        assert_eq!(
            problem(run.userinfo(bearer(text))),
            Problem::Bearer,
            "{text}"
        );
    }
    let other_scheme = ClientRequest {
        authorization: Some(Secret::new(format!("Basic {token}"))),
        parameters: parameters(&[]),
    };
    assert_eq!(problem(run.userinfo(other_scheme)), Problem::Bearer);
    run.world.clients.clear();
    assert_eq!(
        problem(run.userinfo(bearer(&token))),
        Problem::Bearer,
        "its client is gone"
    );
}

#[test]
fn own_a_person_who_is_no_longer_welcome_is_told_to_nobody_and_an_outage_is_none() {
    let mut run = app();
    let token = access(&mut run, "openid");
    for asked in ["FindAccess", "FindClient", "Revalidate"] {
        run.world.outage = Outage::Of(asked);
        assert_eq!(
            problem(run.userinfo(bearer(&token))),
            Problem::Unavailable,
            "{asked}"
        );
    }
    run.world.outage = Outage::None;
    for other in [None, Some(person("john"))] {
        run.world.people.insert(person("jane").subject, other);
        assert_eq!(problem(run.userinfo(bearer(&token))), Problem::Bearer);
    }
}

#[test]
fn core_5_6_2_the_endpoint_must_return_the_claim_as_a_jwt_and_tells_all_groups() {
    let mut run = app();
    let names: Vec<_> = (0..100).map(|at| format!("g{at}")).collect();
    let mut person = person("jane");
    person.groups = Some(GroupNames {
        names: names.clone(),
        partial: false,
    });
    run.world
        .people
        .insert(person.subject.clone(), Some(person.clone()));
    let token = access(&mut run, "openid groups");
    let told = ok(run.groups(bearer(&token)));
    let (header, signed) = header_and_claims(told.jwt.expose());
    assert_eq!(header["typ"], "groups+jwt");
    assert_eq!(signed, json!(told.claims));
    let expected = json!({
        "iss": ISSUER, "sub": "staff:jane-id", "aud": "app", "iat": NOW.0, "exp": NOW.0 + 300, "groups": names,
    });
    assert_eq!(signed, expected);
    person.groups.as_mut().unwrap().partial = true;
    run.world
        .people
        .insert(person.subject.clone(), Some(person));
    assert_eq!(problem(run.groups(bearer(&token))), Problem::Unavailable);
    let token = access(&mut run, "openid");
    assert_eq!(problem(run.groups(bearer(&token))), Problem::BearerScope);
}
