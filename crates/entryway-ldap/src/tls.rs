//! TLS towards a directory: what a client offers, trusts and expects to find.
//!
//! The cryptography is aws-lc-rs, passed by hand: there is no process-wide default to be surprised
//! by. Who the server is, is decided in `verifier`.

mod certificate;
mod failure;
mod hello;
mod names;
mod options;
mod person;
mod revocation;
mod session;
mod store;
mod terms;
mod verifier;
mod wrong;

pub use certificate::{CertificateFacts, certificates_in, fingerprint, utc};
pub use failure::{TlsCode, TlsFailure};
pub use hello::Offer;
pub(crate) use hello::offers;
pub use names::{TrustedHost, TrustedHostError};
pub use options::{TlsOptions, cipher_names};
pub use person::{PersonProblem, PersonRefused, PersonTrusted, PersonVerifier, WhenUnknown};
pub use revocation::{CrlError, CrlFacts, Crls};
pub use session::{Accepted, EndsFirst, TlsSession, Verdict, days_left};
pub use store::{
    Anchor, ClientIdentity, ExpiryWatch, IdentityError, IdentitySource, ListWatch, Lists,
    LocalCertificate, Purpose, Reread, Rereading, ShownIdentity, StoreError, StoreFile, TrustError,
    TrustSource, TrustStore,
};
pub(crate) use terms::Terms;

use entryway_ldap_types::Fingerprint;
use parking_lot::{Mutex, RwLock};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::{ClientConfig, ClientConnection, HandshakeKind, ProtocolVersion};
use rustls_pki_types::{ServerName, UnixTime};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;
use terms::{Nobody, Remembering};
use verifier::{Rules, Verifier};

/// Sessions remembered for resumption, over all servers that share a client.
const SESSIONS: usize = 256;

/// Servers remembered that do not insist on a certificate of ours.
const CONTENT: usize = 64;

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TlsVersion {
    /// TLS 1.2.
    #[default]
    Tls12,
    /// TLS 1.3.
    Tls13,
}

/// How to speak TLS with the servers of a domain. Cheap to clone; sessions are resumed across clones.
///
/// Trust and identity may change while it is used: see [`TlsClient::renew`].
#[derive(Clone)]
pub struct TlsClient {
    shared: Arc<Shared>,
}

struct Shared {
    current: RwLock<Arc<Current>>,
    /// Locked while it is renewed: two of these must not undo one another.
    options: Mutex<TlsOptions>,
    expected: Option<ServerName<'static>>,
}

/// What the stores said when they were last read.
struct Current {
    config: Arc<ClientConfig>,
    verifier: Arc<Verifier>,
    offered: Arc<str>,
    store: TrustStore,
    identity: Option<ClientIdentity>,
    /// Certificates of servers that asked for one of ours and have answered LDAP all the same.
    content: Mutex<VecDeque<Fingerprint>>,
}

/// The reading of the stores by which a connection was made.
#[derive(Clone)]
pub(crate) struct Vintage {
    made_by: Arc<Current>,
    client: Arc<Shared>,
    name: ServerName<'static>,
}

impl Vintage {
    /// What the connection offers the server.
    pub(crate) fn terms(&self) -> Terms {
        Terms::new(&self.made_by.offered)
    }
    /// What was agreed on, once the handshake is over. A session that was taken up again is judged again:
    /// the time of its certificate may be over by now, or that of a revocation list.
    pub(crate) fn agreed(&self, tls: &ClientConnection) -> Result<TlsSession, TlsFailure> {
        let unknown = || TlsFailure::Other {
            problem: "the handshake is not complete".to_owned(),
        };
        let chain = tls.peer_certificates().ok_or_else(unknown)?;
        let (leaf, others) = chain.split_first().ok_or_else(unknown)?;
        let resumed = tls.handshake_kind() == Some(HandshakeKind::Resumed);
        let verifier = &self.made_by.verifier;
        let at = SystemTime::now();
        let known = verifier
            .verdict(leaf, &self.name)
            .filter(|verdict| !resumed || verifier.stands(verdict, at));
        let verdict = match known {
            Some(verdict) => verdict,
            None => Arc::new(verifier.judge(leaf, others, &self.name, UnixTime::now())?),
        };
        Ok(TlsSession {
            version: match tls.protocol_version() {
                Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
                Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
                _ => return Err(unknown()),
            },
            cipher_suite: tls
                .negotiated_cipher_suite()
                .map(|suite| options::suite_name(suite.suite()))
                .ok_or_else(unknown)?,
            resumed,
            at,
            verdict,
        })
    }
    /// A server that had asked for our certificate has answered: whatever it was shown is enough for it.
    pub(crate) fn is_content(&self, session: &TlsSession) {
        let leaf = session.verdict.leaf.fingerprint;
        let mut content = self.made_by.content.lock();
        if !content.contains(&leaf) {
            content.truncate(CONTENT - 1);
            content.push_front(leaf);
        }
    }
    /// Whether it has once answered, so that a later end of a connection is no word about our certificate.
    pub(crate) fn was_content(&self, session: &TlsSession) -> bool {
        let leaf = session.verdict.leaf.fingerprint;
        self.made_by.content.lock().contains(&leaf)
    }
    /// Whether nothing was read since: trust that was withdrawn must not live on in open connections.
    pub(crate) fn is_current(&self) -> bool {
        Arc::ptr_eq(&self.made_by, &self.client.current.read())
    }
}

