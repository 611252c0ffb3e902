//! What both load drivers share: one thread, and connections that are plain or TLS.

use super::load::{self, Client, Measured};
use super::settings::Settings;
use anyhow::{Context, Result};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Connects, runs one round, and gives what was measured.
pub(super) fn run<C: Client>(
    settings: &Settings,
    connect: impl AsyncFnOnce(&Settings) -> Result<Vec<C>>,
) -> Result<Measured> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    // One thread on purpose: a driver should leave as much of the machine as it can.
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let clients = connect(settings).await?;
        load::run(clients, settings).await
    })
}

/// A connection of either kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

/// How to open connections.
pub(super) struct Dialler {
    address: std::net::SocketAddr,
    tls: Option<TlsConnector>,
}

impl Dialler {
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        let tls = settings.trust.as_deref().map(connector).transpose()?;
        Ok(Self {
            address: settings.address,
            tls,
        })
    }

    pub(super) async fn dial(&self) -> Result<Box<dyn Stream>> {
        let stream = TcpStream::connect(self.address)
            .await
            .with_context(|| format!("cannot connect to {}", self.address))?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => Ok(Box::new(stream)),
            Some(tls) => Ok(Box::new(
                tls.connect(ServerName::from(self.address.ip()), stream)
                    .await
                    .context("no TLS")?,
            )),
        }
    }
}

fn connector(trust: &Path) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(
        CertificateDer::from_pem_file(trust)
            .with_context(|| format!("cannot read `{}`", trust.display()))?,
    )?;
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
