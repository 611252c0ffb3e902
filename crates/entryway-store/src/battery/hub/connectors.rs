//! Connectors and their standing.

use super::{LATER, Lab, NOW, bytes, cases, enrolled, standing};
use crate::{Standing, StandingChange};
use tokio::task::JoinSet;

cases!(
    revoked_is_for_good,
    a_node_asks_for_what_changed_since,
    nobody_who_watches_misses_a_change,
    connectors_that_name_one_store_count_once,
    a_renewed_key_is_shown_before_the_old_one_goes,
    who_may_not_go_on_is_not_renewed,
    connectors_are_listed_by_site_with_where_they_were_seen,
);

async fn revoked_is_for_good(lab: Lab) {
    let hub = lab.open().await.hub();
    enrolled(&hub, "c1", "plant-a").await;
    for next in [
        Standing::Draining,
        Standing::Held,
        Standing::Active,
        Standing::Revoked,
    ] {
        assert!(hub.set_standing("c1", next, "root", NOW + 1).await.unwrap());
        assert_eq!(standing(&hub, "c1").await, Some(next));
    }
    for next in [
        Standing::Active,
        Standing::Draining,
        Standing::Held,
        Standing::Revoked,
    ] {
        assert!(!hub.set_standing("c1", next, "root", NOW + 2).await.unwrap());
    }
    let row = hub.connector("c1").await.unwrap().unwrap();
    assert_eq!((row.standing, row.changed_ms), (Standing::Revoked, NOW + 1));
    assert_eq!(row.changed_by.as_deref(), Some("root"));
    assert!(
        !hub.set_standing("none", Standing::Active, "root", NOW)
            .await
            .unwrap()
    );
}

async fn a_node_asks_for_what_changed_since(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    let (one, other) = (stores[0].hub(), stores[1].hub());
    for id in ["c1", "c2", "c3"] {
        enrolled(&one, id, "plant-a").await;
    }
    // One more connector is a change too: what each of a site may let through hangs on their number.
    let start = other.standings_since(0).await.unwrap();
    let ids: Vec<_> = start
        .changed
        .iter()
        .map(|change| change.id.as_str())
        .collect();
    assert_eq!(ids, ["c1", "c2", "c3"]);
    one.set_standing("c2", Standing::Draining, "root", NOW)
        .await
        .unwrap();
    one.set_standing("c1", Standing::Revoked, "root", NOW)
        .await
        .unwrap();
    one.set_standing("c2", Standing::Active, "root", NOW)
        .await
        .unwrap();
    let found = other.standings_since(start.revision).await.unwrap();
    let change = |id: &str, standing| StandingChange {
        id: id.to_owned(),
        site: "plant-a".to_owned(),
        standing,
        by: Some("root".to_owned()),
    };
    let expected = [
        change("c1", Standing::Revoked),
        change("c2", Standing::Active),
    ];
    assert_eq!(found.changed, expected);
    assert_eq!(found.epoch, start.epoch);
    let nothing = other.standings_since(found.revision).await.unwrap();
    assert_eq!(
        (nothing.changed.len(), nothing.revision),
        (0, found.revision)
    );
}

async fn connectors_that_name_one_store_count_once(lab: Lab) {
    let hub = lab.open().await.hub();
    let stores = async || {
        let mut stores = hub.stores().await.unwrap();
        stores.sort_unstable();
        for (site, count) in &stores {
            assert_eq!(hub.stores_of(site).await.unwrap(), *count);
        }
        stores
    };
    let expected = |numbers: &[(&str, u32)]| -> Vec<(String, u32)> {
        let numbers = numbers.iter();
        numbers
            .map(|(site, count)| ((*site).to_owned(), *count))
            .collect()
    };
    assert_eq!(stores().await, []);
    for (id, site) in [
        ("c1", "plant-a"),
        ("c2", "plant-a"),
        ("c3", "plant-a"),
        ("d1", "plant-b"),
    ] {
        enrolled(&hub, id, site).await;
    }
    // Who says nothing has a store of its own.
    assert_eq!(stores().await, expected(&[("plant-a", 3), ("plant-b", 1)]));
    let start = hub.standings_since(0).await.unwrap();
    hub.counts_in("c1", Some("a store")).await.unwrap();
    assert_eq!(stores().await, expected(&[("plant-a", 3), ("plant-b", 1)]));
    hub.counts_in("c2", Some("a store")).await.unwrap();
    assert_eq!(stores().await, expected(&[("plant-a", 2), ("plant-b", 1)]));
    // Every node hears of it, and of nothing that is as it was.
    let found = hub.standings_since(start.revision).await.unwrap();
    let ids: Vec<_> = found
        .changed
        .iter()
        .map(|change| change.id.as_str())
        .collect();
    assert_eq!(ids, ["c1", "c2"]);
    hub.counts_in("c2", Some("a store")).await.unwrap();
    hub.counts_in("c3", None).await.unwrap();
    let nothing = hub.standings_since(found.revision).await.unwrap();
    assert_eq!(nothing.changed, []);
    // Whoever is held or draining may come back; whoever is revoked may not.
    for (next, expected_there) in [
        (Standing::Draining, 2),
        (Standing::Held, 2),
        (Standing::Revoked, 1),
    ] {
        hub.set_standing("c3", next, "root", NOW).await.unwrap();
        assert_eq!(
            stores().await,
            expected(&[("plant-a", expected_there), ("plant-b", 1)])
        );
    }
    hub.counts_in("c2", None).await.unwrap();
    assert_eq!(stores().await, expected(&[("plant-a", 2), ("plant-b", 1)]));
}