/// Why TLS cannot be set up at all; nothing was dialled yet.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// Neither a host name nor an address.
    #[error("`{}` is neither a host name nor an address", .name.escape_debug())]
    ServerName {
        /// As given.
        name: String,
    },
    /// The versions and the cryptography do not fit together.
    #[error("tls cannot be configured")]
    Configuration(#[from] rustls::Error),
    /// The newest version is older than the oldest.
    #[error("the newest TLS version is older than the oldest")]
    Versions,
    /// A cipher suite that is not known here.
    #[error("there is no cipher suite `{name}`")]
    Cipher {
        /// As given.
        name: String,
    },
    /// A trusted host that is none.
    #[error("`{name}` is no trusted host")]
    TrustedHost {
        /// As given.
        name: String,
        /// Why.
        source: TrustedHostError,
    },
}

impl TlsClient {
    /// Trusts `store`, is `identity` to a server that asks, speaks `min_version` and above. The server's
    /// certificate must carry the name in `server_name_override`, or else the host that is dialled.
    pub fn new(
        store: &TrustStore,
        identity: Option<&ClientIdentity>,
        min_version: TlsVersion,
        server_name_override: Option<&str>,
    ) -> Result<Self, TlsSetupError> {
        let options = TlsOptions {
            min_version,
            server_name: server_name_override.map(str::to_owned),
            ..TlsOptions::default()
        };
        Self::with(store, identity, options)
    }
    /// Trusts `store`, is `identity` to a server that asks, and does otherwise as the options say.
    pub fn with(
        store: &TrustStore,
        identity: Option<&ClientIdentity>,
        options: TlsOptions,
    ) -> Result<Self, TlsSetupError> {
        let expected = options.expected()?;
        let current = Current::new(store, identity, &options)?;
        Ok(Self {
            shared: Arc::new(Shared {
                current: RwLock::new(Arc::new(current)),
                options: Mutex::new(options),
                expected,
            }),
        })
    }
    /// Trusts and is what is given from now on, in every clone. Connections that are open are not used for
    /// anything further; no session is resumed that was agreed on before.
    pub fn renew(
        &self,
        store: &TrustStore,
        identity: Option<&ClientIdentity>,
    ) -> Result<(), TlsSetupError> {
        let options = self.shared.options.lock();
        let current = Current::new(store, identity, &options)?;
        *self.shared.current.write() = Arc::new(current);
        Ok(())
    }
    /// The same of revocation lists, in every clone.
    pub fn renew_lists(&self, crls: Crls) -> Result<(), TlsSetupError> {
        let mut options = self.shared.options.lock();
        options.crls = crls;
        let last = Arc::clone(&self.shared.current.read());
        let current = Current::new(&last.store, last.identity.as_ref(), &options)?;
        *self.shared.current.write() = Arc::new(current);
        Ok(())
    }
    /// What was taken back, as it is known now.
    pub fn crls(&self) -> Crls {
        self.shared.options.lock().crls.clone()
    }
    /// Accepts anybody, and remembers what it was shown.
    pub(crate) fn unverified() -> Result<Self, TlsSetupError> {
        let options = TlsOptions {
            verify: false,
            ..TlsOptions::default()
        };
        Self::with(&TrustStore::nobody(), None, options)
    }
    /// The last chain that a client which accepts anybody was shown, in DER; empty when there was none.
    pub(crate) fn seen(&self) -> Vec<Vec<u8>> {
        self.shared.current.read().verifier.seen()
    }
    /// What is trusted now.
    pub fn trust(&self) -> TrustStore {
        self.shared.current.read().store.clone()
    }
    /// Who it is now.
    pub fn identity(&self) -> Option<ClientIdentity> {
        self.shared.current.read().identity.clone()
    }
    /// Every certificate on this machine that it relies on, but for the operating system's: of what is
    /// trusted, and its own. For metrics and warnings of expiry.
    pub fn local_certificates(&self) -> Vec<LocalCertificate> {
        let current = Arc::clone(&self.shared.current.read());
        let own = current.identity.as_ref().map(ClientIdentity::certificates);
        let mut all = current.store.certificates();
        all.extend(own.unwrap_or_default());
        all
    }
    /// A fresh session with `host`; nothing is sent yet.
    pub(crate) fn connect(&self, host: &str) -> Result<(ClientConnection, Vintage), TlsSetupError> {
        let name = match &self.shared.expected {
            Some(name) => name.clone(),
            None => server_name(host)?,
        };
        let made_by = Arc::clone(&self.shared.current.read());
        let session = ClientConnection::new(Arc::clone(&made_by.config), name.clone())?;
        let vintage = Vintage {
            made_by,
            client: Arc::clone(&self.shared),
            name,
        };
        Ok((session, vintage))
    }
}

impl Current {
    fn new(
        store: &TrustStore,
        identity: Option<&ClientIdentity>,
        options: &TlsOptions,
    ) -> Result<Self, TlsSetupError> {
        let provider = Arc::new(options.provider()?);
        let rules: Arc<Rules> = Arc::new(options.rules()?);
        let algorithms = provider.signature_verification_algorithms;
        let verifier = Arc::new(Verifier::new(rules, store.clone(), algorithms));
        let resolver: Arc<dyn ResolvesClientCert> = match identity {
            Some(identity) => identity.resolver(),
            None => Arc::new(Nobody),
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&options.versions()?)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier) as _)
            .with_client_cert_resolver(Arc::new(Remembering(resolver)));
        // Made anew with each reading: a session of the last one would pass for a handshake of this one.
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Ok(Self {
            config: Arc::new(config),
            verifier,
            offered: options.offered(),
            store: store.clone(),
            identity: identity.cloned(),
            content: Mutex::default(),
        })
    }
}

fn server_name(text: &str) -> Result<ServerName<'static>, TlsSetupError> {
    ServerName::try_from(text.to_owned()).map_err(|_| TlsSetupError::ServerName {
        name: text.to_owned(),
    })
}

/// Never shows stores or sessions.
impl fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsClient")
            .field("expected", &self.shared.expected)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
