//! The daemon: logins over HTTP, its log and metrics, reload, drain, hang-ups.

use crate::daemon::{Daemon, answer};
use crate::world::{CONSOLE, PORTAL, SOON, World};
use entryway_ldap_types::ResultCode;
use entryway_testdir::Kind;
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan, Gate, Rule};
use serde_json::json;
use std::io::{Read, Write};

const JDOE: &str = "uid=jdoe,ou=people,dc=corp,dc=example";

#[test]
fn a_login_over_http() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    let accepted = daemon.login(PORTAL, "jdoe", "right");
    assert_eq!(accepted.status, 200);
    let accepted = accepted.json();
    assert_eq!(accepted["decision"], "accept");
    assert_eq!(accepted["session"]["uid"], 1042);
    assert_eq!(
        accepted["session"]["attributes"],
        json!({ "department": ["12"] })
    );

    let refused = daemon.login(PORTAL, "jdoe", "wrong").json();
    assert_eq!(
        (&refused["decision"], refused.get("reason")),
        (&json!("reject"), None)
    );
    assert_eq!(
        daemon.login(CONSOLE, "jdoe", "wrong").json()["reason"],
        "wrong_password"
    );
    assert_eq!(daemon.login("nobody's", "jdoe", "right").status, 401);
}

#[test]
fn one_failed_login_is_one_bind_and_an_empty_password_is_none() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    daemon.login(PORTAL, "jdoe", "wrong");
    daemon.login(PORTAL, "jdoe", "");
    let counters = world.directory.counters();
    assert_eq!(counters.binds_of(JDOE), 1);
    assert_eq!(
        counters.binds_with(JDOE, ResultCode::INVALID_CREDENTIALS),
        1
    );
    assert_eq!(counters.empty_password_binds, 0);
}

#[test]
fn a_decision_is_one_line_of_the_log_and_no_secret_is_in_any() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    let id = daemon.login(PORTAL, "jdoe", "hunter2-typed").json()["id"].clone();
    let line = daemon.event("login.decided");
    assert_eq!(line["id"], id);
    assert_eq!(
        (&line["decision"], &line["code"]),
        (&json!("reject"), &json!("wrong_password"))
    );
    assert_eq!(
        (&line["domain"], &line["login_name"]),
        (&json!("staff"), &json!("jdoe"))
    );
    assert_eq!(
        (&line["client_address"], &line["level"]),
        (&json!("192.0.2.7"), &json!("info"))
    );
    assert!(line["took_ms"].as_f64().expect("a number") > 0.0);

    daemon.login(
        PORTAL,
        "jdoe\n{\"event\":\"login.decided\",\"decision\":\"accept\"}",
        "right",
    );
    let line = daemon.event("login.decided");
    assert_eq!(
        (&line["decision"], &line["code"]),
        (&json!("reject"), &json!("malformed_login"))
    );

    daemon.signal("TERM");
    let (status, events) = daemon.rest();
    assert!(status.success());
    assert_eq!(
        events
            .iter()
            .filter(|event| event["event"] == "login.decided")
            .count(),
        2
    );
    let everything = format!("{events:?}");
    for secret in ["hunter2-typed", "service-secret", PORTAL, CONSOLE] {
        assert!(!everything.contains(secret), "{everything}");
    }
}

