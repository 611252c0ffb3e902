//! Tickets and connectors as an administrator keeps them, with nobody serving.

use super::{done, refused, run, world};
use crate::world::World;
use entryway_bridge::Ticket;
use entryway_store::{NewConnector, Redeemed, Standing};

fn list(world: &World) -> Vec<(String, String)> {
    let listed = done(world, &["hub", "ticket", "list"]);
    let tickets = listed["tickets"].as_array().expect("tickets");
    let texts = |ticket: &serde_json::Value| {
        let text = |key: &str| ticket[key].as_str().expect("a text").to_owned();
        (text("id"), text("state"))
    };
    tickets.iter().map(texts).collect()
}

#[test]
fn a_ticket_is_shown_once_and_taken_back() {
    let world = world();
    let made = done(
        &world,
        &[
            "hub",
            "ticket",
            "create",
            "--site",
            "plant-a",
            "--expires",
            "30m",
        ],
    );
    assert_eq!(made["url"], "http://127.0.0.1:8389/connector/v1/plant-a");
    let text = made["ticket"].as_str().expect("a ticket");
    let ticket = Ticket::parse(text).expect("a ticket");
    let authority = world.in_store(async |store| store.hub().authority("plant-a").await.unwrap());
    assert!(ticket.is_for(&authority.expect("an authority").certificate));
    let id = made["id"].as_str().expect("an id");
    assert_eq!(list(&world), [(id.to_owned(), "waits".to_owned())]);
    let (_, listed, _) = run(&world, &["hub", "ticket", "list"]);
    let bare: String = text.split('-').skip(1).collect();
    let listed = listed.to_string();
    assert!(
        !listed.contains(text) && !listed.contains(&bare),
        "{listed}"
    );

    done(&world, &["hub", "ticket", "revoke", id]);
    assert_eq!(list(&world), [(id.to_owned(), "revoked".to_owned())]);
    let said = refused(&world, &["hub", "ticket", "revoke", id]);
    assert!(said.contains("was used, taken back"), "{said}");
    let said = refused(&world, &["hub", "ticket", "revoke", "0123"]);
    assert!(said.contains("there is no ticket `0123`"), "{said}");
}

#[test]
fn a_ticket_is_for_a_site_that_there_is() {
    let world = world();
    for site in ["plant-b", "closed", "Plant-A"] {
        let said = refused(&world, &["hub", "ticket", "create", "--site", site]);
        assert!(
            said.contains(&format!("there is no site `{site}`")),
            "{said}"
        );
    }
    let (code, _, said) = run(
        &world,
        &[
            "hub",
            "ticket",
            "create",
            "--site",
            "plant-a",
            "--expires",
            "1s",
        ],
    );
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("expected 1m to 30d"), "{said}");
    world.write("entryway.toml", &world.configuration());
    let said = refused(&world, &["hub", "ticket", "create", "--site", "plant-a"]);
    assert!(said.contains("there is no `[hub]` table"), "{said}");
    assert!(list(&world).is_empty());
}

#[test]
fn a_connector_is_drained_resumed_and_revoked_for_good() {
    let world = world();
    let made = done(&world, &["hub", "ticket", "create", "--site", "plant-a"]);
    let ticket = Ticket::parse(made["ticket"].as_str().expect("a ticket")).expect("a ticket");
    let new = NewConnector {
        id: "aaaaaaaaaaaaaaaa".to_owned(),
        name: "machine\u{1b}[31m".to_owned(),
        spki: [1; 32],
        certificate: vec![1],
        not_after_ms: i64::from(u32::MAX) * 1000,
        software: "entryway test".to_owned(),
    };
    let came = world.in_store(async |store| {
        let digest = Ticket::digest_of(ticket.secret());
        let now = 1;
        store
            .hub()
            .redeem(&digest, "plant-a", &new, now)
            .await
            .unwrap()
    });
    assert_eq!(came, Redeemed::Enrolled);
    assert_eq!(list(&world).first().map(|one| one.1.as_str()), Some("used"));
    let id = "aaaaaaaaaaaaaaaa";
    let standing = |word: &str| {
        let shown = done(&world, &["hub", "connector", word, id]);
        shown["standing"].as_str().expect("a word").to_owned()
    };
    assert_eq!(standing("show"), "active");
    assert_eq!(standing("drain"), "draining");
    assert_eq!(standing("resume"), "active");
    let sites = done(&world, &["hub", "site", "list"]);
    assert_eq!(sites["sites"][0]["name"], "plant-a");
    assert_eq!(sites["sites"][0]["connectors"], 1);
    assert_eq!(sites["sites"].as_array().map(Vec::len), Some(1));

    world.in_store(async |store| {
        let held = store
            .hub()
            .set_standing(id, Standing::Held, "root", 1)
            .await;
        assert!(held.unwrap());
    });
    let said = refused(&world, &["hub", "connector", "drain", id]);
    assert!(
        said.contains("is held since a backup was restored"),
        "{said}"
    );
    let resumed = done(&world, &["hub", "connector", "resume", "--all-held"]);
    assert_eq!(resumed["connectors"][0]["id"], id);
    assert_eq!(standing("revoke"), "revoked");
    for word in ["drain", "resume", "revoke"] {
        let said = refused(&world, &["hub", "connector", word, id]);
        assert!(said.contains("is revoked, for good"), "{said}");
    }
    let said = refused(&world, &["hub", "connector", "show", "bbbbbbbbbbbbbbbb"]);
    assert!(said.contains("there is no connector"), "{said}");

    let ended = world
        .command(&["hub", "site", "show", "plant-a"])
        .output()
        .expect("an end");
    let text = String::from_utf8(ended.stdout).expect("text");
    assert!(
        text.contains("plant-a.example") && text.contains("revoked"),
        "{text}"
    );
    assert!(
        !text.contains('\u{1b}') && text.contains("machine\\u{1b}"),
        "{text}"
    );
}
