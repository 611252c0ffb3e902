//! `entryway connector`: a site's machine from its ticket to its end, before a hub that is no more than its end of the
//! tunnels.

mod enrolling;
mod hub;
mod lies;
mod resets;
mod way;

use crate::daemon::Daemon;
use crate::world::{SOON, World};
use hub::Hub;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Output, Stdio};
use std::time::Instant;

pub(crate) fn run(world: &World, arguments: &[&str], typed: &str) -> Output {
    let mut child = world
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    let mut stdin = child.stdin.take().expect("a pipe");
    // Whoever does not read it is told nothing by it.
    let _ = stdin.write_all(typed.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("an end")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// Waits until it says so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !is_so() {
        assert!(Instant::now() < deadline, "not {what}");
        std::thread::yield_now();
    }
}

/// A world that listens for health where there is room.
fn world() -> World {
    let world = World::new();
    let listen = "\n[connector]\nlisten = \"127.0.0.1:0\"\n";
    world.write("entryway.toml", &(world.configuration() + listen));
    world
}

fn enroll(world: &World, hub: &Hub) -> Value {
    let url = hub.url();
    let arguments = [
        "connector",
        "enroll",
        &url,
        "--name",
        "one",
        "--output",
        "json",
    ];
    let ended = run(world, &arguments, &hub.ticket());
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    serde_json::from_slice(&ended.stdout).expect("JSON")
}

fn status(world: &World) -> Value {
    let ended = run(world, &["connector", "status", "--output", "json"], "");
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    serde_json::from_slice(&ended.stdout).expect("JSON")
}

#[test]
fn a_ticket_becomes_an_identity_for_nobody_else_to_read() {
    let (world, hub) = (world(), Hub::start());
    let enrolled = enroll(&world, &hub);
    assert_eq!(enrolled["site"], "plant-a");
    assert_eq!(enrolled["name"], "one");
    assert_eq!(enrolled["key_fingerprint"], hub.key_of_the_last());
    let folder = world.state().join("connector");
    let mode =
        |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for name in ["identity.json", "key.pem", "chain.pem", "authority.pem"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    let said = text(&fs::read(folder.join("identity.json")).expect("there"));
    assert!(!said.contains(hub.ticket().trim()), "{said}");
    // What is there is not overwritten by chance.
    let url = hub.url();
    let again = run(&world, &["connector", "enroll", &url], &hub.ticket());
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("--replace"));
    let again = run(
        &world,
        &["connector", "enroll", &url, "--replace"],
        &hub.ticket(),
    );
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert!(text(&again.stdout).contains("compare it with"));
}

#[test]
fn a_ticket_that_is_none_is_told_by_where_it_is_wrong() {
    let (world, hub) = (world(), Hub::start());
    let url = hub.url();
    let check = |url: &str, ticket: &str, code: i32, expected: &str| {
        let ended = run(&world, &["connector", "enroll", url], ticket);
        let said = text(&ended.stderr);
        assert_eq!(ended.status.code(), Some(code), "{said}");
        assert!(said.contains(expected), "{said}");
        assert!(!world.state().join("connector").exists());
    };
    let mut mistyped = hub.ticket().trim().to_owned();
    let last = if mistyped.ends_with('a') { "b" } else { "a" };
    mistyped.replace_range(mistyped.len() - 1.., last);
    check(&url, &mistyped, 2, "mistyped");
    check(&url, "", 2, "a ticket begins with `ewt1-`");
    check(
        "https://hub.example/",
        &hub.ticket(),
        2,
        "/connector/v1/SITE",
    );
    let unknown = "`ticket`: nobody \\u{1b}[31mknows it\n  = hint: a ticket works once";
    check(&url, &hub.ticket_of_nobody(), 1, unknown);
    check(
        &url,
        &Hub::start().ticket(),
        4,
        "hint: the ticket is another hub's",
    );
    check(&Hub::start().url_of_nobody(), &hub.ticket(), 4, "404");
}