#[test]
fn metrics_count_what_happened() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    daemon.login(PORTAL, "jdoe", "right");
    daemon.login(PORTAL, "jdoe", "wrong");
    assert_eq!(daemon.get("/metrics", PORTAL).status, 403);
    let text = daemon.get("/metrics", CONSOLE).body;
    for line in [
        "entryway_logins_total{decision=\"accept\",code=\"accept\",domain=\"staff\"} 1",
        "entryway_logins_total{decision=\"reject\",code=\"wrong_password\",domain=\"staff\"} 1",
        "entryway_login_seconds_count 2",
        "entryway_http_requests_total{route=\"/api/v1/login\",status=\"200\"} 2",
        "entryway_http_requests_total{route=\"/metrics\",status=\"403\"} 1",
        "entryway_config_generation 1",
        "operation=\"bind\",result=\"success\"} 1",
        "operation=\"bind\",result=\"invalidCredentials\"} 1",
        // What the daemon asks on its own behalf is counted with it: how many is not this test's affair.
        "role=\"find-login\",operation=\"search\",result=\"success\"} ",
        "le=\"+Inf\",domain=\"staff\"",
        "process_resident_memory_bytes ",
        "process_cpu_seconds_total ",
        "entryway_build_info{version=",
    ] {
        assert!(text.contains(line), "no {line} in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
    assert!(!text.contains("jdoe"), "a person's name is no label");
}

#[test]
fn a_bad_configuration_changes_nothing() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    world.write(
        "entryway.toml",
        &world
            .configuration()
            .replace("uid        = ", "uidd = 5\nuid = "),
    );
    daemon.signal("HUP");
    let problem = daemon.event("config.problem");
    assert!(
        problem["problem"]
            .as_str()
            .expect("text")
            .contains("entryway.toml:27"),
        "{problem}"
    );
    let refused = daemon.event("config.refused");
    assert_eq!(refused["kept"], 1);
    assert_eq!(
        daemon.login(PORTAL, "jdoe", "right").json()["decision"],
        "accept"
    );

    // A trust file that is no certificate is found only when the domains are put together.
    world.write("entryway.toml", &world.configuration());
    world.write("ca.pem", "not a certificate\n");
    daemon.signal("HUP");
    assert_eq!(daemon.event("config.refused")["kept"], 1);
    assert_eq!(
        daemon.login(PORTAL, "jdoe", "right").json()["decision"],
        "accept"
    );
}

#[test]
fn a_good_configuration_takes_over_and_the_old_connections_go() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    assert_eq!(
        daemon.login(PORTAL, "jdoe", "right").json()["session"]["uid"],
        1042
    );
    let open = world.directory.counters().open;
    assert!(open >= 2, "one to search on, one to bind on");

    let changed = world
        .configuration()
        .replace("uid        = \"uidNumber\"", "gid_copy = \"gidNumber\"");
    world.write(
        "entryway.toml",
        &changed.replace("[login]", "").replace(
            "[[home_folder]]",
            "[login]\ndeadline = \"1s\"\n\n[[home_folder]]",
        ),
    );
    world.write("portal.token", "another-portal-token-0123456789");
    daemon.signal("HUP");
    assert_eq!(daemon.event("config.applied")["generation"], 2);
    assert_eq!(
        daemon.login(PORTAL, "jdoe", "right").status,
        401,
        "the old token is gone"
    );
    let session = daemon
        .login("another-portal-token-0123456789", "jdoe", "right")
        .json()["session"]
        .clone();
    assert_eq!(
        (&session["uid"], &session["attributes"]["gid_copy"]),
        (&json!(10000), &json!(["100"]))
    );
    let closed = world
        .directory
        .wait_until(SOON, |counters| counters.unbinds >= open);
    assert!(world.runtime.block_on(closed), "the old pools said goodbye");
}

#[test]
fn stricter_rules_close_what_the_old_ones_had_opened_in_clear() {
    let world = World::new();
    let (tls, clear) = (world.directory.ldaps_addr(), world.directory.ldap_addr());
    let with = |mode: &str| {
        world
            .configuration()
            .replace(&format!("ldaps://{tls}"), &format!("ldap://{clear}"))
            .replace("[domain.staff]", &format!("[domain.staff]\n{mode}"))
    };
    world.write(
        "entryway.toml",
        &with("encrypt = \"none\"\nallow_clear_text_passwords = true"),
    );
    let mut daemon = Daemon::start(&world);
    let warned = &daemon.seen("config.warning")["warning"];
    assert!(warned.as_str().is_some_and(|text| text.contains("C021")));
    let login = |daemon: &Daemon| daemon.login(PORTAL, "jdoe", "right").json();
    assert_eq!(login(&daemon)["decision"], "accept");
    let before = world.directory.counters();
    assert_eq!(before.start_tls, 0);
    assert!(before.open >= 2, "one to search on, one to bind on");

    world.write("entryway.toml", &with("encrypt = \"all\""));
    daemon.signal("HUP");
    assert_eq!(daemon.event("config.applied")["generation"], 2);
    assert_eq!(login(&daemon)["decision"], "accept");
    // What is open now has asked for StartTLS, and everything from before has said goodbye.
    let closed = world.directory.wait_until(SOON, |counters| {
        counters.unbinds >= before.open && counters.open <= counters.start_tls
    });
    assert!(world.runtime.block_on(closed), "the clear ones are gone");
}