async fn nobody_who_watches_misses_a_change(lab: Lab) {
    let stores = [lab.open().await, lab.open_as("two").await];
    let ids: Vec<String> = (0..16).map(|at| format!("c{at}")).collect();
    for id in &ids {
        enrolled(&stores[0].hub(), id, "plant-a").await;
    }
    let mut changing = JoinSet::new();
    for (turn, id) in ids.iter().cloned().enumerate() {
        let hub = stores[turn % 2].hub();
        changing.spawn(async move {
            hub.set_standing(&id, Standing::Revoked, "root", NOW)
                .await
                .unwrap()
        });
    }
    let (mut revision, mut seen) = (0, Vec::new());
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while seen.len() < ids.len() {
        assert!(std::time::Instant::now() < until, "only {seen:?} were seen");
        let found = stores[0].hub().standings_since(revision).await.unwrap();
        revision = found.revision;
        let revoked = found.changed.into_iter();
        let revoked = revoked.filter(|change| change.standing == Standing::Revoked);
        seen.extend(revoked.map(|change| change.id));
    }
    assert!(changing.join_all().await.into_iter().all(|changed| changed));
    seen.sort_unstable();
    let mut ids = ids;
    ids.sort_unstable();
    assert_eq!(seen, ids);
}

async fn a_renewed_key_is_shown_before_the_old_one_goes(lab: Lab) {
    let hub = lab.open().await.hub();
    enrolled(&hub, "c1", "plant-a").await;
    let renew = async |shown: &str, next: &str| {
        let done = hub
            .renew(
                "c1",
                &bytes(shown),
                &bytes(next),
                next.as_bytes(),
                LATER + 1,
            )
            .await;
        done.unwrap()
    };
    assert!(!renew("other", "k2").await);
    assert!(renew("c1", "k2").await);
    let row = hub.connector("c1").await.unwrap().unwrap();
    assert_eq!(
        (row.spki, row.spki_before),
        (bytes("k2"), Some(bytes("c1")))
    );
    assert_eq!(
        (row.certificate.as_slice(), row.not_after_ms),
        (&b"k2"[..], LATER + 1)
    );
    // It died before it wrote the answer down, and comes with the key that it has.
    assert!(renew("c1", "k3").await);
    hub.shown_key("c1", &bytes("c1")).await.unwrap();
    let row = hub.connector("c1").await.unwrap().unwrap();
    assert_eq!(
        (row.spki, row.spki_before),
        (bytes("k3"), Some(bytes("c1")))
    );
    hub.shown_key("c1", &bytes("k3")).await.unwrap();
    let row = hub.connector("c1").await.unwrap().unwrap();
    assert_eq!((row.spki, row.spki_before), (bytes("k3"), None));
    assert!(!renew("c1", "k4").await);
    assert!(renew("k3", "k4").await);
}

async fn who_may_not_go_on_is_not_renewed(lab: Lab) {
    let hub = lab.open().await.hub();
    enrolled(&hub, "c1", "plant-a").await;
    for (next, may) in [
        (Standing::Draining, true),
        (Standing::Held, false),
        (Standing::Revoked, false),
    ] {
        hub.set_standing("c1", next, "root", NOW).await.unwrap();
        let key = bytes("c1");
        let done = hub.renew("c1", &key, &key, b"next", LATER).await;
        assert_eq!(done.unwrap(), may, "{next:?}");
    }
}

async fn connectors_are_listed_by_site_with_where_they_were_seen(lab: Lab) {
    let hub = lab.open().await.hub();
    for (id, site) in [("c3", "plant-a"), ("c2", "plant-b"), ("c1", "plant-a")] {
        enrolled(&hub, id, site).await;
    }
    let ids = async |site: Option<&str>| {
        let rows = hub.connectors(site).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None).await, ["c1", "c3", "c2"]);
    assert_eq!(ids(Some("plant-b")).await, ["c2"]);
    assert!(ids(Some("plant-c")).await.is_empty());
    let seen = [
        ("c2".to_owned(), "1.1".to_owned()),
        ("c1".to_owned(), "1.2".to_owned()),
        ("gone".to_owned(), "1.2".to_owned()),
    ];
    let before = hub.standings_since(0).await.unwrap().revision;
    hub.seen("node-1", &seen, NOW + 5).await.unwrap();
    let row = hub.connector("c1").await.unwrap().unwrap();
    assert_eq!(
        (row.seen_ms, row.node.as_deref()),
        (Some(NOW + 5), Some("node-1"))
    );
    assert_eq!(row.software, "1.2");
    let row = hub.connector("c3").await.unwrap().unwrap();
    assert_eq!((row.seen_ms, row.software.as_str()), (None, "1.0"));
    // Nobody has to hear of that.
    assert_eq!(hub.standings_since(before).await.unwrap().changed, []);
}
