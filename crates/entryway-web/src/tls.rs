//! TLS of the front's own listener: what it offers, and the handshake. Where the certificate lies and when it is read
//! again is for the binary to know. What a peer may cost is bounded before and behind the handshake.

use crate::Limits;
use crate::certificates::Whoever;
use crate::unread::Impatient;
use parking_lot::RwLock;
use rustls::crypto::aws_lc_rs;
use rustls::server::NoServerSessionStorage;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{DistinguishedName, ServerConfig};
use std::fmt;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The best first; a client that names none speaks HTTP/1.1.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// What a client is told that speaks HTTP to a port of TLS. Nothing that it asked is looked at.
const SPEAKS_TLS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\n\
    content-length: 39\r\nconnection: close\r\n\r\nthis port speaks TLS: write `https://`\n";

/// So much of such a request is read, lest the answer is lost with what was not.
const UNASKED: usize = 64 * 1024;

/// How TLS is spoken on a listener. Another certificate may take the place of the present one: connections that are
/// open go on, and every new one sees the new certificate.
pub struct ListenerTls {
    now: RwLock<Arc<ServerConfig>>,
    /// Whether it asks for certificates.
    asks: bool,
}

/// Who may have issued what a browser is asked to show.
pub type Issuers = Vec<DistinguishedName>;

/// The TLS library does not take a certificate.
#[derive(Debug, thiserror::Error)]
#[error("the TLS library does not take the certificate")]
pub struct ListenerTlsError(#[from] rustls::Error);

/// How a handshake ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Handshake {
    /// Requests may come.
    Complete,
    /// The two could not agree, or what came was no TLS.
    Failed,
    /// The peer spoke HTTP without TLS.
    PlainHttp,
    /// It took longer than [`Limits::handshake`].
    TimedOut,
    /// The peer left.
    HungUp,
    /// The server stopped.
    Stopped,
}

impl Handshake {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Complete,
        Self::Failed,
        Self::PlainHttp,
        Self::TimedOut,
        Self::HungUp,
        Self::Stopped,
    ];

    /// As a label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Failed => "failed",
            Self::PlainHttp => "plain_http",
            Self::TimedOut => "timed_out",
            Self::HungUp => "hung_up",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Debug for ListenerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListenerTls").finish_non_exhaustive()
    }
}

impl ListenerTls {
    /// TLS with this certificate.
    pub fn new(certificate: Arc<CertifiedKey>) -> Result<Self, ListenerTlsError> {
        Ok(Self {
            now: RwLock::new(config(certificate)?),
            asks: false,
        })
    }

    /// TLS with this certificate, on a listener that asks browsers for one of theirs and takes any, and none.
    pub fn asking(
        certificate: Arc<CertifiedKey>,
        issuers: Issuers,
    ) -> Result<Self, ListenerTlsError> {
        Ok(Self {
            now: RwLock::new(asking(certificate, issuers)?),
            asks: true,
        })
    }

    /// As [`ListenerTls::renew`], for a listener that asks.
    pub fn renew_asking(
        &self,
        certificate: Arc<CertifiedKey>,
        issuers: Issuers,
    ) -> Result<(), ListenerTlsError> {
        let new = asking(certificate, issuers)?;
        *self.now.write() = new;
        Ok(())
    }

    /// From now on handshakes have this certificate. On an error the one before it stays.
    pub fn renew(&self, certificate: Arc<CertifiedKey>) -> Result<(), ListenerTlsError> {
        let new = config(certificate)?;
        *self.now.write() = new;
        Ok(())
    }

    /// Whether a connection ends after one answer, whatever that is: what was shown in its handshake is of whoever had the
    /// key then, and the next try is of whoever has it then.
    pub(crate) fn answers_once(&self) -> bool {
        self.asks
    }

    /// Makes the handshake with a peer, in time or not at all.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
        limits: &Limits,
    ) -> Result<TlsStream<Impatient<TcpStream>>, Unshaken> {
        tokio::time::timeout(limits.handshake, self.shake(stream, limits))
            .await
            .unwrap_or_else(|_| Err(Handshake::TimedOut.into()))
    }

    async fn shake(
        &self,
        mut stream: TcpStream,
        limits: &Limits,
    ) -> Result<TlsStream<Impatient<TcpStream>>, Unshaken> {
        let mut first = [0];
        let peeked = stream.peek(&mut first).await.map_err(Unshaken::of)?;
        match first {
            _ if peeked == 0 => return Err(Handshake::HungUp.into()),
            // The first letter of a method. A record of TLS begins with a number below every letter.
            [b'A'..=b'Z' | b'a'..=b'z'] => {
                refuse(&mut stream).await;
                return Err(Handshake::PlainHttp.into());
            }
            _ => {}
        }
        let acceptor = TlsAcceptor::from(Arc::clone(&self.now.read()));
        let stream = Impatient::new(stream, limits.head);
        acceptor.accept(stream).await.map_err(Unshaken::of)
    }
}

/// Why there is no connection.
pub(crate) struct Unshaken {
    pub(crate) outcome: Handshake,
    pub(crate) error: Option<io::Error>,
}

impl From<Handshake> for Unshaken {
    fn from(outcome: Handshake) -> Self {
        Self {
            outcome,
            error: None,
        }
    }
}

impl Unshaken {
    fn of(error: io::Error) -> Self {
        use io::ErrorKind::{BrokenPipe, ConnectionReset, TimedOut, UnexpectedEof};
        let outcome = match error.kind() {
            BrokenPipe | ConnectionReset | UnexpectedEof => Handshake::HungUp,
            TimedOut => Handshake::TimedOut,
            _ => Handshake::Failed,
        };
        Self {
            outcome,
            error: Some(error),
        }
    }
}

/// One for each certificate: a session that was begun with another is not taken up again, for then the client would
/// not see the new one.
fn config(certificate: Arc<CertifiedKey>) -> Result<Arc<ServerConfig>, rustls::Error> {
    // By hand: there is no process-wide default to be surprised by.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certificate)));
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
    // Tickets alone: sessions that are kept here would be memory that strangers fill.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.ticketer = aws_lc_rs::Ticketer::new()?;
    Ok(Arc::new(config))
}

/// Nothing is resumed, and each connection carries one answer ([`ListenerTls::answers_once`]; HTTP/1.1 can say so, HTTP/2
/// would stay open): each try proves anew that its key is there, and a card that was taken out is.
fn asking(
    certificate: Arc<CertifiedKey>,
    issuers: Issuers,
) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_client_cert_verifier(Arc::new(Whoever::new(issuers)))
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certificate)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

async fn refuse(stream: &mut TcpStream) {
    // Whatever fails here, the peer has gone.
    if stream.write_all(SPEAKS_TLS).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    let mut unasked = [0; 1024];
    let mut read = 0;
    while read < UNASKED {
        match stream.read(&mut unasked).await {
            Ok(0) | Err(_) => return,
            Ok(more) => read += more,
        }
    }
}
