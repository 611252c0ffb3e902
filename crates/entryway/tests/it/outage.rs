//! A store that is gone, locked, full, read-only or stopped while people log in: each login ends without a verdict
//! inside its deadline, never with a wrong one; the rest goes on; and all is well again when the store is.

use crate::daemon::{Answer, Daemon};
use crate::world::{CONSOLE, SOON, World};
use entryway_conformance::Postgres;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A login's own deadline here, and how late its answer may be on a busy machine.
const DEADLINE: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_secs(4);

fn start(more: &str) -> (World, Daemon) {
    let world = World::new();
    world.configure("1s", more);
    let daemon = Daemon::start(&world);
    check(&daemon, "jdoe", "right", "accept");
    (world, daemon)
}

fn check(daemon: &Daemon, name: &str, password: &str, expected: &str) {
    let answer = daemon.login(CONSOLE, name, password);
    assert_eq!(answer.json()["decision"], expected, "{answer:?}");
}

/// No verdict, because of the store, in time.
fn check_no_verdict(daemon: &Daemon, name: &str, password: &str) {
    let began = Instant::now();
    let answer = daemon.login(CONSOLE, name, password);
    let took = began.elapsed();
    assert_eq!(
        (answer.status, &answer.json()["fault"]),
        (503, &json!("store_unavailable")),
        "{name}: {answer:?}"
    );
    assert!(took < DEADLINE + SLACK, "{took:?}");
}

/// Whoever it is and whatever is typed; and what does not need the store goes on.
fn check_outage(daemon: &mut Daemon) {
    for (name, password) in [
        ("jdoe", "right"),
        ("jdoe", "wrong"),
        ("nobody", "right"),
        ("jdoe", "right"),
    ] {
        check_no_verdict(daemon, name, password);
    }
    let told = daemon.event("audit.not_written");
    assert!(told["problem"].is_string(), "{told}");
    assert_eq!(daemon.get("/healthz", "").status, 200);
    let ready = daemon.get("/readyz", "");
    assert_eq!((ready.status, ready.body.contains("store")), (503, true));
    let metrics = daemon.get("/metrics", CONSOLE).body;
    assert!(metrics.contains("entryway_store_up 0\n"), "{metrics}");
}

/// It finds out by itself.
fn check_recovery(daemon: &mut Daemon) {
    let mut verdict = Value::Null;
    wait_for("a verdict", || {
        let answer = daemon.login(CONSOLE, "jdoe", "right");
        if answer.status == 503 {
            return false;
        }
        verdict = answer.json()["decision"].clone();
        true
    });
    assert_eq!(verdict, "accept", "the first verdict is a right one");
    daemon.event("audit.written");
    // Each connection to the store finds out for itself, and until then a login on it has no verdict.
    wait_for("a refusal", || {
        let answer = daemon.login(CONSOLE, "jdoe", "wrong");
        if answer.status == 503 {
            return false;
        }
        assert_eq!(answer.json()["decision"], "reject", "{answer:?}");
        true
    });
    wait_for("readiness", || daemon.get("/readyz", "").status == 200);
    let metrics = daemon.get("/metrics", CONSOLE).body;
    assert!(metrics.contains("entryway_store_up 1\n"), "{metrics}");
}

fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !condition() {
        assert!(Instant::now() < deadline, "no {what}");
        std::thread::yield_now();
    }
}

#[test]
fn a_file_that_is_gone() {
    let (world, mut daemon) = start("");
    let (here, away) = (world.path("entryway.db"), world.path("away.db"));
    fs::rename(&here, &away).expect("renamed");
    check_outage(&mut daemon);
    daemon.event("store.unavailable");
    fs::rename(&away, &here).expect("renamed");
    check_recovery(&mut daemon);
    daemon.event("store.recovered");
}

