//! Whether somebody who logged in before is still welcome.

use super::*;
use entryway_ldap_types::{LockoutDuration, Scope};
use entryway_login::{LockoutPolicy, Remembered, StoreUnavailable, begin_revalidation};
use std::sync::Arc;
use std::time::SystemTime;

fn identified(uid: &str, id: &str) -> Entry {
    let bob = with(person(uid, "eng"), "entryUUID", id);
    with(bob, "pwdChangedTime", "20260101000000Z")
}

/// What a login of `bob` leaves behind.
fn login(policy: &LoginPolicy, world: &mut World, typed: &str) -> Remembered {
    let decided = world.login(policy.clone(), attempt(typed, given("right")));
    world.asked.clear();
    let session = session(decided);
    Remembered::of(&session, session.authenticated_at)
}

fn ask(policy: &LoginPolicy, world: &mut World, remembered: &Remembered) -> Decided {
    let mut attempt = attempt("", SubmittedPassword::NotAsked);
    attempt.at += Duration::from_secs(600);
    let now = attempt.started;
    let step = begin_revalidation(remembered.clone(), attempt, Arc::new(policy.clone()));
    world.walk(step, now)
}

fn check_ask(
    policy: &LoginPolicy,
    world: &mut World,
    remembered: &Remembered,
    expected: &str,
) -> Decided {
    let decided = ask(policy, world, remembered);
    assert_eq!(shown(&decided), expected, "{:?}", decided.trace);
    assert_eq!(
        replay(&decided.trace),
        decided.decision.verdict(),
        "{:?}",
        decided.trace
    );
    assert!(shown_to(world).is_empty() && decided.settle.is_empty());
    decided
}

/// Bob logs in, then the directory holds `now` instead.
fn check_then(now: Vec<Entry>, expected: &str) -> Decided {
    let policy = one(|eng| eng);
    let mut world = one_world(vec![(identified("bob", "u-1"), "right")]);
    let remembered = login(&policy, &mut world, "bob");
    world.directories[0].people = now.into_iter().map(|entry| (entry, "right")).collect();
    check_ask(&policy, &mut world, &remembered, expected)
}

#[test]
fn whoever_is_still_there_keeps_the_time_of_their_login() {
    let policy = one(|eng| eng);
    let mut world = one_world(vec![(identified("bob", "u-1"), "right")]);
    let remembered = login(&policy, &mut world, "bob");
    let reserved = world.reserved.len();
    let renewed = session(check_ask(
        &policy,
        &mut world,
        &remembered,
        "accept bob in eng",
    ));
    assert_eq!(renewed.authenticated_at, remembered.authenticated_at);
    assert!(
        renewed.authenticated_at < SystemTime::UNIX_EPOCH + Duration::from_secs(support::NOON + 60)
    );
    assert_eq!(
        (renewed.subject.0.as_str(), renewed.login_name.as_str()),
        ("eng:u-1", "bob")
    );
    assert_eq!(world.reserved.len(), reserved);
}

#[test]
fn the_same_person_under_a_new_name() {
    let mut moved = identified("rob", "u-1");
    (moved.dn, moved.dn_text) = (
        Dn::parse("cn=Rob,ou=new,ou=people,dc=eng").unwrap(),
        "cn=Rob,ou=new,ou=people,dc=eng".into(),
    );
    let renewed = session(check_then(vec![moved], "accept rob in eng"));
    assert_eq!(
        renewed.dn.as_deref(),
        Some("cn=Rob,ou=new,ou=people,dc=eng")
    );
}

#[test]
fn another_person_under_the_same_name_is_nobody() {
    check_then(vec![], "unknown_login");
    check_then(vec![identified("bob", "u-2")], "unknown_login");
    // Two with one identity are no one in particular.
    check_then(
        vec![identified("bob", "u-1"), identified("rob", "u-1")],
        "ambiguous_login",
    );
    let two = with(identified("bob", "u-1"), "entryUUID", "u-2");
    check_then(vec![two], "unknown_login");
}

#[test]
fn a_password_that_changed() {
    let stamped = |stamp: Option<&str>| {
        let bob = with(person("bob", "eng"), "entryUUID", "u-1");
        match stamp {
            Some(stamp) => with(bob, "pwdChangedTime", stamp),
            None => bob,
        }
    };
    check_then(vec![stamped(Some("20260101000000Z"))], "accept bob in eng");
    check_then(vec![stamped(Some("20260102000000Z"))], "password_changed");
    check_then(vec![stamped(None)], "password_changed");
    // A stamp that was not there before is the first change; none at all tells nothing.
    let policy = one(|eng| eng);
    for (now, expected) in [
        (None, "accept bob in eng"),
        (Some("20260101000000Z"), "password_changed"),
    ] {
        let mut world = one_world(vec![(stamped(None), "right")]);
        let remembered = login(&policy, &mut world, "bob");
        world.directories[0].people[0].0 = stamped(now);
        check_ask(&policy, &mut world, &remembered, expected);
    }
}

