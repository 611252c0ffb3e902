//! Whether a login still holds: after a change at the directory, and while the directory is down.

use crate::daemon::{Answer, Daemon};
use crate::world::{CONSOLE, PORTAL, World};
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entryway_store::Key;
use entryway_testdir::Directory;
use entryway_testdir::faults::{ConnectFault, Fault, FaultPlan, Rule};
use serde_json::{Value, json};
use std::time::Duration;

const REVALIDATE: &str = "/api/v1/login/revalidate";
const PEOPLE: &str = include_str!("world/people.ldif");
/// Where jdoe's entry ends.
const HER_LAST: &str = "departmentNumber: 12\n";

fn again(daemon: &Daemon, caller: &str, token: &Value) -> Answer {
    daemon.post(REVALIDATE, caller, &json!({ "token": token }))
}

/// Changes the directory, and has the gateway connect anew: connections that are open see the old entries.
fn people(world: &World, daemon: &mut Daemon, ldif: &str) {
    world
        .directory
        .set_directory(Directory::from_ldif(ldif).expect("LDIF"));
    daemon.signal("HUP");
    daemon.event("config.applied");
}

/// Every connection ends, and no other is taken.
fn down(world: &World) {
    let plan = FaultPlan::new().on_connect(ConnectFault::Close);
    world
        .directory
        .set_faults(plan.rule(Rule::on_any(Fault::Close)));
}

#[test]
fn it_holds_until_the_password_changes() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    let login = daemon.login(PORTAL, "jdoe", "right").json();
    let first = again(&daemon, PORTAL, &login["revalidation"]).json();
    assert_eq!(first["decision"], "accept", "{first}");
    assert_eq!(first["session"]["subject"], login["session"]["subject"]);
    assert_eq!(
        first["session"]["authenticated_at"], login["session"]["authenticated_at"],
        "the password was shown then, not now"
    );
    assert_eq!(
        world
            .directory
            .counters()
            .binds_of("uid=jdoe,ou=people,dc=corp,dc=example"),
        1
    );
    assert_ne!(first["revalidation"], login["revalidation"], "a fresh one");

    let asked = json!({ "token": first["revalidation"], "groups": true });
    let grouped = daemon.post(REVALIDATE, PORTAL, &asked).json();
    assert_eq!(grouped["session"]["groups"], json!([]), "{grouped}");

    let changed = PEOPLE.replace(
        HER_LAST,
        &format!("{HER_LAST}pwdChangedTime: 20261120120000Z\n"),
    );
    assert_ne!(changed, PEOPLE);
    people(&world, &mut daemon, &changed);
    let refused = again(&daemon, PORTAL, &first["revalidation"]).json();
    assert_eq!(
        (&refused["decision"], refused.get("reason")),
        (&json!("reject"), None)
    );
    let told = again(&daemon, CONSOLE, &first["revalidation"]).json();
    assert_eq!(told["reason"], "password_changed");
    let line = daemon.event("login.decided");
    assert_eq!(line["login_name"], "jdoe");
}

#[test]
fn whoever_is_gone_is_no_longer_welcome() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    let token = daemon.login(PORTAL, "jdoe", "right").json()["revalidation"].clone();
    let without = PEOPLE
        .split("\n\n")
        .filter(|entry| !entry.contains("uid: jdoe"));
    let without = without.collect::<Vec<_>>().join("\n\n");
    people(&world, &mut daemon, &without);
    let refused = again(&daemon, CONSOLE, &token).json();
    assert_eq!(refused["reason"], "unknown_login");
}

#[test]
fn a_token_of_somebody_elses_making_is_a_refusal_like_any_other() {
    let world = World::new();
    let daemon = Daemon::start(&world);
    let login = daemon.login(PORTAL, "jdoe", "right").json();
    let mut altered = login["revalidation"].as_str().expect("a token").to_owned();
    altered.insert(20, 'A');
    for token in [json!("nonsense"), json!(altered), login["device"].clone()] {
        let refused = again(&daemon, PORTAL, &token).json();
        assert_eq!(
            (&refused["decision"], refused.get("reason")),
            (&json!("reject"), None)
        );
        let told = again(&daemon, CONSOLE, &token).json();
        assert_eq!(told["reason"], "malformed_login");
    }
}

#[test]
fn an_outage_is_bridged_for_fifteen_minutes_and_then_told() {
    let world = World::new();
    let mut daemon = Daemon::start(&world);
    let token = daemon.login(PORTAL, "jdoe", "right").json()["revalidation"].clone();
    let (young, old) = (aged(&world, &token, 14), aged(&world, &token, 16));
    down(&world);
    for token in [&token, &young] {
        let stands = again(&daemon, PORTAL, token);
        let body = stands.json();
        assert_eq!((stands.status, &body["decision"]), (200, &json!("accept")));
        assert_eq!(
            (&body["grace"], &body["revalidation"]),
            (&json!(true), token)
        );
        assert_eq!((body.get("session"), body.get("fault")), (None, None));
        daemon.event("login.stands");
    }
    let told = again(&daemon, CONSOLE, &young).json();
    assert_eq!(told["fault"], "directory_unreachable");
    let late = again(&daemon, PORTAL, &old);
    assert_eq!(late.status, 503, "{late:?}");
    assert_eq!(
        daemon.login(PORTAL, "jdoe", "right").status,
        503,
        "a login is not bridged"
    );

    world.directory.set_faults(FaultPlan::new());
    daemon.event("directory.recovered");
    let confirmed = again(&daemon, PORTAL, &old).json();
    assert_eq!(
        (&confirmed["decision"], confirmed.get("grace")),
        (&json!("accept"), None)
    );
}

/// The same token, as it would be had the directory answered so many minutes ago.
fn aged(world: &World, token: &Value, minutes: u64) -> Value {
    let key = newest_key(world);
    let key = RandomizedNonceKey::new(&AES_256_GCM, &*key.secret).expect("a key");
    let aad = || Aad::from(b"entryway revalidation 1".as_slice());
    let mut token = URL_SAFE_NO_PAD
        .decode(token.as_str().expect("a token"))
        .expect("base64");
    let mut sealed = token.split_off(16);
    let nonce = token.split_off(4).try_into().expect("12 bytes");
    let nonce = Nonce::assume_unique_for_key(nonce);
    let contents = key.open_in_place(nonce, aad(), &mut sealed).expect("ours");
    let mut contents: Value = serde_json::from_slice(contents).expect("JSON");
    let back = Duration::from_secs(60 * minutes).as_millis();
    let confirmed = u128::from(contents["conf"].as_u64().expect("a time")) - back;
    contents["conf"] = json!(u64::try_from(confirmed).expect("a time"));
    let mut sealed = contents.to_string().into_bytes();
    let nonce = key
        .seal_in_place_append_tag(aad(), &mut sealed)
        .expect("sealed");
    token.extend(nonce.as_ref());
    token.extend(sealed);
    json!(URL_SAFE_NO_PAD.encode(token))
}

fn newest_key(world: &World) -> Key {
    world.in_store(async |store| store.key("tokens").await.expect("a key"))
}