/// Another program on the file, as an administrator's shell would be.
fn lock(world: &World) -> Child {
    let program = "import sqlite3, sys\n\
                   store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)\n\
                   store.execute('BEGIN IMMEDIATE')\n\
                   print('locked', flush=True)\n\
                   sys.stdin.read()\n";
    let mut locking = Command::new("python3")
        .args(["-c", program])
        .arg(world.path("entryway.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`python3` of conformance/packages.txt");
    let mut line = String::new();
    let stdout = locking.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    assert_eq!(line, "locked\n");
    locking
}

#[test]
fn a_file_that_another_program_locks() {
    let (world, mut daemon) = start("");
    let mut locking = lock(&world);
    check_outage(&mut daemon);
    // The end of its input is the end of the lock.
    drop(locking.stdin.take());
    locking.wait().expect("an end");
    check_recovery(&mut daemon);
}

fn limit_files(daemon: &Daemon, limit: &str) {
    let pid = daemon.pid().to_string();
    let limited = Command::new("prlimit")
        .args(["--pid", &pid, &format!("--fsize={limit}")])
        .status();
    assert!(limited.expect("`prlimit` of util-linux").success());
}

/// No file may grow any more: what a disk without room is to the daemon, without a disk.
#[test]
fn a_file_that_cannot_grow() {
    let world = World::new();
    world.configure("1s", "");
    // The signal that comes with the limit would end a process that does not ignore it.
    let mut daemon = Daemon::of(world.limited("trap '' XFSZ", &["serve", "--log-format", "json"]));
    check(&daemon, "jdoe", "right", "accept");
    limit_files(&daemon, "4096:unlimited");
    check_outage(&mut daemon);
    limit_files(&daemon, "unlimited:unlimited");
    check_recovery(&mut daemon);
}

/// A server that is stopped, started, made read-only and writable again.
#[test]
fn a_postgresql_server_that_comes_and_goes() {
    let mut postgres = Postgres::start().expect("PostgreSQL");
    let world = World::new();
    world.configure("1s", "");
    let path = world.path("entryway.toml");
    let text = fs::read_to_string(&path).expect("a configuration");
    let server = text
        .replace("sqlite:entryway.db", &postgres.url())
        .replace("[audit]", "[audit]\nkey = \"audit.key\"");
    assert_ne!(server, text);
    fs::write(&path, server).expect("written");
    let mut daemon = Daemon::start(&world);
    check(&daemon, "jdoe", "right", "accept");

    postgres.stop().expect("stopped");
    check_outage(&mut daemon);
    postgres.restart().expect("restarted");
    check_recovery(&mut daemon);

    let read_only = |setting: &str| {
        let set = format!("ALTER SYSTEM SET default_transaction_read_only = {setting}");
        postgres.sql("postgres", &set).expect("set");
        postgres
            .sql("postgres", "SELECT pg_reload_conf()")
            .expect("read again");
    };
    read_only("on");
    // A connection hears of it with its next statement, or the one after.
    wait_for("an outage", || {
        daemon.login(CONSOLE, "jdoe", "right").status == 503
    });
    check_outage(&mut daemon);
    read_only("off");
    check_recovery(&mut daemon);
}

/// Whatever was answered is on disk: nothing is lost that somebody was told.
#[test]
fn a_decision_is_on_disk_before_its_answer_leaves() {
    let world = World::new();
    let told = |name: &str, password: &str, expected: &str| {
        let daemon = Daemon::start(&world);
        let answer: Answer = daemon.login(CONSOLE, name, password);
        daemon.kill();
        let answer = answer.json();
        assert_eq!(answer["decision"], expected);
        let record = world.record(&answer["id"]).expect("a record");
        assert_eq!(
            (&record["decision"], &record["login_name"]),
            (&json!(expected), &json!(name))
        );
    };
    told("jdoe", "right", "accept");
    told("jdoe", "wrong", "reject");
    told("nobody", "right", "reject");
    told("reset", "right", "challenge");
}
