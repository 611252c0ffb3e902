//! The listener in TLS: what is spoken, what is not, and what the handshake may cost.

use crate::front::Behind;
use crate::sockets::{SOON, Server, response};
use entryway_web::{Handshake, Limits, ListenerTls};
use http::{Request, Version};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const HEALTHZ: &str = "GET /healthz HTTP/1.1\r\nhost: login.example\r\n\r\n";

/// A certificate that signed itself, with its key.
fn certified() -> Arc<CertifiedKey> {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["login.example".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate");
    let der = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = aws_lc_rs::default_provider();
    let key = provider.key_provider.load_private_key(der);
    let chain = vec![certificate.der().clone()];
    Arc::new(CertifiedKey::new(chain, key.expect("a key")))
}

/// A server, and a client that trusts its certificate.
struct Secured {
    server: Server,
    tls: Arc<ListenerTls>,
    certificate: Arc<CertifiedKey>,
}

impl Secured {
    async fn start(limits: Limits) -> Self {
        let certificate = certified();
        let tls = Arc::new(ListenerTls::new(Arc::clone(&certificate)).expect("a listener"));
        Self {
            server: Server::speaking(limits, Some(Arc::clone(&tls))).await,
            tls,
            certificate,
        }
    }
    fn client(&self) -> ClientConfig {
        client(&[&self.certificate], &[&TLS12, &TLS13])
    }
    async fn connect(&self, client: ClientConfig) -> TlsStream<TcpStream> {
        let stream = self.server.connect().await;
        shaken(Arc::new(client), stream).await.expect("a handshake")
    }
    /// Waits until so many handshakes have ended.
    async fn shaken(&self, count: usize) -> Vec<Handshake> {
        shook(&self.server.behind, count).await
    }
}

async fn shook(behind: &Behind, count: usize) -> Vec<Handshake> {
    let mut shook = behind.shook.subscribe();
    let ended = shook.wait_for(|shook| shook.len() >= count);
    let ended = timeout(SOON, ended).await.expect("in time");
    ended.expect("a sender").clone()
}

fn client(
    trusted: &[&CertifiedKey],
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for certified in trusted {
        roots.add(certified.cert[0].clone()).expect("a root");
    }
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

fn offering(mut client: ClientConfig, protocols: &[&str]) -> ClientConfig {
    client.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    client
}

async fn shaken(
    client: Arc<ClientConfig>,
    stream: TcpStream,
) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("login.example").expect("a name");
    let connecting = TlsConnector::from(client).connect(name, stream);
    timeout(SOON, connecting).await.expect("in time")
}

fn shown(stream: &TlsStream<TcpStream>) -> &CertificateDer<'static> {
    let chain = stream.get_ref().1.peer_certificates();
    &chain.expect("a certificate")[0]
}

async fn asked(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(HEALTHZ.as_bytes()).await.expect("written");
    response(stream).await
}

/// What comes until the peer closes. That it may not have said so first is its affair.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let _ = timeout(SOON, stream.read_to_end(&mut rest))
        .await
        .expect("closed in time");
    rest
}

#[tokio::test]
async fn http_1_1_is_spoken_in_both_versions() {
    let secured = Secured::start(Limits::default()).await;
    for (version, protocols) in [
        (&TLS12, &[][..]),
        (&TLS13, &[]),
        (&TLS12, &["http/1.1"]),
        (&TLS13, &["http/1.1"]),
    ] {
        let client = client(&[&secured.certificate], &[version]);
        let mut stream = secured.connect(offering(client, protocols)).await;
        for _ in 0..2 {
            let response = asked(&mut stream).await;
            assert!(response.starts_with("HTTP/1.1 200"), "{response}");
        }
        let agreed = stream.get_ref().1.alpn_protocol();
        assert_eq!(agreed, protocols.first().map(|name| name.as_bytes()));
    }
    assert_eq!(secured.shaken(4).await, [Handshake::Complete; 4]);
}

