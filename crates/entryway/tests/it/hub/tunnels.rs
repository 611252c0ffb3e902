//! Connectors at a running hub: enrolled, drained, revoked; and what they live through.

use super::site::{Site, again, endpoint, enrolled, refusal, until_metric};
use super::{SITES, done, world};
use crate::daemon::Daemon;
use crate::world::World;
use entryway_bridge::Ticket;
use entryway_bridge::message::{Ability, ByeCode};
use entryway_store::TicketRow;
use entryway_tunnel::connector::Credential;
use entryway_tunnel::fingerprint_in_words;

const TWO: &str = "\n[site.plant-b]\n";

/// A hub with two sites.
fn two() -> World {
    let world = world();
    let text = world.configuration();
    world.write("entryway.toml", &format!("{text}\n{SITES}{TWO}"));
    world
}

pub(super) fn ticket(world: &World, site: &str) -> String {
    let made = done(world, &["hub", "ticket", "create", "--site", site]);
    made["ticket"].as_str().expect("a ticket").to_owned()
}

pub(super) fn credential(world: &World, daemon: &Daemon, site: &str) -> Credential {
    enrolled(world, daemon, site, &ticket(world, site)).expect("a connector")
}

/// A connector that is in, and its id.
fn connected(world: &World, daemon: &Daemon, site: &str) -> (Site, String) {
    let credential = credential(world, daemon, site);
    let id = credential.connector.to_string();
    let site = Site::start(
        world,
        endpoint(daemon, site),
        credential,
        Box::new(|_| None),
    );
    site.until_up(world);
    (site, id)
}

#[test]
fn a_connector_enrols_and_is_known_by_the_same_key_at_both_ends() {
    let world = two();
    let mut daemon = Daemon::start(&world);
    let credential = credential(&world, &daemon, "plant-a");
    let enrolled = daemon.event("connector.enrolled");
    let id = credential.connector.to_string();
    assert_eq!(enrolled["connector"], *id);
    assert_eq!(enrolled["name"], "machine");
    let shown = done(&world, &["hub", "connector", "show", &id]);
    assert_eq!(
        shown["key"],
        fingerprint_in_words(&credential.fingerprint())
    );
    assert_eq!(shown["site"], "plant-a");
    assert!(shown.get("seen").is_none());

    let to = endpoint(&daemon, "plant-a");
    let site = Site::start(&world, to, credential, Box::new(|_| None));
    site.until_up(&world);
    let up = daemon.event("tunnel.up");
    assert_eq!(
        (&up["site"], &up["connector"]),
        (&"plant-a".into(), &id.into())
    );
    assert_eq!(up["ready"], "password lookups");
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 1");
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-b\"} 0");

    site.says(&[Ability::Lookups]);
    let degraded = daemon.event("connector.degraded");
    assert_eq!(degraded["ability"], "password");
    assert_eq!(degraded["reason"], "directories_down");
    until_metric(
        &daemon,
        "entryway_site_ready{site=\"plant-a\",ability=\"password\"} 0",
    );
    site.says(&[Ability::Password, Ability::Lookups]);
    daemon.event("connector.ready");
    until_metric(
        &daemon,
        "entryway_site_ready{site=\"plant-a\",ability=\"password\"} 1",
    );
    drop(site);
    daemon.event("tunnel.down");
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 0");
}

#[test]
fn a_ticket_lets_one_in_at_its_site_in_its_time() {
    let world = two();
    let daemon = Daemon::start(&world);
    let text = ticket(&world, "plant-a");
    let refused = |site: &str, text: &str| refusal(enrolled(&world, &daemon, site, text));
    assert!(enrolled(&world, &daemon, "plant-a", &text).is_ok());
    let (code, said) = refused("plant-a", &text);
    assert_eq!(code, ByeCode::Ticket);
    assert!(said.contains("was used already"), "{said}");

    let made = done(&world, &["hub", "ticket", "create", "--site", "plant-a"]);
    done(
        &world,
        &[
            "hub",
            "ticket",
            "revoke",
            made["id"].as_str().expect("an id"),
        ],
    );
    let (_, said) = refused("plant-a", made["ticket"].as_str().expect("a ticket"));
    assert!(said.contains("was taken back"), "{said}");

    let authority = world.in_store(async |store| store.hub().authority("plant-a").await.unwrap());
    let authority = authority.expect("an authority");
    let late = Ticket::new([7; 16], &authority.certificate);
    let row = TicketRow {
        digest: Ticket::digest_of(late.secret()),
        site: "plant-a".to_owned(),
        made_ms: 1,
        made_by: "test".to_owned(),
        expires_ms: 2,
        used_ms: None,
        connector: None,
        ended_ms: None,
        ended_by: None,
    };
    world.in_store(async |store| store.hub().keep_ticket(&row).await.unwrap());
    let (_, said) = refused("plant-a", &late.to_text());
    assert!(said.contains("time has passed"), "{said}");
    let unknown = Ticket::new([8; 16], &authority.certificate);
    let (_, said) = refused("plant-a", &unknown.to_text());
    assert!(said.contains("no such ticket"), "{said}");

    // Of another site: the hub shows that site's authority, and whoever has the ticket goes no further.
    let text = ticket(&world, "plant-b");
    let elsewhere = enrolled(&world, &daemon, "plant-a", &text);
    assert!(elsewhere.is_err());
    assert!(
        enrolled(&world, &daemon, "plant-b", &text).is_ok(),
        "it was not used up"
    );
    let connectors = done(&world, &["hub", "connector", "list"]);
    assert_eq!(connectors["connectors"].as_array().map(Vec::len), Some(2));
}

