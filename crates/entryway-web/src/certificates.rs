//! The listener that asks browsers for a certificate. It takes any, and none: whoever shows one proves in the
//! handshake to have its key, and what the certificate is worth is judged afterwards, so that nobody meets an error of
//! TLS in the place of a page.

use crate::connection::Shown;
use crate::refusal::Refusal;
use crate::sso::CERTIFICATE;
use crate::{App, ListenerTls, sso};
use axum::Router;
use axum::routing::get;
use entryway_login::{Attempt, Decided};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Logs people in by certificates, as one configuration says.
pub trait CertificateLogins: Send + Sync {
    /// Under which origin browsers reach the listener.
    fn url(&self) -> &str;
    /// Whether browsers are sent there without being asked.
    fn at_once(&self) -> bool;
    /// Whether somebody there is offered it.
    fn offers(&self, address: IpAddr) -> bool;
    /// Decides about whoever showed this chain, and has the key of its first certificate. The attempt's name and
    /// password are not looked at.
    fn log_in<'a>(
        &'a self,
        chain: &'a [CertificateDer<'static>],
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Decided> + Send + 'a>>;
}

/// Serves that listener until `stop`, as [`serve`](crate::serve) serves the other.
pub async fn serve_certificates(
    listener: TcpListener,
    tls: Arc<ListenerTls>,
    app: App,
    stop: impl Future<Output = ()>,
) -> crate::Drained {
    let router = Router::new()
        .route(CERTIFICATE, get(sso::show_certificate))
        .route(sso::STYLE, get(sso::style))
        .route(sso::LOGO, get(sso::logo))
        .fallback(|| async { Refusal::NotFound })
        .with_state(Arc::new(app.clone()));
    crate::serve::serve_router(listener, Some(tls), app, router, stop).await
}

/// What a browser showed in the handshake of its connection.
pub(crate) fn shown(extensions: &http::Extensions) -> Option<&[CertificateDer<'static>]> {
    extensions.get::<Shown>().map(|shown| &*shown.0)
}

/// Takes whatever is shown by whoever has the key.
#[derive(Debug)]
pub(crate) struct Whoever {
    issuers: Vec<DistinguishedName>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Whoever {
    /// Browsers offer what one of these issued.
    pub(crate) fn new(issuers: Vec<DistinguishedName>) -> Self {
        Self {
            issuers,
            algorithms: rustls::crypto::aws_lc_rs::default_provider()
                .signature_verification_algorithms,
        }
    }
}

impl ClientCertVerifier for Whoever {
    fn client_auth_mandatory(&self) -> bool {
        false
    }
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.issuers
    }
    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        // Judged when a page is asked for.
        Ok(ClientCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
