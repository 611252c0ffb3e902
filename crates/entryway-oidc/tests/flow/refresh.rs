//! Refresh tokens.

use super::*;

fn first(run: &mut Run) -> String {
    run.tokens().refresh.unwrap().expose().to_owned()
}

#[test]
fn rfc9700_4_14_2_each_use_gives_a_new_refresh_token_and_the_old_one_is_invalid() {
    let mut run = app();
    let mut token = first(&mut run);
    for _ in 0..5 {
        let next = run.refreshed(&token);
        assert_ne!(next, token);
        token = next;
    }
}

#[test]
fn rfc9700_4_14_2_reuse_revokes_the_active_token_as_well() {
    let mut run = app();
    let one = first(&mut run);
    let two = run.refreshed(&one);
    run.now = later(10);
    assert_eq!(problem(run.refresh(&one)), Problem::RefreshReused);
    assert_eq!(problem(run.refresh(&two)), Problem::RefreshToken);
    assert!(
        run.world.access.is_empty(),
        "access tokens of the grant are gone"
    );
}

#[test]
fn own_an_answer_that_got_lost_may_be_asked_for_again_within_the_grace() {
    let mut run = app();
    let one = first(&mut run);
    let lost = run.refreshed(&one);
    run.now = later(9);
    let two = run.refreshed(&one);
    // Whoever has the lost one is not the one who has the other.
    assert_eq!(problem(run.refresh(&lost)), Problem::RefreshReused);
    assert_eq!(problem(run.refresh(&two)), Problem::RefreshToken);
}

#[test]
fn own_the_grace_does_not_begin_anew_and_ends_with_the_successors_use() {
    let mut run = app();
    let one = first(&mut run);
    run.refreshed(&one);
    run.now = later(9);
    run.refreshed(&one);
    run.now = later(10);
    assert_eq!(problem(run.refresh(&one)), Problem::RefreshReused);
    let mut run = app();
    let one = first(&mut run);
    let two = run.refreshed(&one);
    run.refreshed(&two);
    assert_eq!(problem(run.refresh(&one)), Problem::RefreshReused);
}

#[test]
fn own_without_a_grace_any_second_use_is_a_reuse() {
    let mut provider = provider();
    provider.lifetimes.refresh_grace = Duration::ZERO;
    let mut run = run_of(provider, vec![confidential("app")]);
    let one = first(&mut run);
    run.refreshed(&one);
    assert_eq!(problem(run.refresh(&one)), Problem::RefreshReused);
}

#[test]
fn rfc6749_6_a_refresh_token_must_be_used_by_the_client_it_was_issued_to() {
    let mut run = run(vec![
        confidential("app"),
        confidential("mallory"),
        public("spa"),
    ]);
    let token = first(&mut run);
    assert_eq!(
        problem(run.token(by_basic("mallory", &refreshing(&token)))),
        Problem::RefreshToken
    );
    let mut pairs = refreshing(&token);
    pairs.push(("client_id", "spa"));
    assert_eq!(problem(run.token(by_body(&pairs))), Problem::RefreshToken);
    assert!(run.refresh(&token).is_ok());
}

#[test]
fn rfc6749_6_scope_must_not_include_what_was_not_granted() {
    let mut run = app();
    let token = first(&mut run);
    for wider in [
        "openid email",
        "openid profile offline_access groups",
        "read",
    ] {
        let pairs = with(refreshing(&token), "scope", wider);
        assert_eq!(
            problem(run.token(by_basic("app", &pairs))),
            Problem::WiderScope
        );
    }
    let pairs = with(refreshing(&token), "scope", "openid  email");
    assert_eq!(problem(run.token(by_basic("app", &pairs))), Problem::Scope);
}

#[test]
fn rfc6749_6_the_new_refresh_token_must_have_the_scope_of_the_old_one() {
    let mut run = app();
    let token = first(&mut run);
    let pairs = with(refreshing(&token), "scope", "profile");
    let narrow = ok(run.token(by_basic("app", &pairs)));
    assert_eq!(narrow.scopes.to_string(), "profile");
    assert!(narrow.id_token.is_none());
    let access = run
        .world
        .access
        .values()
        .find(|access| access.scopes == scopes("profile"));
    assert!(access.is_some(), "the access token is narrow");
    let wide = ok(run.refresh(narrow.refresh.unwrap().expose()));
    assert_eq!(wide.scopes.to_string(), "offline_access openid profile");
}

#[test]
fn own_what_the_client_may_no_longer_have_is_no_longer_given() {
    let mut run = app();
    let token = first(&mut run);
    let mut settings = confidential("app");
    settings.scopes = scopes("openid");
    let client = Arc::new(Client::new(settings).unwrap());
    run.world.clients.insert(id("app"), client);
    assert_eq!(ok(run.refresh(&token)).scopes.to_string(), "openid");
}

