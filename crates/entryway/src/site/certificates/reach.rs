//! What a browser meets under the listener's URL: the name, the connection, the certificate that is shown there, and
//! whether it is asked for one.

use crate::check::State;
use parking_lot::Mutex;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ResolvesClientCert, verify_server_cert_signed_by_trust_anchor, verify_server_name,
};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

/// For each step. Browsers are more patient; a step that takes as long has failed for whoever waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// What this machine has, to compare with what is met.
pub(super) struct Own {
    /// The certificate that the listener shows; `None` where it cannot be read, which is told elsewhere.
    pub(super) leaf: Option<CertificateDer<'static>>,
    /// The names of the authorities whose certificates it asks for, as DER.
    pub(super) issuers: Vec<Vec<u8>>,
    /// Whether something listens where the configuration says.
    pub(super) runs: bool,
}

/// How far a browser comes.
enum Met {
    NoName(io::Error),
    Nobody {
        at: Vec<SocketAddr>,
        error: io::Error,
    },
    NoTls(io::Error),
    /// With the names that came with the question for a certificate; `None` where nobody asked.
    Shown(Shown, Option<Vec<Vec<u8>>>),
}

/// A certificate.
#[derive(Debug)]
struct Shown {
    leaf: CertificateDer<'static>,
    /// Whether the certificate bears the URL's name,
    name: Result<(), Error>,
    /// and whether an authority that this machine knows vouches for it now.
    trust: Result<(), Error>,
}

/// Goes there as a browser does, and says nothing.
pub(super) async fn look(url: &str, own: &Own, roots: RootCertStore) -> (State, String) {
    let Some((host, port)) = place(url) else {
        return (State::Bad, format!("`{url}` names no host"));
    };
    let met = go(&host, port, roots).await;
    judge(url, &met, own)
}

fn place(url: &str) -> Option<(String, u16)> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    // An address of version 6 stands in brackets in a URL.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Some((host.to_owned(), url.port_or_known_default()?))
}

async fn go(host: &str, port: u16, roots: RootCertStore) -> Met {
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let found = timeout(PATIENCE, lookup_host((host, port))).await;
    let at: Vec<SocketAddr> = match found.map_err(late).flatten() {
        Ok(found) => found.collect(),
        Err(error) => return Met::NoName(error),
    };
    // One after the other, each with a time of its own: browsers do not wait for a network that swallows all.
    let mut connected = Err(io::Error::from(io::ErrorKind::AddrNotAvailable));
    for address in &at {
        let tried = timeout(PATIENCE, TcpStream::connect(address)).await;
        connected = tried.map_err(late).flatten();
        if connected.is_ok() {
            break;
        }
    }
    let tcp = match connected {
        Ok(tcp) => tcp,
        Err(error) => return Met::Nobody { at, error },
    };
    let eyes = Arc::new(Eyes {
        algorithms: aws_lc_rs::default_provider().signature_verification_algorithms,
        roots,
        shown: Mutex::default(),
        asked: Mutex::default(),
        proved: AtomicBool::new(false),
    });
    let (config, name) = match (eyes.clone().config(), ServerName::try_from(host.to_owned())) {
        (Ok(config), Ok(name)) => (config, name),
        (Err(error), _) => return Met::NoTls(io::Error::other(error)),
        (_, Err(error)) => return Met::NoTls(io::Error::other(error)),
    };
    let connector = TlsConnector::from(Arc::new(config));
    let shaken = timeout(PATIENCE, connector.connect(name, tcp)).await;
    let ended = shaken.map_err(late).flatten();
    let (shown, asked) = (eyes.shown.lock().take(), eyes.asked.lock().take());
    match (shown, ended) {
        // Whoever insists on a certificate ends it after the question, and after it was seen that the key is theirs.
        (Some(shown), ended) if ended.is_ok() || asked.is_some() && eyes.proved.load(Relaxed) => {
            Met::Shown(shown, asked)
        }
        (_, Err(error)) => Met::NoTls(error),
        (_, Ok(_)) => Met::NoTls(io::Error::other("no certificate was shown")),
    }
}