/// A request belongs to the configuration that its head met, however long its body takes.
#[test]
fn a_request_whose_body_is_on_its_way_outlives_a_reload() {
    let world = World::new();
    let deadline = |text: &str, deadline: &str| {
        text.replace(
            "[[home_folder]]",
            &format!("[login]\ndeadline = \"{deadline}\"\n\n[[home_folder]]"),
        )
    };
    world.write("entryway.toml", &deadline(&world.configuration(), "1s"));
    let mut daemon = Daemon::start(&world);
    let (mut waiting, body) = daemon.begin_request(PORTAL, "jdoe", "right");
    // The body is asked for by who has read the head: the request has met the first configuration.
    let mut waited = [0; 25];
    waiting.read_exact(&mut waited).expect("to go on");
    assert_eq!(&waited, b"HTTP/1.1 100 Continue\r\n\r\n");

    world.write("entryway.toml", &deadline(&world.configuration(), "2s"));
    daemon.signal("HUP");
    assert_eq!(daemon.event("config.applied")["generation"], 2);
    // A login that ends by the new deadline has seen the old one pass.
    let gate = Gate::new();
    world
        .directory
        .set_faults(FaultPlan::new().on(Kind::Search, Fault::Hold(gate.clone())));
    assert_eq!(daemon.login(PORTAL, "jdoe", "right").status, 503);
    gate.open();
    world.directory.set_faults(FaultPlan::new());
    waiting.write_all(body.as_bytes()).expect("written");
    assert_eq!(answer(waiting).json()["decision"], "accept");
}

#[test]
fn a_drain_answers_what_is_in_flight() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    daemon.warm_up(PORTAL);
    let gate = Gate::new();
    world
        .directory
        .set_faults(FaultPlan::new().rule(Rule::on(Kind::Bind, Fault::Hold(gate.clone()))));
    let waiting = daemon.begin_login(PORTAL, "jdoe", "right");
    let bound = world
        .directory
        .wait_until(SOON, |counters| counters.binds_of(JDOE) == 2);
    assert!(world.runtime.block_on(bound), "the bind is on its way");
    daemon.signal("TERM");
    // The listener goes first; that nobody else is let in is how it shows.
    let deadline = std::time::Instant::now() + SOON;
    while std::net::TcpStream::connect(&daemon.address).is_ok() {
        assert!(std::time::Instant::now() < deadline, "still listening");
        std::thread::yield_now();
    }
    gate.open();
    assert_eq!(answer(waiting).json()["decision"], "accept");
    assert_eq!(daemon.event("server.drained")["cut"], 0);
    assert!(daemon.rest().0.success());
}

#[test]
fn a_client_that_hangs_up_abandons_its_search() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    daemon.warm_up(PORTAL);
    let before = world.directory.counters().searches;
    let gate = Gate::new();
    world
        .directory
        .set_faults(FaultPlan::new().rule(Rule::on(Kind::Search, Fault::Hold(gate.clone()))));
    let waiting = daemon.begin_login(PORTAL, "jdoe", "right");
    let searched = world
        .directory
        .wait_until(SOON, move |counters| counters.searches == before + 1);
    assert!(world.runtime.block_on(searched), "the search is on its way");
    drop(waiting);
    let abandoned = world
        .directory
        .wait_until(SOON, |counters| counters.abandons == 1);
    assert!(world.runtime.block_on(abandoned), "the directory is told");
    assert_eq!(daemon.event("login.abandoned")["login_name"], "jdoe");
    gate.open();
    world.directory.set_faults(FaultPlan::new());
    assert_eq!(
        daemon.login(PORTAL, "jdoe", "wrong").json()["decision"],
        "reject",
        "its answer reaches nobody else"
    );
    assert_eq!(
        world.directory.counters().binds_of(JDOE),
        2,
        "and the abandoned login never bound"
    );
}

