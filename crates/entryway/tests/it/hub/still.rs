//! A connector whose process stands still. Its tunnel stands, for its kernel acknowledges what is sent, and nothing comes.

use super::api::{get, kept_with};
use super::lockout::machine;
use super::logins::{log_in, login, sealed, to_seal};
use super::site::until_metric;
use super::{SITES, done};
use crate::daemon::Daemon;
use crate::world::{CONSOLE, SOON, World};
use entryway_conformance::until_still;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const JDOE: &str = "uid=jdoe,ou=people,dc=corp,dc=example";
const NAME: &str = "plant-a/jdoe";
/// How long a page that has one challenge waits for the second.
const SECOND: Duration = Duration::from_millis(300);

/// The connector of a machine, as it calls itself.
fn id_of(machine: &World) -> String {
    let status = done(machine, &["connector", "status"]);
    status["connector"].as_str().expect("an id").to_owned()
}

/// Waits until the hub says this of its tunnel.
fn until_silent(hub: &Daemon, id: &str, silent: bool) {
    let deadline = Instant::now() + SOON;
    loop {
        let (_, shown) = get(hub, &format!("connectors/{id}"));
        if shown["tunnel"]["silent"] == silent {
            return;
        }
        assert!(Instant::now() < deadline, "never {silent}: {shown}");
        std::thread::yield_now();
    }
}

/// Whose challenges these are.
fn issuers(with: &Value) -> Vec<&str> {
    let challenges = with["challenges"].as_array().expect("challenges").iter();
    let issuers = challenges.map(|one| one["connector"].as_str().expect("an id"));
    issuers.collect()
}

#[test]
fn one_that_stands_still_holds_nobody_up_and_is_asked_again_when_it_goes_on() {
    let world = kept_with(SITES);
    let hub = Daemon::start(&world);
    let at = hub.address.as_str();
    // Killed when dropped, which ends a process that is stopped too: a failure leaves none.
    let (still, stopped) = machine(&world, &hub);
    let (moving, _runs) = machine(&world, &hub);
    let (still, moving) = (id_of(&still), id_of(&moving));
    until_metric(
        &hub,
        "entryway_site_ready{site=\"plant-a\",ability=\"password\"} 2",
    );
    let accepted = |answer: &Value| assert_eq!(answer["decision"], "accept", "{answer}");
    let text = || {
        let shown = world.command(&["status"]).output().expect("an end");
        String::from_utf8(shown.stdout).expect("text")
    };
    accepted(&login(at, NAME, "right"));
    assert!(!text().contains("silent"), "{}", text());
    // Sealed for both while both live.
    let early = to_seal(at, CONSOLE, NAME);
    let early = sealed(&early, "right");
    assert_eq!(early.len(), 2);

    stopped.signal("STOP");
    until_still(stopped.pid()).expect("it stands still");
    // Nobody knows yet: a page gets what the other answers, once nothing of before is left, and the password goes there.
    let deadline = Instant::now() + SOON;
    let with = loop {
        let with = to_seal(at, CONSOLE, NAME);
        if issuers(&with) == [moving.as_str()] {
            break with;
        }
        assert!(Instant::now() < deadline, "{with}");
    };
    accepted(&log_in(at, CONSOLE, NAME, &sealed(&with, "right")));
    until_silent(&hub, &still, true);
    until_silent(&hub, &moving, false);
    assert!(text().contains("2 tunnels, 1 silent"), "{}", text());
    // What it could open the other opens too, and that one is asked.
    accepted(&log_in(at, CONSOLE, NAME, &early));
    // It is asked for nothing: no page waits for it. The quickest, because the machine may have more to do.
    let mut quickest = Duration::MAX;
    for _ in 0..4 {
        let begun = Instant::now();
        let with = to_seal(at, CONSOLE, NAME);
        quickest = quickest.min(begun.elapsed());
        assert_eq!(issuers(&with), [moving.as_str()]);
        accepted(&log_in(at, CONSOLE, NAME, &sealed(&with, "right")));
    }
    assert!(quickest < SECOND, "each waits for it: {quickest:?}");
    let (_, shown) = get(&hub, &format!("connectors/{still}"));
    assert_eq!(shown["tunnel"]["outstanding"], 0, "{shown}");

    stopped.signal("CONT");
    until_silent(&hub, &still, false);
    assert!(!text().contains("silent"), "{}", text());
    // It takes a login that is for it alone.
    let with = to_seal(at, CONSOLE, NAME);
    let mut own = sealed(&with, "right");
    own.retain(|sealed| sealed["connector"] == json!(still));
    assert_eq!(own.len(), 1, "{with}");
    accepted(&log_in(at, CONSOLE, NAME, &own));
    // Each password was tried once.
    assert_eq!(world.directory.counters().binds_of(JDOE), 8);
}
