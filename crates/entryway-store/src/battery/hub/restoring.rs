//! What a backup has of the hub, and whom a restore holds.

use super::{LATER, Lab, NOW, authority, bytes, cases, enrolled, new, standing, ticket};
use crate::{
    Hub, Outage, Redeemed, RestoreOptions, Standing, Store, StoreUrl, TicketTrouble, restore,
};

cases!(
    a_backup_has_the_hub_and_a_restore_holds_everybody,
    who_was_revoked_since_the_backup_does_not_come_back,
    a_store_with_sites_is_occupied,
);

async fn filled(lab: &Lab) -> Store {
    let store = lab.open().await;
    let hub = store.hub();
    hub.found_authority(&authority("plant-a", "key"))
        .await
        .unwrap();
    for id in ["active", "draining", "revoked", "since"] {
        enrolled(&hub, id, "plant-a").await;
    }
    hub.set_standing("draining", Standing::Draining, "root", NOW)
        .await
        .unwrap();
    hub.set_standing("revoked", Standing::Revoked, "root", NOW)
        .await
        .unwrap();
    hub.keep_ticket(&ticket("waits", "plant-a")).await.unwrap();
    store
}

async fn standings(hub: &Hub) -> Vec<(String, Standing)> {
    let rows = hub.connectors(None).await.unwrap();
    rows.into_iter().map(|row| (row.id, row.standing)).collect()
}

async fn is_held(hub: &Hub) {
    assert_eq!(standing(hub, "active").await, Some(Standing::Held));
    assert_eq!(standing(hub, "draining").await, Some(Standing::Held));
    // It was no administrator who held it.
    let row = hub.connector("draining").await.unwrap().unwrap();
    assert_eq!(row.changed_by, None);
    assert_eq!(standing(hub, "revoked").await, Some(Standing::Revoked));
    let came = hub
        .redeem(&bytes("waits"), "plant-a", &new("late"), NOW)
        .await;
    assert_eq!(came.unwrap(), Redeemed::Not(TicketTrouble::Ended));
}

async fn a_backup_has_the_hub_and_a_restore_holds_everybody(lab: Lab) {
    let store = filled(&lab).await;
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    for other in [Lab::file(), Lab::server()] {
        let url = StoreUrl::parse(&other.url).unwrap();
        restore(&backup, &url, RestoreOptions::default())
            .await
            .unwrap();
        let hub = other.open().await.hub();
        let stands = hub.authority("plant-a").await.unwrap();
        assert_eq!(stands, Some(authority("plant-a", "key")));
        let row = hub.connector("active").await.unwrap().unwrap();
        let before = store.hub().connector("active").await.unwrap().unwrap();
        assert_eq!(row.certificate, before.certificate);
        assert_eq!((row.spki, row.not_after_ms), (bytes("active"), LATER));
        assert_eq!(hub.tickets(None).await.unwrap().len(), 5);
        is_held(&hub).await;
        assert!(
            hub.set_standing("active", Standing::Active, "root", NOW)
                .await
                .unwrap()
        );
    }
    // A backup holds nobody.
    assert_eq!(
        standing(&store.hub(), "active").await,
        Some(Standing::Active)
    );
}

async fn who_was_revoked_since_the_backup_does_not_come_back(lab: Lab) {
    let store = filled(&lab).await;
    let hub = store.hub();
    let backup = lab.path("backup.db");
    store.backup(&backup).await.unwrap();
    hub.set_standing("since", Standing::Revoked, "root", NOW)
        .await
        .unwrap();
    enrolled(&hub, "new", "plant-a").await;
    // What a node knows that looked just before.
    let before = hub.standings_since(0).await.unwrap();
    let options = RestoreOptions {
        replace: true,
        audit_key: Some(lab.path("one.key")),
    };
    let url = StoreUrl::parse(&lab.url).unwrap();
    restore(&backup, &url, options).await.unwrap();
    is_held(&hub).await;
    assert_eq!(standing(&hub, "since").await, Some(Standing::Revoked));
    assert_eq!(standing(&hub, "new").await, None);
    let after = hub.standings_since(before.revision).await.unwrap();
    assert_ne!(after.epoch, before.epoch);
    let mut changed: Vec<_> = after
        .changed
        .into_iter()
        .map(|one| (one.id, one.standing))
        .collect();
    changed.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let mut expected = standings(&hub).await;
    expected.retain(|(id, _)| id != "revoked");
    assert_eq!(changed, expected);
}

async fn a_store_with_sites_is_occupied(lab: Lab) {
    let other = Lab::file();
    let backup = lab.path("backup.db");
    other.open().await.backup(&backup).await.unwrap();
    let url = StoreUrl::parse(&lab.url).unwrap();
    let hub = lab.open().await.hub();
    hub.found_authority(&authority("plant-a", "key"))
        .await
        .unwrap();
    let error = restore(&backup, &url, RestoreOptions::default()).await;
    assert_eq!(error.unwrap_err().outage(), Some(Outage::Occupied));
    assert!(hub.authority("plant-a").await.unwrap().is_some());
}
