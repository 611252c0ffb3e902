//! People of a site: nobody but its connector is asked, and the password is opaque here.

use super::*;
use entryway_login::{
    Attempt, Device, DeviceId, NameForm, Remembered, ReplyProof, ReserveOperation, SealedFor,
    SealedPassword, Settled, SiteAnswer, SiteFault, SiteForm, SiteId, SitePolicy, SiteReply,
    SiteSession, SiteTakes, SiteUnanswered, SiteVerdict, Source, begin_change, begin_revalidation,
};
use entryway_login::{Method, Platform, RuleId};
use std::sync::Arc;
use support::world::AskedSite;

fn sealed(connector: &str) -> SubmittedPassword {
    let sealed = SealedFor {
        connector: connector.into(),
        key_id: "key".into(),
        nonce: "nonce".into(),
        enc: "enc".into(),
        ciphertext: "ciphertext".into(),
    };
    SubmittedPassword::Sealed(Arc::new(SealedPassword::new(vec![sealed]).unwrap()))
}

/// A hub with a domain of its own and two sites.
pub(super) fn hub() -> LoginPolicy {
    let site = |name: &str, suffix: &str, clients: &[&str]| SitePolicy {
        name: name.into(),
        suffixes: vec![suffix.to_owned()],
        clients: clients.iter().map(|&client| client.to_owned()).collect(),
        applications: None,
        lookups: Vec::new(),
        enabled: true,
        takes: SiteTakes {
            mail_domains: vec![suffix.to_owned()],
            ..SiteTakes::default()
        },
        rule: RuleId(70),
    };
    let mut policy = one(|eng| eng);
    policy.sites = vec![
        site("plant-a", "plant.example", &["portal"]),
        site("plant-b", "other.example", &[]),
    ];
    policy
}

pub(super) fn jane() -> SiteSession {
    SiteSession {
        subject: "staff:u-1".to_owned(),
        name: "jane".to_owned(),
        email: Some("jane@plant.example".to_owned()),
        token: Some("ask-again".into()),
        device: Some("their-device".into()),
        ..SiteSession::default()
    }
}

pub(super) fn proof() -> ReplyProof {
    ReplyProof {
        digest: [7; 32],
        signature: [8; 64].into(),
        beside: Box::default(),
        stated: None,
    }
}

pub(super) fn replied(verdict: SiteVerdict) -> SiteAnswer {
    SiteAnswer {
        connector: Some("c1".into()),
        reply: Ok(SiteReply {
            proof: proof(),
            verdict,
        }),
        took: Duration::from_millis(5),
    }
}

pub(super) fn accepted() -> SiteAnswer {
    replied(SiteVerdict::Accepted(Box::new(jane())))
}

pub(super) fn unanswered(fault: SiteFault, written: bool) -> SiteAnswer {
    SiteAnswer {
        connector: None,
        reply: Err(SiteUnanswered {
            fault,
            written,
            cause: "as told".to_owned(),
        }),
        took: Duration::ZERO,
    }
}

pub(super) fn world(answer: SiteAnswer) -> World {
    let mut world = one_world(vec![(person("jane", "eng"), "right")]);
    world.sites.push(answer);
    world
}

/// The login's end, which its trace leads to; nobody of the hub's own was asked.
fn check(world: &mut World, attempt: Attempt, expected: &str) -> Decided {
    let decided = world.login(hub(), attempt);
    assert_eq!(shown(&decided), expected, "{:?}", decided.trace);
    assert_eq!(replay(&decided.trace), decided.decision.verdict());
    assert_eq!(world.asked, [], "{expected}");
    decided
}

fn asked(world: &World) -> Vec<String> {
    let asked = world.asked_sites.iter();
    asked.map(|asked| format!("{asked:?}")).collect()
}

#[test]
fn every_spelling_of_a_site_asks_it_alone() {
    for (typed, told, site) in [
        ("plant-a/jane", "jane", 0),
        ("PLANT-A\\jane", "jane", 0),
        ("jane@Plant.example", "jane@Plant.example", 0),
        // What is behind the prefix is the site's to read.
        ("plant-b/staff/jane", "staff/jane", 1),
    ] {
        let mut world = world(accepted());
        let decided = check(
            &mut world,
            attempt(typed, sealed("c1")),
            &format!("accept {0}/jane in {0}", ["plant-a", "plant-b"][site]),
        );
        assert_eq!(
            asked(&world),
            [format!("{:?}", AskedSite::Login(site, told.to_owned()))]
        );
        let session = session(decided);
        assert_eq!(session.source, Source::Site(SiteId(site)));
        assert_eq!(&*session.domain, ["plant-a", "plant-b"][site]);
        assert_eq!(
            session.subject.0,
            format!("{}:staff:u-1", ["plant-a", "plant-b"][site])
        );
        assert_eq!(
            (session.login_name.as_str(), session.method),
            (typed, Method::Password)
        );
    }
}

