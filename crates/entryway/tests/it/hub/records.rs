//! A hub's record, rewritten by whoever has the key of its chain: what the connector has signed is in it.

use super::logins::{connected_in, login};
use super::{done, run, world};
use crate::world::World;
use entryway_login::LoginId;
use entryway_store::{AuditEntry, AuditKey, OpenOptions, Store, StoreUrl};
use serde_json::{Value, json};
use std::process::Command;
use std::time::SystemTime;

/// Another record in the place of the whole chain, sealed and signed as the node itself does.
fn rewrite(world: &World, record: &Value) {
    let program = "import sqlite3, sys\n\
                   store = sqlite3.connect(sys.argv[1], timeout=30)\n\
                   store.execute('DELETE FROM audit_checkpoint')\n\
                   store.execute('DELETE FROM audit_segment')\n\
                   store.commit()\n";
    let emptied = Command::new("python3")
        .args(["-c", program])
        .arg(world.path("entryway.db"))
        .status();
    assert!(
        emptied
            .expect("`python3` of conformance/packages.txt")
            .success()
    );
    // A daemon that was killed soon has not signed so far.
    let mark = world.path("audit.key.mark");
    if mark.exists() {
        std::fs::remove_file(mark).expect("removed");
    }
    let options = OpenOptions {
        node: "gateway".to_owned(),
        audit_key: AuditKey::load(world.path("audit.key")).expect("the key"),
        create: false,
    };
    let id = record["id"].as_str().and_then(LoginId::parse);
    let entry = AuditEntry {
        login_id: id.expect("an id").bits(),
        at: SystemTime::now(),
        body: record.to_string().into_bytes(),
    };
    world.runtime.block_on(async {
        let url = StoreUrl::file(world.path("entryway.db"));
        let store = Store::open(&url, options).await.expect("the store");
        store.audit().append(entry).await.expect("appended");
        store.close().await;
    });
    assert_eq!(done(world, &["audit", "verify"])["whole"], true);
}

fn show(world: &World, record: &Value) -> (Option<i32>, Value) {
    let id = record["id"].as_str().expect("an id");
    let (code, shown, _) = run(world, &["audit", "show", id]);
    let (explained, again, _) = run(world, &["explain", "--login", id]);
    assert_eq!((explained, &again["signed"]), (code, &shown["signed"]));
    (code, shown["signed"].clone())
}

#[test]
fn who_has_the_key_of_the_chain_cannot_alter_what_a_connector_has_signed() {
    let (world, daemon, sites, _) = connected_in(world(), 1);
    let jane = login(&daemon.address, "plant-a/jane", "swordfish");
    let wrong = login(&daemon.address, "plant-a/jane", "wrong");
    let still = json!({ "token": jane["revalidation"] });
    let still = daemon
        .post("/api/v1/login/revalidate", crate::world::CONSOLE, &still)
        .json();
    let record = |answer: &Value| world.record(&answer["id"]).expect("a record");
    let (jane, wrong, still) = (record(&jane), record(&wrong), record(&still));
    drop(sites);
    drop(daemon);
    for (record, decision) in [(&jane, "accept"), (&wrong, "reject"), (&still, "accept")] {
        assert_eq!(record["decision"], decision, "{record}");
        let (code, signed) = show(&world, record);
        assert_eq!(
            (code, &signed["verdict"]),
            (Some(0), &json!("verified")),
            "{record}"
        );
        assert_eq!(signed["site"], "plant-a");
    }
    let is_caught = |record: &Value, what: &str| {
        rewrite(&world, record);
        let (code, signed) = show(&world, record);
        assert_eq!(
            (code, &signed["verdict"]),
            (Some(1), &json!("does_not_fit")),
            "{signed}"
        );
        let misfits = signed["misfits"].to_string();
        assert!(misfits.contains(what), "{misfits}");
    };
    let mut let_in = wrong.clone();
    let_in["decision"] = json!("accept");
    let_in["session"] = jane["session"].clone();
    is_caught(&let_in, "`decision`");
    let mut kept_out = jane.clone();
    kept_out["decision"] = json!("reject");
    kept_out["reason"] = json!("wrong_password");
    is_caught(&kept_out, "`decision`");
    // As if it had been asked whether the session still stands: what was asked is signed.
    let mut disguised = kept_out;
    disguised["kind"] = json!("revalidation");
    disguised["reason"] = json!("unknown_login");
    is_caught(&disguised, "`decision`");
    let mut other = jane.clone();
    other["session"]["name"] = json!("plant-a/joan");
    is_caught(&other, "`session`");
    let mut moved = jane.clone();
    moved["id"] = wrong["id"].clone();
    is_caught(&moved, "the signature");
    // As if it were a connector's own, in whose record the names of a site stand without it: whoever is `staff:1` here
    // would be somebody else.
    let mut moved = jane.clone();
    let steps = moved["trace"].as_array_mut().expect("steps");
    let at = steps
        .iter()
        .position(|step| step["event"] == "site_answered");
    let mut answered = steps.remove(at.expect("an answer"));
    for key in ["reply", "signature", "beside", "stated"] {
        if let Some(value) = answered.get_mut(key) {
            moved[key] = value.take();
        }
    }
    for key in ["site", "connector"] {
        moved["stated"][key] = answered[key].take();
    }
    for key in ["subject", "name"] {
        moved["session"][key] = moved["stated"][key].clone();
    }
    rewrite(&world, &moved);
    assert_eq!(show(&world, &moved).1["verdict"], "unknown_key");
    // The record as it was is believed again.
    rewrite(&world, &jane);
    assert_eq!(show(&world, &jane).1["verdict"], "verified");
}
