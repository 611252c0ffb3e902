//! A running daemon as commands of its machine see it: `status`, `reload`, and the socket between.

use crate::daemon::Daemon;
use crate::world::{PORTAL, World};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

fn run(world: &World, arguments: &[&str]) -> Output {
    world.command(arguments).output().expect("an end")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

fn status(world: &World) -> Value {
    let ended = run(world, &["status", "--output", "json"]);
    assert!(ended.status.success(), "{}", text(&ended.stderr));
    serde_json::from_slice(&ended.stdout).expect("JSON")
}

#[test]
fn status_tells_how_it_is() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    daemon.login(PORTAL, "jdoe", "right");
    daemon.login(PORTAL, "jdoe", "wrong");
    let status = status(&world);
    assert_eq!(status["daemon"]["pid"], daemon.pid());
    assert_eq!(status["daemon"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["configuration"]["generation"], 1);
    assert_eq!(status["configuration"]["file"], "entryway.toml");
    assert_eq!(
        status["listeners"],
        json!([{ "serves": "api", "listen": daemon.address, "scheme": "http" }])
    );
    assert_eq!(status["store"]["ready"], true);
    assert_eq!(status["store"]["records"], 2);
    let counts = json!({ "accept": 1, "challenge": 0, "reject": 1, "indeterminate": 0 });
    assert_eq!(status["logins"]["minute"], counts);
    assert_eq!(status["logins"]["hour"], counts);
    let server = &status["domains"][0]["servers"][0];
    assert_eq!(
        (&server["breaker"], &server["serving"]),
        (&json!("closed"), &json!(true))
    );
    let days = server["certificate"]["days"].as_i64();
    assert!(days.is_some_and(|days| days >= 0), "{server}");
    let local = status["certificates"][0]["subject"].as_str();
    assert!(
        local.is_some_and(|local| local.ends_with(", ca.pem")),
        "{local:?}"
    );
    let roles = server["roles"].as_array().expect("roles");
    let authenticate = roles
        .iter()
        .find(|role| role["role"] == "authenticate")
        .expect("it was used");
    assert_eq!(authenticate["answered"], 2);
    assert_eq!(authenticate["tls"], "TLS 1.3");
    assert!(authenticate["p99_ms"].is_number(), "{authenticate}");
    for typed in ["jdoe", "right", "wrong", "service-secret", PORTAL] {
        assert!(!status.to_string().contains(&format!("\"{typed}\"")));
    }

    let shown = text(&run(&world, &["status"]).stdout);
    for line in [
        "logins       1 accept, 1 reject          in the last minute",
        "staff        ready                       1 server",
        "server       serves                      ldaps://127.0.0.1:",
    ] {
        assert!(shown.contains(line), "no {line} in\n{shown}");
    }
}

#[test]
fn status_tells_which_server_is_down_and_why() {
    let world = World::new();
    let port = world.directory.ldaps_addr().port().to_string();
    let two = world.configuration().replace(
        "[\"ldaps://127.0.0.1:",
        "[\"ldaps://127.0.0.1:1\", \"ldaps://127.0.0.1:",
    );
    assert!(two.contains(&port));
    world.write("entryway.toml", &two);
    let mut daemon = Daemon::start(&world);
    if !daemon.has_seen("domain.moved") {
        daemon.event("domain.moved");
    }
    let moved = daemon.seen("domain.moved").clone();
    assert_eq!(
        (&moved["domain"], &moved["preferred"]),
        (&json!("staff"), &json!(false))
    );
    assert_eq!(moved["from"], "ldaps://127.0.0.1:1");
    let status = status(&world);
    let servers = &status["domains"][0]["servers"];
    assert_ne!(servers[0]["breaker"], "closed");
    let error = servers[0]["last_error"].as_str().expect("an error");
    assert!(error.contains("refused"), "{error}");
    assert_eq!(
        (&servers[0]["serving"], &servers[1]["serving"]),
        (&json!(false), &json!(true))
    );
    let shown = text(&run(&world, &["status"]).stdout);
    assert!(shown.contains("server       down"), "{shown}");
    assert!(shown.contains("server       serves"), "{shown}");
}

#[test]
fn reload_waits_for_what_comes_of_it() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    let ended = run(&world, &["reload", "--output", "json"]);
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    let reload: Value = serde_json::from_slice(&ended.stdout).expect("JSON");
    assert_eq!(
        (&reload["applied"], &reload["generation"]),
        (&json!(true), &json!(2))
    );

    // What is wrong is said in the words of `check`, and nothing changes.
    let bad = world.configuration().replace("suffixes = ", "sufixes = ");
    world.write("entryway.toml", &bad);
    let ended = run(&world, &["reload"]);
    let check = run(&world, &["check"]);
    assert_eq!(
        (ended.status.code(), check.status.code()),
        (Some(3), Some(3))
    );
    assert_eq!(text(&ended.stderr), text(&check.stderr));
    assert!(text(&check.stderr).contains("C003"));
    let status_now = status(&world);
    assert_eq!(status_now["configuration"]["generation"], 2);
    assert_eq!(status_now["configuration"]["refused"], "1 error");
    let login = daemon.login(PORTAL, "jdoe", "right").json();
    assert_eq!(login["decision"], "accept");

    // Found only when the parts are put together.
    world.write("entryway.toml", &world.configuration());
    world.write("ca.pem", "not a certificate\n");
    let ended = run(&world, &["reload"]);
    assert_eq!(ended.status.code(), Some(3));
    assert!(
        text(&ended.stderr).starts_with("error"),
        "{}",
        text(&ended.stderr)
    );

    // A setting that waits for a restart is told, and told again as long as that holds.
    world.write("ca.pem", &world.directory.ca_pem());
    let moved = world
        .configuration()
        .replace("127.0.0.1:0", "127.0.0.1:8390");
    world.write("entryway.toml", &moved);
    for _ in 0..2 {
        let ended = run(&world, &["reload", "--output", "json"]);
        let reload: Value = serde_json::from_slice(&ended.stdout).expect("JSON");
        assert_eq!(reload["restart_needed"], json!(["server.listen"]));
    }
}

