use super::*;
use crate::authority::SiteAuthority;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

const DAY: Duration = Duration::from_secs(86_400);

struct Site {
    authority: SiteAuthority,
    tls: Arc<ServerConfig>,
}

fn site(name: &str) -> Site {
    let authority = SiteAuthority::make(name, SystemTime::now()).unwrap();
    let leaf = authority.issue_hub(SystemTime::now(), DAY).unwrap();
    let tls = hub_tls(&leaf, authority.certificate()).unwrap();
    Site { authority, tls }
}

fn enrolled(authority: &SiteAuthority) -> (ConnectorKey, Vec<CertificateDer<'static>>) {
    let key = ConnectorKey::generate().unwrap();
    let request = key.request().unwrap();
    let certificate = authority
        .issue_connector(&request, "c-1", SystemTime::now(), DAY)
        .unwrap();
    (key, vec![certificate])
}

#[tokio::test]
async fn both_ends_know_each_other() {
    let site = site("plant-a");
    let (key, chain) = enrolled(&site.authority);
    let (near, far) = duplex(4096);
    let hub = receive(far, "plant-a", Arc::clone(&site.tls));
    let connector = enter(near, "plant-a", site.authority.certificate(), chain, &key);
    let (hub, connector) = tokio::join!(hub, connector);
    let ((mut hub, peer), mut connector) = (hub.unwrap(), connector.unwrap());
    let peer = peer.unwrap();
    assert_eq!((&*peer.site, &*peer.connector), ("plant-a", "c-1"));
    assert_eq!(peer.spki, key.fingerprint());
    connector.write_all(b"hello").await.unwrap();
    connector.flush().await.unwrap();
    let mut heard = [0; 5];
    hub.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"hello");
}

#[tokio::test]
async fn a_ticket_names_the_authority_that_it_lets_in() {
    let site = site("plant-a");
    let is_for = |authority: &SiteAuthority| -> IsFor {
        let ticket = entryway_bridge::Ticket::new([7; 16], authority.certificate());
        Arc::new(move |certificate| ticket.is_for(certificate))
    };
    let (near, far) = duplex(4096);
    let hub = receive(far, "plant-a", Arc::clone(&site.tls));
    let enrolling = enter_to_enrol(near, "plant-a", is_for(&site.authority));
    let (hub, enrolling) = tokio::join!(hub, enrolling);
    assert_eq!(hub.unwrap().1, None);
    assert_eq!(&enrolling.unwrap().1, site.authority.certificate());

    let other = SiteAuthority::make("plant-a", SystemTime::now()).unwrap();
    let (near, far) = duplex(4096);
    let hub = receive(far, "plant-a", Arc::clone(&site.tls));
    let enrolling = enter_to_enrol(near, "plant-a", is_for(&other));
    let (hub, enrolling) = tokio::join!(hub, enrolling);
    assert!(matches!(enrolling, Err(InnerError::Handshake(_))));
    assert!(matches!(hub, Err(InnerError::Handshake(_))));
}

#[tokio::test]
async fn a_connector_of_another_authority_does_not_come_in() {
    let site = site("plant-a");
    let other = SiteAuthority::make("plant-a", SystemTime::now()).unwrap();
    let (key, chain) = enrolled(&other);
    let (near, far) = duplex(4096);
    let hub = receive(far, "plant-a", Arc::clone(&site.tls));
    let connector = enter(near, "plant-a", site.authority.certificate(), chain, &key);
    let (hub, _) = tokio::join!(hub, connector);
    assert!(matches!(hub, Err(InnerError::Handshake(_))));
}

#[tokio::test]
async fn a_hub_of_another_authority_is_not_believed() {
    let site = site("plant-a");
    let pinned = SiteAuthority::make("plant-a", SystemTime::now()).unwrap();
    let (key, chain) = enrolled(&pinned);
    let (near, far) = duplex(4096);
    let hub = receive(far, "plant-a", Arc::clone(&site.tls));
    let connector = enter(near, "plant-a", pinned.certificate(), chain, &key);
    let (_, connector) = tokio::join!(hub, connector);
    assert!(matches!(connector, Err(InnerError::Handshake(_))));
}

#[tokio::test]
async fn a_connector_cannot_play_the_hub() {
    let site = site("plant-a");
    let (key, mut chain) = enrolled(&site.authority);
    chain.push(site.authority.certificate().clone());
    let leaf = HubLeaf {
        chain: chain.clone(),
        key: key.to_rustls(),
        not_after: SystemTime::now() + DAY,
    };
    let tls = hub_tls(&leaf, site.authority.certificate()).unwrap();
    let (near, far) = duplex(4096);
    let connector = enter(near, "plant-a", site.authority.certificate(), chain, &key);
    let (_, connector) = tokio::join!(receive(far, "plant-a", tls), connector);
    assert!(matches!(connector, Err(InnerError::Handshake(_))));
}

#[tokio::test]
async fn an_end_that_hangs_up_is_an_error_of_the_handshake() {
    let site = site("plant-a");
    let (near, far) = duplex(4096);
    drop(near);
    let hub = receive(far, "plant-a", site.tls).await;
    assert!(matches!(hub, Err(InnerError::Handshake(_))));
}