#[test]
fn core_12_2_the_id_token_of_a_refresh_keeps_who_and_when_and_has_no_nonce() {
    let mut run = app();
    let tokens = run.tokens();
    let (_, before) = header_and_claims(tokens.id_token.unwrap().expose());
    run.now = later(1000);
    let refreshed = ok(run.refresh(tokens.refresh.unwrap().expose()));
    let (_, after) = header_and_claims(refreshed.id_token.unwrap().expose());
    for same in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_eq!(after["iat"], json!(NOW.0 + 1000));
    assert_eq!(
        (before["nonce"].as_str(), after.get("nonce")),
        (Some("n-1"), None)
    );
}

#[test]
fn own_a_person_who_is_no_longer_welcome_gets_nothing_and_the_family_ends() {
    let mut run = app();
    let token = first(&mut run);
    run.world.people.insert(person("jane").subject, None);
    assert_eq!(problem(run.refresh(&token)), Problem::NotWelcome);
    run.world
        .people
        .insert(person("jane").subject, Some(person("jane")));
    assert_eq!(problem(run.refresh(&token)), Problem::RefreshToken);
}

#[test]
fn own_another_person_under_the_subject_is_nobody() {
    let mut run = app();
    let token = first(&mut run);
    run.world
        .people
        .insert(person("jane").subject, Some(person("john")));
    assert_eq!(problem(run.refresh(&token)), Problem::NotWelcome);
}

#[test]
fn own_an_outage_costs_nobody_the_token() {
    for asked in ["FindClient", "FindFamily", "Revalidate", "Rotate"] {
        let mut run = app();
        let token = first(&mut run);
        run.world.outage = Outage::Of(asked);
        let problem = problem(run.refresh(&token));
        assert_eq!(
            problem.code().as_str(),
            "temporarily_unavailable",
            "{asked}"
        );
        run.world.outage = Outage::None;
        assert!(run.refresh(&token).is_ok(), "{asked}");
    }
}

#[test]
fn own_a_reuse_that_cannot_be_recorded_is_not_answered() {
    let mut run = app();
    let one = first(&mut run);
    run.refreshed(&one);
    run.now = later(100);
    run.world.outage = Outage::Of("RevokeFamily");
    assert_eq!(problem(run.refresh(&one)), Problem::Unavailable);
}

#[test]
fn core_11_without_offline_access_the_refresh_token_ends_with_the_session() {
    let mut run = app();
    let online = run.code(&asking_with("app", "scope", "openid"));
    let online = ok(run.redeem(&online)).refresh.unwrap();
    let offline = run.tokens().refresh.unwrap();
    let online = run.refreshed(online.expose());
    run.world.ended.insert(session("jane").id);
    assert_eq!(problem(run.refresh(&online)), Problem::SessionEnded);
    assert!(run.refresh(offline.expose()).is_ok());
}

#[test]
fn core_11_a_client_without_the_grant_gets_no_refresh_token_and_no_offline_access() {
    let mut settings = confidential("app");
    settings.grants.refresh = false;
    let tokens = run(vec![settings]).tokens();
    assert!(tokens.refresh.is_none());
    assert!(!tokens.scopes.has(Scopes::OFFLINE_ACCESS));
}

#[test]
fn own_refresh_tokens_end_when_they_are_idle_or_old() {
    let lifetimes = Lifetimes::default();
    let mut run = app();
    let token = first(&mut run);
    run.now = NOW.plus(lifetimes.refresh_idle);
    assert_eq!(problem(run.refresh(&token)), Problem::RefreshToken);
    let mut run = app();
    let mut token = first(&mut run);
    let mut day = 0;
    let ended = loop {
        day += 10;
        run.now = later(day * 86_400);
        match run.refresh(&token) {
            Ok(answer) => token = answer.refresh.unwrap().expose().to_owned(),
            Err(refused) => break refused.problem,
        }
    };
    assert_eq!((day, ended), (90, Problem::RefreshToken));
}

#[test]
fn own_whoever_loses_a_race_looks_again_and_gives_up_in_the_end() {
    let mut run = app();
    let token = first(&mut run);
    run.world.races = 2;
    assert!(run.refresh(&token).is_ok());
    let mut run = app();
    let token = first(&mut run);
    run.world.races = 9;
    assert_eq!(problem(run.refresh(&token)), Problem::Unavailable);
    let asked = run
        .world
        .asked
        .iter()
        .filter(|asked| **asked == "Revalidate")
        .count();
    assert_eq!(asked, 1, "the directory is asked once");
}

#[test]
fn own_a_guess_at_the_family_is_a_reuse_and_at_anything_else_is_nothing() {
    let mut run = app();
    let token = first(&mut run);
    for text in [
        "x",
        "ewr_",
        &token[..token.len() - 1],
        &token.replace("ewr_", "ewa_"),
    ] {
        assert_eq!(problem(run.refresh(text)), Problem::RefreshToken, "{text}");
    }
    let unknown = format!("ewr_{}", b64([7; 48]));
    assert_eq!(problem(run.refresh(&unknown)), Problem::RefreshToken);
    assert!(run.refresh(&token).is_ok());
}
