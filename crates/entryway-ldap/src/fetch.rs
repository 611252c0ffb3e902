//! What a server shows to anybody: its certificates, whoever signed them, and what it would agree to.
//!
//! By the same way as every connection, with a client that believes anybody and binds as nobody.

use crate::error::{LdapError, Step};
use crate::server::Server;
use crate::settings::{PoolLimits, Security, ServerSettings, ServiceBind, Timeouts, Way};
use crate::stream::Stream;
use crate::tls::{Offer, TlsClient, TlsFailure, TlsSession, TlsSetupError, offers};
use entryway_ldap_proto::Limits;
use entryway_ldap_types::{ByRole, Role};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A server's chain, which nobody verified.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The address that answered.
    pub peer: Option<SocketAddr>,
    /// The chain as it was sent, the server's own certificate first, in DER; empty when none came.
    pub chain: Vec<Vec<u8>>,
    /// What was agreed on, when the handshake came to its end.
    pub session: Option<Arc<TlsSession>>,
    /// Why it did not.
    pub failure: Option<LdapError>,
}

/// Where, and how TLS begins there.
#[derive(Debug, Clone)]
pub struct Target {
    /// Name or address, an IPv6 address without its brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether it begins with StartTLS.
    pub start_tls: bool,
    /// Bound of each step.
    pub limit: Duration,
}

impl Target {
    /// Shakes hands and hangs up.
    pub async fn fetch(&self) -> Result<Fetched, TlsSetupError> {
        let client = TlsClient::unverified()?;
        let security = if self.start_tls {
            Security::StartTls(client.clone())
        } else {
            Security::Ldaps(client.clone())
        };
        let way = Way {
            port: self.port,
            security,
        };
        let server = Server::new(ServerSettings {
            display: self.to_string().into(),
            host: self.host.clone(),
            ways: ByRole::all(Some(Arc::new(way))),
            clear_text_passwords: false,
            service_bind: ServiceBind::Anonymous,
            timeouts: Timeouts {
                connect: self.limit,
                operation: self.limit,
                idle: self.limit,
            },
            limits: ByRole::all(PoolLimits::default()),
            proto_limits: Limits::CLIENT,
        });
        let deadline = Instant::now() + self.limit * 8;
        let opened = server.connect(Role::FindLogin, deadline).await;
        server.close().await;
        Ok(match opened {
            Ok(report) => Fetched {
                peer: report.peer,
                chain: report
                    .tls
                    .as_ref()
                    .map_or_else(Vec::new, |tls| tls.chain.clone()),
                session: report.tls.map(|tls| tls.session),
                failure: None,
            },
            Err(failure) => Fetched {
                peer: None,
                chain: client.seen(),
                session: None,
                failure: Some(failure),
            },
        })
    }
    /// Whether the port answers LDAP in clear; nothing but a question for StartTLS is sent.
    pub async fn speaks_ldap(&self) -> bool {
        let asked = async {
            let address = (self.host.as_str(), self.port);
            let tcp = tokio::net::TcpStream::connect(address).await.ok()?;
            match crate::dial::started(Stream::new(tcp)).await {
                Ok(_)
                | Err(LdapError::Tls(
                    TlsFailure::StartTlsNotOffered { .. } | TlsFailure::StartTlsRefused { .. },
                )) => Some(()),
                Err(_) => None,
            }
        };
        matches!(tokio::time::timeout(self.limit, asked).await, Ok(Some(())))
    }
    /// What the server would agree to of what is older than TLS 1.3, the oldest first.
    pub async fn offers(&self) -> Result<Vec<Offer>, LdapError> {
        let timed_out = |step| move |_| LdapError::TimedOut { step };
        let lookup = tokio::net::lookup_host((self.host.as_str(), self.port));
        let found = tokio::time::timeout(self.limit, lookup)
            .await
            .map_err(timed_out(Step::Resolve))?;
        let Some(address) = found.ok().and_then(|mut found| found.next()) else {
            return Ok(Vec::new());
        };
        let asked = offers(address, &self.host, self.start_tls);
        tokio::time::timeout(self.limit * 4, asked)
            .await
            .map_err(timed_out(Step::Handshake))
    }
}

/// `host:port`.
impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
