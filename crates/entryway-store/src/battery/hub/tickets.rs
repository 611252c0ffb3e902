//! Tickets, and the authority that comes with the first.

use super::{LATER, Lab, NOW, authority, bytes, cases, enrolled, new, standing, ticket};
use crate::{Redeemed, Standing, TicketTrouble};
use tokio::task::JoinSet;

cases!(
    a_ticket_lets_one_in,
    of_forty_who_come_with_one_ticket_one_is_let_in,
    a_ticket_that_is_taken_back_while_it_is_used_is_one_of_both,
    why_a_ticket_is_worth_nothing_is_told,
    tickets_are_listed_and_forgotten,
    a_node_hears_who_made_tickets_and_who_took_them_back,
    nodes_that_make_an_authority_at_once_make_one,
);

async fn a_ticket_lets_one_in(lab: Lab) {
    let hub = lab.open().await.hub();
    enrolled(&hub, "c1", "plant-a").await;
    let row = hub.connector("c1").await.unwrap().unwrap();
    assert_eq!(row.site, "plant-a");
    assert_eq!(row.name, "machine c1");
    assert_eq!(row.spki, bytes("c1"));
    assert_eq!(row.spki_before, None);
    assert_eq!(row.certificate, b"certificate c1");
    assert_eq!((row.not_after_ms, row.enrolled_ms), (LATER, NOW));
    assert_eq!((row.standing, row.changed_ms), (Standing::Active, NOW));
    assert_eq!(row.software, "1.0");
    assert_eq!((row.seen_ms, row.node), (None, None));
    let again = hub.redeem(&bytes("c1"), "plant-a", &new("c2"), NOW).await;
    assert_eq!(again.unwrap(), Redeemed::Not(TicketTrouble::Used));
    assert_eq!(standing(&hub, "c2").await, None);
    let kept = hub.tickets(None).await.unwrap();
    assert_eq!(kept[0].used_ms, Some(NOW));
    assert_eq!(kept[0].connector.as_deref(), Some("c1"));
}

async fn of_forty_who_come_with_one_ticket_one_is_let_in(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    stores[0]
        .hub()
        .keep_ticket(&ticket("t", "plant-a"))
        .await
        .unwrap();
    let mut coming = JoinSet::new();
    for turn in 0..40 {
        let hub = stores[turn % 2].hub();
        coming.spawn(async move {
            let new = new(&format!("c{turn}"));
            hub.redeem(&bytes("t"), "plant-a", &new, NOW).await.unwrap()
        });
    }
    let came = coming.join_all().await;
    let let_in = came.iter().filter(|one| **one == Redeemed::Enrolled);
    assert_eq!(let_in.count(), 1);
    let refused = came
        .iter()
        .filter(|one| **one == Redeemed::Not(TicketTrouble::Used));
    assert_eq!(refused.count(), 39);
    let hub = stores[0].hub();
    let connectors = hub.connectors(None).await.unwrap();
    assert_eq!(connectors.len(), 1);
    let kept = hub.tickets(Some("plant-a")).await.unwrap();
    assert_eq!(kept[0].connector.as_ref(), Some(&connectors[0].id));
}

async fn a_ticket_that_is_taken_back_while_it_is_used_is_one_of_both(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    let (one, other) = (stores[0].hub(), stores[1].hub());
    for round in 0..12 {
        let name = format!("t{round}");
        one.keep_ticket(&ticket(&name, "plant-a")).await.unwrap();
        let (digest, new) = (bytes(&name), new(&name));
        let (came, ended) = tokio::join!(
            one.redeem(&digest, "plant-a", &new, NOW),
            other.end_ticket(&digest, "root", NOW)
        );
        let let_in = came.unwrap() == Redeemed::Enrolled;
        assert_ne!(let_in, ended.unwrap(), "{name}");
        assert_eq!(standing(&one, &name).await.is_some(), let_in);
    }
}

