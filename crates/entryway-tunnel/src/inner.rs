//! The inner TLS: 1.3 alone, between hub and connector, by certificates of the site's authority. It is what makes whoever
//! ends the outer TLS a carrier of ciphertext.

use crate::authority::HubLeaf;
use crate::identity::{self, ConnectorKey, IdentityError, PeerIdentity, SiteRole};
use crate::pump;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::WebPkiClientVerifier;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig,
    SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::fmt;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

/// What is spoken inside.
const PROTOCOL: &[u8] = b"entryway/1";
const ONLY: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// Why there is no session inside.
#[derive(Debug, thiserror::Error)]
pub enum InnerError {
    /// The stream broke, or TLS did not come about.
    #[error("the handshake inside the tunnel fails")]
    Handshake(#[source] io::Error),
    /// The other end shows another one's certificate.
    #[error(
        "the other end of the tunnel is not the one expected: expected {expected}, found {found}"
    )]
    Stranger {
        /// Whom.
        expected: String,
        /// What it shows.
        found: String,
    },
    /// A connector's certificate says nothing.
    #[error("the connector's certificate is no identity")]
    Identity(#[source] IdentityError),
    /// Another protocol.
    #[error("the other end speaks another protocol inside the tunnel")]
    Protocol,
    /// Our own key or certificates.
    #[error("our own part of the handshake cannot be made: {0}")]
    Setup(String),
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn setup(error: impl fmt::Display) -> InnerError {
    InnerError::Setup(error.to_string())
}

fn anchored(authority: &CertificateDer<'_>) -> Result<Arc<RootCertStore>, InnerError> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone().into_owned()).map_err(setup)?;
    Ok(Arc::new(roots))
}

/// What the hub needs to receive the tunnels of one site: its own certificate, and who may come. A peer without a
/// certificate may come to enrol, and for nothing else.
pub fn hub_tls(
    leaf: &HubLeaf,
    authority: &CertificateDer<'_>,
) -> Result<Arc<ServerConfig>, InnerError> {
    let comers = WebPkiClientVerifier::builder_with_provider(anchored(authority)?, provider())
        .allow_unauthenticated()
        .build()
        .map_err(setup)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(ONLY)
        .map_err(setup)?
        .with_client_cert_verifier(comers)
        .with_single_cert(leaf.chain.clone(), leaf.key.clone_key())
        .map_err(setup)?;
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    // Each tunnel proves both ends anew.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.max_early_data_size = 0;
    Ok(Arc::new(config))
}

/// The hub's side of the handshake; `None` is a peer without a certificate.
pub async fn receive<S>(
    io: S,
    site: &str,
    config: Arc<ServerConfig>,
) -> Result<(server::TlsStream<S>, Option<PeerIdentity>), InnerError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let accepted = TlsAcceptor::from(config).accept(io).into_fallible().await;
    let stream = match accepted {
        Ok(stream) => stream,
        Err((error, io)) => return Err(failed(error, io).await),
    };
    let (_, session) = stream.get_ref();
    if session.alpn_protocol() != Some(PROTOCOL) {
        return Err(InnerError::Protocol);
    }
    let shown = session.peer_certificates().and_then(<[_]>::first);
    let peer = match shown {
        None => None,
        Some(shown) => {
            let peer = PeerIdentity::read(shown).map_err(InnerError::Identity)?;
            if peer.site != site {
                return Err(InnerError::Stranger {
                    expected: format!("a connector of the site `{site}`"),
                    found: format!("one of `{}`", peer.site),
                });
            }
            Some(peer)
        }
    };
    Ok((stream, peer))
}

/// A connector's side of the handshake: the hub must be of the pinned authority, and we show who we are.
pub async fn enter<S>(
    io: S,
    site: &str,
    authority: &CertificateDer<'_>,
    chain: Vec<CertificateDer<'static>>,
    key: &ConnectorKey,
) -> Result<client::TlsStream<S>, InnerError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(ONLY)
        .map_err(setup)?
        .with_root_certificates(anchored(authority)?)
        .with_client_auth_cert(chain, key.to_rustls())
        .map_err(setup)?;
    shake(io, site, config).await
}

/// The alert that says why lies unsent in what is below us: whoever is refused would see a connection that is lost. It is
/// part of the handshake, so that it has that one's time and place.
async fn failed<S: AsyncRead + AsyncWrite + Unpin>(error: io::Error, mut io: S) -> InnerError {
    pump::part(&mut io).await;
    InnerError::Handshake(error)
}

/// Whether a ticket is for the authority of a certificate.
pub type IsFor = Arc<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// The side of a connector that has a ticket and no certificate yet: the hub must be of the authority that the ticket is
/// for. Gives that authority's certificate, to be pinned.
pub async fn enter_to_enrol<S>(
    io: S,
    site: &str,
    is_for: IsFor,
) -> Result<(client::TlsStream<S>, CertificateDer<'static>), InnerError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let provider = provider();
    let verifier = Arc::new(Ticketed {
        is_for,
        provider: Arc::clone(&provider),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(ONLY)
        .map_err(setup)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let stream = shake(io, site, config).await?;
    let (_, session) = stream.get_ref();
    let authority = session
        .peer_certificates()
        .and_then(<[_]>::last)
        .map(|authority| authority.clone().into_owned())
        .ok_or_else(|| setup("the hub has shown no certificate"))?;
    Ok((stream, authority))
}

async fn shake<S>(
    io: S,
    site: &str,
    mut config: ClientConfig,
) -> Result<client::TlsStream<S>, InnerError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    let name = ServerName::try_from(identity::server_name(site)).map_err(setup)?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, io);
    let stream = match connected.into_fallible().await {
        Ok(stream) => stream,
        Err((error, io)) => return Err(failed(error, io).await),
    };
    let (_, session) = stream.get_ref();
    if session.alpn_protocol() != Some(PROTOCOL) {
        return Err(InnerError::Protocol);
    }
    let role = session
        .peer_certificates()
        .and_then(<[_]>::first)
        .and_then(identity::role_of);
    match role {
        Some((found, SiteRole::Hub)) if found == site => Ok(stream),
        found => Err(InnerError::Stranger {
            expected: format!("the hub of the site `{site}`"),
            found: found.map_or_else(
                || "a certificate of nobody".to_owned(),
                |(site, role)| role.uri(&site),
            ),
        }),
    }
}

/// Accepts a chain that ends in the authority that the ticket is for.
struct Ticketed {
    is_for: IsFor,
    provider: Arc<CryptoProvider>,
}

impl fmt::Debug for Ticketed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticketed")
    }
}

impl ServerCertVerifier for Ticketed {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let unknown = || rustls::Error::from(CertificateError::UnknownIssuer);
        let authority = intermediates.last().ok_or_else(unknown)?;
        if !(self.is_for)(authority) {
            return Err(unknown());
        }
        let roots = anchored(authority).map_err(|_| unknown())?;
        WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&self.provider))
            .build()
            .map_err(|_| unknown())?
            .verify_server_cert(end_entity, &[], server_name, ocsp_response, now)
    }
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::from(
            rustls::PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        ))
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests;
