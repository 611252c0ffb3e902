//! Names and passwords that come with requests: one login for many of them.

use super::*;
use crate::daemon::answer;
use entryway_testdir::faults::{Fault, FaultPlan};
use std::io::Write as _;

const JDOE: &str = "uid=jdoe,ou=people,dc=corp,dc=example";

fn api(daemon: &Daemon, name: &str, password: &str) -> Got {
    let shown = basic(name, password);
    program(daemon, WIKI, "/api/x", &[("authorization", &shown)])
}

fn from_memory(daemon: &Daemon) -> u64 {
    counted(daemon, "entryway_forward_passwords_total{from=\"memory\"}").unwrap_or_default()
}

fn by_login(daemon: &Daemon) -> u64 {
    counted(daemon, "entryway_forward_passwords_total{from=\"login\"}").unwrap_or_default()
}

#[test]
fn a_password_is_verified_once_and_so_is_a_wrong_one() {
    let world = world();
    let mut daemon = Daemon::start(&world);
    for _ in 0..5 {
        is_in(&api(&daemon, "jdoe", "right"));
    }
    let binds = || world.directory.counters().binds_of(JDOE);
    assert_eq!(binds(), 1);
    for _ in 0..5 {
        let refused = api(&daemon, "jdoe", "stale");
        assert_eq!(refused.status, 401);
        assert!(refused.headers("www-authenticate")[0].starts_with("Basic "));
    }
    assert_eq!(binds(), 2);
    assert_eq!((by_login(&daemon), from_memory(&daemon)), (2, 8));
    // It is right, and does not open what its person may not see, nor what takes none.
    let shown = basic("jdoe", "right");
    let more = [("authorization", shown.as_str())];
    assert_eq!(program(&daemon, WIKI, "/board", &more).status, 403);
    assert_eq!(program(&daemon, WIKI, "/page", &more).status, 401);
    assert_eq!(binds(), 2);
    // Each is a login, with a record and a line of its own.
    let told = daemon.event("login.decided");
    assert_eq!(told["caller"], "forward wiki.corp.example");
    let record = world.record(&told["id"]).expect("a record");
    assert!(
        record.to_string().contains("forward wiki.corp.example"),
        "{record}"
    );
}

