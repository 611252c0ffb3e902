//! Changes of a password: a login with the old one, then the change.

use super::*;
use entryway_login::{
    ChangeLocalFailure, ChangeReply, ChangeUnanswered, OsReply, Settled, StoreUnavailable, UserType,
};

const NEW: &str = "new secret";

/// Changes bob's password from `right` and says how it ends; the trace must end the same way, and know no password.
fn check_change(policy: LoginPolicy, world: &mut World, expected: &str) -> Decided {
    check_change_from(policy, world, "right", NEW, expected)
}

fn check_change_from(
    policy: LoginPolicy,
    world: &mut World,
    old: &str,
    new: &str,
    expected: &str,
) -> Decided {
    let decided = world.change(policy, attempt("bob", given(old)), new);
    assert_eq!(shown(&decided), expected, "{:?}", decided.trace);
    assert_eq!(replay(&decided.trace), decided.decision.verdict());
    let told = format!("{decided:?}");
    assert!(!told.contains(NEW), "{told}");
    decided
}

fn eng() -> LoginPolicy {
    policy(vec![domain("eng")])
}

fn eng_world() -> World {
    one_world(vec![(person("bob", "eng"), "right")])
}

fn asked_to_change(world: &World) -> Vec<&Asked> {
    let asked = world.asked.iter();
    asked
        .filter(|asked| matches!(asked, Asked::Change { .. } | Asked::ChangeLocal { .. }))
        .collect()
}

fn asked_of_eng(bound: bool) -> Asked {
    Asked::Change {
        dn: "uid=bob,ou=people,dc=eng".to_owned(),
        old: "right".to_owned(),
        new: NEW.to_owned(),
        bound,
    }
}

/// What the throttle was told of the address and of the identity.
fn check_settled(world: &World, expected: &[Settled]) {
    let settled: Vec<_> = world.settled.iter().map(|(_, settled)| *settled).collect();
    assert_eq!(settled, expected);
}

#[test]
fn the_old_password_is_proven_by_one_bind_and_then_changed_once() {
    let mut world = eng_world();
    let decided = check_change(eng(), &mut world, "changed");
    assert_eq!(world.binds(), 1);
    assert_eq!(asked_to_change(&world), [&asked_of_eng(true)]);
    assert!(decided.tokens.is_none());
    check_settled(&world, &[Settled::Passed, Settled::Passed]);
}

#[test]
fn a_wrong_old_password_is_a_failed_login_and_changes_nothing() {
    let mut world = eng_world();
    check_change_from(eng(), &mut world, "wrong", NEW, "wrong_password");
    assert_eq!((world.binds(), asked_to_change(&world).len()), (1, 0));
    check_settled(&world, &[]);
}

#[test]
fn whoever_may_not_log_in_may_not_change() {
    let disabled = with(person("bob", "eng"), "nsAccountLock", "TRUE");
    let mut world = one_world(vec![(disabled, "right")]);
    check_change(eng(), &mut world, "account_disabled");
    assert_eq!(asked_to_change(&world).len(), 0);
    let mut world = eng_world();
    world.throttled_after = Some(1);
    check_change(eng(), &mut world, "throttled");
    assert_eq!((world.binds(), asked_to_change(&world).len()), (0, 0));
}

#[test]
fn a_new_password_that_cannot_be_one_asks_nobody() {
    for new in ["", "a\u{7}b", &"x".repeat(1025)] {
        let mut world = eng_world();
        check_change_from(eng(), &mut world, "right", new, "new_password_malformed");
        assert_eq!((world.asked.len(), world.reserved.len()), (0, 0));
    }
    let mut world = eng_world();
    let latin = entryway_ldap_types::Password::new(b"caf\xe9".to_vec()).unwrap();
    let new = SubmittedPassword::Given(latin.into());
    let old = attempt("bob", given("right"));
    let started = old.started;
    let step = entryway_login::begin_change(old, new, eng().into());
    let decided = world.walk(step, started);
    assert_eq!(shown(&decided), "new_password_malformed");
}

