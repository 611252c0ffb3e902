//! PKCE (RFC 7636), and what RFC 9700 adds.

use super::*;

fn with_pkce_of(settings: ClientSettings, challenge: &str, method: &str) -> String {
    let name = settings.id.as_str().to_owned();
    let mut pairs = asking(&name);
    pairs.retain(|(name, _)| !name.starts_with("code_challenge"));
    pairs.push(("code_challenge", challenge));
    pairs.push(("code_challenge_method", method));
    outcome(&run(vec![settings]).authorize(&pairs))
}

fn refused(pairs: Pairs<'_>) -> Problem {
    let mut run = app();
    let code = run.code(&asking("app"));
    let pairs = with(pairs, "code", &code);
    problem(run.token(by_basic("app", &pairs)))
}

#[test]
fn rfc9700_2_1_1_public_clients_must_use_pkce() {
    assert_eq!(with_pkce_of(public("spa"), "", ""), "sent invalid_request");
    assert_eq!(with_pkce_of(public("spa"), CHALLENGE, "S256"), "code");
    assert_eq!(with_pkce_of(confidential("app"), "", ""), "code");
    let mut strict = confidential("app");
    strict.pkce_required = true;
    assert_eq!(with_pkce_of(strict, "", ""), "sent invalid_request");
}

#[test]
fn rfc7636_4_4_1_an_unsupported_transformation_must_be_invalid_request() {
    for method in ["", "plain", "s256", "S512"] {
        assert_eq!(
            with_pkce_of(confidential("app"), CHALLENGE, method),
            "sent invalid_request",
            "{method}"
        );
    }
}

#[test]
fn rfc7636_4_2_the_challenge_is_a_sha_256_in_base64url() {
    let padded = format!("{CHALLENGE}=");
    let long = format!("{CHALLENGE}A");
    for challenge in [
        "x",
        &CHALLENGE[1..],
        &padded,
        &long,
        &CHALLENGE.replace('-', "+"),
    ] {
        assert_eq!(
            with_pkce_of(confidential("app"), challenge, "S256"),
            "sent invalid_request",
            "{challenge}"
        );
    }
    assert_eq!(
        with_pkce_of(confidential("app"), "", "S256"),
        "sent invalid_request"
    );
}

#[test]
fn rfc7636_4_6_a_verifier_that_does_not_fit_must_be_invalid_grant() {
    let wrong = VERIFIER.replace('d', "e");
    for (verifier, expected) in [
        (wrong.as_str(), Problem::Verifier),
        (CHALLENGE, Problem::Verifier),
        (&VERIFIER[1..], Problem::Verifier),
        (&VERIFIER.repeat(3), Problem::Verifier),
        (
            "a verifier with blanks and more than 43 characters",
            Problem::Verifier,
        ),
    ] {
        let problem = refused(with(redeeming(""), "code_verifier", verifier));
        assert_eq!(problem, expected, "{verifier}");
        assert_eq!(problem.code(), ErrorCode::InvalidGrant);
    }
}

#[test]
fn rfc7636_appendix_b_the_example_fits() {
    let mut run = app();
    let code = run.code(&asking("app"));
    assert!(run.redeem(&code).is_ok());
}

#[test]
fn rfc9700_2_1_1_a_missing_verifier_must_be_refused_where_there_was_a_challenge() {
    assert_eq!(
        refused(without(redeeming(""), "code_verifier")),
        Problem::NoVerifier
    );
}

#[test]
fn rfc9700_4_8_2_a_verifier_must_be_refused_where_there_was_no_challenge() {
    let mut run = app();
    let mut pairs = asking("app");
    pairs.retain(|(name, _)| !name.starts_with("code_challenge"));
    let code = run.code(&pairs);
    assert_eq!(problem(run.redeem(&code)), Problem::UnaskedVerifier);
}