#[test]
fn forty_requests_with_one_stale_password_are_one_failed_bind() {
    let world = world();
    let daemon = Daemon::start(&world);
    let shown = basic("jdoe", "stale");
    let waiting: Vec<_> = (0..40)
        .map(|number| {
            let mut stream = daemon.connect();
            let head = format!(
                "GET /forward-auth HTTP/1.1\r\nhost: {WIKI}\r\nconnection: close\r\nx-forwarded-method: GET\r\n\
                 x-forwarded-proto: https\r\nx-forwarded-host: {WIKI}\r\nx-forwarded-uri: /api/{number}.png\r\n\
                 x-forwarded-for: 203.0.113.9\r\nauthorization: {shown}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).expect("written");
            stream
        })
        .collect();
    for stream in waiting {
        assert_eq!(answer(stream).status, 401);
    }
    assert_eq!(world.directory.counters().binds_of(JDOE), 1);
    assert_eq!((by_login(&daemon), from_memory(&daemon)), (1, 39));
    // The throttle has counted one: there is room for the person.
    is_in(&api(&daemon, "jdoe", "right"));
}

/// No program can seal what it sends in a header, so it is told why that is for nothing.
#[test]
fn a_site_s_password_in_clear_is_passed_on_to_nobody_and_told_why() {
    let world = world_trusting("127.0.0.1", &format!("{RULES}{}", crate::hub::SITES));
    let mut daemon = Daemon::start(&world);
    for name in ["plant-a/jane", "plant-a\\jane", "jane@plant-a.example"] {
        for _ in 0..2 {
            let refused = api(&daemon, name, "in-clear-9");
            assert_eq!(refused.status, 403, "{name}: {refused:?}");
            assert!(refused.headers("www-authenticate").is_empty());
            let told = "nobody was asked about it. Log in with a browser.";
            assert!(refused.body.contains(told), "{}", refused.body);
        }
        let line = daemon.event("login.decided");
        assert_eq!(line["code"], "sealed_only", "{name}: {line}");
        let record = world.record(&line["id"]).expect("a record").to_string();
        assert!(!record.contains("in-clear-9"), "{record}");
        let line = daemon.event("http.refused");
        assert_eq!(line["problem"], "sealed_only", "{name}: {line}");
    }
    // A browser goes to the login, where it can be sealed.
    let mut browser = Visitor::at(&daemon, WIKI);
    let shown = basic("plant-a/jane", "in-clear-9");
    browser.at.headers.push(("authorization", shown));
    let sent = browser.asks("GET", "/api/x");
    assert_eq!(sent.status, 302, "{sent:?}");
    assert!(
        sent.location()
            .is_some_and(|place| place.starts_with(ISSUER))
    );
    // Whoever is of no site comes in as ever.
    is_in(&api(&daemon, "staff/jdoe", "right"));
}

#[test]
fn an_outage_is_told_as_one_and_not_remembered() {
    let world = world();
    let daemon = Daemon::start(&world);
    let silent = FaultPlan::new().on(entryway_testdir::Kind::Search, Fault::Close);
    world.directory.set_faults(silent);
    let got = api(&daemon, "jdoe", "right");
    assert_eq!(got.status, 503, "{got:?}");
    assert_eq!(got.headers("retry-after"), ["5"]);
    assert!(got.headers("www-authenticate").is_empty());
    world.directory.set_faults(FaultPlan::new());
    is_in(&api(&daemon, "jdoe", "right"));
}

#[test]
fn whoever_must_change_a_password_or_is_throttled_is_not_let_in() {
    let world = world();
    let daemon = Daemon::start(&world);
    assert_eq!(api(&daemon, "reset", "right").status, 401);
    assert_eq!(api(&daemon, "locked", "right").status, 401);
    assert_eq!(api(&daemon, "", "right").status, 401);
    assert_eq!(api(&daemon, "jdoe", "").status, 401);
    for number in 0..5 {
        let wrong = format!("wrong {number}");
        assert_eq!(api(&daemon, "jdoe", &wrong).status, 401);
    }
    let binds = world.directory.counters().binds_of(JDOE);
    assert_eq!(api(&daemon, "jdoe", "right").status, 401);
    assert_eq!(world.directory.counters().binds_of(JDOE), binds);
}

#[test]
fn a_password_that_is_changed_here_counts_at_once() {
    let world = world();
    let daemon = Daemon::start(&world);
    let account = |arguments: &[&str], password: &str| {
        let mut command = world.command(arguments);
        command.stdin(std::process::Stdio::piped());
        command.stdout(std::process::Stdio::piped());
        let mut child = command.spawn().expect("the binary");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(password.as_bytes()).expect("written");
        drop(stdin);
        let ended = child.wait_with_output().expect("an end");
        assert!(ended.status.success(), "{ended:?}");
    };
    account(
        &[
            "account",
            "add",
            "robot",
            "--uid",
            "2000",
            "--gid",
            "2000",
            "--password-stdin",
        ],
        "first password",
    );
    let until = std::time::Instant::now() + crate::world::SOON;
    let becomes = |password: &str, status: u16| {
        loop {
            let got = api(&daemon, "robot", password);
            if got.status == status {
                return;
            }
            assert!(std::time::Instant::now() < until, "never {status}: {got:?}");
        }
    };
    // Accounts in memory follow the store within half a second.
    becomes("first password", 200);
    account(
        &["account", "passwd", "robot", "--password-stdin"],
        "second password",
    );
    becomes("first password", 401);
    becomes("second password", 200);
}

#[test]
fn whoever_is_signed_out_everywhere_is_asked_about_anew() {
    let world = world();
    let daemon = Daemon::start(&world);
    let mut login = Browser::new(&daemon);
    let mut logins = 0;
    let mut is_asked_about = || {
        is_in(&api(&daemon, "jdoe", "right"));
        is_in(&api(&daemon, "jdoe", "right"));
        logins += 1;
        assert_eq!(by_login(&daemon), logins);
    };
    is_asked_about();
    // By the person.
    Visitor::at(&daemon, WIKI).logs_in(&mut login, "/");
    let page = login.get("/sso/sessions");
    login.submit(&page, &[("all", "yes")]);
    is_asked_about();
    // By an administrator.
    Visitor::at(&daemon, WIKI).logs_in(&mut login, "/");
    let mut command = world.command(&["session", "end", "--person", "jdoe"]);
    let ended = command.output().expect("the binary");
    assert!(ended.status.success(), "{ended:?}");
    is_asked_about();
}