#[test]
fn nobody_changes_without_an_old_password() {
    for old in [SubmittedPassword::NotAsked, SubmittedPassword::Malformed] {
        let mut world = eng_world();
        let decided = world.change(eng(), attempt("bob", old), NEW);
        assert_eq!(shown(&decided), "malformed_login");
        assert_eq!(world.asked.len(), 0);
    }
}

/// A bind that is answered so, and whether the change is asked then, and on the bind's connection.
fn check_bind(
    code: ResultCode,
    diagnostic: &str,
    policy: Option<PasswordPolicy>,
    expected: &str,
    bound: Option<bool>,
    settled: &[Settled],
) {
    let mut world = eng_world();
    let eng_directory = world.directories.remove(0);
    let directory = eng_directory.answering(code, diagnostic, policy);
    world.directories.push(directory);
    check_change(eng(), &mut world, expected);
    let asked = bound.map(asked_of_eng);
    assert_eq!(asked_to_change(&world), Vec::from_iter(&asked));
    check_settled(&world, settled);
}

#[test]
fn whoever_must_change_or_has_an_expired_password_can() {
    use Settled::{NotCounted, Passed};
    let active = |code: &str| format!("80090308: LdapErr: x, data {code}, v1db1");
    let wrong = ResultCode::INVALID_CREDENTIALS;
    let control = |error, grace_left| {
        Some(PasswordPolicy {
            expires_in: None,
            grace_left,
            error,
        })
    };
    // Active Directory: right, and nobody is bound. What it counted before it did not forget.
    for code in ["773", "532"] {
        let settled = [NotCounted, NotCounted];
        check_bind(wrong, &active(code), None, "changed", Some(false), &settled);
    }
    for (code, reason) in [
        ("52e", "wrong_password"),
        ("533", "account_disabled"),
        ("775", "account_locked"),
    ] {
        check_bind(wrong, &active(code), None, reason, None, &[]);
    }
    let success = ResultCode::SUCCESS;
    let reset = control(Some(PasswordPolicyError::ChangeAfterReset), None);
    let both = [Passed, Passed];
    check_bind(success, "", reset, "changed", Some(true), &both);
    let grace = control(None, Some(0));
    check_bind(success, "", grace, "changed", Some(true), &both);
    // Beyond grace there is no bind, and nothing but an administrator helps, whatever else the words are.
    let expired = control(Some(PasswordPolicyError::PasswordExpired), None);
    check_bind(wrong, "", expired, "password_expired", None, &[]);
    let locked = control(Some(PasswordPolicyError::AccountLocked), None);
    check_bind(wrong, &active("532"), locked, "account_locked", None, &[]);
}

#[test]
fn a_refused_change_says_why_and_counts_for_nothing() {
    let mut world = eng_world();
    world.directories[0].change = Some(Ok(ChangeReply {
        code: ResultCode::CONSTRAINT_VIOLATION,
        diagnostic: "Password is in history of old passwords".to_owned(),
        policy: None,
    }));
    let decided = check_change(eng(), &mut world, "new_password_in_history");
    check_settled(&world, &[Settled::Passed, Settled::Passed]);
    // The directory's own words are the administrator's.
    let told = records(&decided).any(|record| {
        matches!(record, Record::ChangeAnswered { diagnostic, .. } if diagnostic.contains("history of old"))
    });
    assert!(told);
}

#[test]
fn an_old_password_that_is_wrong_by_then_counts() {
    let mut world = eng_world();
    world.directories[0].change = Some(Ok(ChangeReply {
        code: ResultCode::CONSTRAINT_VIOLATION,
        diagnostic: "00000056: AtrErr: DSID-03191083, #1".to_owned(),
        policy: None,
    }));
    check_change(eng(), &mut world, "wrong_password");
    check_settled(&world, &[]);
}

#[test]
fn a_change_without_an_answer_is_not_repeated() {
    for (written, expected) in [
        (true, "password_change_unknown"),
        (false, "directory_unreachable"),
    ] {
        let mut world = eng_world();
        world.directories[0].change = Some(Err(ChangeUnanswered {
            written,
            fault: ServerFault::Unreachable,
            cause: "it went away".to_owned(),
        }));
        check_change(eng(), &mut world, expected);
        assert_eq!((world.binds(), asked_to_change(&world).len()), (1, 1));
    }
}