#[test]
fn an_account_that_is_no_longer_usable() {
    let bob = || identified("bob", "u-1");
    check_then(
        vec![with(bob(), "userAccountControl", "514")],
        "account_disabled",
    );
    check_then(
        vec![with(bob(), "pwdAccountLockedTime", "000001010000Z")],
        "account_locked",
    );
    check_then(
        vec![with(bob(), "shadowExpire", "20000")],
        "account_expired",
    );
}

#[test]
fn a_lock_holds_as_long_as_the_directory_says() {
    // NOON is 2026-11-20T12:00:00Z, and it is asked ten minutes later.
    let locked = with(
        identified("bob", "u-1"),
        "pwdAccountLockedTime",
        "20261120115800Z",
    );
    for (duration, expected) in [
        (
            Some(LockoutDuration::For(Duration::from_secs(900))),
            "account_locked",
        ),
        (
            Some(LockoutDuration::For(Duration::from_secs(60))),
            "accept bob in eng",
        ),
        (Some(LockoutDuration::ForGood), "account_locked"),
        (None, "accept bob in eng"),
    ] {
        let policy = one(|eng| eng);
        let mut world = one_world(vec![(identified("bob", "u-1"), "right")]);
        let remembered = login(&policy, &mut world, "bob");
        world.directories[0].people[0].0 = locked.clone();
        world.directories[0].lockout = LockoutPolicy {
            duration,
            ..LockoutPolicy::default()
        };
        check_ask(&policy, &mut world, &remembered, expected);
        // A bind that succeeds has had the last word.
        check(policy, &mut world, "bob", "accept bob in eng");
    }
}

#[test]
fn a_restriction_of_the_filter_that_is_no_longer_met() {
    let policy = one(|eng| {
        searching(eng, |people| {
            people.search_attribute = None;
            people.filter =
                template("(&(uid={login})(employeeType=staff)(!(|(cn={login})(o=gone))))");
            people.by_email = Some(template("(&(mail={login})(employeeType=staff)(!(o=gone)))"));
        })
    });
    let bob = || with(identified("bob", "u-1"), "employeeType", "staff");
    let mut world = one_world(vec![(bob(), "right")]);
    let remembered = login(&policy, &mut world, "bob");
    for (now, expected) in [
        (bob(), "accept bob in eng"),
        (
            with(identified("bob", "u-1"), "employeeType", "guest"),
            "unknown_login",
        ),
        (with(bob(), "o", "gone"), "unknown_login"),
        // What keeps a name out keeps out nobody who has another.
        (with(bob(), "cn", "Bob Roe"), "accept bob in eng"),
    ] {
        world.directories[0].people = vec![(now, "right")];
        check_ask(&policy, &mut world, &remembered, expected);
    }
}

#[test]
fn an_outage_is_no_verdict() {
    let mut policy = one(|eng| eng);
    policy.domains[0].when_down = WhenDown::Skip;
    let mut world = one_world(vec![(identified("bob", "u-1"), "right")]);
    let remembered = login(&policy, &mut world, "bob");
    world.directories[0] = Directory::of("eng", vec![]).down(ServerFault::Unreachable);
    check_ask(&policy, &mut world, &remembered, "directory_unreachable");
    let mut storeless = one_world(vec![(identified("bob", "u-1"), "right")]);
    storeless.accounts = Err(StoreUnavailable("gone".to_owned()));
    check_ask(&policy, &mut storeless, &remembered, "store_unavailable");
    let mut odd = one_world(vec![(identified("bob", "u-1"), "right")]);
    odd.directories[0].search_code = ResultCode::NO_SUCH_OBJECT;
    odd.directories[0].people.clear();
    check_ask(
        &policy,
        &mut odd,
        &remembered,
        "directory_refused_operation",
    );
}

#[test]
fn whoever_has_no_identity_is_found_by_name_alone() {
    let policy = one(|eng| eng);
    let mut world = one_world(vec![(person("bob", "eng"), "right")]);
    let remembered = login(&policy, &mut world, "bob");
    assert_eq!(remembered.identity, None);
    let decided = check_ask(&policy, &mut world, &remembered, "accept bob in eng");
    let searched = records(&decided).find_map(|record| match record {
        Record::Searched { base, scope, .. } => Some((base.to_string(), *scope)),
        _ => None,
    });
    assert_eq!(
        searched,
        Some(("uid=bob,ou=people,dc=eng".to_owned(), Scope::Base))
    );
    // Their own entry not being there is an answer, and nobody stands in for it.
    world.directories[0].people.clear();
    world.directories[0].search_code = ResultCode::NO_SUCH_OBJECT;
    check_ask(&policy, &mut world, &remembered, "unknown_login");
}

