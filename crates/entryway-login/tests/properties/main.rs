//! What holds for any configuration and any sequence of answers, however odd.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // what is odd here is a failed test

mod answers;
mod names;
mod revalidation;
mod run;
mod setup;
mod sites;
#[path = "../support/mod.rs"]
mod support;

use answers::{SECRET, answers};
use entryway_login::{
    BindVerdict, Decided, Decision, KeptIn, OsOutcome, Platform, Record, ReserveOperation, Session,
    Settled, Source, SubmittedPassword, UserType,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use run::{Seen, Who, login};
use setup::{Says, Setup, setup};
use std::collections::BTreeSet;
use support::given;
use support::replay::replay;

const PASSWORD: &str = "a very secret one";

/// Properties of what never happens hold of nothing at all: the answers must lead to every kind of end.
#[test]
fn the_answers_lead_everywhere() {
    let mut runner = TestRunner::deterministic();
    let (mut ends, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..3_000 {
        let both = (setup(), answers()).new_tree(&mut runner);
        let (setup, answers) = both.expect("the strategy gives values").current();
        let (decided, seen) = login(&setup, given(PASSWORD), &answers);
        let row = decided.decision.row();
        let source = match &decided.decision {
            Decision::Accept(session) => match session.source {
                Source::Domain(_) => "domain",
                Source::Local => "local",
                Source::Os => "os",
                Source::Site(_) => panic!("there is no site"),
            },
            _ => "",
        };
        ends.insert(format!("{:?} {source} {}", row.outcome, seen.checks.len()));
        codes.insert(row.code);
    }
    for end in [
        "Accept domain 1",
        "Accept domain 2",
        "Accept local 1",
        "Accept os 1",
        "Challenge  1",
        "Reject  0",
        "Reject  1",
        "Reject  2",
        "Indeterminate  0",
        "Indeterminate  1",
        "Indeterminate  2",
    ] {
        assert!(ends.contains(end), "{end:?} is not among {ends:?}");
    }
    for code in [
        "unknown_login",
        "wrong_password",
        "ambiguous_login",
        "unknown_domain",
        "malformed_login",
        "account_disabled",
        "account_locked",
        "account_expired",
        "password_expired",
        "missing_attribute",
        "invalid_attribute",
        "ldap_disabled",
        "dn_not_permitted",
        "template_unresolved",
        "rule_failed",
        "throttled",
        "deadline",
        "directory_unreachable",
        "directory_protocol_error",
        "directory_refused_operation",
        "store_unavailable",
        "partial_groups",
        "os_unavailable",
    ] {
        assert!(codes.contains(code), "{code:?} is not among {codes:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_login_with_a_password(setup in setup(), answers in answers()) {
        let (decided, seen) = login(&setup, given(PASSWORD), &answers);
        check_authority(&decided, &seen);
        check_counts(&decided, &seen);
        check_trace(&decided, &seen);
        match &decided.decision {
            Decision::Accept(session) => check_rules(&setup, &seen, session),
            Decision::WouldAccept(_) | Decision::Changed => panic!("a password was given, and no new one"),
            Decision::Reject(_) => assert!(!seen.skipped, "somebody who was skipped may know them"),
            Decision::Challenge(_) | Decision::Indeterminate(_) => {}
        }
    }

    #[test]
    fn a_login_without_a_password(setup in setup(), answers in answers()) {
        let (decided, seen) = login(&setup, SubmittedPassword::NotAsked, &answers);
        check_trace(&decided, &seen);
        // Nothing is guessed and nothing is counted.
        assert!(seen.checks.is_empty() && seen.reserved.is_empty() && decided.settle.is_empty());
        match &decided.decision {
            Decision::WouldAccept(session) => check_rules(&setup, &seen, session),
            Decision::Accept(_) | Decision::Challenge(_) | Decision::Changed => panic!("no password was given"),
            Decision::Reject(_) => assert!(!seen.skipped),
            Decision::Indeterminate(_) => {}
        }
    }
}

/// Who may be let in: only whom one authority verified, with the password of whom it found.
fn check_authority(decided: &Decided, seen: &Seen) {
    let binds: Vec<_> = seen
        .checks
        .iter()
        .filter(|check| matches!(check.who, Who::Entry { .. }))
        .collect();
    assert!(binds.len() <= 2 && seen.checks.len() <= 3, "{seen:?}");
    for bind in &binds {
        assert!(
            matches!(bind.who, Who::Entry { given: true, .. }),
            "{seen:?}"
        );
    }
    if let [first, second] = binds.as_slice() {
        let room = second.counted >= 2;
        assert!(!first.answered && (!first.exposed || room), "{seen:?}");
        // A password is shown to one entry in all, however often it was looked for.
        let (Who::Entry { dn: one, .. }, Who::Entry { dn: other, .. }) = (&first.who, &second.who)
        else {
            unreachable!()
        };
        assert_eq!(one, other);
    }
    let Decision::Accept(session) = &decided.decision else {
        return;
    };
    let clean: Vec<_> = seen.checks.iter().filter(|check| check.clean).collect();
    let [verified] = clean.as_slice() else {
        panic!("{} verifications: {seen:?}", clean.len())
    };
    assert!(seen.checks.last().is_some_and(|last| last.clean));
    match (&verified.who, session.source) {
        (Who::Local, Source::Local) | (Who::Os, Source::Os) => {
            assert_eq!(verified.identity, session.subject.0);
        }
        (Who::Entry { server, dn, .. }, Source::Domain(_)) => {
            assert_eq!(session.dn.as_deref(), Some(&**dn));
            assert_eq!(session.server.as_ref(), Some(server));
            assert_eq!(verified.identity, session.subject.0);
        }
        (who, source) => panic!("{who:?} verified, and {source:?} lets in"),
    }
}

/// What is counted before a password is shown, and what stays counted.
fn check_counts(decided: &Decided, seen: &Seen) {
    for (at, check) in seen.checks.iter().enumerate() {
        let earlier = seen.checks[..at].iter();
        let used = earlier.filter(|other| other.identity == check.identity && other.exposed);
        assert!(check.counted > used.count(), "uncounted: {seen:?}");
    }
    let Some(last) = seen.checks.last() else {
        return;
    };
    assert!(matches!(
        seen.reserved.first(),
        Some(ReserveOperation::Address { .. })
    ));
    let settled = |how: Settled, identity: &str| {
        let theirs = decided.settle.iter().filter(|(operation, settled)| {
            let ReserveOperation::Identity(counted) = operation else {
                return false;
            };
            *settled == how && *counted.identity == *identity
        });
        theirs.count()
    };
    // Only a right password forgets what others guessed before.
    let right = was_right(decided);
    let passed = decided
        .settle
        .iter()
        .any(|(_, settled)| *settled == Settled::Passed);
    assert!(!passed || right);
    assert!(passed || !matches!(decided.decision, Decision::Accept(_)));
    for check in &seen.checks {
        let theirs = |other: &&run::Check| other.identity == check.identity && other.exposed;
        let exposures = seen.checks.iter().filter(theirs).count();
        let stays = seen.counted(&check.identity)
            - settled(Settled::Passed, &check.identity)
            - settled(Settled::NotCounted, &check.identity);
        let is_last = check.identity == last.identity;
        assert!(is_last || settled(Settled::Passed, &check.identity) == 0);
        let expected = match (passed, right) {
            (true, _) if is_last => 0,
            (false, true) if is_last => exposures - usize::from(last.exposed),
            _ => exposures,
        };
        assert_eq!(stays, expected, "{decided:?} {seen:?}");
    }
}

/// Whether the last authority that was asked said yes, be it with a condition.
fn was_right(decided: &Decided) -> bool {
    let mut entries = decided.trace.entries.iter().rev();
    entries.any(|entry| {
        matches!(
            &entry.record,
            Record::Bound {
                verdict: BindVerdict::Verified | BindVerdict::MustChange,
                ..
            } | Record::LocalVerified {
                verdict: BindVerdict::Verified,
                ..
            } | Record::OsAnswered {
                outcome: OsOutcome::Verified { .. } | OsOutcome::MustChange
            }
        )
    })
}

/// The trace tells what was asked, why it ended so, and nothing secret.
fn check_trace(decided: &Decided, seen: &Seen) {
    assert_eq!(
        seen.late, 0,
        "asked after the deadline: {:?}",
        decided.trace
    );
    let records = || decided.trace.entries.iter().map(|entry| &entry.record);
    let searches = records().filter(|record| matches!(record, Record::Searched { .. }));
    assert_eq!(searches.count(), seen.finds);
    assert!(seen.finds <= 5);
    let binds = records()
        .filter(|record| matches!(record, Record::Bound { .. } | Record::BindUnanswered { .. }));
    let shown = seen
        .checks
        .iter()
        .filter(|check| matches!(check.who, Who::Entry { .. }));
    assert_eq!(binds.count(), shown.count());
    let verdict = decided.decision.verdict();
    let last = records().next_back();
    assert!(matches!(last, Some(Record::Decided(said)) if *said == verdict));
    assert_eq!(replay(&decided.trace), verdict, "{:?}", decided.trace);
    let said = format!("{decided:?}");
    assert!(!said.contains(PASSWORD) && !said.contains(SECRET), "{said}");
}

/// Every rule's precondition, said anew and from the rows themselves.
fn check_rules(setup: &Setup, seen: &Seen, session: &Session) {
    let unix = setup.platform == Platform::Unix;
    if setup.platform != Platform::None {
        assert!(session.gid.is_some() && session.home.is_some() && session.user_type.is_some());
    }
    assert!(!unix || (session.uid.is_some() && session.shell.is_some()));
    let class = session.user_class.as_deref();
    check_class(setup, seen, session);
    let Source::Domain(id) = session.source else {
        assert_eq!(session.template, None);
        return;
    };
    let filters = setup.domains[id.0].filters.iter();
    let applied: Vec<_> = filters.filter(|filter| filter.applies(class)).collect();
    let dn = session.dn.as_deref().unwrap_or_default();
    assert!(
        applied.is_empty() || applied.iter().any(|filter| filter.lets_in(dn)),
        "{session:?}"
    );
    if let Some(from) = &seen.groups_from {
        assert_eq!(Some(from), session.server.as_ref());
    }
    let first = setup.templates.iter().position(|row| row.applies(class));
    let account = setup
        .account
        .filter(|account| account.kept == KeptIn::Directory);
    let is_default = id.0 < setup.domains.len().min(2);
    let overlaid = account.is_some() && is_default && session.name == "bob";
    let template = first.map(|at| format!("t{}", 200 + at));
    assert_eq!(session.template.as_deref(), template.as_deref());
    assert!(template.is_none() || session.user_type == Some(UserType::Virtual));
    if overlaid {
        assert!(account.is_some_and(|account| account.enabled));
        assert!(!unix || session.uid == Some(7));
    }
}

/// The class is the first that fits; none before it failed.
fn check_class(setup: &Setup, seen: &Seen, session: &Session) {
    let fits = |row: &&setup::ClassSetup| {
        let domain = row.domain.map(|at| setup::DOMAINS[at]);
        // A template hides what the class saw.
        let real = row.real.is_none_or(|real| {
            let wanted = if real {
                UserType::Real
            } else {
                UserType::Virtual
            };
            session.user_type == Some(wanted)
        });
        let of = domain.unwrap_or("eng");
        let in_team = seen.in_team && matches!(session.source, Source::Domain(_));
        domain.is_none_or(|domain| *session.domain == *domain)
            && (!row.bob || session.name.starts_with("bo"))
            && real
            && (!row.group || (in_team && of == &*session.domain))
            && row.when != Some(Says::No)
    };
    if session.template.is_some() && setup.classes.iter().any(|row| row.real.is_some()) {
        return;
    }
    let first = setup.classes.iter().find(fits);
    assert!(first.is_none_or(|row| row.when != Some(Says::Fails)));
    assert_eq!(
        session.user_class.as_deref(),
        first.map(setup::ClassSetup::name)
    );
}
