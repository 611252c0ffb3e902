//! The authorization endpoint of OAuth 2.0.

use super::*;

#[test]
fn rfc6749_3_1_parameters_without_a_value_must_be_treated_as_omitted() {
    let outcome = |pairs: &[(&str, &str)]| outcome(&app().authorize(pairs));
    let mut pairs = asking("app");
    pairs.push(("prompt", ""));
    pairs.push(("max_age", ""));
    assert_eq!(outcome(&pairs), "code");
    pairs.retain(|(name, _)| *name != "response_type");
    pairs.push(("response_type", ""));
    assert_eq!(outcome(&pairs), "sent invalid_request");
}

#[test]
fn rfc6749_3_1_unrecognized_parameters_must_be_ignored() {
    check("foo", "bar", "code");
    let mut pairs = asking("app");
    pairs.extend([("foo", "1"), ("foo", "2")]);
    assert_eq!(outcome(&app().authorize(&pairs)), "code");
}

#[test]
fn rfc6749_3_1_parameters_must_not_be_included_more_than_once() {
    for (name, again) in asking("app") {
        let mut pairs = asking("app");
        pairs.push((name, again));
        let expected = match name {
            "client_id" | "redirect_uri" => "shown Repeated",
            _ => "sent invalid_request",
        };
        assert_eq!(outcome(&app().authorize(&pairs)), expected, "{name}");
    }
}

#[test]
fn rfc6749_3_1_1_a_missing_or_unknown_response_type_must_be_answered_with_an_error() {
    check("response_type", "", "sent invalid_request");
    for other in [
        "token",
        "id_token",
        "code token",
        "code id_token",
        "none",
        "CODE",
        "code ",
    ] {
        check("response_type", other, "sent unsupported_response_type");
    }
}

#[test]
fn rfc6749_4_1_2_state_is_required_if_it_was_in_the_request_and_is_the_exact_value() {
    for state in ["x", "a b+c%20d&e=f", "~!@#$%^&*()\"\\"] {
        let answer = answered(app().authorize(&asking_with("app", "state", state)));
        assert_eq!(
            value(&query(&sent_to(&answer)), "state").as_deref(),
            Some(state)
        );
    }
    let answer = answered(app().authorize(&asking_with("app", "state", "")));
    assert_eq!(value(&query(&sent_to(&answer)), "state"), None);
}

#[test]
fn rfc6749_4_1_2_1_errors_go_back_with_the_state_too() {
    let pairs = asking_with("app", "response_type", "token");
    let answer = answered(app().authorize(&pairs));
    let sent = query(&sent_to(&answer));
    assert_eq!(
        value(&sent, "error").as_deref(),
        Some("unsupported_response_type")
    );
    assert_eq!(value(&sent, "state").as_deref(), Some("a state"));
    assert_eq!(value(&sent, "code"), None);
}

#[test]
fn rfc6749_appendix_a_5_a_state_of_other_characters_is_refused_and_not_sent_back() {
    for state in ["a\r\nb", "a\u{e4}b", "\u{7f}"] {
        let answer = answered(app().authorize(&asking_with("app", "state", state)));
        assert_eq!(answer.problem, Some(Problem::State));
        assert_eq!(value(&query(&sent_to(&answer)), "state"), None);
    }
    check("state", &"s".repeat(4097), "sent invalid_request");
    check("state", &"s".repeat(4096), "code");
}

#[test]
fn rfc6749_4_1_2_1_an_unknown_client_must_be_shown_and_must_not_be_redirected() {
    check("client_id", "", "shown NoClient");
    check("client_id", "nobody", "shown UnknownClient");
    check("client_id", "a\nb", "shown UnknownClient");
    check("client_id", &"x".repeat(257), "shown UnknownClient");
}

#[test]
fn rfc6749_4_1_2_1_a_client_without_the_grant_is_unauthorized() {
    let mut settings = confidential("app");
    settings.grants = GrantTypes {
        credentials: true,
        ..GrantTypes::default()
    };
    let outcome = outcome(&run(vec![settings]).authorize(&asking("app")));
    assert_eq!(outcome, "sent unauthorized_client");
}

