//! The outer TLS: ordinary TLS of the web, trusted by the system's authorities or by configured ones. It keeps metadata
//! from onlookers; a proxy of the site's network may end it, and is told by name if it is not trusted.

use crate::error::{Cause, Shown};
use crate::identity;
use parking_lot::Mutex;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Whom the outer TLS believes.
#[derive(Debug, Clone)]
pub struct OuterTrust(Arc<RootCertStore>);

impl OuterTrust {
    /// The system's authorities, read now: files are touched.
    pub fn system() -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self(Arc::new(roots))
    }
    /// These too. `None` when `pem` holds no certificate, or one that cannot vouch for others.
    pub fn and(self, pem: &[u8]) -> Option<Self> {
        let mut roots = Arc::unwrap_or_clone(self.0);
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let found = found.ok().filter(|found| !found.is_empty())?;
        for certificate in found {
            roots.add(certificate).ok()?;
        }
        Some(Self(Arc::new(roots)))
    }
    /// Nobody, to be added to.
    pub fn nobody() -> Self {
        Self(Arc::new(RootCertStore::empty()))
    }
    /// How many authorities.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Whether nobody is believed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A stream that speaks TLS, and what the other side has shown.
pub(crate) async fn shake(
    tcp: TcpStream,
    host: &str,
    trust: &OuterTrust,
) -> Result<(client::TlsStream<TcpStream>, Shown), Cause> {
    let setup = |error: String| Cause::Tls(io::Error::other(error));
    let provider = Arc::new(aws_lc_rs::default_provider());
    if trust.is_empty() {
        return Err(setup("no authority is trusted at all".to_owned()));
    }
    let inner =
        WebPkiServerVerifier::builder_with_provider(Arc::clone(&trust.0), Arc::clone(&provider))
            .build()
            .map_err(|error| setup(error.to_string()))?;
    let witness = Arc::new(Witness {
        inner,
        seen: Mutex::default(),
    });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| setup(format!("`{host}` is no name that a certificate could have")))?;
    let shaken = TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await;
    let seen = witness.seen.lock().take();
    match (shaken, seen) {
        (Ok(stream), Some((shown, _))) => Ok((stream, shown)),
        (Ok(_), None) => Err(setup("the hub has shown no certificate".to_owned())),
        (Err(_), Some((shown, Some(problem)))) => Err(Cause::NotTrusted {
            problem,
            shown: Box::new(shown),
        }),
        (Err(error), _) => Err(Cause::Tls(error)),
    }
}

/// The web's rules, with a memory of what was shown.
#[derive(Debug)]
struct Witness {
    inner: Arc<WebPkiServerVerifier>,
    seen: Mutex<Option<(Shown, Option<String>)>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let problem = verdict.as_ref().err().map(in_words);
        *self.seen.lock() = Some((shown(end_entity, intermediates), problem));
        verdict
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner
            .verify_tls12_signature(message, certificate, signed)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner
            .verify_tls13_signature(message, certificate, signed)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

fn in_words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(problem) => match problem {
            CertificateError::UnknownIssuer => "no trusted authority has issued it".to_owned(),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "it has expired, or this machine's clock is ahead".to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "it is not valid yet, or this machine's clock is behind".to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "it is for another name".to_owned()
            }
            problem => format!("{problem:?}"),
        },
        error => error.to_string(),
    }
}

fn shown(end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Shown {
    let names = |certificate: &CertificateDer<'_>| {
        X509Certificate::from_der(certificate)
            .ok()
            .map(|(_, read)| {
                (
                    words(&read.subject().to_string()),
                    words(&read.issuer().to_string()),
                )
            })
    };
    let unread = || "what cannot be read".to_owned();
    let (subject, issuer) = names(end_entity).unwrap_or_else(|| (unread(), unread()));
    let root = intermediates
        .last()
        .and_then(names)
        .map_or_else(|| issuer.clone(), |(_, root)| root);
    Shown {
        subject,
        issuer,
        root,
        not_after: identity::not_after(end_entity),
    }
}

/// Whoever made a certificate chose its names: nothing that steers a terminal comes out of them.
pub(crate) fn words(text: &str) -> String {
    let turns = |char: char| matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut out = String::with_capacity(text.len());
    for char in text.chars().take(256) {
        if char.is_control() || turns(char) {
            out.extend(char.escape_default());
        } else {
            out.push(char);
        }
    }
    out
}
