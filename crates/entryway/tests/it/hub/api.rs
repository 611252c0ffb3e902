//! The hub over the API, by a program with a token of the scope `hub`.

use super::site::{Site, endpoint, enrolled, until_metric};
use super::{SITES, done, world};
use crate::daemon::Daemon;
use crate::world::{PORTAL, SOON, World};
use entryway_bridge::message::{Ability, ByeCode};
use serde_json::{Value, json};
use std::time::Instant;

const KEEPER: &str = "keeper-token-0123456789abcdef";
const KEEPERS: &str = r#"
[[token]]
name = "keeper"
secret = { file = "keeper.token" }
scopes = ["hub"]
"#;

pub(super) fn kept() -> World {
    kept_with(SITES)
}

pub(super) fn kept_with(sites: &str) -> World {
    let world = world();
    world.write("keeper.token", KEEPER);
    let text = world.configuration();
    world.write("entryway.toml", &format!("{text}\n{KEEPERS}\n{sites}"));
    world
}

#[test]
fn who_may_look_a_sites_people_up_is_shown_beside_whose_people_are_its_own() {
    let own = r#"suffixes = ["plant-a.example"]"#;
    let named = format!("lookups = [\"keeper\"]\n{own}");
    let world = kept_with(&SITES.replace(own, &named));
    let daemon = Daemon::start(&world);
    let (_, sites) = get(&daemon, "sites");
    let listed = done(&world, &["hub", "site", "list"]);
    let one = done(&world, &["hub", "site", "show", "plant-a"]);
    for shown in [&sites["sites"][0], &listed["sites"][0], &one] {
        assert_eq!(
            (&shown["clients"], &shown["lookups"]),
            (&json!(["portal"]), &json!(["keeper"])),
            "{shown}"
        );
    }
    for words in [&["list"][..], &["show", "plant-a"]] {
        let ended = world.command(&["hub", "site"]).args(words).output();
        let told = String::from_utf8(ended.expect("an end").stdout).expect("text");
        assert!(
            told.contains("lookups") && told.contains("keeper"),
            "{told}"
        );
    }
}

fn post(daemon: &Daemon, path: &str, body: &Value) -> (u16, Value) {
    let answer = daemon.post(&format!("/api/v1/hub/{path}"), KEEPER, body);
    (answer.status, answer.json())
}

pub(super) fn get(daemon: &Daemon, path: &str) -> (u16, Value) {
    let answer = daemon.get(&format!("/api/v1/hub/{path}"), KEEPER);
    (answer.status, answer.json())
}

#[test]
fn a_program_enrols_watches_drains_and_revokes_a_connector() {
    let world = kept();
    let mut daemon = Daemon::start(&world);
    assert_eq!(daemon.get("/api/v1/hub/sites", PORTAL).status, 403);
    let (status, refused) = post(&daemon, "tickets", &json!({ "site": "closed" }));
    assert_eq!((status, &refused["code"]), (404, &json!("no_such_site")));
    let (status, made) = post(&daemon, "tickets", &json!({ "site": "plant-a" }));
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["url"], "http://127.0.0.1:8389/connector/v1/plant-a");
    let ticket = made["ticket"].as_str().expect("a ticket");
    let credential = enrolled(&world, &daemon, "plant-a", ticket).expect("a connector");
    let id = credential.connector.to_string();
    let (_, listed) = get(&daemon, "tickets?site=plant-a");
    let used = &listed["tickets"][0];
    assert_eq!(
        (&used["state"], &used["made_by"], &used["connector"]),
        (&json!("used"), &json!("keeper"), &json!(id))
    );
    let (_, before) = get(&daemon, &format!("connectors/{id}"));
    assert!(before.get("tunnel").is_none(), "{before}");

    let to = endpoint(&daemon, "plant-a");
    let site = Site::start(&world, to, credential, Box::new(|_| None));
    site.until_up(&world);
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 1");
    site.says(&[Ability::Password]);
    daemon.event("connector.degraded");
    let (_, sites) = get(&daemon, "sites");
    let shown = &sites["sites"][0];
    assert_eq!(
        (&shown["name"], &shown["tunnels"], &shown["ready"]),
        (&json!("plant-a"), &json!(1), &json!(["password"]))
    );
    let (_, listed) = get(&daemon, "connectors?site=plant-a");
    let tunnel = &listed["connectors"][0]["tunnel"];
    assert_eq!(tunnel["outstanding"], 0);
    let ready = tunnel["ready"].as_array().expect("a list");
    let lookups = ready.iter().find(|one| one["ability"] == "lookups");
    assert_eq!(
        lookups,
        Some(&json!({ "ability": "lookups", "ready": false, "reason": "directories_down" }))
    );

    // It counts before the answer: nothing has to be waited for.
    let (status, drained) = post(&daemon, &format!("connectors/{id}/drain"), &json!({}));
    assert_eq!((status, &drained["standing"]), (200, &json!("draining")));
    assert_eq!(drained["changed_by"], "keeper");
    let told = daemon.event("connector.changed");
    assert_eq!(
        (&told["connector"], &told["standing"], &told["by"]),
        (&json!(id), &json!("draining"), &json!("keeper"))
    );
    let (_, sites) = get(&daemon, "sites");
    assert_eq!(sites["sites"][0]["ready"], json!([]));
    let (_, resumed) = post(&daemon, &format!("connectors/{id}/resume"), &json!({}));
    assert_eq!(resumed["standing"], "active");
    let (_, sites) = get(&daemon, "sites");
    assert_eq!(sites["sites"][0]["ready"], json!(["password"]));
    let (_, revoked) = post(&daemon, &format!("connectors/{id}/revoke"), &json!({}));
    assert_eq!(revoked["standing"], "revoked");
    assert!(revoked.get("tunnel").is_none(), "{revoked}");
    site.until_told(&world, ByeCode::Revoked);
    let (status, refused) = post(&daemon, &format!("connectors/{id}/resume"), &json!({}));
    assert_eq!(
        (status, &refused["code"]),
        (409, &json!("connector_revoked"))
    );
    // The command line sees the same.
    let shown = done(&world, &["hub", "connector", "show", &id]);
    assert_eq!(shown["standing"], "revoked");
}

#[test]
fn where_there_is_no_hub_any_more_the_api_says_so() {
    let world = kept();
    let daemon = Daemon::start(&world);
    assert_eq!(get(&daemon, "sites").0, 200);
    let text = world.configuration();
    world.write("entryway.toml", &format!("{text}\n{KEEPERS}"));
    daemon.signal("HUP");
    let deadline = Instant::now() + SOON;
    loop {
        let (status, answer) = get(&daemon, "sites");
        if status == 404 {
            assert_eq!(answer["code"], "no_hub");
            return;
        }
        assert!(Instant::now() < deadline, "never without a hub: {answer}");
        std::thread::yield_now();
    }
}
