//! Where browsers of the site show their certificates: a listener with files of its own, opened as soon as all of them are
//! there and looked at for as long as the connector runs. Without one of them nobody shows a certificate, the hub is told,
//! and everything else goes on.

use super::Nodes;
use super::asserting::Judging;
use crate::certificate_login::{AskingListener, PersonTrust, TrustWatch, Wanted};
use crate::events::{CertificatesUnready, Listen, ListenerStarted, ListenerStopped};
use crate::live::{Held, Live, Running};
use crate::stores::{self, identity_source};
use anyhow::Context;
use entryway_config::CertificateLogin;
use entryway_web::{App, serve_site_certificates};
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, spawn_blocking};

/// How it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Showing {
    /// Nobody has looked yet.
    Starting,
    /// The configuration does not have it.
    Off,
    /// Something is missing: in words.
    Incomplete(String),
    /// It listens there.
    Open(SocketAddr),
}

/// The listener, as the rest of the connector has it.
pub(crate) struct Shows {
    live: Arc<Live>,
    state: watch::Sender<Showing>,
    opened: Mutex<Option<Arc<Opened>>>,
    again: Notify,
}

/// Everything that one configuration needs, read.
pub(super) struct Opened {
    number: u64,
    pub(super) settings: Arc<CertificateLogin>,
    pub(super) trust: Arc<PersonTrust>,
    pub(super) people: Arc<Held>,
    _watch: TrustWatch,
}

/// A listener that is served.
struct Listening {
    configured: SocketAddr,
    at: SocketAddr,
    asking: Arc<AskingListener>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Shows {
    pub(crate) fn new(live: Arc<Live>) -> Arc<Self> {
        Arc::new(Self {
            live,
            state: watch::Sender::new(Showing::Starting),
            opened: Mutex::default(),
            again: Notify::new(),
        })
    }

    /// How it is now.
    pub(crate) fn state(&self) -> Showing {
        self.state.borrow().clone()
    }

    /// Another configuration may be in force.
    pub(crate) fn look_again(&self) {
        self.again.notify_one();
    }

    /// Opens it, keeps it, and opens it again, until `stopping` becomes true; then what is under way is finished.
    pub(crate) async fn keep(
        self: Arc<Self>,
        app: App,
        nodes: Arc<Nodes>,
        mut stopping: watch::Receiver<bool>,
    ) {
        let mut listening: Option<Listening> = None;
        while !*stopping.borrow() {
            let now = match self.look(&mut listening, &app, &nodes).await {
                Ok(state) => state,
                Err(error) => {
                    *self.opened.lock() = None;
                    Showing::Incomplete(format!("{error:#}"))
                }
            };
            self.tell(now);
            tokio::select! {
                () = self.again.notified() => {}
                () = tokio::time::sleep(stores::EVERY) => {}
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        }
        close(listening.take()).await;
    }

    /// What judges certificates now.
    pub(super) fn opened(&self) -> Option<Arc<Opened>> {
        self.opened.lock().clone()
    }

    fn tell(&self, now: Showing) {
        let changed = self.state.send_if_modified(|state| {
            let changed = *state != now;
            state.clone_from(&now);
            changed
        });
        if let (true, Showing::Incomplete(problem)) = (changed, &now) {
            CertificatesUnready { problem }.emit();
        }
    }

    async fn look(
        self: &Arc<Self>,
        listening: &mut Option<Listening>,
        app: &App,
        nodes: &Arc<Nodes>,
    ) -> anyhow::Result<Showing> {
        let running = self.live.now();
        let Some(settings) = running.site_certificates().cloned() else {
            *self.opened.lock() = None;
            close(listening.take()).await;
            return Ok(match running.connector().certificates {
                true => Showing::Incomplete(
                    "`[certificate_login]` cannot be used: the configuration's warnings say why"
                        .to_owned(),
                ),
                false => Showing::Off,
            });
        };
        let opened = self.open(&running, Arc::clone(&settings)).await?;
        let source = settings.tls.as_ref().map(identity_source);
        let wanted = Wanted {
            identity: source.context("`certificate_login.tls` is missing")?,
            trust: Arc::clone(&opened.trust),
            own: true,
        };
        // Whoever listens elsewhere, or has ended, is no use.
        let is_right =
            |it: &Listening| it.configured == settings.listen && !it.serving.is_finished();
        if !listening.as_ref().is_some_and(is_right) {
            close(listening.take()).await;
        }
        let at = match listening {
            Some(listening) => {
                let asking = Arc::clone(&listening.asking);
                spawn_blocking(move || asking.look_at(&wanted)).await?;
                listening.at
            }
            None => {
                let asking = spawn_blocking(move || AskingListener::open(&wanted)).await??;
                let bound = TcpListener::bind(settings.listen).await;
                let bound = bound
                    .with_context(|| format!("`{}` cannot be listened on", settings.listen))?;
                let new = self.serve(&settings, asking, bound, app, nodes)?;
                listening.insert(new).at
            }
        };
        *self.opened.lock() = Some(opened);
        Ok(Showing::Open(at))
    }

    /// What the configuration in force needs; read once for each.
    async fn open(
        &self,
        running: &Running,
        settings: Arc<CertificateLogin>,
    ) -> anyhow::Result<Arc<Opened>> {
        let before = self.opened();
        if let Some(opened) = before.filter(|opened| opened.number == running.number) {
            return Ok(opened);
        }
        let reading = Arc::clone(&settings);
        let trust = spawn_blocking(move || PersonTrust::open(&reading)).await??;
        let trust = Arc::new(trust);
        Ok(Arc::new(Opened {
            number: running.number,
            settings,
            _watch: Arc::clone(&trust).watch(),
            trust,
            people: Arc::clone(running.people()),
        }))
    }

    fn serve(
        self: &Arc<Self>,
        settings: &CertificateLogin,
        asking: AskingListener,
        listener: TcpListener,
        app: &App,
        nodes: &Arc<Nodes>,
    ) -> anyhow::Result<Listening> {
        let at = listener.local_addr()?;
        let asking = Arc::new(asking);
        let (stop, mut stopped) = watch::channel(false);
        let judging = Arc::new(Judging {
            shows: Arc::clone(self),
            nodes: Arc::clone(nodes),
        });
        let (tls, app) = (asking.tls(), app.clone());
        let serving = tokio::spawn(async move {
            let stop = async { _ = stopped.wait_for(|stop| *stop).await };
            serve_site_certificates(listener, tls, app, judging, stop).await;
        });
        ListenerStarted {
            serves: "certificates",
            listen: Listen::Address(at),
        }
        .emit();
        Ok(Listening {
            configured: settings.listen,
            at,
            asking,
            stop,
            serving,
        })
    }
}

/// Takes no more browsers, and answers those that are there.
async fn close(listening: Option<Listening>) {
    let Some(listening) = listening else {
        return;
    };
    listening.stop.send_replace(true);
    let _ = listening.serving.await;
    ListenerStopped {
        serves: "certificates",
        listen: Listen::Address(listening.at),
    }
    .emit();
}
