#![allow(clippy::unwrap_used)] // functions beside `#[test]` ones

use super::*;
use crate::{TlsClient, TlsVersion, TrustSource, TrustStore};
use rustls_pki_types::PrivateKeyDer;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::server::TlsStream;

/// Long enough for a loaded machine; nothing waits for it unless something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// Both ends of a TLS session, and nothing unread on ours.
async fn session() -> (Stream, TlsStream<TcpStream>) {
    let named = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = named.cert.der().clone();
    let key = PrivateKeyDer::try_from(named.signing_key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    config.send_tls13_tickets = 0;
    let store = TrustStore::load(&[TrustSource::Der(vec![certificate])]).unwrap();
    let client = TlsClient::new(&store, None, TlsVersion::Tls12, None).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpStream::connect(listener.local_addr().unwrap()).await;
    let mut stream = Stream::new(tcp.unwrap());
    let (tls, vintage) = client.connect("localhost").unwrap();
    stream.start_tls(tls, vintage.terms());
    let (accepted, _) = listener.accept().await.unwrap();
    let (server, shaken) = tokio::join!(
        TlsAcceptor::from(Arc::new(config)).accept(accepted),
        poll_fn(|cx| stream.poll_handshake(cx))
    );
    assert!(shaken.is_ok(), "{shaken:?}");
    (stream, server.unwrap())
}

/// The server changes its keys: bytes that are not LDAP's. Returns when they can be read.
async fn update_keys(stream: &Stream, server: &mut TlsStream<TcpStream>) {
    server.get_mut().1.refresh_traffic_keys().unwrap();
    server.flush().await.unwrap();
    let end = Instant::now() + PATIENCE;
    while stream.waits_in_kernel() != Some(true) {
        assert!(Instant::now() < end, "nothing comes");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_task_that_has_had_its_share_lets_others_run_before_it_looks_again() {
    let (mut stream, mut server) = session().await;
    assert!(stream.is_quiet().await);
    update_keys(&stream, &mut server).await;
    while tokio::task::coop::has_budget_remaining() {
        tokio::task::consume_budget().await;
    }
    let mut turns = 0;
    let mut quiet = pin!(stream.is_quiet());
    let is_quiet = poll_fn(|cx| {
        turns += 1;
        quiet.as_mut().poll(cx)
    })
    .await;
    assert!(is_quiet, "what TLS says between messages is no answer");
    assert!(turns > 1, "the share was used up");
}

#[tokio::test]
async fn what_ldap_could_mean_and_an_end_are_not_quiet() {
    let (mut stream, mut server) = session().await;
    server.write_all(b"0").await.unwrap();
    server.flush().await.unwrap();
    let end = Instant::now() + PATIENCE;
    while stream.is_quiet().await {
        assert!(Instant::now() < end, "nothing comes");
        tokio::task::yield_now().await;
    }
    let (mut stream, server) = session().await;
    drop(server);
    while stream.is_quiet().await {
        assert!(Instant::now() < end, "no end comes");
        tokio::task::yield_now().await;
    }
}