fn judge(url: &str, met: &Met, own: &Own) -> (State, String) {
    match met {
        Met::NoName(error) => (
            State::Bad,
            format!(
                "the name in `{url}` is not found from here: {error}; browsers need it in the DNS that they ask"
            ),
        ),
        Met::Nobody { at, error } => {
            let at: Vec<String> = at.iter().map(SocketAddr::to_string).collect();
            let told = format!("nothing answers at `{url}` ({}): {error}", at.join(", "));
            match own.runs {
                true => (
                    State::Bad,
                    format!(
                        "{told}; what listens on this machine is not reached under that name: see the DNS, port forwarding, firewalls"
                    ),
                ),
                false => (
                    State::Odd,
                    format!("{told}; where this connector does not run, start it and check again"),
                ),
            }
        }
        Met::NoTls(error) => (
            State::Bad,
            format!(
                "what answers at `{url}` is no listener for certificates, its TLS fails: {error}; see what listens there"
            ),
        ),
        Met::Shown(shown, asked) => of(url, shown, asked.as_deref(), own),
    }
}

/// The first that is wrong.
fn of(url: &str, shown: &Shown, asked: Option<&[Vec<u8>]>, own: &Own) -> (State, String) {
    let is_own = own.leaf.as_ref().map(|leaf| *leaf == shown.leaf);
    let whose = match is_own {
        Some(true) => "this connector's certificate",
        Some(false) => "a certificate that is not this connector's",
        None => "a certificate",
    };
    if shown.name.is_err() {
        return (
            State::Bad,
            format!(
                "`{url}` shows {whose}, which does not bear that name: browsers show an error in the place of a page"
            ),
        );
    }
    if let Err(Error::InvalidCertificate(
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. },
    )) = &shown.trust
    {
        return (
            State::Bad,
            format!(
                "`{url}` shows {whose}, which has ended or has not begun: browsers show an error in the place of a page; renew it, or see this machine's clock"
            ),
        );
    }
    let Some(asked) = asked else {
        return (
            State::Bad,
            format!(
                "nobody at `{url}` asks for a certificate: something between ends TLS, or it is another server's; what stands before the listener must let TLS through as it is"
            ),
        );
    };
    // A browser offers those alone that one of the names has issued; with no names, all.
    if !asked.is_empty() && own.issuers.iter().any(|name| !asked.contains(name)) {
        return (
            State::Odd,
            format!(
                "`{url}` does not ask for the certificates of every authority in `trust`: browsers offer none of the others; another server answers, or the connector has yet to take a new configuration"
            ),
        );
    }
    if is_own == Some(false) {
        return (
            State::Odd,
            format!(
                "`{url}` shows {whose}: that is right where another connector of the site, or what shares out to them, answers there"
            ),
        );
    }
    match &shown.trust {
        Ok(()) => (
            State::Good,
            format!("`{url}` shows {whose} and asks for one of people's"),
        ),
        Err(error) => (
            State::Odd,
            format!(
                "`{url}` shows {whose} and asks for one of people's; this machine does not trust what is shown ({error}): browsers must, so see that they know who issued it, and that those in between are sent"
            ),
        ),
    }
}

/// Looks at what is shown, lets the handshake go on whatever that is, and has no certificate.
#[derive(Debug)]
struct Eyes {
    algorithms: WebPkiSupportedAlgorithms,
    roots: RootCertStore,
    shown: Mutex<Option<Shown>>,
    asked: Mutex<Option<Vec<Vec<u8>>>>,
    /// Whether whoever shows a certificate has its key.
    proved: AtomicBool,
}

impl Eyes {
    fn config(self: Arc<Self>) -> Result<ClientConfig, Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&self) as Arc<dyn ServerCertVerifier>)
            .with_client_cert_resolver(self);
        Ok(config)
    }
}

impl ResolvesClientCert for Eyes {
    fn resolve(
        &self,
        root_hint_subjects: &[&[u8]],
        _: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let names = root_hint_subjects.iter().map(|name| name.to_vec());
        *self.asked.lock() = Some(names.collect());
        None
    }
    fn has_certs(&self) -> bool {
        // Otherwise the question is answered without asking us.
        true
    }
}

impl ServerCertVerifier for Eyes {
    /// Nothing goes to the other side that a certificate would have to vouch for: what is wrong with it is told.
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let name = verify_server_name(&parsed, server_name);
        let trust = verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.roots,
            intermediates,
            now,
            self.algorithms.all,
        );
        *self.shown.lock() = Some(Shown {
            leaf: end_entity.clone().into_owned(),
            name,
            trust,
        });
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = verify_tls12_signature(message, certificate, signed, &self.algorithms);
        self.proved.store(verified.is_ok(), Relaxed);
        verified
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verified = verify_tls13_signature(message, certificate, signed, &self.algorithms);
        self.proved.store(verified.is_ok(), Relaxed);
        verified
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests;
