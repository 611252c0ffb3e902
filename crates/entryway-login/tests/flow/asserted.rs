//! Somebody whom a site's connector knows by a certificate: its assertion came by the browser, and the connector confirms
//! it through the tunnel before anybody is let in.

use super::sites::{accepted, hub, jane, proof, replied, unanswered, world};
use super::*;
use entryway_login::{
    Asserted, AssertedSays, Attempt, Method, Record, Remembered, SiteAnswer, SiteFault,
    SiteSession, SiteVerdict, SubmittedPassword, begin_asserted, begin_revalidation,
};
use std::sync::Arc;

fn asserted(says: AssertedSays) -> Asserted {
    Asserted {
        site: "plant-a".into(),
        connector: "c1".into(),
        proof: proof(),
        says,
    }
}

fn let_in() -> Asserted {
    asserted(AssertedSays::LetIn("c1.of-the-connector".into()))
}

fn came(caller: &str) -> Attempt {
    Attempt {
        caller: Some(caller.into()),
        ..attempt("", SubmittedPassword::NotAsked)
    }
}

/// The login's end, which its trace leads to; how often the site was asked.
fn check(
    world: &mut World,
    policy: LoginPolicy,
    caller: &str,
    asserted: Asserted,
    expected: &str,
    asked: usize,
) -> Decided {
    let attempt = came(caller);
    let now = attempt.started;
    let step = begin_asserted(attempt, asserted, Arc::new(policy));
    let decided = world.walk(step, now);
    assert_eq!(shown(&decided), expected, "{:?}", decided.trace);
    assert_eq!(replay(&decided.trace), decided.decision.verdict());
    assert_eq!(world.asked_sites.len(), asked, "{expected}");
    // Nobody of the hub's own is asked, and nothing is counted: who asserts it has counted.
    assert!(world.asked.is_empty() && world.reserved.is_empty());
    decided
}

#[test]
fn an_assertion_lets_somebody_in_when_the_connector_confirms_it() {
    let mut world = world(accepted());
    let decided = check(
        &mut world,
        hub(),
        "client wiki",
        let_in(),
        "accept plant-a/jane in plant-a",
        1,
    );
    let asked = format!("{:?}", world.asked_sites);
    assert!(asked.contains("c1.of-the-connector"), "{asked}");
    let session = session(decided);
    assert_eq!(session.method, Method::Certificate);
    assert_eq!(session.subject.0, "plant-a:staff:u-1");
    assert_eq!(session.login_name, "plant-a/jane");
    assert_eq!(session.anchor.site_token.as_deref(), Some("ask-again"));
}

#[test]
fn the_token_of_the_assertion_stays_where_the_connector_gives_no_other() {
    let told = SiteSession {
        token: None,
        ..jane()
    };
    let mut world = world(replied(SiteVerdict::Accepted(Box::new(told))));
    let decided = check(
        &mut world,
        hub(),
        "client wiki",
        let_in(),
        "accept plant-a/jane in plant-a",
        1,
    );
    let session = session(decided);
    let token = session.anchor.site_token.as_deref();
    assert_eq!(token, Some("c1.of-the-connector"));
    // It is asked about like any session of the site, and stays one by certificate.
    let remembered = Remembered::of(&session, session.authenticated_at);
    world.sites.push(accepted());
    let attempt = came("client wiki");
    let now = attempt.started;
    let again = begin_revalidation(remembered, attempt, Arc::new(hub()));
    let again = world.walk(again, now);
    assert_eq!(shown(&again), "accept plant-a/jane in plant-a");
    assert_eq!(super::session(again).method, Method::Certificate);
}

#[test]
fn nobody_is_let_in_by_an_assertion_alone() {
    let check = |answer: SiteAnswer, expected: &str| {
        check(
            &mut world(answer),
            hub(),
            "client wiki",
            let_in(),
            expected,
            1,
        );
    };
    check(replied(SiteVerdict::Refused(None)), "refused_by_site");
    let told = Some("account_disabled".to_owned());
    check(replied(SiteVerdict::Refused(told)), "account_disabled");
    check(replied(SiteVerdict::MustChange), "site_reply_invalid");
    check(replied(SiteVerdict::Changed), "site_reply_invalid");
    let silent = SiteVerdict::NoVerdict("no_verdict".to_owned());
    check(replied(silent), "site_no_verdict");
    for (fault, expected) in [
        (SiteFault::Unreachable, "site_unreachable"),
        (SiteFault::Gone, "site_unreachable"),
        (SiteFault::Busy, "site_busy"),
        (SiteFault::TimedOut, "site_timed_out"),
        (SiteFault::Invalid, "site_reply_invalid"),
    ] {
        check(unanswered(fault, true), expected);
    }
    let nameless = SiteSession {
        name: " ".to_owned(),
        ..jane()
    };
    let nameless = SiteVerdict::Accepted(Box::new(nameless));
    check(replied(nameless), "site_reply_invalid");
}

#[test]
fn a_refusal_is_told_by_what_it_says_of_the_certificate_and_nobody_is_asked() {
    let check = |says, expected: &str| {
        let mut world = world(accepted());
        let decided = check(
            &mut world,
            hub(),
            "client wiki",
            asserted(says),
            expected,
            0,
        );
        let mut records = decided.trace.entries.iter().map(|entry| &entry.record);
        assert!(records.any(|record| {
            matches!(record, Record::SiteAsserted { connector, proof: kept, .. }
                if **connector == *"c1" && *kept == proof())
        }));
    };
    let refused = |code: &str| AssertedSays::Refused(code.to_owned());
    for code in [
        "certificate_untrusted",
        "certificate_out_of_date",
        "certificate_revoked",
        "certificate_not_for_login",
    ] {
        check(refused(code), code);
    }
    // Of accounts nothing is believed that came by a browser.
    for code in [
        "refused",
        "account_locked",
        "wrong_password",
        "moon_phase",
        "",
    ] {
        check(refused(code), "refused_by_site");
    }
    check(AssertedSays::NoVerdict, "site_no_verdict");
}

#[test]
fn it_counts_where_the_sites_people_log_in_and_while_there_is_such_a_site() {
    let check = |policy, caller: &str, expected: &str| {
        check(
            &mut world(accepted()),
            policy,
            caller,
            let_in(),
            expected,
            0,
        );
    };
    let mut policy = hub();
    policy.sites[0].applications = Some(vec!["wiki".to_owned()]);
    check(policy, "client grafana", "not_admitted_here");
    let mut policy = hub();
    policy.sites[1].clients = vec!["theirs".to_owned()];
    check(policy, "client theirs", "not_admitted_here");
    let mut policy = hub();
    policy.sites[0].enabled = false;
    check(policy, "client wiki", "unknown_domain");
    let mut policy = hub();
    policy.sites.remove(0);
    check(policy, "client wiki", "unknown_domain");
}
