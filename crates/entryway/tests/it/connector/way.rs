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
