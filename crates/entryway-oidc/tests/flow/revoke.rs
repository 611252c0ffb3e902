//! Revocation.

use super::*;

#[test]
fn rfc7009_2_1_a_revoked_refresh_token_must_end_the_access_tokens_of_the_grant_too() {
    let mut run = app();
    let tokens = run.tokens();
    let refresh = tokens.refresh.unwrap();
    ok(run.revoke(by_basic("app", &[("token", refresh.expose())])));
    assert_eq!(
        problem(run.refresh(refresh.expose())),
        Problem::RefreshToken
    );
    assert_eq!(
        problem(run.userinfo(bearer(tokens.access.expose()))),
        Problem::Bearer
    );
}

#[test]
fn rfc7009_2_1_access_tokens_should_be_revocable() {
    let mut run = app();
    let tokens = run.tokens();
    let pairs = [
        ("token", tokens.access.expose()),
        ("token_type_hint", "refresh_token"),
    ];
    ok(run.revoke(by_basic("app", &pairs)));
    assert_eq!(
        problem(run.userinfo(bearer(tokens.access.expose()))),
        Problem::Bearer
    );
    assert!(run.refresh(tokens.refresh.unwrap().expose()).is_ok());
}

#[test]
fn rfc7009_2_1_the_token_must_have_been_issued_to_the_client() {
    let mut run = run(vec![confidential("app"), confidential("other")]);
    let tokens = run.tokens();
    let (access, refresh) = (tokens.access, tokens.refresh.unwrap());
    for token in [access.expose(), refresh.expose()] {
        let refused = run.revoke(by_basic("other", &[("token", token)]));
        assert_eq!(problem(refused), Problem::OtherClientsToken);
    }
    assert!(run.userinfo(bearer(access.expose())).is_ok());
    assert!(run.refresh(refresh.expose()).is_ok());
}

#[test]
fn rfc7009_2_2_an_unknown_token_is_a_success() {
    let mut run = app();
    let access = format!("ewa_{}", b64([7; 32]));
    let refresh = format!("ewr_{}", b64([7; 48]));
    for token in ["x", &access, &refresh] {
        ok(run.revoke(by_basic("app", &[("token", token)])));
    }
    assert_eq!(problem(run.revoke(by_basic("app", &[]))), Problem::NoToken);
}

#[test]
fn rfc7009_2_1_the_client_must_authenticate_and_a_public_one_says_who_it_is() {
    let mut run = run(vec![confidential("app"), public("spa")]);
    assert_eq!(
        problem(run.revoke(by_body(&[("token", "x"), ("client_id", "app")]))),
        Problem::ClientProof
    );
    ok(run.revoke(by_body(&[("token", "x"), ("client_id", "spa")])));
}

#[test]
fn rfc7009_2_2_1_an_outage_is_no_success() {
    for asked in ["FindAccess", "DropAccess", "FindFamily", "RevokeFamily"] {
        let mut run = app();
        let tokens = run.tokens();
        let refresh = tokens.refresh.unwrap();
        let token = if asked.ends_with("Access") {
            &tokens.access
        } else {
            &refresh
        };
        run.world.outage = Outage::Of(asked);
        let refused = run.revoke(by_basic("app", &[("token", token.expose())]));
        assert_eq!(problem(refused), Problem::Unavailable, "{asked}");
    }
}
