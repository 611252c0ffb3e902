//! Connectors of one site before one directory that locks: strangers who are sent to one and the other have what the
//! directory leaves, and not as much at each.

use super::logins::{post, sealed, to_seal};
use super::site::{Site, endpoint, until_metric};
use super::tunnels::{credential, ticket};
use super::{LOCKS_AT_5, SITES, done};
use crate::daemon::Daemon;
use crate::world::{CONSOLE, SOON, World};
use entryway_tunnel::connector::NodeStatus;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;
use std::time::Instant;

const JDOE: &str = "uid=jdoe,ou=people,dc=corp,dc=example";

/// A machine at the site, whose directory is the hub's world's.
pub(super) fn machine(world: &World, daemon: &Daemon) -> (World, Daemon) {
    let machine = World::new();
    machine.write("ca.pem", &world.directory.ca_pem());
    let text = world.configuration() + "\n[connector]\nlisten = \"127.0.0.1:0\"\n";
    machine.write("entryway.toml", &text);
    let url = format!("http://{}/connector/v1/plant-a", daemon.address);
    let mut enrolling = machine
        .command(&["connector", "enroll", &url])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    let mut typed = enrolling.stdin.take().expect("a pipe");
    let ticket = ticket(world, "plant-a");
    typed.write_all(ticket.as_bytes()).expect("written");
    drop(typed);
    let ended = enrolling.wait_with_output().expect("an end");
    assert!(ended.status.success(), "{ended:?}");
    let running = Daemon::connector(&machine);
    (machine, running)
}

/// Waits until a connector shares so.
fn until_shares(machine: &World, stores: u64, lets_through: u64) {
    let deadline = Instant::now() + SOON;
    loop {
        let status = done(machine, &["connector", "status"]);
        if status["stores"] == stores && status["shares"][0]["lets_through"] == lets_through {
            return;
        }
        assert!(Instant::now() < deadline, "never {stores}: {status:#}");
    }
}

/// A guess from somewhere, for the connector that the guesser chooses.
fn guess(daemon: &Daemon, connector: &str, from: usize) -> Value {
    let name = "plant-a/jdoe";
    let with = to_seal(&daemon.address, CONSOLE, name);
    let mut sealed = sealed(&with, "wrong");
    sealed.retain(|sealed| sealed["connector"] == connector);
    assert_eq!(sealed.len(), 1, "{with}");
    let address = format!("198.51.100.{from}");
    let body = json!({ "login_name": name, "sealed": sealed, "client_address": address });
    post(&daemon.address, "/api/v1/login", CONSOLE, &body)
}

#[test]
fn two_connectors_together_stay_below_the_directorys_threshold() {
    let world = World::with(LOCKS_AT_5);
    world.configure("8s", SITES);
    let daemon = Daemon::start(&world);
    let machines = [machine(&world, &daemon), machine(&world, &daemon)];
    until_metric(
        &daemon,
        "entryway_site_ready{site=\"plant-a\",ability=\"password\"} 2",
    );
    for (machine, _) in &machines {
        until_shares(machine, 2, 2);
    }
    let listed = done(&world, &["hub", "connector", "list"]);
    let connectors = listed["connectors"].as_array().expect("a list");
    let ids: Vec<_> = connectors.iter().map(|one| one["id"].as_str()).collect();
    for turn in 0..6 {
        for (place, id) in ids.iter().enumerate() {
            let answer = guess(&daemon, id.expect("an id"), 2 * turn + place);
            assert_eq!(answer["decision"], "reject", "{answer}");
        }
    }
    // One each, for one of each share is kept for known devices: of the five that lock there are three left.
    assert_eq!(world.directory.counters().binds_of(JDOE), 2);

    // One that is revoked lets nobody through any more. What it let through the other does not know.
    let gone = ids[0].expect("an id");
    done(&world, &["hub", "connector", "revoke", gone]);
    let left = ids[1].expect("an id");
    let stays = machines.iter().find(|(machine, _)| {
        let status = done(machine, &["connector", "status"]);
        status["connector"] == left
    });
    until_shares(&stays.expect("one").0, 1, 4);
}

#[test]
fn connectors_of_one_store_count_as_one_and_each_hears_when_another_comes() {
    let world = super::world();
    let daemon = Daemon::start(&world);
    let start = |counted_in| {
        let site = Site::counting_in(
            &world,
            endpoint(&daemon, "plant-a"),
            credential(&world, &daemon, "plant-a"),
            Box::new(|_| None),
            counted_in,
        );
        site.until_up(&world);
        site
    };
    let is = |stores| move |status: &NodeStatus| status.stores == Some(stores);
    let shared = Some("one store");
    let one = start(shared);
    one.until(&world, "alone", is(1));
    let two = start(shared);
    for site in [&one, &two] {
        site.until(&world, "of one store", is(1));
    }
    let three = start(None);
    for site in [&one, &two, &three] {
        site.until(&world, "two stores", is(2));
    }
    // Whoever is away comes back: nothing changes. Whoever enrols counts before it is there.
    drop(three);
    let _waits = credential(&world, &daemon, "plant-a");
    for site in [&one, &two] {
        site.until(&world, "three stores", is(3));
    }
}
