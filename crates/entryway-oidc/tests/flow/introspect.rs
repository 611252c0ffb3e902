//! Introspection.

use super::*;

fn with_resource_server() -> Run {
    let mut server = confidential("api");
    server.may_introspect = true;
    run(vec![
        confidential("app"),
        confidential("other"),
        server,
        public("spa"),
    ])
}

fn check_inactive(run: &mut Run, by: &str, token: &str) {
    let claims = ok(run.introspect(by_basic(by, &[("token", token)])));
    assert_eq!(json!(claims), json!({ "active": false }), "{by}");
}

#[test]
fn rfc7662_2_2_an_active_token_is_described() {
    let mut run = with_resource_server();
    let tokens = run.tokens();
    for by in ["app", "api"] {
        let pairs = [
            ("token", tokens.access.expose()),
            ("token_type_hint", "refresh_token"),
        ];
        let claims = ok(run.introspect(by_basic(by, &pairs)));
        let expected = json!({
            "active": true, "scope": "offline_access openid profile", "client_id": "app", "token_type": "Bearer",
            "iat": NOW.0, "exp": NOW.0 + 300, "iss": ISSUER, "sub": "staff:jane-id", "auth_time": NOW.0 - 600,
            "acr": ACR_PASSWORD,
        });
        assert_eq!(json!(claims), expected);
    }
    let refresh = tokens.refresh.unwrap();
    let claims = ok(run.introspect(by_basic("app", &[("token", refresh.expose())])));
    assert_eq!(
        (&claims["active"], claims.get("token_type")),
        (&json!(true), None)
    );
    check_inactive(&mut run, "api", refresh.expose());
}

#[test]
fn rfc7662_2_2_of_an_inactive_token_nothing_else_should_be_told() {
    let mut run = with_resource_server();
    let tokens = run.tokens();
    let (access, refresh) = (tokens.access.expose().to_owned(), tokens.refresh.unwrap());
    check_inactive(&mut run, "api", "x");
    check_inactive(&mut run, "other", &access);
    check_inactive(&mut run, "other", refresh.expose());
    run.now = later(300);
    check_inactive(&mut run, "api", &access);
    run.refreshed(refresh.expose());
    check_inactive(&mut run, "app", refresh.expose());
    assert!(run.world.revoked.is_empty(), "asking is no use of it");
}

#[test]
fn rfc7662_2_1_the_endpoint_must_require_authentication() {
    let mut run = with_resource_server();
    let token = run.tokens().access;
    let anonymous = by_body(&[("token", token.expose())]);
    assert_eq!(problem(run.introspect(anonymous)), Problem::NoClientProof);
    let public = by_body(&[("token", token.expose()), ("client_id", "spa")]);
    assert_eq!(problem(run.introspect(public)), Problem::PublicClient);
    assert_eq!(
        problem(run.introspect(by_basic("api", &[]))),
        Problem::NoToken
    );
}

#[test]
fn rfc7662_2_2_a_clients_own_token_is_about_the_client() {
    let mut run = with_resource_server();
    let token = ok(run.token(by_basic("app", &[("grant_type", "client_credentials")]))).access;
    let claims = ok(run.introspect(by_basic("api", &[("token", token.expose())])));
    assert_eq!(
        (&claims["sub"], claims.get("auth_time")),
        (&json!("app"), None)
    );
}

#[test]
fn own_an_outage_is_not_an_inactive_token() {
    let mut run = with_resource_server();
    let tokens = run.tokens();
    run.world.outage = Outage::Of("FindAccess");
    let asked = by_basic("api", &[("token", tokens.access.expose())]);
    assert_eq!(problem(run.introspect(asked)), Problem::Unavailable);
    run.world.outage = Outage::Of("FindFamily");
    let refresh = tokens.refresh.unwrap();
    let asked = by_basic("app", &[("token", refresh.expose())]);
    assert_eq!(problem(run.introspect(asked)), Problem::Unavailable);
}

#[test]
fn rfc7662_4_it_must_be_determined_whether_the_token_has_been_revoked() {
    let mut run = with_resource_server();
    let tokens = run.tokens();
    let refresh = tokens.refresh.unwrap();
    ok(run.revoke(by_basic("app", &[("token", refresh.expose())])));
    check_inactive(&mut run, "api", tokens.access.expose());
    check_inactive(&mut run, "app", refresh.expose());
}
