//! The one face of every refusal: the same bytes but for the id, and none earlier than `login.reject_after`.

use crate::daemon::Daemon;
use crate::world::{PORTAL, World};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const REJECT_AFTER: Duration = Duration::from_millis(400);

/// The answer as it was sent, its id taken out, and the reason that the log has for it.
fn refused(daemon: &mut Daemon, name: &str, password: &str) -> (String, Value) {
    let began = Instant::now();
    let answer = daemon.login(PORTAL, name, password);
    let took = began.elapsed();
    // A lower bound: a busy machine can only be later.
    assert!(took >= REJECT_AFTER, "{name} was answered after {took:?}");
    assert_eq!(answer.status, 200, "{answer:?}");
    let id = answer.json()["id"].as_str().expect("an id").to_owned();
    let reason = daemon.event("login.decided")["code"].clone();
    assert_eq!(answer.body.matches(&*id).count(), 1, "{answer:?}");
    (answer.body.replace(&*id, "ID"), reason)
}

#[test]
fn every_refusal_looks_the_same() {
    let world = World::new();
    // `second` is found and knows the password, but stands where no filter lets anybody in.
    world.write(
        "entryway.toml",
        &format!(
            "[login]\nreject_after = \"{}ms\"\n{}\n[[domain.staff.dn_filter]]\npattern = \"uid=(jdoe|locked),.*\"\n",
            REJECT_AFTER.as_millis(),
            world.configuration()
        ),
    );
    let mut daemon = Daemon::start(&world);
    let mut faces = vec![
        refused(&mut daemon, "nobody", "right"),
        refused(&mut daemon, "twin", "right"),
        refused(&mut daemon, "odd", "right"),
        refused(&mut daemon, "locked", "right"),
        refused(&mut daemon, "elsewhere/jdoe", "right"),
        refused(&mut daemon, "jdoe", ""),
    ];
    for _ in 0..6 {
        faces.push(refused(&mut daemon, "jdoe", "wrong"));
    }
    let reasons: Vec<&Value> = faces.iter().map(|(_, reason)| reason).collect();
    for expected in [
        "unknown_login",
        "ambiguous_login",
        "dn_not_permitted",
        "wrong_password",
        "throttled",
    ] {
        assert!(
            reasons.contains(&&json!(expected)),
            "{expected}: {reasons:?}"
        );
    }
    let (first, _) = &faces[0];
    for (face, reason) in &faces {
        assert_eq!(face, first, "{reason}");
    }
}
