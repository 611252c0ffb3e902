use super::*;
use crate::authority::SiteAuthority;
use crate::error::{not_accepted, not_known};
use crate::socket::{WebSocketBytes, settings};
use rustls::{AlertDescription, Error};
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;

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
    enrolled_at(authority, SystemTime::now())
}

fn enrolled_at(
    authority: &SiteAuthority,
    at: SystemTime,
) -> (ConnectorKey, Vec<CertificateDer<'static>>) {
    let key = ConnectorKey::generate().unwrap();
    let request = key.request().unwrap();
    let certificate = authority.issue_connector(&request, "c-1", at, DAY).unwrap();
    (key, vec![certificate])
}

/// What the two ends have between them: the connector's, and the hub's.
async fn web_sockets() -> (WebSocketBytes<DuplexStream>, WebSocketBytes<DuplexStream>) {
    let (near, far) = duplex(64 << 10);
    let near = WebSocketStream::from_raw_socket(near, Role::Client, Some(settings())).await;
    (
        WebSocketBytes::over(near),
        WebSocketBytes::upgraded(far).await,
    )
}

fn alert(error: &io::Error) -> Option<AlertDescription> {
    match error.get_ref()?.downcast_ref()? {
        Error::AlertReceived(alert) => Some(*alert),
        _ => None,
    }
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

/// Its own half of the handshake is over when the hub looks at its certificate.
#[tokio::test]
async fn a_connector_hears_why_the_hub_does_not_accept_it() {
    let site = site("plant-a");
    let other = SiteAuthority::make("plant-b", SystemTime::now()).unwrap();
    let long_ago = SystemTime::now() - 30 * DAY;
    for ((key, chain), expected) in [
        (
            enrolled_at(&site.authority, long_ago),
            AlertDescription::CertificateExpired,
        ),
        (enrolled(&other), AlertDescription::UnknownCA),
    ] {
        let (near, far) = web_sockets().await;
        let hub = receive(far, "plant-a", Arc::clone(&site.tls));
        let connector = async {
            let authority = site.authority.certificate();
            let entered = enter(near, "plant-a", authority, chain, &key).await;
            // It speaks first, and nobody will read that.
            let mut stream = entered.unwrap();
            stream.write_all(b"hello").await.unwrap();
            stream.flush().await.unwrap();
            stream.read(&mut [0; 5]).await.unwrap_err()
        };
        let (hub, heard) = tokio::join!(hub, connector);
        assert!(matches!(hub, Err(InnerError::Handshake(_))));
        assert_eq!(alert(&heard), Some(expected), "{heard}");
        assert!(not_accepted(&heard).is_some());
    }
}

#[tokio::test]
async fn a_hub_hears_why_a_connector_does_not_accept_it() {
    let site = site("plant-a");
    let pinned = SiteAuthority::make("plant-a", SystemTime::now()).unwrap();
    let (key, chain) = enrolled(&pinned);
    let (near, far) = web_sockets().await;
    let hub = receive(far, "plant-a", Arc::clone(&site.tls));
    let connector = enter(near, "plant-a", pinned.certificate(), chain, &key);
    let (hub, connector) = tokio::join!(hub, connector);
    let Err(InnerError::Handshake(heard)) = hub else {
        panic!("it came in");
    };
    // All authorities of a site bear one name: it is the signature that does not fit.
    let expected = Some(AlertDescription::DecryptError);
    assert_eq!(alert(&heard), expected, "{heard}");
    let Err(InnerError::Handshake(seen)) = connector else {
        panic!("the hub is believed");
    };
    assert!(not_known(&seen), "{seen}");
}

/// It keeps what it has of the hub for no longer than that, and within the time of the handshake.
#[tokio::test]
async fn who_is_refused_and_stays_has_the_hub_no_longer_than_last_words_take() {
    let site = site("plant-a");
    let (mut near, far) = duplex(64 << 10);
    near.write_all(b"what is no handshake").await.unwrap();
    let soon = 10 * pump::LAST_WORDS;
    let hub = tokio::time::timeout(soon, receive(far, "plant-a", site.tls)).await;
    assert!(matches!(hub, Ok(Err(InnerError::Handshake(_)))));
    // They were said: an alert, and nothing more.
    let mut said = Vec::new();
    near.read_to_end(&mut said).await.unwrap();
    assert_eq!((said[0], said.len()), (21, 7), "{said:?}");
}