#[test]
fn without_an_identity_nothing_runs_and_the_next_step_is_said() {
    let world = world();
    for arguments in [
        ["connector", "run"],
        ["connector", "check"],
        ["connector", "leave"],
    ] {
        let ended = run(&world, &arguments, "");
        assert_eq!(ended.status.code(), Some(3), "{arguments:?}");
        assert!(text(&ended.stderr).contains("entryway connector enroll URL"));
    }
}

#[test]
fn a_connector_runs_until_it_is_told_and_outlives_its_hub() {
    let (world, mut hub) = (world(), Hub::start());
    enroll(&world, &hub);
    let mut daemon = Daemon::connector(&world);
    let up = daemon.event("hub.up");
    assert_eq!(
        (&up["node"], &up["standing"]),
        (&"one".into(), &"active".into())
    );
    assert_eq!(daemon.get("/healthz", "").status, 200);
    until("ready", || daemon.get("/readyz", "").status == 200);
    assert!(
        daemon
            .get("/metrics", "")
            .body
            .contains("entryway_connector_up{hub=")
    );
    let seen = status(&world);
    assert_eq!(seen["nodes"][0]["state"], "up");
    assert_eq!(seen["site"], "plant-a");
    let shown = run(&world, &["connector", "status"], "");
    assert!(text(&shown.stdout).contains("of the site `plant-a`"));
    // A look from beside it touches nothing.
    let checked = run(&world, &["connector", "check", "--output", "json"], "");
    let found: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    let findings = found["findings"].as_array().expect("findings");
    for step in [
        "identity", "dns", "tcp", "http", "tunnel", "hello", "standing", "clock",
    ] {
        let finding = findings.iter().find(|finding| finding["check"] == step);
        assert_eq!(finding.expect(step)["ok"], true, "{step}: {found}");
    }
    let mut wanted = findings.iter().filter(|one| one["check"] == "wanted");
    assert_eq!(
        wanted.next().expect("told")["detail"],
        "the hub asks for password, certificate; nobody shows a certificate here (`[certificate_login]`)"
    );
    assert_eq!(status(&world)["nodes"][0]["state"], "up");
    // Another configuration leaves the tunnel alone.
    daemon.signal("HUP");
    daemon.event("config.applied");
    assert_eq!(status(&world)["nodes"][0]["state"], "up");
    hub.stop();
    daemon.event("hub.down");
    until("not ready", || daemon.get("/readyz", "").status == 503);
    assert_eq!(daemon.get("/healthz", "").status, 200);
    let checked = run(&world, &["connector", "check"], "");
    assert_eq!(checked.status.code(), Some(1));
    assert!(
        text(&checked.stdout).contains("cannot be reached"),
        "{}",
        text(&checked.stdout)
    );
    hub.start_again();
    daemon.event("hub.up");
    daemon.signal("TERM");
    daemon.event("server.drained");
    assert!(daemon.rest().0.success());
}

#[test]
fn a_connector_that_leaves_is_gone_at_both_ends() {
    let (world, mut hub) = (world(), Hub::start());
    enroll(&world, &hub);
    let mut daemon = Daemon::connector(&world);
    daemon.event("hub.up");
    let busy = run(&world, &["connector", "leave"], "");
    assert_eq!(busy.status.code(), Some(1));
    assert!(text(&busy.stderr).contains("stop it first"));
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
    hub.stop();
    let unheard = run(&world, &["connector", "leave"], "");
    assert_eq!(unheard.status.code(), Some(4), "{}", text(&unheard.stderr));
    assert!(text(&unheard.stderr).contains("--force"));
    hub.start_again();
    let left = run(&world, &["connector", "leave"], "");
    assert_eq!(left.status.code(), Some(0), "{}", text(&left.stderr));
    until("told", || hub.was_left());
    assert!(!world.state().join("connector").exists());
}