#[test]
fn a_bare_name_is_a_sites_where_its_client_asks() {
    for (caller, expected) in [
        (Some("client portal"), "accept plant-a/jane in plant-a"),
        (Some("portal"), "accept plant-a/jane in plant-a"),
        (Some("client grafana"), "malformed_login"),
        (None, "malformed_login"),
    ] {
        let mut world = world(accepted());
        let mut attempt = attempt("jane", sealed("c1"));
        attempt.caller = caller.map(Into::into);
        check(&mut world, attempt, expected);
    }
    // Whoever says another domain means it.
    let mut attempt = attempt("eng/jane", given("right"));
    attempt.caller = Some("client portal".into());
    let mut world = world(accepted());
    let decided = world.login(hub(), attempt);
    assert_eq!(shown(&decided), "accept jane in eng");
    assert!(world.asked_sites.is_empty());
}

#[test]
fn a_sites_people_log_in_where_they_are_admitted_and_nowhere_else() {
    let (ours, theirs) = ("accept plant-b/jane in plant-b", "not_admitted_here");
    let listed = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
    for (applications, caller, expected) in [
        // Unless it is written, wherever no other site's people do.
        (None, "client wiki", ours),
        (None, "wiki", ours),
        (None, "client portal", theirs),
        (None, "portal", theirs),
        (listed(&["wiki"]), "client wiki", ours),
        (listed(&["wiki"]), "client grafana", theirs),
        (listed(&[]), "grafana", theirs),
        // What is in its `clients` is its own.
        (listed(&[]), "client own", ours),
        // Naming another site's does not take it away.
        (listed(&["portal"]), "client portal", theirs),
        // Nobody is told of anybody there; pages behind forward authentication have rules.
        (listed(&[]), "sessions", ours),
        (listed(&[]), "forward wiki.example", ours),
    ] {
        let mut policy = hub();
        policy.sites[1].clients = vec!["own".to_owned()];
        policy.sites[1].applications = applications;
        let mut world = world(accepted());
        let mut attempt = attempt("plant-b/jane", sealed("c1"));
        attempt.caller = Some(caller.into());
        let decided = world.login(policy.clone(), attempt);
        assert_eq!(shown(&decided), expected, "{caller}");
        assert_eq!(replay(&decided.trace), decided.decision.verdict());
        assert_eq!(world.asked_sites.is_empty(), expected == theirs, "{caller}");
        // A session is asked about again under the same rule.
        let subject = entryway_login::Subject("plant-b:staff:u-1".to_owned());
        assert_eq!(policy.admits_subject(&subject, caller), expected == ours);
    }
}

#[test]
fn a_site_that_is_switched_off_keeps_its_names_and_is_asked_nothing() {
    for (typed, password) in [
        ("plant-a/jane", sealed("c1")),
        ("jane@plant.example", given("right")),
        // Of the client that is the site's: to an account or a domain here it would be somebody else's password.
        ("jane", given("right")),
        ("jane", sealed("c1")),
    ] {
        let mut policy = hub();
        policy.sites[0].enabled = false;
        let mut world = world(accepted());
        let mut attempt = attempt(typed, password);
        attempt.caller = Some("client portal".into());
        let decided = world.login(policy, attempt);
        assert_eq!(shown(&decided), "site_unreachable", "{typed}");
        assert_eq!(replay(&decided.trace), decided.decision.verdict());
        assert!(world.asked.is_empty() && world.asked_sites.is_empty());
        assert!(world.reserved.is_empty());
    }
}

#[test]
fn the_trace_says_how_the_site_was_meant() {
    let mut world = world(accepted());
    let decided = check(
        &mut world,
        attempt("plant-a/jane", sealed("c1")),
        "accept plant-a/jane in plant-a",
    );
    let form = decided
        .trace
        .entries
        .iter()
        .find_map(|entry| match &entry.record {
            Record::SiteNamed { site, form, .. } => Some((site.to_string(), *form)),
            _ => None,
        });
    let slash = SiteForm::Named(NameForm::Slash);
    assert_eq!(form, Some(("plant-a".to_owned(), slash)));
    let kept = decided
        .trace
        .entries
        .iter()
        .find_map(|entry| match &entry.record {
            Record::SiteAnswered { proof, .. } => Some(proof.clone()),
            _ => None,
        });
    assert_eq!(kept, Some(proof()));
}

