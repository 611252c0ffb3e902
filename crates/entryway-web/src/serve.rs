//! The accept loop: one task per connection, bounded in number, told to finish when the server stops.

use crate::complaints::Complaints;
use crate::connection::{Front, connection, protocol};
use crate::{App, ListenerTls, router};
use axum::Router;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still answering when the limit passed, and were cut.
    pub cut: usize,
    /// From the order to stop to the last connection's end.
    pub took: Duration,
}

/// A pause after a failed `accept`, which is nearly always a lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` resolves, in TLS where that is given and never without it then. Afterwards takes no more connections, finishes what is in flight within
/// [`Limits::drain`], and cuts what is left.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ListenerTls>>,
    app: App,
    stop: impl Future<Output = ()>,
) -> Drained {
    let tunnels = Arc::clone(&app.tunnels);
    let routes = router(app.clone());
    let drained = serve_router(listener, tls, app, routes, stop).await;
    // What was asked through them has been answered.
    tunnels.close().await;
    drained
}

/// The same with other routes.
pub(crate) async fn serve_router(
    listener: TcpListener,
    tls: Option<Arc<ListenerTls>>,
    app: App,
    router: Router,
    stop: impl Future<Output = ()>,
) -> Drained {
    let limits = Arc::clone(&app.limits);
    let front = Arc::new(Front {
        observer: Arc::clone(&app.observer),
        current: Arc::clone(&app.current),
        router,
        protocol: protocol(&limits),
        limits: Arc::clone(&limits),
        tls,
        complaints: Complaints::default(),
    });
    let (stopping, told) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < limits.connections => {
                if let Some((stream, peer)) = taken(accepted).await {
                    connections.spawn(connection(Arc::clone(&front), stream, peer, told.clone()));
                }
            }
        }
    }
    drop(listener);
    let told_at = Instant::now();
    drop(stopping);
    let cut = drain(&mut connections, limits.drain).await;
    Drained {
        cut,
        took: told_at.elapsed(),
    }
}

/// Waits for the connections to end; says how many had to be cut.
async fn drain(connections: &mut JoinSet<()>, limit: Duration) -> usize {
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limit, all_ended).await.is_ok() {
        return 0;
    }
    let cut = connections.len();
    connections.shutdown().await;
    cut
}

/// What `accept` gave, if anything; where the listener itself has a problem that is told, and waited for a little.
pub(crate) async fn taken<T>(accepted: std::io::Result<T>) -> Option<T> {
    match accepted {
        Ok(taken) => Some(taken),
        Err(error) if concerns_one_peer(&error) => None,
        Err(error) => {
            tracing::warn!(target: "http.accept_failed", %error);
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

fn concerns_one_peer(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
