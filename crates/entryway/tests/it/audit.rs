//! The record of decisions, after the daemon that made them.

use crate::daemon::Daemon;
use crate::world::{CONSOLE, PORTAL, SOON, World};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::channel;

const EXPLAIN: &str = "/api/v1/explain";

/// What a command answers, and its exit code.
fn said(world: &World, arguments: &[&str]) -> (String, Option<i32>) {
    let ended = world.command(arguments).output().expect("an end");
    let text = String::from_utf8(ended.stdout).expect("text");
    (text, ended.status.code())
}

/// Ends the daemon in order.
fn end(daemon: Daemon) {
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
}

#[test]
fn a_login_is_explained_by_its_id_after_a_restart() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    let body = json!({ "login_name": "jdoe", "password": "wrong" });
    let live = daemon.post(EXPLAIN, CONSOLE, &body).json();
    let id = live["id"].as_str().expect("an id").to_owned();
    assert_eq!(live["reason"], "wrong_password");
    assert_eq!(
        daemon.post(EXPLAIN, PORTAL, &body).status,
        403,
        "whoever may log people in may not see why it fails"
    );
    end(daemon);

    let daemon = Daemon::start(&world);
    let by_id = json!({ "login": id });
    let kept = daemon.post(EXPLAIN, CONSOLE, &by_id).json();
    assert_eq!(kept["node"], "gateway");
    assert_eq!(kept["record"]["trace"], live["trace"]);
    assert_eq!(kept["record"]["caller"], "console");
    let nothing = json!({ "login": "0000000000000000" });
    assert_eq!(daemon.post(EXPLAIN, CONSOLE, &nothing).status, 404);

    let (text, code) = said(&world, &["explain", "--login", &id]);
    assert_eq!(code, Some(0), "{text}");
    for line in [
        "asked by     console",
        "login name   jdoe                        no domain named; tries staff (entryway.toml:17)",
        "password     refused",
        "invalidCredentials (49)",
        "decision     reject, wrong_password",
    ] {
        assert!(text.contains(line), "no {line:?} in\n{text}");
    }
    let (json, _) = said(&world, &["explain", "--login", &id, "--output", "json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json, kept);
    let (shown, _) = said(&world, &["audit", "show", &id]);
    assert!(shown.contains("reject, wrong_password"), "{shown}");
}

#[test]
fn no_secret_is_on_record() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    let accepted = daemon.login(PORTAL, "jdoe", "right").json();
    daemon.login(PORTAL, "jdoe", "hunter2-typed");
    let explained = daemon.post(
        EXPLAIN,
        CONSOLE,
        &json!({ "login_name": "jdoe", "password": "right" }),
    );
    assert_eq!(explained.json()["decision"], "accept");
    for token in ["revalidation", "device"] {
        assert_eq!(
            explained.json().get(token),
            None,
            "an explanation is no login"
        );
    }
    end(daemon);
    let (text, _) = said(&world, &["audit", "tail", "--output", "json"]);
    assert_eq!(text.lines().count(), 3);
    for key in ["revalidation", "device"] {
        let token = accepted[key].as_str().expect("a token");
        assert!(!text.contains(token), "{text}");
    }
    for secret in ["hunter2-typed", "service-secret", PORTAL, CONSOLE] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_record_that_was_changed_is_found() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    daemon.login(PORTAL, "jdoe", "right");
    daemon.login(PORTAL, "jdoe", "wrong");
    end(daemon);
    let (whole, code) = said(&world, &["audit", "verify"]);
    assert_eq!(code, Some(0), "{whole}");
    assert!(whole.contains("verdict      whole"), "{whole}");

    // The daemon has folded its write-ahead log into the file.
    let file = world.path("entryway.db");
    let mut bytes = fs::read(&file).expect("the store");
    // Where it stands first: what repeats it in the packed record stands there as a reference.
    let word = b"wrong_password";
    let at = bytes
        .windows(word.len())
        .position(|window| window == word)
        .expect("the record");
    bytes[at + word.len() - 1] = b't';
    fs::write(&file, bytes).expect("written");

    let (broken, code) = said(&world, &["audit", "verify"]);
    assert_eq!(code, Some(1), "{broken}");
    assert!(
        broken.contains("verdict      broken at record "),
        "{broken}"
    );
    assert!(broken.contains(": altered"), "{broken}");
    let (json, code) = said(&world, &["audit", "verify", "--output", "json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["whole"], code), (&json!(false), Some(1)));
    assert_eq!(json["nodes"][0]["breach"]["kind"], "altered");
}

#[test]
fn new_decisions_are_followed() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    daemon.login(PORTAL, "jdoe", "right");
    let mut child = world
        .command(&["audit", "tail", "--follow"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary");
    let (lines, found) = channel();
    let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    std::thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            let _ = lines.send(line);
        }
    });
    let next = || found.recv_timeout(SOON).expect("a line");
    assert!(next().contains("accept "), "what is there");
    for _ in 0..2 {
        daemon.login(PORTAL, "jdoe", "wrong");
        assert!(next().contains("reject, wrong_password"), "what comes");
    }
    child.kill().expect("a signal");
    child.wait().expect("an end");
}
