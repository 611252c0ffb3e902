//! Callers that go away in the middle. One whose guess was asked of the directory is counted and written down like
//! any other; `serve.rs` has the one who goes before that.

use crate::daemon::{Daemon, answer};
use crate::world::{CONSOLE, PORTAL, SOON, World};
use entryway_testdir::Kind;
use entryway_testdir::faults::{Fault, FaultPlan, Gate};
use serde_json::json;

const JDOE: &str = "uid=jdoe,ou=people,dc=corp,dc=example";

/// A directory that holds binds back, and a gateway that has said hello to it.
fn start() -> (World, Daemon, Gate) {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    daemon.login(CONSOLE, "locked", "right");
    daemon.event("login.decided");
    let gate = Gate::new();
    let plan = FaultPlan::new().on(Kind::Bind, Fault::Hold(gate.clone()));
    world.directory.set_faults(plan);
    (world, daemon, gate)
}

fn wait_for_binds(world: &World, count: u64) {
    let bound = world
        .directory
        .wait_until(SOON, |counters| counters.binds_of(JDOE) == count);
    assert!(world.runtime.block_on(bound), "the bind is on its way");
}

#[test]
fn a_guess_whose_caller_hangs_up_is_recorded() {
    let (world, mut daemon, gate) = start();
    let waiting = daemon.begin_login(PORTAL, "jdoe", "wrong");
    wait_for_binds(&world, 1);
    drop(waiting);
    // The daemon notices when it next looks at the connection; the answer must come after that.
    daemon.wait_for_unheard(1);
    gate.open();
    let line = daemon.event("login.decided");
    assert_eq!(
        (&line["code"], &line["unheard"]),
        (&json!("wrong_password"), &json!(true))
    );
    let record = world.record(&line["id"]).expect("a record");
    assert_eq!(record["decision"], "reject");
}

#[test]
fn a_drain_waits_for_the_record_of_one_who_hung_up() {
    let (world, daemon, gate) = start();
    let waiting = daemon.begin_login(PORTAL, "jdoe", "wrong");
    wait_for_binds(&world, 1);
    drop(waiting);
    daemon.wait_for_unheard(1);
    daemon.signal("TERM");
    gate.open();
    let (status, events) = daemon.rest();
    assert!(status.success());
    let line = events
        .iter()
        .rfind(|event| event["event"] == "login.decided")
        .expect("a decision");
    assert_eq!(line["login_name"], "jdoe");
    assert!(world.record(&line["id"]).is_some());
}

/// Hanging up before the answer is no way around the throttle.
#[test]
fn guesses_whose_callers_hang_up_count() {
    let (world, daemon, gate) = start();
    gate.open();
    for guesses in 1..=5 {
        let gate = Gate::new();
        let plan = FaultPlan::new().on(Kind::Bind, Fault::Hold(gate.clone()));
        world.directory.set_faults(plan);
        let waiting = daemon.begin_login(PORTAL, "jdoe", "wrong");
        wait_for_binds(&world, guesses);
        drop(waiting);
        daemon.wait_for_unheard(1);
        gate.open();
        daemon.wait_for_unheard(0);
    }
    world.directory.set_faults(FaultPlan::new());
    let refused = answer(daemon.begin_login(CONSOLE, "jdoe", "right")).json();
    assert_eq!(refused["reason"], "throttled");
    assert_eq!(world.directory.counters().binds_of(JDOE), 5);
}
