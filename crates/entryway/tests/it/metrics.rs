//! The metrics on a listener of their own.

use crate::daemon::{Daemon, answer};
use crate::world::{PORTAL, World};
use serde_json::json;
use std::io::Write;
use std::net::TcpStream;

/// A configuration with this beside `listen`.
fn configure(world: &World, more: &str) {
    let text = world.configuration();
    let listen = "listen = \"127.0.0.1:0\"\n";
    assert!(text.contains(listen));
    world.write(
        "entryway.toml",
        &text.replace(listen, &format!("{listen}{more}\n")),
    );
}

fn scrape(address: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("written");
    let answer = answer(stream);
    assert_eq!(answer.status, 200);
    Some(answer.body)
}

#[test]
fn scrapers_have_a_listener_that_a_reload_moves_and_closes() {
    let world = World::new();
    configure(&world, "metrics_listen = \"127.0.0.1:0\"");
    let mut daemon = Daemon::start(&world);
    let started = daemon.seen("listener.started").clone();
    assert_eq!(started["serves"], "metrics");
    let first = started["listen"].as_str().expect("an address").to_owned();
    daemon.login(PORTAL, "jdoe", "right");
    let page = scrape(&first).expect("a page");
    assert!(
        page.contains(
            "entryway_logins_total{decision=\"accept\",code=\"accept\",domain=\"staff\"} 1"
        )
    );
    assert!(page.ends_with("# EOF\n"));

    // An address that is taken refuses the whole configuration, and the scraper finds the old one.
    configure(&world, &format!("metrics_listen = \"{}\"", daemon.address));
    daemon.signal("HUP");
    let refused = daemon.event("config.refused");
    assert!(
        refused["problem"]
            .as_str()
            .is_some_and(|problem| problem.contains("cannot be listened on for the metrics")),
        "{refused}"
    );
    assert!(scrape(&first).is_some());

    configure(&world, "metrics_listen = \"127.0.0.2:0\"");
    daemon.signal("HUP");
    let second = daemon.event("listener.started")["listen"].clone();
    let stopped = daemon.event("listener.stopped");
    assert_eq!(
        (&stopped["serves"], &stopped["listen"]),
        (&json!("metrics"), &json!(first))
    );
    assert!(scrape(second.as_str().expect("an address")).is_some());

    configure(&world, "");
    daemon.signal("HUP");
    assert_eq!(daemon.event("listener.stopped")["listen"], second);
}

#[test]
fn an_address_that_is_taken_is_told_at_the_start() {
    let world = World::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    configure(&world, &format!("metrics_listen = \"{address}\""));
    let ended = world.command(&["serve"]).output().expect("an end");
    assert_eq!(ended.status.code(), Some(3));
    let text = String::from_utf8(ended.stderr).expect("text");
    assert!(
        text.contains(&format!("`{address}` cannot be listened on")),
        "{text}"
    );
}
