//! The throttle from outside, with binds counted at the directory: who is refused without being asked, who is not,
//! and what a restart does to it.

use crate::daemon::{Daemon, answer};
use crate::world::{CONSOLE, World};
use serde_json::{Value, json};

const JDOE: &str = "uid=jdoe,ou=people,dc=corp,dc=example";
const HERE: &str = "192.0.2.7";
const ELSEWHERE: &str = "198.51.100.9";

fn reason(daemon: &Daemon, address: &str, name: &str, password: &str) -> Value {
    let answer = daemon.login_from(address, None, name, password).json();
    match answer["decision"].as_str() {
        Some("reject") => answer["reason"].clone(),
        _ => answer["decision"].clone(),
    }
}

/// Five guesses; they are let through.
fn guess(daemon: &Daemon) {
    for name in ["jdoe", "JDOE", "staff/jdoe", "jdoe@corp.example", "jdoe"] {
        assert_eq!(reason(daemon, HERE, name, "wrong"), "wrong_password");
    }
}

#[test]
fn the_sixth_wrong_password_is_refused_without_a_bind() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    guess(&daemon);
    for password in ["wrong", "right"] {
        assert_eq!(reason(&daemon, HERE, "jdoe", password), "throttled");
    }
    assert_eq!(world.directory.counters().binds_of(JDOE), 5);
    // A stranger there does not shut the person out here.
    assert_eq!(reason(&daemon, ELSEWHERE, "jdoe", "right"), "accept");
    assert_eq!(reason(&daemon, HERE, "odd", "wrong"), "wrong_password");
}

#[test]
fn a_restart_forgets_no_failure() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    guess(&daemon);
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
    let daemon = Daemon::start(&world);
    assert_eq!(reason(&daemon, HERE, "jdoe", "wrong"), "throttled");
    assert_eq!(world.directory.counters().binds_of(JDOE), 5);
}

#[test]
fn parallel_guesses_do_not_overrun_the_limit() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    let waiting: Vec<_> = (0..30)
        .map(|_| daemon.begin_login(CONSOLE, "jdoe", "wrong"))
        .collect();
    for stream in waiting {
        let answer = answer(stream).json();
        assert_ne!(answer["decision"], "accept");
    }
    assert_eq!(world.directory.counters().binds_of(JDOE), 5);
    assert_eq!(reason(&daemon, ELSEWHERE, "jdoe", "right"), "accept");
}

#[test]
fn a_device_that_was_here_before_gets_in_where_strangers_guess() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    let accepted = daemon.login_from(HERE, None, "jdoe", "right").json();
    let device = accepted["device"].as_str().expect("a device's token");
    guess(&daemon);
    assert_eq!(reason(&daemon, HERE, "jdoe", "right"), "throttled");
    let owner = daemon.login_from(HERE, Some(device), "jdoe", "right");
    assert_eq!(owner.json()["decision"], "accept", "{owner:?}");
    // It opens its own door and no other.
    let stranger = daemon.login_from(HERE, Some("not one of ours"), "jdoe", "right");
    assert_eq!(stranger.json()["reason"], "throttled", "{stranger:?}");
    assert_eq!(
        daemon.login_from(HERE, Some(device), "odd", "wrong").json()["reason"],
        json!("wrong_password")
    );
}

#[test]
fn the_metrics_tell_what_the_throttle_does() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    guess(&daemon);
    assert_eq!(reason(&daemon, HERE, "jdoe", "wrong"), "throttled");
    let text = daemon.get("/metrics", CONSOLE).body;
    for line in [
        "entryway_throttle_buckets{bucket=\"address\"} 1\n",
        "entryway_throttle_buckets{bucket=\"identity_and_network\"} 1\n",
        "entryway_throttle_refusals_total{bucket=\"identity_and_network\"} 1\n",
        "entryway_throttle_evictions_total 0\n",
        "entryway_audit_records_total 6\n",
        "entryway_audit_records_lost_total 0\n",
        "entryway_audit_write_seconds_count 6\n",
        "entryway_store_up 1\n",
        "entryway_local_accounts 0\n",
        "entryway_refusals_held 0\n",
        "entryway_logins_finishing 0\n",
    ] {
        assert!(text.contains(line), "no {line} in\n{text}");
    }
}

/// What is tried at the command line stays below the directory's threshold as what is tried at the door does: one of the
/// four that it leaves is kept for known devices.
#[test]
fn the_command_line_stays_below_the_directorys_threshold() {
    let world = World::with(crate::hub::LOCKS_AT_5);
    world.write("wrong.pass", "wrong\n");
    for _ in 0..6 {
        let typed = std::fs::File::open(world.path("wrong.pass")).expect("a file");
        let mut command = world.command(&["login", "jdoe", "--password-stdin"]);
        let ended = command.stdin(typed).output().expect("an end");
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    }
    assert_eq!(world.directory.counters().binds_of(JDOE), 3);
}