#[test]
fn the_rules_are_asked_anew() {
    let mut policy = one(|eng| eng);
    let mut world = one_world(vec![(identified("bob", "u-1"), "right")]);
    let remembered = login(&policy, &mut world, "bob");
    policy.home_folders = entryway_login::HomeFolders::default();
    check_ask(&policy, &mut world, &remembered, "missing_attribute");
    policy.ldap = LdapUse::Disabled;
    check_ask(&policy, &mut world, &remembered, "ldap_disabled");
    policy.domains.clear();
    check_ask(&policy, &mut world, &remembered, "unknown_domain");
}

#[test]
fn a_local_account() {
    let mut policy = one(|eng| eng);
    policy.ldap = LdapUse::Optional;
    let mut world = one_world(vec![]);
    world.accounts = Ok(vec![(account("bob", KeptIn::Store), "right")]);
    let remembered = login(&policy, &mut world, "bob");
    check_ask(&policy, &mut world, &remembered, "accept bob in local");
    let change = |change: fn(&mut LocalAccount), expected: &str| {
        let mut account = account("bob", KeptIn::Store);
        change(&mut account);
        let mut world = one_world(vec![]);
        world.accounts = Ok(vec![(account, "right")]);
        check_ask(&policy, &mut world, &remembered, expected);
    };
    change(|account| account.enabled = false, "account_disabled");
    change(
        |account| account.password_stamp = (*b"2").into(),
        "password_changed",
    );
    change(
        |account| account.password = KeptIn::Directory,
        "password_changed",
    );
    change(|account| account.id = "8".into(), "unknown_login");
    change(|account| account.name = "rob".into(), "unknown_login");
    policy.ldap = LdapUse::Required;
    check_ask(&policy, &mut world, &remembered, "unknown_domain");
}

#[test]
fn an_account_beside_the_directory_counts_as_at_the_login() {
    let mut policy = one(|eng| eng);
    policy.ldap = LdapUse::Optional;
    let beside = |enabled| {
        let mut account = account("bob", KeptIn::Directory);
        account.enabled = enabled;
        let mut world = one_world(vec![(identified("bob", "u-1"), "right")]);
        world.accounts = Ok(vec![(account, "")]);
        world
    };
    let mut world = beside(true);
    let remembered = login(&policy, &mut world, "bob");
    let renewed = session(check_ask(
        &policy,
        &mut world,
        &remembered,
        "accept bob in eng",
    ));
    assert_eq!(
        (renewed.uid, renewed.home.as_deref()),
        (Some(77), Some("/local/bob"))
    );
    check_ask(&policy, &mut beside(false), &remembered, "account_disabled");
    // A namesake with a password of their own is somebody else.
    let mut namesake = one_world(vec![(identified("bob", "u-1"), "right")]);
    namesake.accounts = Ok(vec![(account("bob", KeptIn::Store), "right")]);
    check_ask(&policy, &mut namesake, &remembered, "accept bob in eng");
    // However they had logged in, and though they had no account then.
    let mut named = one_world(vec![(identified("bob", "u-1"), "right")]);
    let remembered = login(&policy, &mut named, "eng/bob");
    let renewed = session(check_ask(
        &policy,
        &mut beside(true),
        &remembered,
        "accept bob in eng",
    ));
    assert_eq!(renewed.uid, Some(77));
    check_ask(&policy, &mut beside(false), &remembered, "account_disabled");
    // By the name that they have now.
    let mut renamed = beside(false);
    renamed.directories[0].people = vec![(identified("rob", "u-1"), "right")];
    check_ask(&policy, &mut renamed, &remembered, "accept rob in eng");
    renamed.accounts.as_mut().unwrap()[0].0.name = "Rob".into();
    check_ask(&policy, &mut renamed, &remembered, "account_disabled");
}

#[test]
fn an_account_of_the_system_is_not_renewed() {
    let mut policy = one(|eng| eng);
    (policy.ldap, policy.os_users) = (LdapUse::Optional, true);
    let mut world = one_world(vec![]);
    world.os = vec![(os_account("bob"), "right")];
    let remembered = login(&policy, &mut world, "bob");
    // PAM's account stack is asked together with the password: without one nobody knows what it would say.
    check_ask(&policy, &mut world, &remembered, "unknown_domain");
    assert!(world.asked.is_empty());
}

#[test]
fn too_late_to_ask() {
    let policy = one(|eng| eng);
    let mut world = one_world(vec![(identified("bob", "u-1"), "right")]);
    let remembered = login(&policy, &mut world, "bob");
    let mut late = attempt("", SubmittedPassword::NotAsked);
    late.deadline = late.started;
    let now = late.started;
    let decided = world.walk(begin_revalidation(remembered, late, Arc::new(policy)), now);
    assert_eq!(shown(&decided), "deadline");
    assert!(world.asked.is_empty());
}
