//! What holds for any sequence of answers, however odd.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)] // what is odd here is a failed test

mod support;

use entryway_ldap_types::{Entry, PasswordPolicy, PasswordPolicyError, ResultCode};
use entryway_login::{
    BindAnswer, BindReply, BindUnanswered, Decided, Decision, FindAnswer, LoginPolicy, Outcome,
    Record, ReserveAnswer, Served, ServerFault, ServerTry, Step, SubmittedPassword, WhenDown,
    begin,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use support::{attempt, domain, entry, given, policy, searching, template};

/// What the world says to one operation; the half that fits the operation is used.
#[derive(Debug, Clone)]
struct Answer {
    find: Find,
    bind: Bind,
    millis: u64,
}

#[derive(Debug, Clone)]
enum Find {
    Down(Vec<ServerFault>),
    Served {
        server: u8,
        entries: Vec<u8>,
        code: u32,
    },
}

#[derive(Debug, Clone)]
enum Bind {
    Reply {
        code: u32,
        diagnostic: String,
        policy: Option<PasswordPolicy>,
        another_server: bool,
    },
    Unanswered {
        written: bool,
        fault: ServerFault,
    },
}

fn fault() -> impl Strategy<Value = ServerFault> {
    use ServerFault::{
        Ourselves, Protocol, ServiceBindRefused, TimedOut, TlsUntrusted, Unreachable,
    };
    prop::sample::select(vec![
        Unreachable,
        TlsUntrusted,
        ServiceBindRefused,
        Protocol,
        TimedOut,
        Ourselves,
    ])
}

fn code() -> impl Strategy<Value = u32> {
    prop_oneof![6 => Just(0), 2 => Just(49), 1 => 0..100u32, 1 => any::<u32>()]
}

fn find() -> impl Strategy<Value = Find> {
    let served = (0..3u8, prop::collection::vec(0..5u8, 0..3), code());
    prop_oneof![
        1 => prop::collection::vec(fault(), 0..3).prop_map(Find::Down),
        6 => served.prop_map(|(server, entries, code)| Find::Served { server, entries, code }),
    ]
}

fn control() -> impl Strategy<Value = Option<PasswordPolicy>> {
    use PasswordPolicyError::{
        AccountLocked, ChangeAfterReset, Other, PasswordExpired, PasswordTooShort,
    };
    let error = prop::sample::select(vec![
        None,
        Some(PasswordExpired),
        Some(AccountLocked),
        Some(ChangeAfterReset),
        Some(PasswordTooShort),
        Some(Other(42)),
    ]);
    prop::option::of(
        (error, any::<Option<u32>>()).prop_map(|(error, expires_in)| PasswordPolicy {
            expires_in,
            grace_left: None,
            error,
        }),
    )
}

fn bind() -> impl Strategy<Value = Bind> {
    let diagnostic = prop_oneof![
        Just(String::new()),
        "comment: AcceptSecurityContext error, data (525|52e|530|532|533|773|775|x), v1db1",
        ".{0,40}"
    ];
    let reply = (code(), diagnostic, control(), prop::bool::weighted(0.1));
    prop_oneof![
        5 => reply.prop_map(|(code, diagnostic, policy, another_server)| Bind::Reply { code, diagnostic, policy, another_server }),
        1 => (any::<bool>(), fault()).prop_map(|(written, fault)| Bind::Unanswered { written, fault }),
    ]
}

fn answer() -> impl Strategy<Value = Answer> {
    (find(), bind(), 0..1200u64).prop_map(|(find, bind, millis)| Answer { find, bind, millis })
}

/// Entries that fit, that are disabled, that lie elsewhere.
fn pool(at: u8) -> Entry {
    match at {
        0 => entry("uid=bob,ou=people,dc=eng", &[("uid", &["bob"])]),
        1 => entry("uid=bob,ou=people,dc=ops", &[("uid", &["bob"])]),
        2 => entry(
            "uid=off,ou=people,dc=eng",
            &[("uid", &["off"]), ("userAccountControl", &["514"])],
        ),
        3 => entry("uid=x,dc=elsewhere", &[("uid", &["x"])]),
        _ => entry(
            "uid=odd,ou=people,dc=eng",
            &[("uid", &["a/b"]), ("uidNumber", &["many"])],
        ),
    }
}

fn two_domains(skip: bool, mail: bool) -> LoginPolicy {
    let mut policy = policy(vec![domain("eng"), domain("ops")]);
    for domain in &mut policy.domains {
        domain.when_down = if skip { WhenDown::Skip } else { WhenDown::Stop };
        domain.defaults.auth_by_email = true;
        if mail {
            *domain = searching(domain.clone(), |people| {
                people.by_email = Some(template("(mail={login})"))
            });
        }
    }
    policy
}

/// What was seen from outside while a login ran.
#[derive(Default)]
struct Seen {
    finds: usize,
    /// Server and DN of the last single entry.
    given: Option<(Arc<str>, Box<str>)>,
    binds: Vec<BindSeen>,
}

struct BindSeen {
    server: Arc<str>,
    dn: Box<str>,
    of_the_entry_found: bool,
    answered: bool,
    clean_success: bool,
}

fn run(policy: LoginPolicy, password: SubmittedPassword, answers: &[Answer]) -> (Decided, Seen) {
    let attempt = attempt("bob", password);
    let mut now = attempt.started;
    let mut seen = Seen::default();
    let mut step = begin(attempt, Arc::new(policy));
    let mut answers = answers.iter().cycle();
    loop {
        let answer = answers.next().expect("a cycle has no end").clone();
        now += Duration::from_millis(answer.millis);
        let took = Duration::from_millis(answer.millis);
        step = match step {
            Step::Reserve(_, then) => then.resume(ReserveAnswer::Reserved, now),
            Step::FindLocal(_, then) => then.resume(Ok(None), now),
            Step::VerifyLocal(..) | Step::Groups(..) | Step::FindOs(..) | Step::LoginOs(..) => {
                panic!("nothing asks for these")
            }
            Step::Find(_, then) => {
                seen.finds += 1;
                let (tried, served) = match answer.find {
                    Find::Down(faults) => {
                        let tried = |fault| ServerTry {
                            server: "down".into(),
                            fault,
                            cause: String::new(),
                        };
                        (faults.into_iter().map(tried).collect(), None)
                    }
                    Find::Served {
                        server,
                        entries,
                        code,
                    } => {
                        let entries: Vec<Entry> = entries.into_iter().map(pool).collect();
                        let server: Arc<str> = format!("ldaps://dc{server}").into();
                        seen.given = entries
                            .first()
                            .map(|entry| (server.clone(), entry.dn_text.clone()));
                        (
                            Vec::new(),
                            Some(Served {
                                server,
                                entries,
                                code: ResultCode(code),
                                diagnostic: String::new(),
                                lockout_threshold: None,
                                lockout_duration: None,
                            }),
                        )
                    }
                };
                then.resume(
                    FindAnswer {
                        tried,
                        served,
                        took,
                    },
                    now,
                )
            }
            Step::Bind(operation, then) => {
                let of_the_entry_found =
                    seen.given == Some((operation.server.clone(), operation.dn.clone()));
                let (server, reply, answered, clean_success) = match answer.bind {
                    Bind::Reply {
                        code,
                        diagnostic,
                        policy,
                        another_server,
                    } => {
                        let server = if another_server {
                            "ldaps://another".into()
                        } else {
                            operation.server.clone()
                        };
                        let clean = code == 0
                            && !another_server
                            && policy.is_none_or(|policy| policy.error.is_none());
                        (
                            server,
                            Ok(BindReply {
                                code: ResultCode(code),
                                diagnostic,
                                policy,
                            }),
                            true,
                            clean,
                        )
                    }
                    Bind::Unanswered { written, fault } => (
                        operation.server.clone(),
                        Err(BindUnanswered {
                            written,
                            fault,
                            cause: String::new(),
                        }),
                        false,
                        false,
                    ),
                };
                seen.binds.push(BindSeen {
                    server: operation.server,
                    dn: operation.dn,
                    of_the_entry_found,
                    answered,
                    clean_success,
                });
                then.resume(
                    BindAnswer {
                        server,
                        reply,
                        took,
                    },
                    now,
                )
            }
            Step::Decided(decided) => return (*decided, seen),
        };
    }
}

/// Properties of what never happens hold of nothing at all: the answers must lead to every kind of end.
#[test]
fn the_answers_lead_everywhere() {
    let mut runner = TestRunner::deterministic();
    let answers = prop::collection::vec(answer(), 1..8);
    let mut ends = HashSet::new();
    for _ in 0..2048 {
        let answers = answers
            .new_tree(&mut runner)
            .expect("the strategy gives values")
            .current();
        let (decided, seen) = run(two_domains(true, true), given("right"), &answers);
        ends.insert((decided.decision.row().outcome, seen.binds.len()));
    }
    for end in [
        (Outcome::Accept, 1),
        (Outcome::Accept, 2),
        (Outcome::Challenge, 1),
        (Outcome::Reject, 0),
        (Outcome::Reject, 1),
    ] {
        assert!(ends.contains(&end), "{end:?} is not among {ends:?}");
    }
    assert!(
        ends.iter()
            .any(|(outcome, _)| *outcome == Outcome::Indeterminate)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn accept_means_one_success_for_the_entry_found(
        answers in prop::collection::vec(answer(), 1..8), skip: bool, mail: bool,
    ) {
        let (decided, seen) = run(two_domains(skip, mail), given("right"), &answers);
        // However it ends: bounded, every bind is for the entry just given, and at most one was answered.
        prop_assert!(seen.finds <= 5 && seen.binds.len() <= 2);
        prop_assert!(seen.binds.iter().all(|bind| bind.of_the_entry_found));
        // A password is shown to one entry in all, however often it was looked for.
        prop_assert!(seen.binds.iter().all(|bind| bind.dn == seen.binds[0].dn));
        prop_assert!(seen.binds.iter().filter(|bind| bind.answered).count() <= 1);
        let successes: Vec<_> = seen.binds.iter().filter(|bind| bind.clean_success).collect();
        match &decided.decision {
            Decision::Accept(session) => {
                prop_assert_eq!(successes.len(), 1);
                prop_assert_eq!(session.dn.as_deref(), Some(&*successes[0].dn));
                prop_assert_eq!(session.server.as_ref(), Some(&successes[0].server));
                prop_assert!(seen.binds.last().is_some_and(|last| last.clean_success));
            }
            Decision::WouldAccept(_) => prop_assert!(false, "a password was given"),
            Decision::Challenge(_) | Decision::Reject(_) | Decision::Indeterminate(_) => {}
        }
    }

    #[test]
    fn a_login_without_a_password_never_binds_and_never_accepts(
        answers in prop::collection::vec(answer(), 1..8), skip: bool, mail: bool,
    ) {
        let (decided, seen) = run(two_domains(skip, mail), SubmittedPassword::NotAsked, &answers);
        prop_assert!(seen.binds.is_empty());
        prop_assert!(!matches!(decided.decision, Decision::Accept(_) | Decision::Challenge(_)));
    }

    #[test]
    fn every_trace_tells_what_was_asked_and_how_it_ended(
        answers in prop::collection::vec(answer(), 1..8), skip: bool, mail: bool,
    ) {
        let (decided, seen) = run(two_domains(skip, mail), given("right"), &answers);
        let count = |is: fn(&Record) -> bool| decided.trace.entries.iter().filter(|entry| is(&entry.record)).count();
        prop_assert_eq!(count(|record| matches!(record, Record::Searched { .. })), seen.finds);
        prop_assert_eq!(count(|record| matches!(record, Record::Bound { .. } | Record::BindUnanswered { .. })), seen.binds.len());
        prop_assert_eq!(count(|record| matches!(record, Record::Decided(_))), 1);
        let last = decided.trace.entries.last().map(|entry| &entry.record);
        prop_assert!(matches!(last, Some(Record::Decided(verdict)) if *verdict == decided.decision.verdict()));
    }
}