#[tokio::test]
async fn http_2_is_preferred_where_it_is_offered() {
    let secured = Secured::start(Limits::default()).await;
    let client = offering(secured.client(), &["http/1.1", "h2"]);
    let stream = secured.connect(client).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("a connection");
    let connection = tokio::spawn(connection);
    for path in ["/healthz", "/readyz"] {
        let request = Request::get(format!("https://login.example{path}"));
        let request = request
            .body(Empty::<bytes::Bytes>::new())
            .expect("a request");
        let response = timeout(SOON, sender.send_request(request)).await;
        let response = response.expect("in time").expect("an answer");
        assert_eq!(
            (response.status().as_u16(), response.version()),
            (200, Version::HTTP_2)
        );
        let body = response.into_body().collect().await.expect("a body");
        assert!(!body.to_bytes().is_empty());
    }
    drop(sender);
    assert!(timeout(SOON, connection).await.expect("in time").is_ok());
}

#[tokio::test]
async fn http_without_tls_is_told_so_and_gets_nothing_else() {
    let secured = Secured::start(Limits::default()).await;
    for said in [HEALTHZ, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "x"] {
        let mut stream = secured.server.connect().await;
        stream.write_all(said.as_bytes()).await.expect("written");
        stream.shutdown().await.expect("shut down");
        let answer = String::from_utf8(rest(&mut stream).await).expect("text");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{answer}"
        );
        assert!(body.contains("https://"), "{answer}");
    }
    assert_eq!(secured.shaken(3).await, [Handshake::PlainHttp; 3]);
    assert!(secured.server.behind.answered.lock().is_empty());
}

#[tokio::test]
async fn who_agrees_on_nothing_is_refused() {
    let secured = Secured::start(Limits::default()).await;
    let client = offering(secured.client(), &["imap"]);
    let stream = secured.server.connect().await;
    assert!(shaken(Arc::new(client), stream).await.is_err());
    let mut stream = secured.server.connect().await;
    // A record of TLS begins with its kind and its version.
    stream
        .write_all(&[0x16, 0xff, 0xff, 0, 1, 0])
        .await
        .expect("written");
    rest(&mut stream).await;
    assert_eq!(secured.shaken(2).await, [Handshake::Failed; 2]);
}

#[tokio::test]
async fn who_leaves_before_the_handshake_has_hung_up() {
    let secured = Secured::start(Limits::default()).await;
    drop(secured.server.connect().await);
    assert_eq!(secured.shaken(1).await, [Handshake::HungUp]);
}

/// The beginning of a client's first message: a record of 16 KiB, of which one byte is there.
const HALF: [u8; 6] = [0x16, 3, 1, 0x40, 0, 1];

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let limits = Limits {
        handshake: Duration::from_millis(50),
        ..Limits::default()
    };
    let secured = Secured::start(limits).await;
    for (said, count) in [(&[][..], 1), (&HALF[..1], 2), (&HALF, 3)] {
        let mut stream = secured.server.connect().await;
        stream.write_all(said).await.expect("written");
        assert!(rest(&mut stream).await.is_empty(), "after {said:?}");
        assert_eq!(secured.shaken(count).await[count - 1], Handshake::TimedOut);
    }
    // Nor one that comes byte by byte.
    let mut stream = secured.server.connect().await;
    let dripping = async {
        stream.write_all(&HALF).await?;
        loop {
            stream.write_all(&[0]).await?;
            tokio::task::yield_now().await;
        }
    };
    let ended: Result<std::io::Result<()>, _> = timeout(SOON, dripping).await;
    assert!(ended.expect("cut off in time").is_err());
}

