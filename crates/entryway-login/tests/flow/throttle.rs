//! What is counted, for whom, when, and what becomes of it.

use super::*;
use entryway_login::{
    Device, DeviceId, IdentityReserve, LockoutPolicy, PasswordMismatch, ReserveOperation, Settled,
};
use std::net::{IpAddr, Ipv4Addr};

fn identity(operation: &ReserveOperation) -> Option<&IdentityReserve> {
    match operation {
        ReserveOperation::Identity(identity) => Some(identity),
        ReserveOperation::Address { .. } => None,
    }
}

/// `address`, or whose identity.
fn who(operation: &ReserveOperation) -> String {
    identity(operation).map_or("address".to_owned(), |counted| counted.identity.to_string())
}

fn counted(world: &World) -> Vec<String> {
    world.reserved.iter().map(who).collect()
}

fn settled(world: &World) -> Vec<(String, Settled)> {
    let settled = world.settled.iter();
    settled
        .map(|(operation, settled)| (who(operation), *settled))
        .collect()
}

const BOB: &str = "eng:dn:uid=bob,ou=people,dc=eng";

fn bob() -> World {
    one_world(vec![(person("bob", "eng"), "right")])
}

/// How a login with `right` ends, and what becomes of each reservation; what is not named stays.
fn check_settled(
    policy: LoginPolicy,
    mut world: World,
    expected: &str,
    settles: &[(&str, Settled)],
) {
    check(policy, &mut world, "bob", expected);
    assert_eq!(counted(&world), ["address", BOB]);
    let settles: Vec<_> = settles
        .iter()
        .map(|(who, how)| ((*who).to_owned(), *how))
        .collect();
    assert_eq!(settled(&world), settles, "{expected}");
}

const PASSED: [(&str, Settled); 2] = [("address", Settled::Passed), (BOB, Settled::Passed)];
const NOT_COUNTED: [(&str, Settled); 2] =
    [("address", Settled::NotCounted), (BOB, Settled::NotCounted)];
const ADDRESS_ALONE: [(&str, Settled); 1] = [("address", Settled::NotCounted)];

#[test]
fn the_address_first_then_whoever_was_found() {
    let mut world = bob();
    world.throttled_after = Some(0);
    check(one(|eng| eng), &mut world, "bob", "throttled");
    assert!(world.asked.is_empty());

    let mut world = bob();
    world.throttled_after = Some(1);
    check(one(|eng| eng), &mut world, "bob", "throttled");
    assert_eq!((domains_asked(&world), world.binds()), (vec![0], 0));
    // The address has tried.
    assert!(world.settled.is_empty());

    let mut nobody = one_world(vec![]);
    check(one(|eng| eng), &mut nobody, "bob", "unknown_login");
    assert_eq!(counted(&nobody), ["address"]);
    assert!(nobody.settled.is_empty());
}

#[test]
fn every_spelling_is_one_identity() {
    let policy = || {
        one(|mut eng| {
            eng.suffixes = vec!["eng.example".to_owned()];
            eng.netbios_name = Some("ENGINEERS".to_owned());
            eng.defaults.auth_by_email = true;
            searching(eng, |people| {
                people.by_email = Some(template("(mail={login})"))
            })
        })
    };
    for typed in [
        "bob",
        "BOB",
        " bob ",
        "eng/bob",
        "Eng/Bob",
        "ENGINEERS\\bob",
        "eng\\BOB",
        "bob@eng.example",
        "bob@mail.example",
    ] {
        let mut world = bob();
        check_with(
            policy(),
            &mut world,
            typed,
            given("wrong"),
            "wrong_password",
        );
        assert_eq!(counted(&world), ["address", BOB], "{typed}");
        assert!(world.settled.is_empty());
    }
    // One whose subject cannot be used is refused in the end, and counted all the same.
    let odd = with(person("bob", "eng"), "objectGUID", "short");
    check_settled(
        policy(),
        one_world(vec![(odd, "right")]),
        "invalid_attribute",
        &PASSED,
    );
}