#[test]
fn who_is_revoked_is_out_within_seconds_and_stays_out() {
    let world = two();
    let mut daemon = Daemon::start(&world);
    let credential = credential(&world, &daemon, "plant-a");
    let (id, copy) = (credential.connector.to_string(), again(&credential));
    let to = endpoint(&daemon, "plant-a");
    let one = Site::start(&world, to.clone(), credential, Box::new(|_| None));
    one.until_up(&world);
    let (other, _) = connected(&world, &daemon, "plant-a");
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 2");
    done(&world, &["hub", "connector", "revoke", &id]);
    one.until_told(&world, ByeCode::Revoked);
    assert_eq!(daemon.event("connector.revoked")["connector"], *id);
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 1");
    // Started anew, it is told the same.
    let copy = Site::start(&world, to, copy, Box::new(|_| None));
    copy.until_told(&world, ByeCode::Revoked);
    daemon.event("tunnel.refused");
    other.until_up(&world);
}

#[test]
fn who_is_drained_stays_and_is_asked_nothing() {
    let world = two();
    let daemon = Daemon::start(&world);
    let (site, id) = connected(&world, &daemon, "plant-a");
    let ready = |count: u8| {
        let line = format!("entryway_site_ready{{site=\"plant-a\",ability=\"password\"}} {count}");
        until_metric(&daemon, &line);
    };
    ready(1);
    done(&world, &["hub", "connector", "drain", &id]);
    ready(0);
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 1");
    site.until_up(&world);
    done(&world, &["hub", "connector", "resume", &id]);
    ready(1);
}

#[test]
fn a_connector_is_in_at_no_other_site() {
    let world = two();
    let mut daemon = Daemon::start(&world);
    // So that plant-b has an authority.
    ticket(&world, "plant-b");
    let credential = credential(&world, &daemon, "plant-a");
    let to = endpoint(&daemon, "plant-b");
    let _site = Site::start(&world, to, credential, Box::new(|_| None));
    let refused = daemon.event("tunnel.refused");
    assert_eq!(refused["site"], "plant-b");
    assert!(!daemon.has_seen("tunnel.up"));
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-b\"} 0");
    // There is no such site, and none that is switched off.
    for site in ["closed", "plant-c"] {
        assert_eq!(
            daemon.get(&format!("/connector/v1/{site}"), "x").status,
            404
        );
    }
}

#[test]
fn tunnels_outlive_a_reload_unless_their_site_is_gone() {
    let world = two();
    let mut daemon = Daemon::start(&world);
    let (one, _) = connected(&world, &daemon, "plant-a");
    let credential = credential(&world, &daemon, "plant-b");
    let copy = again(&credential);
    let to = endpoint(&daemon, "plant-b");
    let other = Site::start(&world, to.clone(), credential, Box::new(|_| None));
    other.until_up(&world);
    let text = world.configuration();
    world.write("entryway.toml", &format!("{text}\n{SITES}"));
    daemon.signal("HUP");
    let closed = daemon.event("site.closed");
    assert_eq!(closed["site"], "plant-b");
    other.until_told(&world, ByeCode::Unknown);
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 1");
    one.until(&world, "up without a break", |status| {
        status.is_up() && status.ups == 1
    });

    world.write("entryway.toml", &format!("{text}\n{SITES}{TWO}"));
    daemon.signal("HUP");
    daemon.event("config.applied");
    Site::start(&world, to, copy, Box::new(|_| None)).until_up(&world);
    // Without a hub nobody is let in, and nobody stays.
    world.write("entryway.toml", &text);
    daemon.signal("HUP");
    one.until_told(&world, ByeCode::Unknown);
}

