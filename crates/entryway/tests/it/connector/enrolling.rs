//! From a ticket to an identity, where something is in the way: no folder to write to, a proxy that wants a password.

use super::hub::Hub;
use super::{enroll, run, text, world};
use crate::world::World;
use entryway_conformance::ConnectProxy;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};

#[test]
fn a_configuration_that_cannot_be_written_hides_nothing() {
    let (world, hub) = (World::new(), Hub::start());
    let url = hub.url();
    let arguments = [
        "connector",
        "enroll",
        &url,
        "--config",
        "nowhere/entryway.toml",
    ];
    let ended = run(&world, &arguments, &hub.ticket());
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    let said = text(&ended.stdout);
    assert!(said.contains(&hub.key_of_the_last()), "{said}");
    let note = text(&ended.stderr);
    assert!(note.contains("nowhere/entryway.toml"), "{note}");
    assert!(note.contains("/etc/entryway/entryway.toml"), "{note}");
    assert!(note.contains("\n[connector]\n"), "{note}");
    assert!(world.state().join("connector/key.pem").exists());
}

#[test]
fn where_no_identity_can_be_kept_no_ticket_is_used() {
    let (world, hub) = (world(), Hub::start());
    fs::create_dir(world.state()).expect("a folder");
    let folder = world.state().join("connector");
    fs::write(&folder, "in the way").expect("written");
    let url = hub.url();
    let ended = run(
        &world,
        &["connector", "enroll", &url, "--replace"],
        &hub.ticket(),
    );
    assert_eq!(ended.status.code(), Some(3), "{}", text(&ended.stderr));
    assert!(text(&ended.stderr).contains("connector"), "{ended:?}");
    assert_eq!(hub.enrolments(), 0);
    fs::remove_file(&folder).expect("removed");
    enroll(&world, &hub);
}

/// What is written then loads, and the check says what is missing.
#[test]
fn the_beginning_of_a_configuration_is_one_that_loads() {
    let (world, hub) = (World::new(), Hub::start());
    fs::remove_file(world.path("entryway.toml")).expect("removed");
    let ended = run(&world, &["connector", "enroll", &hub.url()], &hub.ticket());
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    assert!(text(&ended.stdout).contains("/etc/entryway/entryway.toml"));
    for more in ["", "\n[login]\nldap = \"disabled\"\n"] {
        let written = fs::read_to_string(world.path("entryway.toml")).expect("there");
        world.write("entryway.toml", &(written + more));
        let arguments = ["connector", "check", "--output", "json"];
        let checked = run(&world, &arguments, "");
        assert_eq!(checked.status.code(), Some(1), "{}", text(&checked.stderr));
        let said: serde_json::Value = serde_json::from_slice(&checked.stdout).expect("JSON");
        assert_eq!(
            said["problems"].as_array().map(Vec::len),
            Some(0),
            "{said:#}"
        );
        let findings = said["findings"].as_array().expect("findings");
        let bad: Vec<_> = findings
            .iter()
            .filter(|finding| finding["ok"] == false)
            .collect();
        assert_eq!(bad.len(), 1, "{said:#}");
        assert_eq!(bad[0]["check"], "password");
        assert!(findings.iter().any(|finding| finding["check"] == "hello"));
    }
}

#[test]
fn a_proxy_that_wants_a_password_is_gone_through_before_there_is_a_configuration() {
    let (world, hub) = (World::new(), Hub::start());
    fs::remove_file(world.path("entryway.toml")).expect("removed");
    let proxy = ConnectProxy::start(IpAddr::V4(Ipv4Addr::LOCALHOST)).expect("tinyproxy");
    let (url, by) = (hub.url(), format!("http://{}", proxy.address()));
    let without = ["connector", "enroll", &url, "--proxy", &by];
    let ended = run(&world, &without, &hub.ticket());
    assert_eq!(ended.status.code(), Some(4));
    let said = text(&ended.stderr);
    assert!(said.contains("--proxy-password-file"), "{said}");
    world.write("proxy.pass", &format!("{}\n", proxy.password()));
    let with = [
        &without[..],
        &[
            "--proxy-user",
            proxy.user(),
            "--proxy-password-file",
            "proxy.pass",
        ],
    ]
    .concat();
    let ended = run(&world, &with, &hub.ticket());
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    assert!(!text(&ended.stdout).contains(proxy.password()));
    // What was written goes the same way.
    let checked = run(&world, &["connector", "check"], "");
    let said = text(&checked.stdout);
    assert!(
        said.contains("by the proxy"),
        "{said}{}",
        text(&checked.stderr)
    );
    assert_eq!(hub.enrolments(), 1);
}