async fn why_a_ticket_is_worth_nothing_is_told(lab: Lab) {
    let hub = lab.open().await.hub();
    let trouble = async |name: &str, site: &str, now: i64| {
        let came = hub.redeem(&bytes(name), site, &new("c"), now).await;
        let seen = hub.ticket_trouble(&bytes(name), site, now).await;
        match came.unwrap() {
            Redeemed::Not(trouble) => {
                // A look tells the same.
                assert_eq!(seen.unwrap(), Some(trouble), "{name}");
                trouble
            }
            Redeemed::Enrolled => panic!("{name} let somebody in"),
        }
    };
    hub.keep_ticket(&ticket("late", "plant-a")).await.unwrap();
    hub.keep_ticket(&ticket("back", "plant-a")).await.unwrap();
    let seen = hub.ticket_trouble(&bytes("late"), "plant-a", NOW).await;
    assert_eq!(seen.unwrap(), None);
    assert!(hub.end_ticket(&bytes("back"), "root", NOW).await.unwrap());
    assert!(!hub.end_ticket(&bytes("back"), "root", NOW).await.unwrap());
    assert!(!hub.end_ticket(&bytes("none"), "root", NOW).await.unwrap());
    assert_eq!(
        trouble("none", "plant-a", NOW).await,
        TicketTrouble::Unknown
    );
    assert_eq!(
        trouble("late", "plant-b", NOW).await,
        TicketTrouble::Unknown
    );
    let end = NOW + 3_600_000;
    assert_eq!(
        trouble("late", "plant-a", end).await,
        TicketTrouble::Expired
    );
    assert_eq!(trouble("back", "plant-a", end).await, TicketTrouble::Ended);
    let came = hub
        .redeem(&bytes("late"), "plant-a", &new("c"), end - 1)
        .await;
    assert_eq!(came.unwrap(), Redeemed::Enrolled);
}

async fn a_node_hears_who_made_tickets_and_who_took_them_back(lab: Lab) {
    let hub = lab.open().await.hub();
    hub.keep_ticket(&ticket("before", "plant-a")).await.unwrap();
    let start = hub.standings_since(i64::MAX).await.unwrap().revision;
    hub.keep_ticket(&ticket("made", "plant-a")).await.unwrap();
    let made = hub.standings_since(start).await.unwrap();
    // What is made of a ticket is no change of a standing.
    assert_eq!(made.changed, []);
    let news = hub.tickets_between(start, made.revision).await.unwrap();
    let digests: Vec<_> = news.iter().map(|row| row.digest).collect();
    assert_eq!(digests, [bytes("made")]);
    assert_eq!(news[0].ended_by, None);
    assert!(hub.end_ticket(&bytes("before"), "ann", NOW).await.unwrap());
    let ended = hub.standings_since(made.revision).await.unwrap().revision;
    let news = hub.tickets_between(made.revision, ended).await.unwrap();
    let ended: Vec<_> = news.iter().map(|row| row.ended_by.as_deref()).collect();
    assert_eq!(ended, [Some("ann")]);
    assert_eq!(hub.tickets_between(i64::MAX, i64::MAX).await.unwrap(), []);
}

async fn tickets_are_listed_and_forgotten(lab: Lab) {
    let hub = lab.open().await.hub();
    for (name, site, at) in [
        ("t1", "plant-a", 0),
        ("t2", "plant-b", 1),
        ("t3", "plant-a", 2),
    ] {
        let mut row = ticket(name, site);
        row.made_ms += at;
        row.expires_ms += at;
        hub.keep_ticket(&row).await.unwrap();
        assert!(hub.tickets(None).await.unwrap().contains(&row));
    }
    let names = async |site: Option<&str>| {
        let rows = hub.tickets(site).await.unwrap();
        let names = rows
            .iter()
            .map(|row| String::from_utf8_lossy(&row.digest[..2]).into_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(None).await, ["t3", "t2", "t1"]);
    assert_eq!(names(Some("plant-a")).await, ["t3", "t1"]);
    hub.prune_tickets(NOW + 3_600_001).await.unwrap();
    assert_eq!(names(None).await, ["t3", "t2"]);
}

async fn nodes_that_make_an_authority_at_once_make_one(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    for site in ["plant-a", "plant-b"] {
        assert_eq!(stores[0].hub().authority(site).await.unwrap(), None);
        let mut making = JoinSet::new();
        for turn in 0..8 {
            let hub = stores[turn % 2].hub();
            let row = authority(site, &format!("key {turn}"));
            making.spawn(async move { hub.found_authority(&row).await.unwrap() });
        }
        let found = making.join_all().await;
        let stands = stores[1].hub().authority(site).await.unwrap().unwrap();
        assert!(found.iter().all(|one| *one == stands));
        assert!(stands.private.starts_with(b"key "));
    }
    let all = stores[0].hub().authorities().await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(!format!("{all:?}").contains("key"), "{all:?}");
}
