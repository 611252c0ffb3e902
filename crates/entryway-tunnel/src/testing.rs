//! What the tests talk to over real sockets: a hub's outer side that gives back what it hears, and a proxy that wants a
//! password.

use crate::dial::{Endpoint, Outside, Patience};
use crate::outer::OuterTrust;
use crate::proxy::{NoProxy, Proxy};
use crate::socket::{SUBPROTOCOL, WebSocketBytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, copy_bidirectional, split};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// A loaded machine is slow, not broken.
pub(crate) fn patient(trust: OuterTrust) -> Outside {
    Outside {
        proxy: None,
        no_proxy: NoProxy::default(),
        trust,
        patience: Patience {
            step: Duration::from_secs(60),
        },
    }
}

/// The outer side of a hub.
pub(crate) struct Hub {
    address: SocketAddr,
    trust: OuterTrust,
}

impl Hub {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (acceptor, authority) = outer_tls();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let Ok(tls) = acceptor.accept(tcp).await else {
                        return;
                    };
                    let Ok(socket) = accept_hdr_async(tls, upgraded).await else {
                        return;
                    };
                    let (mut read, mut write) = split(WebSocketBytes::over(socket));
                    let _ = tokio::io::copy(&mut read, &mut write).await;
                });
            }
        });
        Self {
            address,
            trust: OuterTrust::nobody().and(authority.as_bytes()).unwrap(),
        }
    }
    pub(crate) fn endpoint(&self, site: &str) -> Endpoint {
        let port = self.address.port();
        Endpoint::parse(&format!("https://localhost:{port}/connector/v1/{site}")).unwrap()
    }
    pub(crate) fn outside(&self) -> Outside {
        patient(self.trust.clone())
    }
}

#[expect(clippy::result_large_err, reason = "the library's own shape")]
fn upgraded(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    if request.uri().path() != "/connector/v1/plant-a" {
        let mut no = ErrorResponse::new(None);
        *no.status_mut() = 404.try_into().unwrap();
        return Err(no);
    }
    let name = SUBPROTOCOL.parse().unwrap();
    response
        .headers_mut()
        .insert("sec-websocket-protocol", name);
    Ok(response)
}

pub(crate) fn outer_tls() -> (TlsAcceptor, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "Test Authority");
    let authority = params.self_signed(&key).unwrap();
    let leaf_key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&leaf_key, &Issuer::new(params, key))
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(leaf_key.serialize_der().into()),
        )
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), authority.pem())
}

/// A proxy that CONNECTs for one account.
pub(crate) struct Proxied {
    address: SocketAddr,
    connects: Arc<AtomicUsize>,
}

impl Proxied {
    pub(crate) async fn start(user: &str, password: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connects = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connects);
        let wanted = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(serve(tcp, wanted.clone(), Arc::clone(&count)));
            }
        });
        Self { address, connects }
    }
    pub(crate) fn proxy(&self) -> Proxy {
        Proxy::parse(&format!("http://{}", self.address)).unwrap()
    }
    pub(crate) fn connects(&self) -> usize {
        self.connects.load(Ordering::Relaxed)
    }
}

async fn serve(tcp: TcpStream, wanted: String, connects: Arc<AtomicUsize>) -> Option<()> {
    let mut client = BufReader::new(tcp);
    let mut first = String::new();
    client.read_line(&mut first).await.ok()?;
    let target = first
        .strip_prefix("CONNECT ")?
        .split(' ')
        .next()?
        .to_owned();
    let mut is_known = false;
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await.ok()?;
        match line.trim_end() {
            "" => break,
            line => is_known |= line.strip_prefix("Proxy-Authorization: ") == Some(&wanted),
        }
    }
    if !is_known {
        let no = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n";
        return client.write_all(no).await.ok();
    }
    let mut server = TcpStream::connect(target).await.ok()?;
    connects.fetch_add(1, Ordering::Relaxed);
    client
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await
        .ok()?;
    copy_bidirectional(&mut client, &mut server).await.ok()?;
    Some(())
}