#[test]
fn rfc6749_3_3_scope_must_be_words_of_its_characters() {
    for scope in [
        "openid  profile",
        " openid",
        "openid ",
        "open\"id",
        "open\\id",
        "openid\tprofile",
        "\u{e4}",
    ] {
        check("scope", scope, "sent invalid_scope");
    }
    check("scope", "", "sent invalid_scope");
}

#[test]
fn rfc6749_3_3_what_is_not_open_to_the_client_is_left_out_and_the_answer_says_what_is_granted() {
    let mut run = app();
    let code = run.code(&asking_with("app", "scope", "openid admin email read"));
    assert_eq!(ok(run.redeem(&code)).scopes.to_string(), "email openid");
    check("scope", "admin read", "sent invalid_scope");
}

#[test]
fn rfc9207_2_iss_must_be_in_every_answer() {
    for (name, value_sent) in [
        ("state", "x"),
        ("response_type", "token"),
        ("scope", "admin"),
        ("prompt", "wrong"),
    ] {
        let answer = answered(app().authorize(&asking_with("app", name, value_sent)));
        let iss = value(&query(&sent_to(&answer)), "iss");
        assert_eq!(iss.as_deref(), Some(ISSUER), "{name}");
    }
}

#[test]
fn form_post_1_the_answer_is_a_form_with_the_same_parameters() {
    let answer = answered(app().authorize(&asking_with("app", "response_mode", "form_post")));
    let Sent::FormPost { action, fields } = answer.sent else {
        panic!("a redirect");
    };
    assert_eq!(action, CALLBACK);
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["code", "state", "iss"]);
}

#[test]
fn own_other_response_modes_are_refused_in_the_ordinary_one() {
    for mode in ["fragment", "query.jwt", "web_message", "QUERY"] {
        check("response_mode", mode, "sent invalid_request");
    }
    check("response_mode", "query", "code");
}

#[test]
fn own_an_outage_is_temporarily_unavailable_and_never_a_refusal() {
    for (asked, expected) in [
        ("FindClient", "shown Unavailable"),
        ("FindBrowser", "sent temporarily_unavailable"),
        ("FindConsent", "sent temporarily_unavailable"),
        ("KeepCode", "sent temporarily_unavailable"),
    ] {
        let mut settings = confidential("app");
        settings.consent = asked == "FindConsent";
        let mut run = run(vec![settings]);
        run.world.outage = Outage::Of(asked);
        for prompt in ["", "none"] {
            let outcome = outcome(&run.authorize(&asking_with("app", "prompt", prompt)));
            assert_eq!(outcome, expected, "{asked}");
        }
    }
}

#[test]
fn own_a_request_is_read_anew_when_the_person_comes_back() {
    let mut run = app();
    run.world.browser = None;
    let Authorized::Interact(interaction) = run.authorize(&asking("app")) else {
        panic!("no page");
    };
    run.world.log_in(session("jane"));
    let mut changed = confidential("app");
    changed.redirects = vec![uri("https://elsewhere.example.org/")];
    let client = Arc::new(Client::new(changed).unwrap());
    run.world.clients.insert(id("app"), client);
    let outcome = outcome(&run.go_on(interaction.pending));
    assert_eq!(outcome, "shown UnknownRedirect");
}

#[test]
fn own_too_many_or_too_long_parameters_are_not_read() {
    let many = (0..65).map(|at| (format!("p{at}"), String::new()));
    assert_eq!(Parameters::new(many).err(), Some(TooMuch));
    let long = [("p".to_owned(), "x".repeat(MAX_VALUE_BYTES + 1))];
    assert_eq!(Parameters::new(long).err(), Some(TooMuch));
    let all = (0..5).map(|_| ("p".to_owned(), "x".repeat(MAX_VALUE_BYTES)));
    assert_eq!(Parameters::new(all).err(), Some(TooMuch));
}
