//! What the daemon's log says of a login and of those who ask.

use crate::daemon::{Daemon, answer};
use crate::world::{PORTAL, World};
use entryway_ldap_types::ResultCode;
use entryway_testdir::Kind;
use entryway_testdir::faults::{Fault, FaultPlan, Rule};
use serde_json::{Value, json};
use std::io::Write;

#[test]
fn it_says_which_application_asked() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    daemon.login(PORTAL, "jdoe", "right");
    assert_eq!(daemon.event("login.decided")["caller"], "portal");
}

#[test]
fn it_says_who_was_turned_away() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    daemon.login("a-token-of-nobody-0123456789", "jdoe", "right");
    let line = daemon.event("http.refused");
    assert_eq!(
        (&line["route"], &line["status"], &line["problem"]),
        (
            &json!("/api/v1/login"),
            &json!(401),
            &json!("unknown_token")
        )
    );
    assert!(
        line["peer"]
            .as_str()
            .is_some_and(|peer| peer.starts_with("127.0.0.1:")),
        "{line}"
    );
    daemon.get("/metrics", PORTAL);
    let line = daemon.event("http.refused");
    assert_eq!(
        (&line["status"], &line["caller"], &line["scope"]),
        (&json!(403), &json!("portal"), &json!("admin"))
    );
    daemon.signal("TERM");
    let (_, events) = daemon.rest();
    assert!(!format!("{events:?}").contains("a-token-of-nobody"));
}

#[test]
fn it_says_for_whom_a_trusted_proxy_was_turned_away() {
    let world = World::new();
    let text = world.configuration();
    let listen = "listen = \"127.0.0.1:0\"\n";
    let configure = |trusted: &str| {
        let trusted = format!("{listen}trusted_proxies = [\"{trusted}\"]\n");
        world.write("entryway.toml", &text.replace(listen, &trusted));
    };
    configure("127.0.0.1");
    let mut daemon = Daemon::start(&world);
    let ask = |daemon: &mut Daemon| {
        let mut stream = daemon.connect();
        let request = "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             x-forwarded-for: 198.51.100.4, 203.0.113.9\r\n\r\n";
        stream.write_all(request.as_bytes()).expect("written");
        assert_eq!(answer(stream).status, 401);
        daemon.event("http.refused")["client"].clone()
    };
    assert_eq!(ask(&mut daemon), "203.0.113.9");
    // Another list holds from the next reading on.
    configure("192.0.2.1");
    daemon.signal("HUP");
    daemon.event("config.applied");
    assert_eq!(ask(&mut daemon), Value::Null);
}

#[test]
fn it_names_all_who_share_a_name() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    daemon.login(PORTAL, "twin", "right");
    let line = daemon.event("login.decided");
    assert_eq!(line["code"], "ambiguous_login");
    assert_eq!(
        line["dns"],
        "cn=First Twin,ou=people,dc=corp,dc=example; cn=Second Twin,ou=people,dc=corp,dc=example"
    );
    daemon.login(PORTAL, "jdoe", "wrong");
    let line = daemon.event("login.decided");
    for field in ["dns", "server", "cause"] {
        assert_eq!(line.get(field), None, "a refusal is nobody's fault");
    }
}

/// A login whose `kind` of operation is answered with a fault: server and cause in its line.
fn check_blame(kind: Kind, expected: &str) {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    let answer = Fault::Answer {
        code: ResultCode::UNWILLING_TO_PERFORM,
        diagnostic: "not today".to_owned(),
    };
    daemon.warm_up(PORTAL);
    let plan = FaultPlan::new().rule(Rule::on(kind, answer));
    world.directory.set_faults(plan);
    assert_eq!(daemon.login(PORTAL, "jdoe", "right").status, 503);
    let line = daemon.event("login.decided");
    assert_eq!(line["decision"], "indeterminate", "{line}");
    let server = format!("ldaps://127.0.0.1:{}", world.directory.ldaps_addr().port());
    assert_eq!(
        (&line["server"], &line["cause"]),
        (&json!(server), &json!(expected))
    );
}

#[test]
fn it_says_which_server_kept_a_login_from_a_verdict() {
    let expected = "answers unwillingToPerform (53): not today";
    check_blame(Kind::Search, expected);
    check_blame(Kind::Bind, expected);
}

#[test]
fn it_says_which_servers_did_not_answer() {
    let world = World::new();
    let port = world.directory.ldaps_addr().port().to_string();
    // Nobody listens on port 1.
    let down = world.configuration().replace(&port, "1");
    world.write("entryway.toml", &down);
    let mut daemon = Daemon::start(&world);
    daemon.login(PORTAL, "jdoe", "right");
    let line = daemon.event("login.decided");
    assert_eq!(line["code"], "directory_unreachable");
    assert_eq!(line["server"], "ldaps://127.0.0.1:1");
    assert!(
        line["cause"]
            .as_str()
            .is_some_and(|cause| cause.contains("refused")),
        "{line}"
    );
}

#[test]
fn a_typed_name_is_cut() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    // Three bytes each: 256 is in the middle of one.
    daemon.login(PORTAL, &"名".repeat(4_000), "right");
    let line = daemon.event("login.decided");
    assert_eq!(line["login_name"], "名".repeat(85) + "…");
}