/// Without its record nobody is told that it was made; and who heard of an outage alone would come back with the old one.
#[test]
fn a_change_that_is_withdrawn_may_have_been_made() {
    let unanswered = ChangeUnanswered {
        written: true,
        fault: ServerFault::Unreachable,
        cause: "it went away".to_owned(),
    };
    let refused = ChangeUnanswered {
        written: false,
        ..unanswered.clone()
    };
    for (change, before, expected) in [
        (None, "changed", "password_change_unknown"),
        (
            Some(Err(unanswered)),
            "password_change_unknown",
            "password_change_unknown",
        ),
        (
            Some(Err(refused)),
            "directory_unreachable",
            "store_unavailable",
        ),
    ] {
        let mut world = eng_world();
        if let Some(change) = change {
            world.directories[0].change = Some(change);
        }
        let decided = check_change(eng(), &mut world, before);
        let decided = decided.withdrawn(Fault::StoreUnavailable);
        assert_eq!(shown(&decided), expected);
        let last = decided.trace.entries.last().map(|entry| &entry.record);
        let verdict = decided.decision.verdict();
        assert!(matches!(last, Some(Record::Decided(last)) if *last == verdict));
    }
}

#[test]
fn no_time_is_left_for_a_change_that_was_not_asked() {
    let mut world = eng_world();
    let mut late = attempt("bob", given("right"));
    // Search and bind take 3 ms each.
    late.deadline = late.started + Duration::from_millis(5);
    let decided = world.change(eng(), late, NEW);
    assert_eq!(shown(&decided), "deadline");
    assert_eq!((world.binds(), asked_to_change(&world).len()), (1, 0));
}

#[test]
fn a_local_account_is_changed_in_the_store() {
    for (changes, expected) in [
        (Ok(()), "changed"),
        (
            Err(ChangeLocalFailure::NotDone(StoreUnavailable(
                "full".to_owned(),
            ))),
            "store_unavailable",
        ),
        (
            Err(ChangeLocalFailure::Unknown(StoreUnavailable(
                "gone".to_owned(),
            ))),
            "password_change_unknown",
        ),
    ] {
        let mut world = eng_world();
        world.accounts = Ok(vec![(account("bob", KeptIn::Store), "right")]);
        world.changes = changes;
        let mut policy = eng();
        policy.ldap = LdapUse::Optional;
        check_change(policy, &mut world, expected);
        let asked = Asked::ChangeLocal {
            name: "bob".to_owned(),
            new: NEW.to_owned(),
        };
        assert_eq!(asked_to_change(&world), [&asked]);
    }
}

#[test]
fn the_operating_system_changes_nothing_here() {
    let mut policy = eng();
    policy.os_users = true;
    policy.ldap = LdapUse::Optional;
    let mut world = one_world(Vec::new());
    world.os = vec![(os_account("bob"), "right")];
    check_change(policy.clone(), &mut world, "password_change_unsupported");
    // Told to nobody who has not proven the password.
    check_change_from(policy.clone(), &mut world, "wrong", NEW, "wrong_password");
    world.os_reply = Some(OsReply::MustChange);
    check_change(policy, &mut world, "password_change_unsupported");
}

#[test]
fn a_real_user_changes_nothing_here() {
    let mut world = eng_world();
    let real = one(|mut domain| {
        domain.defaults.user_type = Some(UserType::Real);
        domain
    });
    check_change(real, &mut world, "password_change_not_allowed");
    assert_eq!(asked_to_change(&world).len(), 0);
}

#[test]
fn the_no_of_whoever_proved_the_password_stands_though_others_were_skipped() {
    let mut skipping = three();
    for domain in &mut skipping.domains {
        domain.when_down = WhenDown::Skip;
    }
    let mut world = world(None, Some("right"), None);
    let eng = world.directories.remove(0).down(ServerFault::Unreachable);
    world.directories.insert(0, eng);
    world.directories[1].change = Some(Ok(ChangeReply {
        code: ResultCode::CONSTRAINT_VIOLATION,
        diagnostic: String::new(),
        policy: None,
    }));
    check_change(skipping, &mut world, "new_password_refused");
}
