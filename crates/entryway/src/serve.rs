//! The running gateway: start, reload on SIGHUP, drain on SIGTERM or SIGINT.

mod reload;

use crate::cli::{Common, LogFormat};
use crate::exit::Exit;
use crate::ids::RandomIds;
use crate::live::Live;
use crate::metrics::{Exposition, Metrics};
use crate::once::kept;
use crate::witness::{DecisionLog, Witness};
use crate::{descriptors, logs, out, sources};
use anyhow::Context;
use entryway_config::Loaded;
use entryway_web::{App, Limits};
use reload::Reloads;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tracing::level_filters::LevelFilter;

/// A gateway that is ready to serve.
pub(crate) struct Front {
    listener: TcpListener,
    app: App,
    live: Arc<Live>,
}

impl Front {
    /// Puts ports and listener together.
    pub(crate) fn new(
        listener: TcpListener,
        live: Arc<Live>,
        metrics: Arc<Metrics>,
        limits: Limits,
    ) -> Self {
        let app = App {
            current: Arc::clone(&live) as _,
            ids: Arc::new(RandomIds),
            readiness: Arc::clone(&live) as _,
            metrics: Arc::new(Exposition::new(&metrics, Arc::clone(&live))),
            observer: metrics,
            limits: Arc::new(limits),
        };
        Self {
            listener,
            app,
            live,
        }
    }

    /// Serves until `stop`, drains, closes the pools.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) {
        let drained = entryway_web::serve(self.listener, self.app, stop).await;
        self.live.close().await;
        let took_ms = u64::try_from(drained.took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(target: "server.drained", cut = drained.cut, took_ms);
    }
}

/// `entryway serve`.
pub(crate) async fn serve(common: &Common) -> Result<Exit, Exit> {
    let (path, loaded) = sources::load_or_show(common)?;
    let _log = logs::start(common, LevelFilter::INFO)?;
    match common.log_format {
        // Whoever reads JSON reads nothing else.
        LogFormat::Json => log_warnings(&loaded),
        LogFormat::Text => sources::show_warnings(&loaded),
    }
    let metrics = Arc::new(Metrics::new());
    let witnesses: Vec<Arc<dyn Witness>> = vec![Arc::new(DecisionLog), Arc::clone(&metrics) as _];
    let listen = loaded.settings.listen;
    // First of all: a configuration whose address is taken is not one that was applied.
    let listener = listen_on(listen).await?;
    let limits = descriptors::share(descriptors::raise(), &loaded.settings);
    let kept = Arc::new(kept(&loaded.settings).await?);
    let live = Arc::new(Live::start(loaded, kept, witnesses).map_err(|error| refused(&error))?);
    // Before anybody is told that the server runs: a signal must not meet the default action.
    let mut signals = Signals::new().map_err(|error| refused(&error.into()))?;
    let listen = listener.local_addr().unwrap_or(listen);
    tracing::info!(target: "server.started", %listen, version = env!("CARGO_PKG_VERSION"), config = %path.display());

    let front = Front::new(listener, Arc::clone(&live), metrics, limits);
    let (stop, stopped) = oneshot::channel::<()>();
    // A task of its own: connections are taken while a configuration is read.
    let mut running = tokio::spawn(front.run(async { _ = stopped.await }));
    let mut stop = Some(stop);
    let pruning = Arc::clone(&live);
    let mut pruning = tokio::spawn(async move { pruning.prune().await });
    let mut reloads = Reloads::new(Arc::clone(&live), path);
    loop {
        tokio::select! {
            _ = &mut pruning => {}
            ended = &mut running => return ended.map(|()| Exit::Done).map_err(|_| Exit::Bug),
            () = reloads.ended() => {}
            told = signals.next() => match (told, stop.take()) {
                (Told::Reload, Some(going_on)) => {
                    stop = Some(going_on);
                    reloads.ask();
                }
                // Nobody is left for a new configuration.
                (Told::Reload, None) => {}
                (Told::Stop, Some(stop)) => drop(stop),
                // A second one: no more waiting for answers in flight.
                (Told::Stop, None) => {
                    running.abort();
                    return Ok(Exit::Done);
                }
            },
        }
    }
}

/// Listens, or says why that is not possible.
pub(crate) async fn listen_on(address: SocketAddr) -> Result<TcpListener, Exit> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("`{address}` cannot be listened on"))
        .map_err(|error| refused(&error))
}

fn refused(error: &anyhow::Error) -> Exit {
    out::aside(&format!("error: {error:#}\n"));
    Exit::Configuration
}

fn log_warnings(loaded: &Loaded) {
    for line in loaded.warnings.lines() {
        tracing::warn!(target: "config.warning", warning = line.as_str());
    }
}

/// What a signal asks for.
enum Told {
    /// SIGHUP.
    Reload,
    /// SIGTERM, SIGINT.
    Stop,
}

/// The signals that the gateway listens to.
struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The next one.
    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.hangup.recv() => Told::Reload,
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
        }
    }
}
