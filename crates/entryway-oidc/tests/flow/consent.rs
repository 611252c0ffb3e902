//! Asking people before an application learns anything of them.

use super::*;

fn asking_app() -> Run {
    let mut settings = confidential("app");
    settings.consent = true;
    run(vec![settings])
}

fn agreement(name: &str, to: Option<&str>) -> Option<Agreement> {
    Some(Agreement {
        subject: person(name).subject,
        to: to.map(scopes),
    })
}

fn pending_of(authorized: Authorized) -> Pending {
    match authorized {
        Authorized::Interact(interaction) => {
            assert!(matches!(interaction.page, Page::Consent(_)));
            interaction.pending
        }
        other => panic!("no page: {}", outcome(&other)),
    }
}

#[test]
fn core_3_1_2_4_an_authorization_decision_must_be_obtained_before_anything_is_released() {
    let mut run = asking_app();
    let mut pending = pending_of(run.authorize(&asking("app")));
    assert!(run.world.codes.is_empty());
    pending.progress.agreement = agreement("jane", Some("openid profile offline_access"));
    assert_eq!(outcome(&run.go_on(pending)), "code");
    // Remembered: not asked again for as much or less, but for more.
    assert_eq!(outcome(&run.authorize(&asking("app"))), "code");
    assert_eq!(
        outcome(&run.authorize(&asking_with("app", "scope", "openid"))),
        "code"
    );
    let more = run.authorize(&asking_with("app", "scope", "openid email"));
    assert!(outcome(&more).starts_with("page Consent"));
}

#[test]
fn core_3_1_2_1_prompt_none_without_an_agreement_is_consent_required() {
    let outcome = outcome(&asking_app().authorize(&asking_with("app", "prompt", "none")));
    assert_eq!(outcome, "sent consent_required");
}

#[test]
fn core_3_1_2_1_prompt_consent_should_ask_again() {
    let mut run = asking_app();
    let key = (person("jane").subject, id("app"));
    run.world
        .consents
        .insert(key, scopes("openid profile offline_access"));
    assert_eq!(outcome(&run.authorize(&asking("app"))), "code");
    let asked = run.authorize(&asking_with("app", "prompt", "consent"));
    assert!(outcome(&asked).starts_with("page Consent"));
    // Also where the configuration asks nobody.
    let asked = app().authorize(&asking_with("app", "prompt", "consent"));
    assert!(outcome(&asked).starts_with("page Consent"));
}

#[test]
fn rfc6749_4_1_2_1_a_person_who_says_no_is_access_denied() {
    let mut run = asking_app();
    let mut pending = pending_of(run.authorize(&asking("app")));
    pending.progress.agreement = agreement("jane", None);
    assert_eq!(outcome(&run.go_on(pending)), "sent access_denied");
    assert!(run.world.consents.is_empty());
}

#[test]
fn own_an_agreement_holds_for_whoever_gave_it_and_for_what_was_asked() {
    for given in [
        agreement("john", Some("openid profile offline_access")),
        agreement("jane", Some("openid")),
        agreement("john", None),
    ] {
        let mut run = asking_app();
        let mut pending = pending_of(run.authorize(&asking("app")));
        pending.progress.agreement = given;
        assert!(outcome(&run.go_on(pending)).starts_with("page Consent"));
    }
}

#[test]
fn own_an_agreement_that_cannot_be_kept_is_asked_for_again_and_stands_this_once() {
    let mut run = asking_app();
    let mut pending = pending_of(run.authorize(&asking("app")));
    pending.progress.agreement = agreement("jane", Some("openid profile offline_access"));
    run.world.outage = Outage::Of("KeepConsent");
    assert_eq!(outcome(&run.go_on(pending)), "code");
    assert!(run.world.consents.is_empty());
}