#[test]
fn a_device_is_one_for_its_own_identity_alone() {
    for (of, expected) in [
        (BOB, Some(DeviceId([7; 16]))),
        ("eng:dn:uid=eve,ou=people,dc=eng", None),
    ] {
        let mut world = bob();
        let mut attempt = attempt("bob", given("right"));
        attempt.client_address = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
        attempt.device = Some(Device {
            identity: of.into(),
            id: DeviceId([7; 16]),
            of_site: None,
        });
        world.login(one(|eng| eng), attempt);
        let reserve = identity(&world.reserved[1]).unwrap();
        assert_eq!((reserve.device, reserve.failures), (expected, 1));
        assert_eq!(reserve.address, Some(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    }
}

#[test]
fn the_directorys_own_threshold_goes_along() {
    let mut world = bob();
    world.directories[0].lockout = LockoutPolicy {
        threshold: Some(4),
        ..LockoutPolicy::default()
    };
    check(one(|eng| eng), &mut world, "bob", "accept bob in eng");
    assert_eq!(identity(&world.reserved[1]).unwrap().threshold, Some(4));
}

#[test]
fn nobody_waits_longer_than_for_the_directory() {
    use entryway_ldap_types::LockoutDuration::{For, ForGood};
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let check_window = |window, duration, expected| {
        let mut world = bob();
        world.directories[0].lockout = LockoutPolicy {
            threshold: Some(4),
            window,
            duration,
        };
        check(one(|eng| eng), &mut world, "bob", "accept bob in eng");
        let said = identity(&world.reserved[1]).unwrap().window;
        assert_eq!(said, expected, "{window:?} {duration:?}");
    };
    // What the directory says of its failures is what counts.
    check_window(Some(minutes(5)), Some(For(minutes(60))), Some(minutes(5)));
    check_window(Some(minutes(90)), None, Some(minutes(90)));
    // Failures that never age, and locks that do.
    check_window(None, Some(For(minutes(15))), Some(minutes(30)));
    check_window(None, Some(For(minutes(60))), Some(minutes(60)));
    check_window(None, Some(ForGood), None);
    check_window(None, None, None);
}

fn answering(code: u32, diagnostic: &str) -> World {
    let people = vec![(person("bob", "eng"), "right")];
    World::of(vec![Directory::of("eng", people).answering(
        ResultCode(code),
        diagnostic,
        None,
    )])
}

#[test]
fn a_right_password_gives_everything_back_whatever_the_rules_say() {
    check_settled(one(|eng| eng), bob(), "accept bob in eng", &PASSED);
    let disabled = with(person("bob", "eng"), "userAccountControl", "514");
    check_settled(
        one(|eng| eng),
        one_world(vec![(disabled, "right")]),
        "account_disabled",
        &PASSED,
    );
    let without_home = {
        let mut policy = one(|eng| eng);
        policy.home_folders = entryway_login::HomeFolders::default();
        policy
    };
    check_settled(without_home, bob(), "missing_attribute", &PASSED);
    let needs_groups = one(|mut eng| {
        eng.needs_groups = true;
        eng
    });
    let mut partial = bob();
    partial.groups_partial = Some("a server failed".to_owned());
    check_settled(needs_groups, partial, "partial_groups", &PASSED);
}

#[test]
fn a_password_that_must_be_changed_was_right_but_forgets_nothing_without_a_success() {
    check_settled(
        one(|eng| eng),
        answering(49, "data 773,"),
        "change_password",
        &NOT_COUNTED,
    );
}

#[test]
fn every_no_stays() {
    for (code, diagnostic, expected) in [
        (49, "", "wrong_password"),
        (49, "data 525,", "unknown_login"),
        (49, "data 530,", "logon_hours"),
        (49, "data 531,", "workstation"),
        (49, "data 532,", "password_expired"),
        (49, "data 533,", "account_disabled"),
        (49, "data 701,", "account_expired"),
        (49, "data 775,", "account_locked"),
        (19, "", "account_locked"),
    ] {
        check_settled(one(|eng| eng), answering(code, diagnostic), expected, &[]);
    }
}

#[test]
fn an_answer_that_is_neither_stays() {
    check_settled(
        one(|eng| eng),
        answering(80, ""),
        "directory_refused_operation",
        &ADDRESS_ALONE,
    );
    // A proxy says so whose own server may have looked.
    for busy in [51, 52] {
        let mut world = answering(busy, "");
        check(one(|eng| eng), &mut world, "bob", "directory_unreachable");
        assert_eq!(counted(&world), ["address", BOB, BOB]);
        let address = ("address".to_owned(), Settled::NotCounted);
        assert_eq!(settled(&world), [address]);
    }
}

fn unanswered(written: &[bool]) -> World {
    let mut world = bob();
    let unanswered = |written: &bool| BindUnanswered {
        written: *written,
        fault: ServerFault::Unreachable,
        cause: "closed".to_owned(),
    };
    world.directories[0].unanswered = written.iter().rev().map(unanswered).collect();
    world
}

#[test]
fn before_the_bind_was_written_nothing_is_counted() {
    check_settled(
        one(|eng| eng),
        unanswered(&[false, false]),
        "directory_unreachable",
        &NOT_COUNTED,
    );
    // One reservation is enough for the one bind that left.
    check_settled(
        one(|eng| eng),
        unanswered(&[false]),
        "accept bob in eng",
        &PASSED,
    );
    check_settled(
        one(|eng| eng),
        unanswered(&[false, true]),
        "directory_unreachable",
        &ADDRESS_ALONE,
    );
}

#[test]
fn after_it_was_written_a_second_failure_is_reserved_and_given_back_if_it_is_not_used() {
    let mut world = unanswered(&[true]);
    check(one(|eng| eng), &mut world, "bob", "accept bob in eng");
    assert_eq!(counted(&world), ["address", BOB, BOB]);
    assert_eq!(settled(&world).len(), 3);
    assert!(
        settled(&world)
            .iter()
            .all(|(_, how)| *how == Settled::Passed)
    );

    let mut world = unanswered(&[true]);
    world.directories[0].people_after_a_bind = Some(vec![]);
    check(one(|eng| eng), &mut world, "bob", "directory_unreachable");
    let given_back = [
        ("address".to_owned(), Settled::NotCounted),
        (BOB.to_owned(), Settled::NotCounted),
    ];
    assert_eq!(
        (counted(&world).len(), settled(&world)),
        (3, given_back.to_vec())
    );

    let mut world = unanswered(&[true]);
    check_with(
        one(|eng| eng),
        &mut world,
        "bob",
        given("wrong"),
        "wrong_password",
    );
    assert_eq!((counted(&world).len(), settled(&world).len()), (3, 0));
}

#[test]
fn too_late_for_the_bind_nothing_is_reserved() {
    let mut world = bob();
    world.pace = Duration::from_secs(3);
    check(one(|eng| eng), &mut world, "bob", "deadline");
    assert_eq!(counted(&world), ["address"]);
    assert_eq!(
        settled(&world),
        [("address".to_owned(), Settled::NotCounted)]
    );
}

fn with_local(local: &'static str, eng: &'static str) -> (LoginPolicy, World) {
    let mut policy = one(|eng| eng);
    policy.ldap = LdapUse::Optional;
    policy.local_password_mismatch = PasswordMismatch::Continue;
    let mut world = one_world(vec![(person("bob", "eng"), eng)]);
    world.accounts = Ok(vec![(account("bob", KeptIn::Store), local)]);
    (policy, world)
}

#[test]
fn a_mismatch_that_goes_on_stays_and_the_domains_person_is_counted_apart() {
    let (policy, mut world) = with_local("other", "right");
    check(policy, &mut world, "bob", "accept bob in eng");
    assert_eq!(counted(&world), ["address", "local:7", BOB]);
    let passed: Vec<_> = PASSED
        .iter()
        .map(|(who, how)| ((*who).to_owned(), *how))
        .collect();
    assert_eq!(settled(&world), passed);
    // A wrong guess stays the address's, too, whatever the domain's outage hides.
    let (policy, mut world) = with_local("other", "right");
    world.directories[0] = Directory::of("eng", vec![]).down(ServerFault::Unreachable);
    check(policy, &mut world, "bob", "directory_unreachable");
    assert_eq!((counted(&world).len(), settled(&world).len()), (2, 0));
}

#[test]
fn a_wrong_password_behind_a_skipped_domain_stays() {
    let mut policy = policy(vec![domain("eng"), domain("ops")]);
    policy.domains[0].when_down = WhenDown::Skip;
    let down = Directory::of("eng", vec![]).down(ServerFault::Unreachable);
    let ops = Directory::of("ops", vec![(person("bob", "ops"), "other")]);
    let mut world = World::of(vec![down, ops]);
    check(policy, &mut world, "bob", "directory_unreachable");
    assert_eq!((counted(&world).len(), settled(&world).len()), (2, 0));
}

#[test]
fn a_local_account_and_the_systems_have_identities_of_their_own() {
    let (mut policy, mut world) = with_local("right", "other");
    check(policy.clone(), &mut world, "BOB", "accept bob in local");
    assert_eq!(counted(&world), ["address", "local:7"]);
    assert_eq!(settled(&world).len(), 2);

    let (_, mut busy) = with_local("right", "other");
    busy.verifies = false;
    check(policy.clone(), &mut busy, "bob", "store_unavailable");
    assert_eq!(settled(&busy).len(), 2);

    policy.os_users = true;
    let mut os = one_world(vec![]);
    os.os = vec![(os_account("bob"), "other")];
    check(policy.clone(), &mut os, "bob", "wrong_password");
    assert_eq!(
        (counted(&os), settled(&os).len()),
        (vec!["address".to_owned(), "os:bob".to_owned()], 0)
    );
    // PAM may have counted before it failed.
    os.os_reply = Some(entryway_login::OsReply::NoVerdict(
        "a module failed".to_owned(),
    ));
    (os.reserved, os.settled) = (Vec::new(), Vec::new());
    check(policy, &mut os, "bob", "os_unavailable");
    assert_eq!(settled(&os), [("address".to_owned(), Settled::NotCounted)]);
}
