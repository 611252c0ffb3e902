//! Signing out, asked for by an application.

use super::*;

const BYE: &str = "https://app.example.org/bye";

/// An ID token of Jane's session.
fn hint(run: &mut Run) -> String {
    run.tokens().id_token.unwrap().expose().to_owned()
}

/// In one word what became of it.
fn shown(logout: &Logout) -> String {
    match logout {
        Logout::Confirm { client, .. } => {
            let client = client.as_ref().map_or("", |client| client.id.as_str());
            format!("confirm {client}").trim().to_owned()
        }
        Logout::SignedOut(out) => {
            let redirect = out.redirect.as_ref().map_or("", |uri| uri.expose());
            format!("out {redirect}").trim().to_owned()
        }
        Logout::Show(problem) => format!("shown {problem:?}"),
    }
}

fn check_out(pairs: impl FnOnce(&str) -> Vec<(String, String)>, expected: &str) -> Run {
    let mut run = run(vec![confidential("app"), confidential("other")]);
    let hint = hint(&mut run);
    let pairs = pairs(&hint);
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(shown(&run.logout(&pairs, None)), expected);
    run
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn rp_logout_2_with_the_hint_of_the_session_it_ends_and_the_browser_goes_back_with_the_state() {
    let pairs = |hint: &str| {
        owned(&[
            ("id_token_hint", hint),
            ("post_logout_redirect_uri", BYE),
            ("state", "a b"),
        ])
    };
    let run = check_out(pairs, "out https://app.example.org/bye?state=a+b");
    assert!(run.world.browser.is_none() && run.world.ended.len() == 1);
}

#[test]
fn rp_logout_2_an_expired_hint_should_be_accepted() {
    let mut run = app();
    let hint = hint(&mut run);
    run.now = later(100_000);
    assert_eq!(shown(&run.logout(&[("id_token_hint", &hint)], None)), "out");
}

#[test]
fn rp_logout_2_without_a_hint_the_person_must_be_asked() {
    let run = check_out(
        |_| owned(&[("client_id", "app"), ("post_logout_redirect_uri", BYE)]),
        "confirm app",
    );
    assert!(run.world.browser.is_some());
    check_out(|_| Vec::new(), "confirm");
}

#[test]
fn rp_logout_2_a_hint_of_another_person_or_session_must_be_confirmed() {
    for other in [
        BrowserSession {
            sid: "another".into(),
            ..session("jane")
        },
        session("john"),
    ] {
        let mut run = app();
        let hint = hint(&mut run);
        run.world.log_in(other);
        assert_eq!(
            shown(&run.logout(&[("id_token_hint", &hint)], None)),
            "confirm app"
        );
    }
}

#[test]
fn own_a_confirmation_holds_for_the_session_that_was_shown() {
    let pairs = [("client_id", "app"), ("post_logout_redirect_uri", BYE)];
    let mut run = app();
    assert_eq!(
        shown(&run.logout(&pairs, Some(SessionId("another".into())))),
        "confirm app"
    );
    assert_eq!(
        shown(&run.logout(&pairs, Some(session("jane").id))),
        format!("out {BYE}")
    );
}

#[test]
fn rp_logout_3_a_uri_that_is_not_registered_must_not_be_redirected_to() {
    for other in [
        "https://app.example.org/bye/",
        "https://app.example.org/bye?x",
        "https://evil.example/",
        CALLBACK,
        "x",
    ] {
        let pairs =
            |hint: &str| owned(&[("id_token_hint", hint), ("post_logout_redirect_uri", other)]);
        let run = check_out(pairs, "shown UnknownPostLogout");
        assert!(run.world.browser.is_some(), "{other}");
    }
    check_out(
        |_| owned(&[("post_logout_redirect_uri", BYE)]),
        "shown UnknownPostLogout",
    );
}

#[test]
fn rp_logout_2_client_id_must_be_the_one_the_hint_was_issued_to() {
    check_out(
        |hint| owned(&[("id_token_hint", hint), ("client_id", "other")]),
        "shown HintClient",
    );
    check_out(
        |hint| owned(&[("id_token_hint", hint), ("client_id", "app")]),
        "out",
    );
    check_out(|_| owned(&[("client_id", "nobody")]), "shown UnknownClient");
}

#[test]
fn rp_logout_4_a_hint_that_is_none_is_an_error_that_is_shown() {
    check_out(|hint| owned(&[("id_token_hint", &hint[1..])]), "shown Hint");
    check_out(
        |hint| owned(&[("id_token_hint", &format!("{hint}A"))]),
        "shown Hint",
    );
    check_out(
        |hint| owned(&[("id_token_hint", hint), ("id_token_hint", hint)]),
        "shown Repeated",
    );
}

#[test]
fn own_without_a_session_only_a_hint_sends_the_browser_back() {
    let mut run = app();
    let hint = hint(&mut run);
    run.world.browser = None;
    let back = run.logout(
        &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)],
        None,
    );
    assert_eq!(shown(&back), format!("out {BYE}"));
    let stays = run.logout(
        &[("client_id", "app"), ("post_logout_redirect_uri", BYE)],
        None,
    );
    assert_eq!(shown(&stays), "out");
}

#[test]
fn own_an_outage_ends_no_session_and_says_so() {
    for asked in ["FindClient", "FindBrowser", "EndSession"] {
        let mut run = app();
        let hint = hint(&mut run);
        run.world.outage = Outage::Of(asked);
        assert_eq!(
            shown(&run.logout(&[("id_token_hint", &hint)], None)),
            "shown Unavailable",
            "{asked}"
        );
        assert!(run.world.browser.is_some());
    }
}

#[test]
fn rp_logout_3_state_is_sent_back_only_to_the_application() {
    let pairs = |hint: &str| owned(&[("id_token_hint", hint), ("state", "x")]);
    check_out(pairs, "out");
}

#[test]
fn own_a_hint_of_the_session_but_of_another_person_ends_nothing() {
    let claims =
        json!({ "iss": ISSUER, "sub": "staff:john-id", "aud": "app", "sid": "sid-of-jane" });
    let header = json!({ "alg": "ES256", "kid": "es", "typ": "JWT" });
    let hint = forge(&header, &claims, &KeyRing::keys()[0]);
    assert_eq!(
        shown(&app().logout(&[("id_token_hint", &hint)], None)),
        "confirm app"
    );
}
