//! TLS towards a directory: what a client offers, trusts and expects to find.
//!
//! The cryptography is aws-lc-rs, passed by hand: there is no process-wide default to be surprised
//! by. Names are verified as RFC 6125 says; a common name without a subject alternative name does
//! not count.

mod failure;
mod store;

pub use failure::TlsFailure;
pub use store::{
    Anchor, ClientIdentity, IdentityError, IdentitySource, LocalCertificate, Purpose, StoreFile,
    TrustError, TrustSource, TrustStore,
};

use parking_lot::RwLock;
use rustls::client::Resumption;
use rustls::{ClientConfig, ClientConnection, SupportedProtocolVersion};
use rustls_pki_types::ServerName;
use std::fmt;
use std::sync::Arc;

/// Sessions remembered for resumption, over all servers that share a client.
const SESSIONS: usize = 256;

/// The oldest version of TLS that is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsVersion {
    /// TLS 1.2 and 1.3.
    #[default]
    Tls12,
    /// TLS 1.3 alone.
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
    min_version: TlsVersion,
    expected: Option<ServerName<'static>>,
}

/// What the stores said when they were last read.
struct Current {
    config: Arc<ClientConfig>,
    store: TrustStore,
    identity: Option<ClientIdentity>,
}

/// The reading of the stores by which a connection was made.
#[derive(Clone)]
pub(crate) struct Vintage {
    made_by: Arc<Current>,
    client: Arc<Shared>,
}

impl Vintage {
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
        let expected = server_name_override.map(server_name).transpose()?;
        let current = Current::new(store, identity, min_version)?;
        Ok(Self {
            shared: Arc::new(Shared {
                current: RwLock::new(Arc::new(current)),
                min_version,
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
        let current = Current::new(store, identity, self.shared.min_version)?;
        *self.shared.current.write() = Arc::new(current);
        Ok(())
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
        let session = ClientConnection::new(Arc::clone(&made_by.config), name)?;
        let client = Arc::clone(&self.shared);
        Ok((session, Vintage { made_by, client }))
    }
}

impl Current {
    fn new(
        store: &TrustStore,
        identity: Option<&ClientIdentity>,
        min_version: TlsVersion,
    ) -> Result<Self, TlsSetupError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let versions: &[&'static SupportedProtocolVersion] = match min_version {
            TlsVersion::Tls12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
            TlsVersion::Tls13 => &[&rustls::version::TLS13],
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .with_root_certificates(store.roots());
        let mut config = match identity {
            Some(identity) => builder.with_client_cert_resolver(identity.resolver()),
            None => builder.with_no_client_auth(),
        };
        // Made anew with each reading: a session of the last one would pass for a handshake of this one.
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Ok(Self {
            config: Arc::new(config),
            store: store.clone(),
            identity: identity.cloned(),
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