#[test]
fn a_hub_that_was_killed_is_found_again() {
    let world = two();
    let daemon = Daemon::start(&world);
    let (site, _) = connected(&world, &daemon, "plant-a");
    let text = world
        .configuration()
        .replace("127.0.0.1:0", &daemon.address);
    world.write("entryway.toml", &format!("{text}\n{SITES}{TWO}"));
    daemon.kill();
    site.until(&world, "down", |status| !status.is_up());
    let daemon = Daemon::start(&world);
    site.until(&world, "up again by itself", |status| {
        status.is_up() && status.ups == 2
    });
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 1");
    assert_eq!(site.asked(), 0);
}

#[test]
fn a_restored_backup_lets_nobody_in_unasked() {
    let world = two();
    let daemon = Daemon::start(&world);
    let (site, _) = connected(&world, &daemon, "plant-a");
    done(&world, &["store", "backup", "backup.db"]);
    done(&world, &["store", "restore", "--force", "backup.db"]);
    site.until_told(&world, ByeCode::Unavailable);
    until_metric(&daemon, "entryway_site_tunnels{site=\"plant-a\"} 0");
    done(&world, &["hub", "connector", "resume", "--all-held"]);
    site.until(&world, "up again", |status| {
        status.is_up() && status.ups == 2
    });
}

/// By the command line, which is another process: the daemon hears of it from the store.
#[test]
fn a_node_tells_who_made_and_took_back_tickets_and_who_changed_a_connector() {
    let world = two();
    let mut daemon = Daemon::start(&world);
    let made = done(&world, &["hub", "ticket", "create", "--site", "plant-a"]);
    // With a name before it where the environment has one.
    let own = format!("uid {}", rustix::process::getuid().as_raw());
    let by = |event: &serde_json::Value| event["by"].as_str().expect("somebody").to_owned();
    let told = daemon.event("ticket.made");
    assert_eq!(
        (&told["ticket"], &told["site"]),
        (&made["id"], &"plant-a".into())
    );
    assert!(by(&told).contains(&own), "{told}");
    assert!(
        !told
            .to_string()
            .contains(made["ticket"].as_str().expect("a ticket"))
    );
    let id = made["id"].as_str().expect("an id");
    done(&world, &["hub", "ticket", "revoke", id]);
    let told = daemon.event("ticket.revoked");
    assert_eq!(told["ticket"], made["id"]);
    assert!(by(&told).contains(&own), "{told}");
    let listed = done(&world, &["hub", "ticket", "list"]);
    assert_eq!(listed["tickets"][0]["revoked_by"], told["by"]);

    let id = credential(&world, &daemon, "plant-a").connector.to_string();
    done(&world, &["hub", "connector", "revoke", &id]);
    let told = daemon.event("connector.changed");
    assert_eq!(
        (&told["connector"], &told["standing"]),
        (&id.as_str().into(), &"revoked".into())
    );
    assert!(by(&told).contains(&own), "{told}");
    let shown = done(&world, &["hub", "connector", "show", &id]);
    assert_eq!(shown["changed_by"], told["by"]);
}

#[test]
fn a_machine_that_enrols_again_is_told_and_shown_with_what_to_do() {
    let world = two();
    let mut daemon = Daemon::start(&world);
    let before = credential(&world, &daemon, "plant-a").connector.to_string();
    let next = credential(&world, &daemon, "plant-a").connector.to_string();
    let told = daemon.event("connector.replaced");
    assert_eq!(
        (&told["before"], &told["connector"], &told["name"]),
        (
            &before.as_str().into(),
            &next.as_str().into(),
            &"machine".into()
        )
    );
    let revoke = format!("entryway hub connector revoke {before}");
    let remedy = told["remedy"].as_str().expect("a remedy");
    assert!(remedy.contains(&revoke), "{remedy}");
    let listed = |arguments: &[&str]| {
        let ended = world.command(arguments).output().expect("an end");
        String::from_utf8(ended.stdout).expect("text")
    };
    let text = listed(&["hub", "connector", "list"]);
    assert!(text.contains(&revoke) && text.contains(&next), "{text}");
    let text = listed(&["hub", "connector", "show", &before]);
    assert!(text.contains(&revoke), "{text}");
    let text = listed(&["hub", "connector", "show", &next]);
    assert!(!text.contains("revoke"), "{text}");
    done(&world, &["hub", "connector", "revoke", &before]);
    let text = listed(&["hub", "connector", "list"]);
    assert!(!text.contains("hub connector revoke"), "{text}");
}