#[test]
fn nobody_answers() {
    let world = World::new();
    for command in ["status", "reload"] {
        let ended = run(&world, &[command]);
        assert_eq!(ended.status.code(), Some(4));
        let place = world.state().join("control.sock");
        let said = text(&ended.stderr);
        let first = format!(
            "error: no daemon answers at `{}`\n  = hint: ",
            place.display()
        );
        assert!(said.starts_with(&first), "{said}");
        assert!(ended.stdout.is_empty());
    }
    // What a killed daemon leaves is nobody, and no obstacle to the next one.
    let daemon = Daemon::start(&world);
    let socket = world.state().join("control.sock");
    let mode = |path| {
        let meta = std::fs::metadata(path).expect("there");
        meta.permissions().mode() & 0o777
    };
    assert_eq!((mode(&world.state()), mode(&socket)), (0o700, 0o600));
    daemon.kill();
    assert!(socket.exists());
    assert_eq!(run(&world, &["status"]).status.code(), Some(4));
    let daemon = Daemon::start(&world);
    assert_eq!(status(&world)["daemon"]["pid"], daemon.pid());
    daemon.signal("TERM");
    let (ended, events) = daemon.rest();
    assert!(ended.success());
    assert!(!socket.exists());
    let told = |name: &str| {
        let of = |event: &&Value| event["event"] == name && event["serves"] == "control";
        events.iter().filter(of).count()
    };
    assert_eq!(told("listener.started") + told("listener.stopped"), 2);
}

#[test]
fn two_daemons_do_not_share_a_state_directory() {
    let world = World::new();
    let first = Daemon::start(&world);
    let ended = run(&world, &["serve"]);
    assert_eq!(ended.status.code(), Some(3));
    let said = text(&ended.stderr);
    let expected = format!(
        "another entryway (pid {}) runs with the state directory `{}`",
        first.pid(),
        world.state().display()
    );
    assert!(said.contains(&expected), "{said}");
    assert!(!said.contains("config.applied"), "{said}");
    assert_eq!(status(&world)["daemon"]["pid"], first.pid());
}

#[test]
fn a_state_directory_that_cannot_be_had_keeps_nobody_from_logging_in() {
    let world = World::new();
    // A file where the folder should be.
    world.write("state", "");
    let mut daemon = Daemon::start(&world);
    let told = daemon.seen("control.unavailable").clone();
    assert_eq!(told["level"], "warn");
    assert!(daemon.login(PORTAL, "jdoe", "right").status == 200);
    assert_eq!(daemon.event("login.decided")["decision"], "accept");
}
