//! Whether somebody is still welcome, whatever is answered.

use super::answers::{answers, pool};
use super::check_trace;
use super::run::{Stage, walk};
use super::setup::{DOMAINS, setup};
use super::support::{NOON, attempt, attribute};
use entryway_login::{
    Decision, Method, Remembered, Source, Subject, SubmittedPassword, begin_revalidation,
};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Who was remembered: the person of the pool who has an identity, one who has none, an account.
fn remembered(who: u8, login_name: &str, stamp: Option<Box<[u8]>>) -> Remembered {
    let (authority, subject) = match who {
        0 => ("eng", Subject("eng:u-1".to_owned())),
        1 => ("ops", Subject::from_dn("ops", &pool(1, 0).dn)),
        2 => ("local", Subject::of_local("7")),
        3 => ("os", Subject::of_os("bob")),
        _ => ("gone", Subject("gone:u-1".to_owned())),
    };
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(NOON - 600);
    Remembered {
        subject,
        authority: authority.into(),
        name: "bob".into(),
        login_name: login_name.into(),
        identity: (who == 0).then(|| (attribute("entryUUID"), (*b"u-1").into())),
        dn: (who == 1).then(|| format!("uid=bob,ou=people,dc={}", DOMAINS[1]).into()),
        password_stamp: stamp,
        authenticated_at: at,
        confirmed_at: at,
        method: Method::Password,
        site_token: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(750))]

    #[test]
    fn only_the_same_person_is_still_welcome(
        setup in setup(), answers in answers(), who in 0..5_u8, stamped: bool,
    ) {
        let attempt = attempt("", SubmittedPassword::NotAsked);
        let stage = Stage {
            setup: &setup,
            bare: false,
            account: setup.local_account(),
            started: attempt.started,
            deadline: attempt.deadline,
        };
        let stamp = stamped.then(|| (*b"1").into());
        let remembered = remembered(who, setup.typed, stamp);
        let step = begin_revalidation(remembered.clone(), attempt, Arc::new(setup.policy()));
        let (decided, seen) = walk(&stage, step, &answers);
        check_trace(&decided, &seen);
        prop_assert!(seen.checks.is_empty() && seen.reserved.is_empty() && decided.settle.is_empty());
        match &decided.decision {
            Decision::Accept(session) => {
                prop_assert_eq!(&session.subject, &remembered.subject);
                prop_assert_eq!(session.authenticated_at, remembered.authenticated_at);
                prop_assert_eq!(&session.anchor.password_stamp, &remembered.password_stamp);
                let source = match who { 2 => Source::Local, 3 => Source::Os, _ => session.source };
                prop_assert_eq!(session.source, source);
                super::check_rules(&setup, &seen, session);
            }
            Decision::WouldAccept(_) | Decision::Challenge(_) | Decision::Changed => prop_assert!(false, "no password was asked for"),
            Decision::Reject(_) | Decision::Indeterminate(_) => {}
        }
    }
}