#[test]
fn a_password_in_clear_goes_nowhere() {
    for typed in ["plant-a/jane", "jane@plant.example"] {
        let mut world = world(accepted());
        check(&mut world, attempt(typed, given("right")), "sealed_only");
        assert!(world.asked_sites.is_empty() && world.reserved.is_empty());
    }
}

#[test]
fn what_is_sealed_is_for_sites_alone() {
    for typed in ["jane", "eng/jane", "jane@elsewhere.example"] {
        let mut world = world(accepted());
        check(&mut world, attempt(typed, sealed("c1")), "malformed_login");
        assert!(world.asked_sites.is_empty() && world.reserved.is_empty());
    }
}

#[test]
fn nothing_is_explained_that_is_decided_elsewhere() {
    let mut world = world(accepted());
    check(
        &mut world,
        attempt("plant-a/jane", SubmittedPassword::NotAsked),
        "site_no_verdict",
    );
    assert!(world.asked_sites.is_empty());
}

#[test]
fn a_guess_counts_for_the_address_and_the_site_counts_for_the_person() {
    let check_counts = |answer, expected: &str, settled: &[Settled]| {
        let mut world = world(answer);
        check(&mut world, attempt("plant-a/jane", sealed("c1")), expected);
        let [ReserveOperation::Address { .. }] = world.reserved.as_slice() else {
            panic!("{:?}", world.reserved);
        };
        let told: Vec<_> = world.settled.iter().map(|(_, settled)| *settled).collect();
        assert_eq!(told, settled);
    };
    check_counts(
        accepted(),
        "accept plant-a/jane in plant-a",
        &[Settled::Passed],
    );
    check_counts(
        replied(SiteVerdict::MustChange),
        "change_password",
        &[Settled::Passed],
    );
    // What stays is a failure.
    check_counts(replied(SiteVerdict::Refused(None)), "refused_by_site", &[]);
    let not_counted = &[Settled::NotCounted];
    check_counts(
        replied(SiteVerdict::NoVerdict("directory_unreachable".to_owned())),
        "site_no_verdict",
        not_counted,
    );
    // That happens to anybody; the rest is a guess, or somebody who has others compute.
    for why in ["expired", "unknown_key", "busy"] {
        let refused = SiteVerdict::SealRefused(why.to_owned());
        check_counts(replied(refused), "seal_expired", not_counted);
    }
    for why in ["foreign", "malformed", "replayed"] {
        let refused = SiteVerdict::SealRefused(why.to_owned());
        check_counts(replied(refused), "seal_expired", &[]);
    }
    for (fault, expected) in [
        (SiteFault::Unreachable, "site_unreachable"),
        (SiteFault::Gone, "site_unreachable"),
        (SiteFault::Busy, "site_busy"),
        (SiteFault::TimedOut, "site_timed_out"),
        (SiteFault::Invalid, "site_reply_invalid"),
    ] {
        check_counts(unanswered(fault, true), expected, not_counted);
    }
}

#[test]
fn whoever_is_throttled_by_address_is_not_asked_about() {
    let mut world = world(accepted());
    world.throttled_after = Some(0);
    check(
        &mut world,
        attempt("plant-a/jane", sealed("c1")),
        "throttled",
    );
    assert!(world.asked_sites.is_empty());
}

#[test]
fn only_the_sites_own_device_goes_there() {
    for (identity, told) in [
        ("plant-a:staff:u-1", Some("their-device")),
        ("plant-b:staff:u-1", None),
        ("plant-a-too:staff:u-1", None),
        ("eng:u-1", None),
    ] {
        let mut world = world(accepted());
        let mut attempt = attempt("plant-a/jane", sealed("c1"));
        attempt.device = Some(Device {
            identity: identity.into(),
            id: DeviceId([1; 16]),
            of_site: Some("their-device".into()),
        });
        check(&mut world, attempt, "accept plant-a/jane in plant-a");
        assert_eq!(world.device_told.as_deref(), told, "{identity}");
    }
}

#[test]
fn what_a_platform_requires_is_the_sites_affair() {
    // No uid, no home: the site's own configuration has decided that this is enough.
    let mut policy = hub();
    policy.platform = Platform::Unix;
    let mut world = world(accepted());
    let decided = world.login(policy, attempt("plant-a/jane", sealed("c1")));
    assert_eq!(session(decided).home, None);
}

