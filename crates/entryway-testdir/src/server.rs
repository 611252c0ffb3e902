//! The server: two listeners, and a task for each connection, all of which end with the value.

use crate::bind::Failures;
use crate::connection;
use crate::record::Record;
use crate::{Authority, Counters, Directory, Identity, IdentityError, Options, Received};
use rustls::ServerConfig;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

/// A directory server on `127.0.0.1`, running until it is dropped.
pub struct TestServer {
    shared: Arc<Shared>,
    ldap: SocketAddr,
    ldaps: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    accepting: JoinHandle<()>,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port cannot be listened on.
    #[error("port {port} of 127.0.0.1 cannot be listened on")]
    Listen {
        /// The port asked for.
        port: u16,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// No certificate was given, and none could be made.
    #[error("the server has no certificate")]
    Identity(#[from] IdentityError),
}

/// What all connections of a server share.
pub(crate) struct Shared {
    directory: RwLock<Arc<Directory>>,
    identity: RwLock<Identity>,
    pub(crate) options: Options,
    pub(crate) record: Record,
    pub(crate) failures: Failures,
    #[cfg(feature = "faults")]
    pub(crate) faults: crate::faults::Faults,
}

impl TestServer {
    /// Starts to serve. Must be called inside a tokio runtime, which does the work.
    pub async fn start(directory: Directory, options: Options) -> Result<Self, StartError> {
        let identity = match &options.identity {
            Some(identity) => identity.clone(),
            None => Authority::new()?.issue(&["localhost", "127.0.0.1"])?,
        };
        let (plain, ldap) = listen(options.ldap_port).await?;
        let (tls, ldaps) = listen(options.ldaps_port).await?;
        let shared = Arc::new(Shared {
            directory: RwLock::new(Arc::new(directory)),
            identity: RwLock::new(identity),
            record: Record::new(options.log_capacity),
            options,
            failures: Failures::default(),
            #[cfg(feature = "faults")]
            faults: crate::faults::Faults::default(),
        });
        let (stop, stopped) = oneshot::channel();
        let accepting = tokio::spawn(accept(Arc::clone(&shared), plain, tls, stopped));
        Ok(Self {
            shared,
            ldap,
            ldaps,
            stop: Some(stop),
            accepting,
        })
    }

    /// Where plain LDAP and StartTLS are spoken.
    pub fn ldap_addr(&self) -> SocketAddr {
        self.ldap
    }
    /// Where TLS is spoken from the first byte.
    pub fn ldaps_addr(&self) -> SocketAddr {
        self.ldaps
    }
    /// What a client must trust, in PEM: the authority of the certificate that is served now.
    pub fn ca_pem(&self) -> String {
        read(&self.shared.identity).trust_pem().to_owned()
    }
    /// What happened so far.
    pub fn counters(&self) -> Counters {
        self.shared.record.counters()
    }
    /// The operations that arrived, the oldest first; how many are kept, [`Options::log_capacity`] says.
    pub fn received(&self) -> Vec<Received> {
        self.shared.record.received()
    }
    /// Waits until the counters satisfy a condition; false when they do not within `deadline`.
    pub async fn wait_until(
        &self,
        deadline: Duration,
        condition: impl Fn(&Counters) -> bool,
    ) -> bool {
        tokio::time::timeout(deadline, self.shared.record.reached(condition))
            .await
            .is_ok()
    }
    /// Serves other entries to connections that are accepted from now on.
    pub fn set_directory(&self, directory: Directory) {
        *self
            .shared
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(directory);
    }
    /// Shows another certificate in handshakes from now on.
    pub fn set_identity(&self, identity: Identity) {
        *self
            .shared
            .identity
            .write()
            .unwrap_or_else(PoisonError::into_inner) = identity;
    }
    /// Misbehaves as planned, from the next connection or operation on; a plan replaces the one before.
    #[cfg(feature = "faults")]
    pub fn set_faults(&self, plan: crate::faults::FaultPlan) {
        self.shared.faults.set(plan);
    }
    /// Stops listening, ends every connection, and returns when nothing of the server is left.
    pub async fn shutdown(mut self) {
        self.stop.take();
        // Only a panic of ours could make this an error, and the runtime has reported that.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    pub(crate) fn directory(&self) -> Arc<Directory> {
        Arc::clone(&read(&self.directory))
    }
    pub(crate) fn tls(&self) -> Arc<ServerConfig> {
        read(&self.identity).config()
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { port, source };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Accepts on both ports until told to stop or dropped; either way every connection ends with it.
async fn accept(
    shared: Arc<Shared>,
    plain: TcpListener,
    tls: TcpListener,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    let mut number = 0;
    let mut start = |connections: &mut JoinSet<()>, socket: TcpStream, tls| {
        number += 1;
        connections.spawn(connection::serve(Arc::clone(&shared), socket, number, tls));
    };
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            // A client that is gone before it was accepted is no reason to stop.
            accepted = plain.accept() => if let Ok((socket, _)) = accepted { start(&mut connections, socket, false) },
            accepted = tls.accept() => if let Ok((socket, _)) = accepted { start(&mut connections, socket, true) },
            Some(_) = connections.join_next() => {}
        }
    }
    drop((plain, tls));
    connections.shutdown().await;
}
