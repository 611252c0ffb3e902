//! What stands between a site and its hub: a proxy that wants a password, and a clock that is wrong.

use super::hub::Hub;
use super::{enroll, run, status, text, until, world};
use crate::daemon::Daemon;
use crate::sso::clock::with_clock;
use crate::world::World;
use entryway_conformance::ConnectProxy;
use std::net::{IpAddr, Ipv4Addr};

/// A configuration that goes out by this proxy with this password.
fn behind(world: &World, proxy: &ConnectProxy, password: &str) {
    world.write("proxy.pass", password);
    let text = format!(
        "{}\n[connector]\nlisten = \"127.0.0.1:0\"\nproxy = \"http://{}\"\nproxy_user = \"{}\"\nproxy_password = {{ file = \"proxy.pass\" }}\n",
        world.configuration(),
        proxy.address(),
        proxy.user(),
    );
    world.write("entryway.toml", &text);
}

#[test]
fn a_connector_goes_through_a_proxy_that_wants_a_password() {
    let (world, hub) = (world(), Hub::start());
    let mut proxy = ConnectProxy::start(IpAddr::V4(Ipv4Addr::LOCALHOST)).expect("tinyproxy");
    behind(&world, &proxy, proxy.password());
    enroll(&world, &hub);
    let mut daemon = Daemon::connector(&world);
    daemon.event("hub.up");
    let port = hub.url();
    let port = port.split(['/', ':']).nth(4).expect("a port");
    assert!(
        proxy.log().contains(&format!("127.0.0.1:{port}")),
        "{}",
        proxy.log()
    );
    // The proxy goes and comes back; nothing ends.
    proxy.stop().expect("stopped");
    daemon.event("hub.down");
    proxy.start_again().expect("started");
    daemon.event("hub.up");
    // A password that is wrong is told when it is next needed, and counts again when it is right.
    behind(&world, &proxy, "wrong");
    daemon.signal("HUP");
    daemon.event("config.applied");
    let checked = run(&world, &["connector", "check"], "");
    assert_eq!(checked.status.code(), Some(1));
    let said = text(&checked.stdout);
    assert!(said.contains("connector.proxy_user"), "{said}");
    assert!(!said.contains("wrong"), "{said}");
    proxy.stop().expect("stopped");
    daemon.event("hub.down");
    proxy.start_again().expect("started");
    until("refused", || {
        let trouble = &status(&world)["nodes"][0]["last_error"];
        trouble["step"] == "proxy"
    });
    behind(&world, &proxy, proxy.password());
    daemon.signal("HUP");
    daemon.event("hub.up");
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
}

#[test]
fn a_clock_that_is_wrong_is_told_and_ends_nothing() {
    let (world, hub) = (world(), Hub::start());
    enroll(&world, &hub);
    let mut command = world.command(&["connector", "run", "--log-format", "json"]);
    with_clock(&mut command, "-600s");
    let mut daemon = Daemon::until(command, "connector.started");
    daemon.event("hub.up");
    let ahead = daemon.event("hub.clock")["ahead_s"]
        .as_i64()
        .expect("seconds");
    assert!((590..700).contains(&ahead), "{ahead}");
    assert_eq!(status(&world)["nodes"][0]["state"], "up");
    daemon.signal("TERM");
    assert!(daemon.rest().0.success());
}

/// Before there is an identity, and with half of one, the way to the hub is tried all the same.
#[test]
fn the_way_is_tried_before_there_is_an_identity_and_with_half_of_one() {
    let (world, hub) = (World::new(), Hub::start());
    let check = |arguments: &[&str]| {
        let arguments = [&["connector", "check", "--output", "json"], arguments].concat();
        let ended = run(&world, &arguments, "");
        let said: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap_or_default();
        let said: Vec<(String, bool)> = said["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| {
                (
                    one["check"].as_str().expect("a name").to_owned(),
                    one["ok"] == true,
                )
            })
            .collect();
        (ended.status.code(), said, text(&ended.stderr))
    };
    let good = |said: &[(String, bool)], check: &str| said.contains(&(check.to_owned(), true));
    let url = hub.url();
    // With the configuration that is there, and with none.
    for _ in 0..2 {
        let (code, said, beside) = check(&[&url]);
        assert_eq!(code, Some(0), "{said:?} {beside}");
        for step in ["identity", "tcp", "http", "tunnel", "hello", "clock"] {
            assert!(good(&said, step), "{step}: {said:?}");
        }
        let _ = std::fs::remove_file(world.path("entryway.toml"));
    }
    let (code, said, _) = check(&[&hub.url_of_nobody()]);
    assert_eq!(code, Some(1), "{said:?}");
    assert!(good(&said, "tcp"), "{said:?}");
    assert!(said.contains(&("http".to_owned(), false)), "{said:?}");
    assert_eq!(check(&["https://hub.example/"]).0, Some(2));
    let (code, _, beside) = check(&[]);
    assert_eq!(code, Some(3));
    assert!(beside.contains("connector check URL"), "{beside}");
    assert_eq!(hub.enrolments(), 0);
    // Half of an identity says where the hub is.
    enroll(&world, &hub);
    std::fs::remove_file(world.state().join("connector/key.pem")).expect("removed");
    let (code, said, beside) = check(&[]);
    assert_eq!(code, Some(1), "{said:?} {beside}");
    assert!(said.contains(&("identity".to_owned(), false)), "{said:?}");
    assert!(good(&said, "hello"), "{said:?}");
}

/// A proxy that wants a password ends it at that step, with what to do.
#[test]
fn a_proxy_in_the_way_is_told_before_there_is_an_identity() {
    let (world, hub) = (World::new(), Hub::start());
    std::fs::remove_file(world.path("entryway.toml")).expect("removed");
    let proxy = ConnectProxy::start(IpAddr::V4(Ipv4Addr::LOCALHOST)).expect("tinyproxy");
    let (url, by) = (hub.url(), format!("http://{}", proxy.address()));
    let arguments = ["connector", "check", &url, "--proxy", &by];
    let ended = run(&world, &arguments, "");
    assert_eq!(ended.status.code(), Some(1), "{}", text(&ended.stderr));
    let said = text(&ended.stdout);
    assert!(said.contains("--proxy-password-file"), "{said}");
    world.write("proxy.pass", proxy.password());
    let account = [
        "--proxy-user",
        proxy.user(),
        "--proxy-password-file",
        "proxy.pass",
    ];
    let ended = run(&world, &[&arguments[..], &account].concat(), "");
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stdout));
}