#[tokio::test]
async fn a_handshake_takes_a_place() {
    let secured = Secured::start(Limits {
        connections: 1,
        ..Limits::default()
    })
    .await;
    let mut first = secured.server.connect().await;
    first.write_all(&HALF).await.expect("written");
    let second = secured.server.connect().await;
    let client = Arc::new(secured.client());
    let second = tokio::spawn(shaken(client, second));
    drop(first);
    let second = second.await.expect("no panic");
    let response = asked(&mut second.expect("a handshake")).await;
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    assert_eq!(
        secured.shaken(2).await,
        [Handshake::HungUp, Handshake::Complete]
    );
}

#[tokio::test]
async fn the_servers_end_is_the_end_of_handshakes() {
    let mut secured = Secured::start(Limits {
        handshake: Duration::from_secs(3600),
        drain: Duration::from_secs(3600),
        ..Limits::default()
    })
    .await;
    let mut half = secured.server.connect().await;
    half.write_all(&HALF).await.expect("written");
    // Connections are taken in order: with this one the one before it has been.
    let mut idle = secured.connect(secured.client()).await;
    asked(&mut idle).await;
    secured.server.stop();
    assert!(rest(&mut half).await.is_empty());
    let mut after = Vec::new();
    let closed = timeout(SOON, idle.read_to_end(&mut after)).await;
    // `close_notify` came before the end: without it this were an error.
    assert_eq!(closed.expect("in time").expect("a clean end"), 0);
    let behind = Arc::clone(&secured.server.behind);
    assert_eq!(secured.server.ended().await.cut, 0);
    assert_eq!(
        shook(&behind, 2).await,
        [Handshake::Complete, Handshake::Stopped]
    );
}

#[tokio::test]
async fn another_certificate_is_for_new_connections() {
    let secured = Secured::start(Limits::default()).await;
    let other = certified();
    // One client for all: it would go on with its old session if the server let it.
    for version in [&TLS12, &TLS13] {
        secured
            .tls
            .renew(Arc::clone(&secured.certificate))
            .expect("renewed");
        let client = Arc::new(client(&[&secured.certificate, &other], &[version]));
        let mut old = shaken(Arc::clone(&client), secured.server.connect().await)
            .await
            .expect("a handshake");
        assert!(asked(&mut old).await.starts_with("HTTP/1.1 200"));
        assert_eq!(shown(&old), &secured.certificate.cert[0]);
        secured.tls.renew(Arc::clone(&other)).expect("renewed");
        let mut new = shaken(client, secured.server.connect().await)
            .await
            .expect("a handshake");
        assert_eq!(shown(&new), &other.cert[0]);
        for stream in [&mut new, &mut old] {
            assert!(asked(stream).await.starts_with("HTTP/1.1 200"));
        }
    }
}

#[tokio::test]
async fn a_session_is_taken_up_again() {
    let secured = Secured::start(Limits::default()).await;
    for version in [&TLS12, &TLS13] {
        let client = Arc::new(client(&[&secured.certificate], &[version]));
        for expected in [rustls::HandshakeKind::Full, rustls::HandshakeKind::Resumed] {
            let stream = secured.server.connect().await;
            let mut stream = shaken(Arc::clone(&client), stream)
                .await
                .expect("a handshake");
            // Tickets come with what is read.
            asked(&mut stream).await;
            assert_eq!(stream.get_ref().1.handshake_kind(), Some(expected));
        }
    }
}

/// Sends requests and reads nothing, until nothing more can be sent.
#[tokio::test]
async fn a_peer_that_does_not_read_is_not_waited_for_in_tls_either() {
    let secured = Secured::start(Limits {
        head: Duration::from_millis(200),
        ..Limits::default()
    })
    .await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a size");
    let stream = socket.connect(secured.server.address).await;
    let stream = shaken(Arc::new(secured.client()), stream.expect("a connection")).await;
    let mut stream = stream.expect("a handshake");
    let requests = HEALTHZ.repeat(100);
    let sending = async { while stream.write_all(requests.as_bytes()).await.is_ok() {} };
    timeout(SOON, sending).await.expect("cut off in time");
}
