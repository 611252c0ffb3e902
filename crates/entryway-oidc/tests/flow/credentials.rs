//! Clients for themselves.

use super::*;

fn check_scope(scope: &str, expected: Result<&str, Problem>) {
    let pairs = [("grant_type", "client_credentials"), ("scope", scope)];
    let result = app().token(by_basic("app", &pairs));
    let granted = result.map(|answer| {
        assert!(answer.refresh.is_none() && answer.id_token.is_none());
        answer.scopes.to_string()
    });
    assert_eq!(
        granted.map_err(|refused| refused.problem),
        expected.map(str::to_owned),
        "{scope}"
    );
}

#[test]
fn rfc6749_4_4_3_a_client_gets_an_access_token_and_no_refresh_token() {
    check_scope("", Ok("read write"));
    check_scope("read", Ok("read"));
}

/// A token that is for one resource server must not open another.
#[test]
fn own_what_is_asked_for_by_name_is_not_given_by_the_way() {
    check_scope("manage", Ok("manage"));
    check_scope("manage read", Ok("manage read"));
    check_scope("", Ok("read write"));
}

#[test]
fn rfc6749_3_3_a_client_gets_no_scope_that_is_not_its_own() {
    for wider in ["openid", "read admin", "read profile"] {
        check_scope(wider, Err(Problem::WiderScope));
    }
    check_scope("read  write", Err(Problem::Scope));
}

#[test]
fn rfc6749_4_4_only_confidential_clients_must_use_it() {
    let mut pairs = vec![("grant_type", "client_credentials"), ("client_id", "spa")];
    assert_eq!(
        problem(run(vec![public("spa")]).token(by_body(&pairs))),
        Problem::GrantNotAllowed
    );
    let mut settings = public("spa");
    settings.grants.credentials = true;
    assert_eq!(
        Client::new(settings).err(),
        Some(ClientError::PublicCredentials)
    );
    pairs.clear();
}

#[test]
fn own_a_token_of_a_client_opens_nothing_of_a_person() {
    let mut run = app();
    let answer = ok(run.token(by_basic("app", &[("grant_type", "client_credentials")])));
    assert_eq!(
        problem(run.userinfo(bearer(answer.access.expose()))),
        Problem::BearerScope
    );
}

#[test]
fn own_an_outage_is_temporarily_unavailable() {
    let mut run = app();
    run.world.outage = Outage::Of("KeepTokens");
    let refused = run.token(by_basic("app", &[("grant_type", "client_credentials")]));
    assert_eq!(problem(refused), Problem::Unavailable);
}
