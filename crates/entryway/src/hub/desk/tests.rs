use super::*;
use entryway_store::{AuditKey, NewConnector, OpenOptions, Redeemed, Store, StoreUrl};

async fn store(folder: &tempfile::TempDir) -> Store {
    let url = StoreUrl::file(folder.path().join("store.db"));
    let options = OpenOptions {
        node: "one".to_owned(),
        audit_key: AuditKey::load_or_create(folder.path().join("audit.key")).unwrap(),
        create: true,
    };
    Store::open(&url, options).await.unwrap()
}

fn site() -> SiteName {
    SiteName::parse("plant-a").unwrap()
}

async fn made(hub: &Hub) -> Made {
    make_ticket(hub, &site(), Duration::from_secs(60), "root")
        .await
        .unwrap()
}

async fn enrolled(hub: &Hub, id: &str) {
    let made = made(hub).await;
    let new = NewConnector {
        id: id.to_owned(),
        name: String::new(),
        spki: [1; 32],
        certificate: Vec::new(),
        not_after_ms: 0,
        software: String::new(),
    };
    let came = hub
        .redeem(&made.row.digest, "plant-a", &new, now_ms())
        .await;
    assert_eq!(came.unwrap(), Redeemed::Enrolled);
}

#[tokio::test]
async fn a_ticket_is_for_the_authority_that_every_later_one_is_for() {
    let folder = tempfile::tempdir().unwrap();
    let hub = store(&folder).await.hub();
    let first = made(&hub).await;
    let second = made(&hub).await;
    let authority = authority(&hub, "plant-a").await.unwrap();
    for made in [&first, &second] {
        let ticket = Ticket::parse(&made.text).unwrap();
        assert!(ticket.is_for(authority.certificate()));
        assert_eq!(Ticket::digest_of(ticket.secret()), made.row.digest);
        assert!(!made.text.contains(&ticket_id(&made.row)));
    }
    assert_ne!(first.row.digest, second.row.digest);
    let kept = hub.tickets(None).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert!(
        kept.iter()
            .all(|row| row.expires_ms - row.made_ms == 60_000)
    );
}

#[tokio::test]
async fn a_ticket_is_taken_back_by_its_id_once() {
    let folder = tempfile::tempdir().unwrap();
    let hub = store(&folder).await.hub();
    let id = ticket_id(&made(&hub).await.row);
    assert_eq!(id.len(), 12);
    assert_eq!(end_ticket(&hub, "0123", "root").await.unwrap(), None);
    assert_eq!(end_ticket(&hub, &id, "root").await.unwrap(), Some(true));
    assert_eq!(end_ticket(&hub, &id, "root").await.unwrap(), Some(false));
}

#[tokio::test]
async fn what_may_become_of_a_connector() {
    let folder = tempfile::tempdir().unwrap();
    let hub = store(&folder).await.hub();
    enrolled(&hub, "c1").await;
    let change = async |to| change(&hub, "c1", to, "root").await.unwrap();
    assert_eq!(change(Standing::Draining).await, Changed::Done);
    assert_eq!(change(Standing::Active).await, Changed::Done);
    hub.set_standing("c1", Standing::Held, "root", now_ms())
        .await
        .unwrap();
    assert_eq!(change(Standing::Draining).await, Changed::Held);
    let resumed = resume_held(&hub, "root").await.unwrap();
    assert_eq!(resumed.len(), 1);
    assert!(resume_held(&hub, "root").await.unwrap().is_empty());
    assert_eq!(change(Standing::Revoked).await, Changed::Done);
    assert_eq!(change(Standing::Active).await, Changed::Revoked);
    assert_eq!(
        super::change(&hub, "c2", Standing::Active, "root")
            .await
            .unwrap(),
        Changed::Unknown
    );
}
