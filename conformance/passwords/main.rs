//! Changing passwords on real servers: the login's own flow over the domains' own connections, and what each server says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod servers;
mod world;

use servers::Running;
use world::decide;

/// Changes, and says how that ends: the code of the decision.
#[track_caller]
fn check(running: &Running, name: &str, old: &str, new: &str, expected: &str) {
    let (code, trace) = decide(running, name, old, Some(new));
    assert_eq!(code, expected, "{name}: {trace}");
    for secret in [old, new] {
        assert!(!trace.contains(secret), "{trace}");
    }
}

#[track_caller]
fn check_login(running: &Running, name: &str, password: &str, expected: &str) {
    let (code, trace) = decide(running, name, password, None);
    assert_eq!(code, expected, "{name}: {trace}");
}

#[test]
fn at_openldap_with_its_policy() {
    let running = servers::openldap();
    check(&running, "ada", "Old-ada-1", "New-ada-22", "changed");
    check_login(&running, "ada", "New-ada-22", "accept");
    check_login(&running, "ada", "Old-ada-1", "wrong_password");
    check(
        &running,
        "bob",
        "Wrong-bob-1",
        "New-bob-22",
        "wrong_password",
    );
    check(
        &running,
        "bob",
        "Old-bob-1",
        "tiny",
        "new_password_too_short",
    );
    check(
        &running,
        "bob",
        "Old-bob-1",
        "Old-bob-1",
        "new_password_in_history",
    );
    check_login(&running, "bob", "Old-bob-1", "accept");
    // After a reset: nothing but this may follow the bind.
    check_login(&running, "reset", "Old-reset-1", "change_password");
    check(
        &running,
        "reset",
        "Old-reset-1",
        "tiny",
        "new_password_too_short",
    );
    check(&running, "reset", "Old-reset-1", "New-reset-22", "changed");
    check_login(&running, "reset", "New-reset-22", "accept");
    // One grace login is left, and a change takes one.
    check(&running, "grace", "Old-grace-1", "New-grace-22", "changed");
    check_login(&running, "grace", "New-grace-22", "accept");
    check(&running, "young", "Old-young-1", "New-young-22", "changed");
    check(
        &running,
        "young",
        "New-young-22",
        "New-young-33",
        "password_too_young",
    );
    check(
        &running,
        "fixed",
        "Old-fixed-1",
        "New-fixed-22",
        "password_change_not_allowed",
    );
}

#[test]
fn at_389_directory_server() {
    let running = servers::ds389();
    // It lets nobody's name be a part of their password, and has one word for every rule of that kind.
    check(
        &running,
        "ada",
        "Old-ada-1",
        "New-ada-22",
        "new_password_too_simple",
    );
    check(&running, "ada", "Old-ada-1", "Quartz-22", "changed");
    check_login(&running, "ada", "Quartz-22", "accept");
    check_login(&running, "ada", "Old-ada-1", "wrong_password");
    check(
        &running,
        "bob",
        "Wrong-bob-1",
        "Quartz-22",
        "wrong_password",
    );
    check(
        &running,
        "bob",
        "Old-bob-1",
        "tiny",
        "new_password_too_simple",
    );
    check_login(&running, "bob", "Old-bob-1", "accept");
    check_login(&running, "reset", "Old-reset-1", "change_password");
    check(&running, "reset", "Old-reset-1", "Quartz-22", "changed");
    check_login(&running, "reset", "Quartz-22", "accept");
}

#[test]
fn at_samba_as_active_directory() {
    let running = servers::samba();
    check(&running, "ada", "Old-ada-1", "New-ada-22", "changed");
    check_login(&running, "ada", "New-ada-22", "accept");
    check(
        &running,
        "bob",
        "Wrong-bob-1",
        "New-bob-22",
        "wrong_password",
    );
    check(&running, "bob", "Old-bob-1", "a1", "new_password_too_short");
    check(
        &running,
        "bob",
        "Old-bob-1",
        "aaaaaaaaaa",
        "new_password_too_simple",
    );
    check(
        &running,
        "bob",
        "Old-bob-1",
        "Old-bob-1",
        "new_password_in_history",
    );
    check_login(&running, "bob", "Old-bob-1", "accept");
    check(&running, "bob", "Old-bob-1", "Pässwort-€-22", "changed");
    check_login(&running, "bob", "Pässwort-€-22", "accept");
    // Neither can bind: the service account asks, with the old password.
    check_login(&running, "reset", "Old-reset-1", "change_password");
    check(
        &running,
        "reset",
        "Wrong-reset-1",
        "New-reset-22",
        "wrong_password",
    );
    check(
        &running,
        "reset",
        "Old-reset-1",
        "a1",
        "new_password_too_short",
    );
    check(&running, "reset", "Old-reset-1", "New-reset-22", "changed");
    check_login(&running, "reset", "New-reset-22", "accept");
    check_login(&running, "expired", "Old-expired-1", "password_expired");
    check(
        &running,
        "expired",
        "Old-expired-1",
        "New-expired-22",
        "changed",
    );
    check_login(&running, "expired", "New-expired-22", "accept");
}