#[test]
fn a_silent_directory_ends_in_time_and_shows_in_readiness() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    assert_eq!(daemon.get("/readyz", "").status, 200);
    world
        .directory
        .set_faults(FaultPlan::new().on_connect(ConnectFault::Silence));
    let began = std::time::Instant::now();
    let answer = daemon.login(CONSOLE, "jdoe", "right");
    assert!(
        began.elapsed() < std::time::Duration::from_secs(10),
        "the deadline is 3 s; the rest is a busy machine"
    );
    assert_eq!(
        (answer.status, &answer.json()["status"]),
        (503, &json!(503))
    );
    assert!(answer.json().get("fault").is_some());
    assert_eq!(
        daemon.login(PORTAL, "jdoe", "right").json().get("fault"),
        None,
        "not every caller may know"
    );
    daemon.event("directory.degraded");
    let ready = daemon.get("/readyz", "");
    assert_eq!(
        (ready.status, &ready.json()["domains"]),
        (503, &json!(["staff"]))
    );
    assert_eq!(daemon.get("/healthz", "").status, 200);
}

#[test]
fn a_directory_that_is_down_at_the_start_shows_in_readiness_and_is_found_well_without_a_login() {
    let world = World::new();
    world
        .directory
        .set_faults(FaultPlan::new().on_connect(ConnectFault::Close));
    let mut daemon = Daemon::start(&world);
    // It may be known before the daemon serves.
    if !daemon.has_seen("directory.degraded") {
        daemon.event("directory.degraded");
    }
    assert_eq!(daemon.get("/readyz", "").status, 503);
    world.directory.set_faults(FaultPlan::new());
    daemon.event("directory.recovered");
    assert_eq!(daemon.get("/readyz", "").status, 200);
    assert_eq!(world.directory.counters().binds_of(JDOE), 0);
}

#[test]
fn an_idle_gateway_is_small_and_quick_to_start() {
    let world = World::new();
    let began = std::time::Instant::now();
    let daemon = Daemon::start(&world);
    assert_eq!(
        daemon.login(PORTAL, "jdoe", "right").json()["decision"],
        "accept"
    );
    let started = began.elapsed();
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", daemon.pid())).expect("a status");
    let line = status
        .lines()
        .find(|line| line.starts_with("RssAnon:"))
        .expect("a line");
    let kilobytes: u64 = line
        .split_whitespace()
        .nth(1)
        .expect("a number")
        .parse()
        .expect("a number");
    // What it allocates, without the pages of an unoptimised program, which are many and shared. Far above what it needs;
    // `cargo xtask bench` measures all of it, of the released one.
    assert!(kilobytes < 40 * 1024, "{kilobytes} kB");
    assert!(started < std::time::Duration::from_secs(10), "{started:?}");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let world = World::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    world.write(
        "entryway.toml",
        &world.configuration().replace("127.0.0.1:0", &address),
    );
    let (_, port) = address.rsplit_once(':').expect("a port");
    for arguments in [&["serve"][..], &["demo", "--port", port][..]] {
        let ended = world.command(arguments).output().expect("an end");
        assert_eq!(ended.status.code(), Some(3), "{arguments:?}");
        let text = String::from_utf8(ended.stderr).expect("text");
        assert!(
            text.contains(&format!("`{address}` cannot be listened on")),
            "{text}"
        );
        assert!(!text.contains("config.applied"), "it never was: {text}");
    }
}
