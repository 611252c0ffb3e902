//! What the command line shows of a hub that runs, beside what the store holds; and that it says so where none does.

use super::api::{get, kept};
use super::done;
use super::site::{Site, endpoint, until_metric};
use super::tunnels::credential;
use crate::daemon::Daemon;
use crate::world::World;
use entryway_bridge::message::Ability;

/// The same for people.
fn text(world: &World, words: &[&str]) -> String {
    let ended = world.command(&["hub"]).args(words).output();
    let ended = ended.expect("an end");
    assert!(ended.status.success(), "{ended:?}");
    String::from_utf8(ended.stdout).expect("text")
}

/// The cells of the line that begins so.
fn cells(text: &str, begins: &str) -> Vec<String> {
    let line = text.lines().find(|line| line.starts_with(begins));
    let line = line.unwrap_or_else(|| panic!("no line of {begins}: {text}"));
    assert!(line.chars().count() <= 100, "{line}");
    let cells = line.split("  ").map(str::trim);
    let cells = cells.filter(|cell| !cell.is_empty());
    cells.map(str::to_owned).collect()
}

#[test]
fn lists_show_the_tunnels_of_the_running_hub_and_without_one_that_they_are_not_known() {
    let world = kept();
    let mut daemon = Daemon::start(&world);
    let own = credential(&world, &daemon, "plant-a");
    let id = own.connector.to_string();
    let away = credential(&world, &daemon, "plant-a").connector.to_string();
    let to = endpoint(&daemon, "plant-a");
    let site = Site::start(&world, to, own, Box::new(|_| None));
    site.until_up(&world);
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 1");
    site.says(&[Ability::Password]);
    daemon.event("connector.degraded");

    // A program sees what the API says, and from whom it is.
    let (_, told) = get(&daemon, &format!("connectors/{id}"));
    let shown = done(&world, &["hub", "connector", "show", &id]);
    for field in ["since", "ready", "silent", "draining"] {
        assert_eq!(shown["tunnel"][field], told["tunnel"][field], "{shown}");
        assert!(!told["tunnel"][field].is_null(), "{told}");
    }
    assert_eq!(shown["live"]["known"], true);
    assert!(shown["live"]["node"].is_string(), "{shown}");
    let listed = done(&world, &["hub", "connector", "list"]);
    let with_tunnel = |id: &str| {
        let all = listed["connectors"].as_array().expect("a list");
        let one = all.iter().find(|one| one["id"] == id).expect("it");
        one.get("tunnel").is_some()
    };
    assert!(with_tunnel(&id) && !with_tunnel(&away), "{listed}");
    let sites = done(&world, &["hub", "site", "list"]);
    let (_, told) = get(&daemon, "sites");
    assert_eq!(sites["sites"], told["sites"]);
    assert_eq!(sites["sites"][0]["tunnels"], 1);

    // So do people.
    let all = text(&world, &["connector", "list"]);
    let line = cells(&all, &id);
    assert_eq!(line[4], "up", "{all}");
    assert_eq!(line[6], "password", "{all}");
    assert_eq!(cells(&all, &away)[4..], ["none", "-", "never"], "{all}");
    assert!(all.contains("those to the node"), "{all}");
    let one = text(&world, &["connector", "show", &id]);
    for expected in [
        "tunnel       up",
        "ready        password",
        "lookups: directories_down",
    ] {
        assert!(one.contains(expected), "{one}");
    }
    let sites = text(&world, &["site", "list"]);
    assert_eq!(
        cells(&sites, "plant-a")[2..5],
        ["2", "1", "password"],
        "{sites}"
    );

    // Nobody to ask: the store is shown, and nothing is made of what nobody knows.
    drop(daemon);
    let all = text(&world, &["connector", "list"]);
    assert_eq!(cells(&all, &id)[4], "?", "{all}");
    assert!(all.contains("not known: no daemon answers"), "{all}");
    let one = text(&world, &["connector", "show", &id]);
    assert!(one.contains("not known: no daemon answers"), "{one}");
    let sites = text(&world, &["site", "list"]);
    assert_eq!(cells(&sites, "plant-a")[2..5], ["2", "?", "?"], "{sites}");
    let listed = done(&world, &["hub", "connector", "list"]);
    assert_eq!(listed["live"]["known"], false, "{listed}");
    assert!(listed["live"]["problem"].is_string(), "{listed}");
    let all = listed["connectors"].as_array().expect("a list");
    assert!(
        all.iter().all(|one| one.get("tunnel").is_none()),
        "{listed}"
    );
}
