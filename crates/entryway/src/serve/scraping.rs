//! The listener for scrapers, as the configuration in force has it: a reload may move or close it.

use crate::events::{Listen, ListenerStarted, ListenerStopped};
use anyhow::Context;
use entryway_web::{MetricsText, ScrapeLimits, serve_metrics};
use parking_lot::Mutex;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const SERVES: &str = "metrics";

/// The listener, if there is one.
pub(crate) struct Scraping {
    page: Arc<dyn MetricsText>,
    open: Mutex<Option<Open>>,
}

pub(super) struct Open {
    configured: SocketAddr,
    listens: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

/// What another configuration needs, taken before it is in force.
pub(super) enum Prepared {
    /// It stays as it is.
    Same,
    /// Nobody is to listen.
    Nobody,
    /// This takes the other's place.
    Other {
        configured: SocketAddr,
        listener: TcpListener,
        /// What was closed for it, because both cannot be open.
        instead: Option<SocketAddr>,
    },
}

impl Scraping {
    pub(super) fn new(page: Arc<dyn MetricsText>) -> Self {
        Self {
            page,
            open: Mutex::default(),
        }
    }

    /// Where scrapers are served now.
    pub(crate) fn listens(&self) -> Option<SocketAddr> {
        self.open.lock().as_ref().map(|open| open.listens)
    }

    /// Takes the address that is wanted. On an error everything is as before.
    pub(super) async fn prepare(&self, wanted: Option<SocketAddr>) -> anyhow::Result<Prepared> {
        let Some(configured) = wanted else {
            return Ok(Prepared::Nobody);
        };
        let now = self.open.lock().as_ref().map(|open| open.configured);
        if now == Some(configured) {
            return Ok(Prepared::Same);
        }
        let refused = || format!("`{configured}` cannot be listened on for the metrics");
        match TcpListener::bind(configured).await {
            Ok(listener) => Ok(Prepared::Other {
                configured,
                listener,
                instead: None,
            }),
            // `127.0.0.1:9389` and `0.0.0.0:9389` cannot be open at the same time.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && self.has_port(configured) => {
                let closed = self.take_open();
                let instead = closed.as_ref().map(|open| open.configured);
                close(closed).await;
                match TcpListener::bind(configured).await {
                    Ok(listener) => Ok(Prepared::Other {
                        configured,
                        listener,
                        instead,
                    }),
                    Err(error) => {
                        self.open_again(instead).await;
                        Err(error).with_context(refused)
                    }
                }
            }
            Err(error) => Err(error).with_context(refused),
        }
    }

    /// The configuration is in force.
    pub(super) fn apply(&self, prepared: Prepared) {
        let before = match prepared {
            Prepared::Same => return,
            Prepared::Nobody => self.take_open(),
            Prepared::Other {
                configured,
                listener,
                ..
            } => self.serve(configured, listener),
        };
        // It ends by itself; who reads the page at this moment is cut.
        drop(before.map(Open::stop));
    }

    /// The configuration is not in force.
    pub(super) async fn take_back(&self, prepared: Prepared) {
        if let Prepared::Other {
            listener, instead, ..
        } = prepared
        {
            drop(listener);
            self.open_again(instead).await;
        }
    }

    /// Stops for good.
    pub(super) async fn close(&self) {
        close(self.take_open()).await;
    }

    fn take_open(&self) -> Option<Open> {
        self.open.lock().take()
    }

    fn has_port(&self, wanted: SocketAddr) -> bool {
        let open = self.open.lock();
        open.as_ref()
            .is_some_and(|open| open.listens.port() == wanted.port())
    }

    async fn open_again(&self, address: Option<SocketAddr>) {
        let Some(address) = address else { return };
        // It was ours a moment ago; if somebody was quicker, `entryway status` shows that nobody is served.
        if let Ok(listener) = TcpListener::bind(address).await {
            self.serve(address, listener);
        }
    }

    /// Serves, and gives back what was served before.
    pub(super) fn serve(&self, configured: SocketAddr, listener: TcpListener) -> Option<Open> {
        let listens = listener.local_addr().unwrap_or(configured);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(serve_metrics(
            listener,
            Arc::clone(&self.page),
            ScrapeLimits::default(),
            async move { _ = stopped.await },
        ));
        let before = self.open.lock().replace(Open {
            configured,
            listens,
            stop,
            serving,
        });
        let listen = Listen::Address(listens);
        ListenerStarted {
            serves: SERVES,
            listen,
        }
        .emit();
        before
    }
}

impl Open {
    fn stop(self) -> JoinHandle<()> {
        let listen = Listen::Address(self.listens);
        drop(self.stop);
        ListenerStopped {
            serves: SERVES,
            listen,
        }
        .emit();
        self.serving
    }
}

async fn close(open: Option<Open>) {
    if let Some(open) = open {
        // Until then the address is taken.
        let _ = open.stop().await;
    }
}

#[cfg(test)]
mod tests;
