use super::*;
use rcgen::{CertificateParams, KeyPair};
use rustls::{HandshakeKind, ServerConfig, ServerConnection};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

fn server() -> (Arc<ServerConfig>, CertificateDer<'static>) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::aws_lc_rs::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(vec![certificate.clone()], key)
    .unwrap();
    (Arc::new(config), certificate)
}

/// A handshake in memory, with what follows it: the tickets.
fn shake(client: &TlsClient, server: &Arc<ServerConfig>) -> Option<HandshakeKind> {
    let (mut ours, _) = client.connect("localhost").unwrap();
    let mut theirs = ServerConnection::new(Arc::clone(server)).unwrap();
    for _ in 0..4 {
        let mut bytes = Vec::new();
        while ours.wants_write() {
            ours.write_tls(&mut bytes).unwrap();
        }
        theirs.read_tls(&mut bytes.as_slice()).unwrap();
        theirs.process_new_packets().unwrap();
        let mut bytes = Vec::new();
        while theirs.wants_write() {
            theirs.write_tls(&mut bytes).unwrap();
        }
        ours.read_tls(&mut bytes.as_slice()).unwrap();
        ours.process_new_packets().unwrap();
    }
    assert!(!ours.is_handshaking());
    ours.handshake_kind()
}

#[test]
fn sessions_are_resumed_and_none_outlives_a_change_of_trust() {
    let (server, certificate) = server();
    let (_, other) = self::server();
    let trusting = |certificates: &[&CertificateDer<'static>]| {
        let all = certificates.iter().map(|&one| one.clone()).collect();
        TrustStore::load(&[TrustSource::Der(all)]).unwrap()
    };
    let client = TlsClient::new(&trusting(&[&certificate]), None, TlsVersion::Tls12, None).unwrap();
    assert_eq!(shake(&client, &server), Some(HandshakeKind::Full));
    assert_eq!(
        shake(&client.clone(), &server),
        Some(HandshakeKind::Resumed)
    );
    client
        .renew(&trusting(&[&certificate, &other]), None)
        .unwrap();
    assert_eq!(shake(&client, &server), Some(HandshakeKind::Full));
    assert_eq!(shake(&client, &server), Some(HandshakeKind::Resumed));
}
