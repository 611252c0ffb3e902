//! Accounts of the operating system.

use super::*;
use entryway_login::{OsOutcome, OsRefusal, OsReply, ReserveOperation};

fn with_os(password: &'static str) -> (LoginPolicy, World) {
    let mut policy = three();
    (policy.ldap, policy.os_users) = (LdapUse::Optional, true);
    let mut world = world(None, None, None);
    world.os = vec![(os_account("bob"), password)];
    (policy, world)
}

#[test]
fn they_come_last() {
    let (policy, mut world) = with_os("right");
    let attempt = attempt("bob", given("right"));
    let by = attempt.deadline;
    let decided = world.login(policy, attempt);
    assert_eq!(shown(&decided), "accept bob in os");
    assert_eq!(domains_asked(&world), [0, 1]);
    assert_eq!(world.os_by, Some(by));
    let session = session(decided);
    assert_eq!((session.uid, session.gid), (Some(500), Some(501)));
    assert_eq!(session.user_type.map(|kind| kind.as_str()), Some("real"));
    assert_eq!(session.subject.0, "os:bob");
    // Whom a domain knows is not asked for there.
    let (policy, mut known) = with_os("right");
    known.directories[1].people = vec![(person("bob", "ops"), "other")];
    check(policy, &mut known, "bob", "wrong_password");
    assert_eq!(shown_to(&known), ["ops"]);
}

#[test]
fn they_are_off_by_default_and_for_bare_names_alone() {
    let (mut policy, mut world) = with_os("right");
    check(policy.clone(), &mut world, "ops/bob", "unknown_login");
    policy.os_users = false;
    check(policy, &mut world, "bob", "unknown_login");
    assert!(
        !world
            .asked
            .iter()
            .any(|asked| matches!(asked, Asked::FindOs(_)))
    );
}

#[test]
fn every_spelling_is_one_account() {
    for typed in ["bob", " bob", "BOB", "Bob "] {
        let (policy, mut world) = with_os("right");
        check(policy, &mut world, typed, "accept bob in os");
        let Some(ReserveOperation::Identity(counted)) = world.reserved.last() else {
            panic!("{:?}", world.reserved)
        };
        assert_eq!(&*counted.identity, "os:bob");
        assert!(world.asked.contains(&Asked::Os("bob".to_owned())));
    }
}

#[test]
fn nobody_shows_pam_the_password_of_nobody() {
    let (policy, mut world) = with_os("right");
    check(policy, &mut world, "alice", "unknown_login");
    assert!(shown_to(&world).is_empty());
    // Nothing was guessed at but the address's share.
    assert_eq!(world.reserved.len(), 1);
}

fn check_reply(reply: OsReply, expected: &str) -> Decided {
    let (policy, mut world) = with_os("right");
    world.os_reply = Some(reply);
    check(policy, &mut world, "bob", expected)
}

#[test]
fn what_pam_says() {
    let refused = |why| OsReply::NotUsable(why, "as it says".to_owned());
    check_reply(OsReply::WrongPassword, "wrong_password");
    check_reply(OsReply::Unknown, "unknown_login");
    check_reply(OsReply::MustChange, "change_password");
    check_reply(OsReply::NoVerdict("no module".to_owned()), "os_unavailable");
    check_reply(refused(OsRefusal::Locked), "account_locked");
    check_reply(refused(OsRefusal::Denied), "account_disabled");
    let decided = check_reply(refused(OsRefusal::Expired), "account_expired");
    let said = records(&decided).any(|record| {
        matches!(record, Record::OsAnswered { outcome: OsOutcome::Refused { words, .. } } if words == "as it says")
    });
    assert!(said);
    // Its failures were counted for bob.
    check_reply(OsReply::Verified(os_account("root")), "os_unavailable");
}

#[test]
fn a_user_database_that_does_not_answer_is_no_refusal() {
    let (policy, mut world) = with_os("right");
    world.os_down = Some("the helper is gone".to_owned());
    check(policy, &mut world, "bob", "os_unavailable");
    assert!(shown_to(&world).is_empty());
}

#[test]
fn a_password_that_must_be_changed_is_asked_for_only_of_those_whom_the_rules_let_in() {
    let (policy, mut world) = with_os("right");
    world.os_reply = Some(OsReply::MustChange);
    world.os[0].0.home = String::new();
    let mut without_home = policy;
    without_home.home_folders = entryway_login::HomeFolders::default();
    check(without_home, &mut world, "bob", "missing_attribute");
}

#[test]
fn an_explanation_looks_for_them_without_a_password() {
    let (policy, mut world) = with_os("right");
    check_with(
        policy,
        &mut world,
        "bob",
        SubmittedPassword::NotAsked,
        "would accept bob in os",
    );
    assert!(shown_to(&world).is_empty() && world.reserved.is_empty());
}

#[test]
fn after_the_deadline_the_system_is_not_asked() {
    let (policy, mut world) = with_os("right");
    world.pace = Duration::from_millis(1_600);
    check(policy, &mut world, "bob", "deadline");
    assert!(
        !world
            .asked
            .iter()
            .any(|asked| matches!(asked, Asked::FindOs(_)))
    );
}
