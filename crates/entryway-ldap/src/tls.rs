//! TLS towards a directory: what a client offers, trusts and expects to find.
//!
//! The cryptography is aws-lc-rs, passed by hand: there is no process-wide default to be surprised
//! by. Names are verified as RFC 6125 says; a common name without a subject alternative name does
//! not count.

mod failure;
mod trust;

pub use failure::TlsFailure;
pub use trust::{TrustError, TrustSource, TrustStore};

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
#[derive(Clone)]
pub struct TlsClient {
    config: Arc<ClientConfig>,
    expected: Option<ServerName<'static>>,
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
    /// Trusts `store`, speaks `min_version` and above. The server's certificate must carry the name
    /// in `server_name_override`, or else the host that is dialled.
    pub fn new(
        store: &TrustStore,
        min_version: TlsVersion,
        server_name_override: Option<&str>,
    ) -> Result<Self, TlsSetupError> {
        let expected = server_name_override.map(server_name).transpose()?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let versions: &[&'static SupportedProtocolVersion] = match min_version {
            TlsVersion::Tls12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
            TlsVersion::Tls13 => &[&rustls::version::TLS13],
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)?
            .with_root_certificates(store.roots())
            .with_no_client_auth();
        config.resumption = Resumption::in_memory_sessions(SESSIONS);
        Ok(Self {
            config: Arc::new(config),
            expected,
        })
    }
    /// A fresh session with `host`; nothing is sent yet.
    pub(crate) fn connect(&self, host: &str) -> Result<ClientConnection, TlsSetupError> {
        let name = match &self.expected {
            Some(name) => name.clone(),
            None => server_name(host)?,
        };
        Ok(ClientConnection::new(Arc::clone(&self.config), name)?)
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
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}
