//! Accounts that are kept while the daemon runs.

use crate::daemon::{Answer, Daemon};
use crate::world::{CONSOLE, World};
use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Runs a command that has to work, with this on its standard input.
fn done(world: &World, arguments: &[&str], input: &str) {
    let mut child = world
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    let ended = child.wait_with_output().expect("an end");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{arguments:?}: {said}");
}

/// The second in which a daemon learns of a change, and room for a busy machine.
const LEARNT: Duration = Duration::from_secs(4);

/// Logs in until the answer is the expected one.
fn soon(daemon: &Daemon, password: &str, expected: &str) -> Answer {
    let deadline = Instant::now() + LEARNT;
    loop {
        let answer = daemon.login(CONSOLE, "ann", password);
        let json = answer.json();
        let found = json.get("reason").unwrap_or(&json["decision"]);
        if found == expected {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "never {expected}, but {answer:?}"
        );
    }
}

#[test]
fn a_running_daemon_learns_of_each_change() {
    let world = World::new();
    let text = world.configuration();
    // Many refusals are asked for here, and none is to be waited for.
    world.write(
        "entryway.toml",
        &format!("{text}\n[login]\nreject_after = \"0s\"\n[throttle]\nfailures = 1000\nfailures_per_identity = 1000\nfailures_per_address = 10000\n"),
    );
    let daemon = Daemon::start(&world);
    soon(&daemon, "open sesame", "unknown_login");
    let add = [
        "account",
        "add",
        "ann",
        "--password-stdin",
        "--uid",
        "2001",
        "--gid",
        "200",
        "--home",
        "/srv/ann",
        "--shell",
        "/bin/sh",
        "--type",
        "virtual",
    ];
    done(&world, &add, "open sesame\n");
    let accepted = soon(&daemon, "open sesame", "accept").json();
    assert_eq!(accepted["session"]["source"], "local");
    assert_eq!(accepted["session"]["home"], "/srv/ann");

    done(&world, &["account", "set", "ann", "--disable"], "");
    soon(&daemon, "open sesame", "account_disabled");
    done(
        &world,
        &["account", "set", "ann", "--enable", "--uid", "2002"],
        "",
    );
    let accepted = soon(&daemon, "open sesame", "accept").json();
    assert_eq!(accepted["session"]["uid"], 2002);

    done(
        &world,
        &["account", "passwd", "ann", "--password-stdin"],
        "another one\n",
    );
    soon(&daemon, "open sesame", "wrong_password");
    soon(&daemon, "another one", "accept");
    let revalidation = serde_json::json!({ "token": accepted["revalidation"] });
    let asked = daemon.post("/api/v1/login/revalidate", CONSOLE, &revalidation);
    assert_eq!(asked.json()["reason"], "password_changed");

    done(&world, &["account", "remove", "ann"], "");
    soon(&daemon, "another one", "unknown_login");
}

#[test]
fn no_password_or_hash_is_shown() {
    let world = World::new();
    done(
        &world,
        &["account", "add", "ann", "--password-stdin"],
        "open sesame\n",
    );
    for arguments in [
        &["account", "show", "ann"][..],
        &["account", "list", "--output", "json"],
        &["account", "show", "ann", "--output", "json"],
    ] {
        let ended = world.command(arguments).output().expect("an end");
        let said = String::from_utf8(ended.stdout).expect("text");
        assert!(said.contains("ann"), "{said}");
        assert!(!said.contains('$') && !said.contains("sesame"), "{said}");
    }
}
