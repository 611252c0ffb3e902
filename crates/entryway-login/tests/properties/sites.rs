//! People of a site, whatever is answered: a session comes of a connector's accept alone, and of no bind here.

use super::answers::{Answer, answers};
use super::check_trace;
use super::run::{Stage, walk_with};
use super::setup::{Setup, setup};
use super::support::{attempt, given};
use entryway_login::{
    Attempt, Decided, Decision, Fault, LoginPolicy, Reason, ReplyProof, ReserveOperation, RuleId,
    SealedFor, SealedPassword, SiteAnswer, SiteFault, SiteId, SitePolicy, SiteReply, SiteSession,
    SiteTakes, SiteUnanswered, SiteVerdict, Source, Step, SubmittedPassword, begin, begin_change,
};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// What a site may answer.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    Verdict(SiteVerdict),
    Nothing(SiteFault, bool),
}

fn says() -> impl Strategy<Value = Says> {
    let text = prop_oneof![
        4 => Just("jane".to_owned()),
        1 => Just(String::new()),
        1 => Just("two\nlines".to_owned()),
    ];
    let session = (text.clone(), text).prop_map(|(subject, name)| {
        let session = SiteSession {
            subject,
            name,
            ..SiteSession::default()
        };
        SiteVerdict::Accepted(Box::new(session))
    });
    let code = prop_oneof![
        Just("wrong_password"),
        Just("new_password_too_short"),
        Just("deadline"),
        Just("password_change_unknown"),
        Just("nothing known"),
    ];
    let verdict = prop_oneof![
        4 => session,
        1 => Just(SiteVerdict::MustChange),
        1 => Just(SiteVerdict::Changed),
        1 => Just(SiteVerdict::Refused(None)),
        2 => code.clone().prop_map(|code| SiteVerdict::Refused(Some(code.to_owned()))),
        2 => code.prop_map(|code| SiteVerdict::NoVerdict(code.to_owned())),
        1 => Just(SiteVerdict::SealRefused("expired".to_owned())),
    ];
    let fault = prop_oneof![
        Just(SiteFault::Unreachable),
        Just(SiteFault::Busy),
        Just(SiteFault::TimedOut),
        Just(SiteFault::Invalid),
    ];
    prop_oneof![
        3 => verdict.prop_map(Says::Verdict),
        1 => (fault, any::<bool>()).prop_map(|(fault, written)| Says::Nothing(fault, written)),
    ]
}

fn sealed() -> SubmittedPassword {
    let sealed = SealedFor {
        connector: "c1".into(),
        key_id: "key".into(),
        nonce: "nonce".into(),
        enc: "enc".into(),
        ciphertext: "ciphertext".into(),
    };
    let sealed = SealedPassword::new(vec![sealed]).expect("one is not too many");
    SubmittedPassword::Sealed(Arc::new(sealed))
}

fn hub(setup: &Setup) -> Arc<LoginPolicy> {
    let mut policy = setup.policy();
    policy.sites = vec![SitePolicy {
        name: "plant".into(),
        suffixes: vec!["plant.example".to_owned()],
        clients: Vec::new(),
        applications: None,
        lookups: Vec::new(),
        enabled: true,
        takes: SiteTakes::default(),
        rule: RuleId(70),
    }];
    Arc::new(policy)
}

fn stage<'a>(setup: &'a Setup, attempt: &Attempt) -> Stage<'a> {
    Stage {
        setup,
        bare: false,
        account: setup.local_account(),
        started: attempt.started,
        deadline: attempt.deadline,
    }
}

/// Walks with one answer of the site; whether it was asked.
fn asked(stage: &Stage<'_>, step: Step, answers: &[Answer], says: &Says) -> (Decided, bool) {
    let mut once = Some(says);
    let site = |_operation: entryway_login::SiteOperation| {
        let reply = match once.take().expect("a site is asked once") {
            Says::Verdict(verdict) => Ok(SiteReply {
                proof: ReplyProof {
                    digest: [1; 32],
                    signature: [2; 64].into(),
                    beside: Box::default(),
                    stated: None,
                },
                verdict: verdict.clone(),
            }),
            Says::Nothing(fault, written) => Err(SiteUnanswered {
                fault: *fault,
                written: *written,
                cause: String::new(),
            }),
        };
        SiteAnswer {
            connector: Some("c1".into()),
            reply,
            took: Duration::from_millis(1),
        }
    };
    let (decided, seen) = walk_with(stage, step, answers, site);
    check_trace(&decided, &seen);
    assert!(seen.checks.is_empty() && seen.finds == 0 && seen.late == 0);
    let counted =
        |operation: &ReserveOperation| matches!(operation, ReserveOperation::Address { .. });
    assert!(seen.reserved.iter().all(counted));
    (decided, once.is_none())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_login_at_a_site(setup in setup(), answers in answers(), says in says()) {
        let attempt = attempt("plant/jane", sealed());
        let stage = stage(&setup, &attempt);
        let (decided, asked) = asked(&stage, begin(attempt, hub(&setup)), &answers, &says);
        match &decided.decision {
            Decision::Accept(session) => {
                let Says::Verdict(SiteVerdict::Accepted(told)) = &says else {
                    panic!("only a connector's accept lets anybody in: {says:?}");
                };
                prop_assert!(asked);
                prop_assert_eq!(session.source, Source::Site(SiteId(0)));
                prop_assert_eq!(&session.subject.0, &format!("plant:{}", told.subject));
                prop_assert_eq!(&session.name, &format!("plant/{}", told.name));
            }
            Decision::Challenge(_) => {
                prop_assert!(matches!(says, Says::Verdict(SiteVerdict::MustChange)));
            }
            Decision::WouldAccept(_) | Decision::Changed => panic!("a login was asked for"),
            // What is answered here is not told as the site's "no".
            Decision::Reject(reason) if asked => {
                prop_assert!(matches!(says, Says::Verdict(SiteVerdict::Refused(_))), "{:?}", reason);
            }
            Decision::Reject(reason) => prop_assert_eq!(*reason, Reason::Throttled),
            Decision::Indeterminate(_) => {}
        }
    }

    #[test]
    fn a_change_at_a_site(setup in setup(), answers in answers(), says in says()) {
        let attempt = attempt("jane@plant.example", sealed());
        let stage = stage(&setup, &attempt);
        let step = begin_change(attempt, sealed(), hub(&setup));
        let (decided, asked) = asked(&stage, step, &answers, &says);
        match &decided.decision {
            Decision::Accept(_) | Decision::WouldAccept(_) | Decision::Challenge(_) => {
                panic!("a change lets nobody in")
            }
            Decision::Changed => {
                prop_assert!(asked);
                prop_assert!(matches!(says, Says::Verdict(SiteVerdict::Changed)));
            }
            Decision::Indeterminate(fault) => {
                // Whoever may have written must not be told that nothing happened.
                if let (true, Says::Nothing(_, true)) = (asked, &says) {
                    prop_assert_eq!(*fault, Fault::PasswordChangeUnknown);
                }
            }
            Decision::Reject(_) => {}
        }
    }

    #[test]
    fn a_clear_password_reaches_no_site(setup in setup(), answers in answers(), says in says()) {
        let attempt = attempt("plant/jane", given(super::PASSWORD));
        let stage = stage(&setup, &attempt);
        let (decided, asked) = asked(&stage, begin(attempt, hub(&setup)), &answers, &says);
        prop_assert!(!asked && decided.settle.is_empty());
        prop_assert!(matches!(decided.decision, Decision::Reject(Reason::SealedOnly)));
    }
}