fn change(world: &mut World, old: SubmittedPassword, new: SubmittedPassword) -> Decided {
    let attempt = attempt("plant-a/jane", old);
    let now = attempt.started;
    let decided = world.walk(begin_change(attempt, new, Arc::new(hub())), now);
    assert_eq!(replay(&decided.trace), decided.decision.verdict());
    decided
}

#[test]
fn a_change_is_sealed_in_both_halves() {
    let mut changing = world(replied(SiteVerdict::Changed));
    let decided = change(&mut changing, sealed("c1"), sealed("c1"));
    assert_eq!(shown(&decided), "changed");
    assert_eq!(
        asked(&changing),
        [format!("{:?}", AskedSite::Change(0, "jane".to_owned()))]
    );
    for (old, new) in [
        (given("old"), sealed("c1")),
        (sealed("c1"), given("new")),
        (given("old"), given("new")),
    ] {
        let mut world = world(replied(SiteVerdict::Changed));
        let decided = change(&mut world, old, new);
        assert_eq!(shown(&decided), "sealed_only");
        assert!(world.asked_sites.is_empty());
    }
}

#[test]
fn a_change_that_may_have_been_made_is_told_as_that() {
    let mut lost = world(unanswered(SiteFault::Unreachable, true));
    let decided = change(&mut lost, sealed("c1"), sealed("c1"));
    assert_eq!(shown(&decided), "password_change_unknown");
    let mut away = world(unanswered(SiteFault::Unreachable, false));
    let decided = change(&mut away, sealed("c1"), sealed("c1"));
    assert_eq!(shown(&decided), "site_unreachable");
    // Its old password was right.
    let refused = SiteVerdict::Refused(Some("new_password_too_short".to_owned()));
    let mut refusing = world(replied(refused));
    let decided = change(&mut refusing, sealed("c1"), sealed("c1"));
    assert_eq!(shown(&decided), "new_password_too_short");
    assert!(matches!(
        refusing.settled.as_slice(),
        [(ReserveOperation::Address { .. }, Settled::NotCounted)]
    ));
}

fn remembered() -> Remembered {
    let mut first = world(accepted());
    let session = session(first.login(hub(), attempt("plant-a/jane", sealed("c1"))));
    Remembered::of(&session, session.authenticated_at)
}

fn ask_again(policy: LoginPolicy, answer: SiteAnswer) -> (Decided, World) {
    let mut world = world(answer);
    let mut again = attempt("", SubmittedPassword::NotAsked);
    again.at += Duration::from_secs(600);
    let now = again.started;
    let step = begin_revalidation(remembered(), again, Arc::new(policy));
    let decided = world.walk(step, now);
    assert_eq!(replay(&decided.trace), decided.decision.verdict());
    assert!(world.reserved.is_empty() && world.asked.is_empty());
    (decided, world)
}

#[test]
fn a_site_is_asked_again_with_what_it_gave() {
    let (decided, world) = ask_again(hub(), accepted());
    assert_eq!(shown(&decided), "accept plant-a/jane in plant-a");
    assert_eq!(
        asked(&world),
        [format!(
            "{:?}",
            AskedSite::Revalidate(0, "ask-again".to_owned())
        )]
    );
    let first = remembered();
    let session = session(decided);
    assert_eq!(session.authenticated_at, first.authenticated_at);
    assert_eq!(session.subject, first.subject);
}

#[test]
fn a_session_of_a_site_stands_or_falls_with_what_the_site_says() {
    let stranger = SiteSession {
        subject: "staff:u-2".to_owned(),
        ..jane()
    };
    for (answer, expected) in [
        (
            replied(SiteVerdict::Accepted(Box::new(stranger))),
            "unknown_login",
        ),
        (replied(SiteVerdict::Refused(None)), "refused_by_site"),
        (
            unanswered(SiteFault::Unreachable, false),
            "site_unreachable",
        ),
        // Who could say is gone for good: the person logs in anew.
        (unanswered(SiteFault::Gone, false), "unknown_login"),
    ] {
        let (decided, _) = ask_again(hub(), answer);
        assert_eq!(shown(&decided), expected);
    }
    let mut gone = hub();
    gone.sites.remove(0);
    let (decided, world) = ask_again(gone, accepted());
    assert_eq!(shown(&decided), "unknown_domain");
    assert!(world.asked_sites.is_empty());
}

#[test]
fn a_token_that_the_site_does_not_renew_is_kept() {
    let keeps = SiteSession {
        token: None,
        ..jane()
    };
    let (decided, _) = ask_again(hub(), replied(SiteVerdict::Accepted(Box::new(keeps))));
    let kept = session(decided).anchor.site_token;
    assert_eq!(kept.as_deref(), Some("ask-again"));
}
