//! TLS on both ports, and certificates that a client must refuse.

use crate::client::{ADA, ADA_PASSWORD, Client, PEOPLE, raw, start};
use entryway_ldap_types::{ResultCode, Scope};
use entryway_testdir::{Authority, Identity, Options};

#[tokio::test]
async fn rfc4513_3_ldaps_and_start_tls_carry_logins() {
    let server = start(Options {
        require_tls_for_passwords: true,
        ..Options::default()
    })
    .await;
    let trust = server.ca_pem();
    let mut ldaps = Client::ldaps(&server, &trust, "localhost").await.unwrap();
    assert_eq!(
        ldaps.bind(ADA, ADA_PASSWORD).await.unwrap().code,
        ResultCode::SUCCESS
    );
    let mut client = Client::plain(&server).await;
    assert_eq!(
        client.start_tls(&trust, "127.0.0.1").await.unwrap().code,
        ResultCode::SUCCESS
    );
    assert_eq!(
        client.bind(ADA, ADA_PASSWORD).await.unwrap().code,
        ResultCode::SUCCESS
    );
    let (entries, _) = client
        .search(PEOPLE, Scope::OneLevel, "(uid=*)", &[])
        .await
        .unwrap();
    assert_eq!(entries.len(), 3);
    let counters = server.counters();
    assert_eq!((counters.handshakes, counters.start_tls), (2, 1));
    assert_eq!(
        server
            .received()
            .iter()
            .filter(|received| received.tls)
            .count(),
        3
    );
}

#[tokio::test]
async fn rfc4513_6_3_3_passwords_in_clear_are_refused() {
    let server = start(Options {
        require_tls_for_passwords: true,
        ..Options::default()
    })
    .await;
    let mut client = Client::plain(&server).await;
    assert_eq!(
        client.bind(ADA, ADA_PASSWORD).await.unwrap().code,
        ResultCode::CONFIDENTIALITY_REQUIRED
    );
}

#[tokio::test]
async fn rfc4511_4_14_2_start_tls_twice_or_not_at_all() {
    let server = start(Options::default()).await;
    let mut client = Client::plain(&server).await;
    let trust = server.ca_pem();
    assert_eq!(
        client.start_tls(&trust, "localhost").await.unwrap().code,
        ResultCode::SUCCESS
    );
    assert_eq!(
        client.start_tls(&trust, "localhost").await.unwrap().code,
        ResultCode::OPERATIONS_ERROR
    );
    let without = start(Options {
        start_tls: false,
        ..Options::default()
    })
    .await;
    let mut client = Client::plain(&without).await;
    assert_eq!(
        client.start_tls(&trust, "localhost").await.unwrap().code,
        ResultCode::PROTOCOL_ERROR
    );
}

#[tokio::test]
async fn rfc4511_4_14_1_nothing_may_follow_start_tls_in_clear() {
    let server = start(Options::default()).await;
    let start_tls = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
    let bind = b"\x30\x0c\x02\x01\x02\x60\x07\x02\x01\x03\x04\x00\x80\x00";
    let answer = raw(server.ldap_addr(), &[&start_tls[..], bind].concat()).await;
    let granted = b"\x0a\x01\x00\x04\x00\x04\x00\x8a\x16";
    assert!(
        answer
            .windows(granted.len())
            .any(|window| window == granted),
        "{answer:?}"
    );
    let counters = server.counters();
    assert_eq!(
        (
            counters.start_tls,
            counters.all_binds(),
            counters.handshakes
        ),
        (1, 0, 0)
    );
}

#[tokio::test]
async fn certificates_that_must_be_refused() {
    let ours = Authority::new().unwrap();
    let names = ["localhost", "127.0.0.1"];
    let self_signed = Identity::self_signed(&names).unwrap();
    for (identity, good) in [
        (ours.issue(&names).unwrap(), true),
        (ours.issue(&["ldap.corp.example"]).unwrap(), false),
        (ours.issue_expired(&names).unwrap(), false),
        (ours.issue_not_yet_valid(&names).unwrap(), false),
        (Authority::new().unwrap().issue(&names).unwrap(), false),
        (self_signed.clone(), false),
    ] {
        let server = start(Options {
            identity: Some(identity),
            ..Options::default()
        })
        .await;
        for name in names {
            assert_eq!(Client::ldaps(&server, ours.pem(), name).await.is_ok(), good);
        }
        let mut client = Client::plain(&server).await;
        assert_eq!(
            client.start_tls(ours.pem(), "localhost").await.is_ok(),
            good
        );
    }
    let server = start(Options {
        identity: Some(self_signed),
        ..Options::default()
    })
    .await;
    assert!(
        Client::ldaps(&server, &server.ca_pem(), "localhost")
            .await
            .is_ok(),
        "pinned"
    );
}

#[tokio::test]
async fn a_new_certificate_serves_new_handshakes() {
    let server = start(Options::default()).await;
    let before = server.ca_pem();
    let other = Authority::new().unwrap();
    server.set_identity(other.issue(&["localhost"]).unwrap());
    assert!(Client::ldaps(&server, &before, "localhost").await.is_err());
    assert!(
        Client::ldaps(&server, other.pem(), "localhost")
            .await
            .is_ok()
    );
    assert_eq!(server.ca_pem(), other.pem());
}

#[tokio::test]
async fn a_client_that_speaks_no_tls_on_ldaps_is_closed() {
    let server = start(Options::default()).await;
    let bind = b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00";
    // At most a TLS alert comes back.
    assert!(
        raw(server.ldaps_addr(), bind)
            .await
            .first()
            .is_none_or(|&first| first == 0x15)
    );
    let mut client = Client::ldaps(&server, &server.ca_pem(), "localhost")
        .await
        .unwrap();
    assert_eq!(
        client.bind(ADA, ADA_PASSWORD).await.unwrap().code,
        ResultCode::SUCCESS,
        "others are served"
    );
}
