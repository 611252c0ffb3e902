//! The running gateway: start, reload on SIGHUP, drain on SIGTERM or SIGINT.

mod connector;
mod reload;
mod scraping;

use crate::certificate_login::AskingListener;
use crate::cli::{Common, LogFormat};
use crate::control::{Asked, Place, PlaceError, Taken, Welcome, answer_all};
use crate::events::{ControlUnavailable, Listen, ListenerStarted, ListenerStopped};
use crate::exit::Exit;
use crate::ids::RandomIds;
use crate::kept::state_dir;
use crate::listener::{self, ListenerCertificate, ShownHere, scheme};
use crate::live::Live;
use crate::metrics::{Exposition, Metrics};
use crate::once::kept;
use crate::recent::Recent;
use crate::status::Seen;
use crate::witness::{DecisionLog, Witness};
use crate::{descriptors, logs, out, sources};
use anyhow::Context;
pub(crate) use connector::connector;
use entryway_config::Loaded;
use entryway_web::{App, Current as _, Limits, ListenerTls, MetricsText};
pub(crate) use reload::Outcome;
use reload::Reloads;
pub(crate) use scraping::Scraping;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tracing::level_filters::LevelFilter;

/// A gateway that is ready to serve.
pub(crate) struct Front {
    listener: TcpListener,
    tls: Option<Arc<ListenerTls>>,
    asking: Option<(TcpListener, Arc<ListenerTls>)>,
    app: App,
    live: Arc<Live>,
}

impl Front {
    /// Puts ports and listener together.
    pub(crate) fn new(
        listener: TcpListener,
        tls: Option<Arc<ListenerTls>>,
        live: Arc<Live>,
        metrics: Arc<Metrics>,
        page: Arc<dyn MetricsText>,
        limits: Limits,
    ) -> Self {
        let app = App {
            current: Arc::clone(&live) as _,
            ids: Arc::new(RandomIds),
            readiness: Arc::clone(&live) as _,
            metrics: page,
            observer: metrics,
            lookups: Arc::default(),
            challenges: Arc::default(),
            tunnels: Arc::default(),
            limits: Arc::new(limits),
        };
        Self {
            listener,
            tls,
            asking: None,
            app,
            live,
        }
    }

    /// Beside it, the listener that asks for certificates.
    fn asking(mut self, asking: Option<(TcpListener, Arc<ListenerTls>)>) -> Self {
        self.asking = asking;
        self
    }

    /// Serves until `stop`, drains, closes the pools.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) {
        let (tell, mut told) = watch::channel(());
        let app = self.app.clone();
        let asking = async {
            if let Some((listener, tls)) = self.asking {
                let stop = async { _ = told.changed().await };
                entryway_web::serve_certificates(listener, tls, app, stop).await;
            }
        };
        let stop = async {
            stop.await;
            drop(tell);
        };
        let (drained, ()) = tokio::join!(
            entryway_web::serve(self.listener, self.tls, self.app, stop),
            asking
        );
        self.live.close().await;
        let took_ms = u64::try_from(drained.took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(target: "server.drained", cut = drained.cut, took_ms);
    }
}

/// `entryway serve`.
pub(crate) async fn serve(common: &Common) -> Result<Exit, Exit> {
    let (path, mut loaded) = sources::load_or_show(common)?;
    let _log = logs::start(common, LevelFilter::INFO)?;
    as_gateway(&mut loaded);
    match common.log_format {
        // Whoever reads JSON reads nothing else.
        LogFormat::Json => log_warnings(&loaded),
        LogFormat::Text => sources::show_warnings(&loaded),
    }
    // First of all: whoever is not alone in this state directory must not touch its store.
    let (place, _alone) = control_place()?;
    let began = (Instant::now(), SystemTime::now());
    let metrics = Arc::new(Metrics::new());
    let recent = Arc::new(Recent::new());
    let witnesses: Vec<Arc<dyn Witness>> = vec![
        Arc::new(DecisionLog),
        Arc::clone(&metrics) as _,
        Arc::clone(&recent) as _,
    ];
    let listen = loaded.settings.listen;
    let metrics_listen = loaded.settings.metrics_listen;
    // Before anybody can connect: where TLS is meant nothing is ever served without.
    let certificate =
        ListenerCertificate::open(&loaded.settings).map_err(|error| refused(&error))?;
    let certificate = certificate.map(Arc::new);
    // A configuration whose address is taken is not one that was applied.
    let listener = listen_on(listen).await?;
    let metrics_listener = match metrics_listen {
        Some(address) => Some((address, listen_on(address).await?)),
        None => None,
    };
    let certificate_listen = loaded.settings.certificate_login.as_ref();
    let certificate_listen = certificate_listen.map(|settings| settings.listen);
    let certificate_listener = match certificate_listen {
        Some(address) => Some(listen_on(address).await?),
        None => None,
    };
    let limits = descriptors::share(descriptors::raise(), &loaded.settings);
    let kept = Arc::new(kept(&loaded.settings).await?);
    let live = Arc::new(Live::start(loaded, kept, witnesses).map_err(|error| refused(&error))?);
    let asks = live.now().asks();
    let asking = asks.map(|wanted| AskingListener::open(&wanted).map(Arc::new));
    let asking = asking.transpose().map_err(|error| refused(&error))?;
    // Before anybody is told that the server runs: a signal must not meet the default action.
    let mut signals = Signals::new().map_err(|error| refused(&error.into()))?;
    let listen = listener.local_addr().unwrap_or(listen);
    let shown = ShownHere {
        api: certificate.clone(),
        asking: asking.clone(),
    };
    let page: Arc<dyn MetricsText> =
        Arc::new(Exposition::new(&metrics, Arc::clone(&live), shown.clone()));
    let scraping = Arc::new(Scraping::new(Arc::clone(&page)));
    if let Some((configured, listener)) = metrics_listener {
        scraping.serve(configured, listener);
    }
    let asking_listen = certificate_listener
        .as_ref()
        .and_then(|listener| listener.local_addr().ok());
    let (reload, mut asked_to_reload) = mpsc::channel(1);
    let seen = Seen {
        live: Arc::clone(&live),
        scraping: Arc::clone(&scraping),
        recent,
        shown,
        configuration: path.display().to_string(),
        listen: Some(listen),
        asking_listen,
        began,
        connector: None,
    };
    let mut control = place.map(|place| ControlSocket::serve(place, seen, reload));
    let asked_there = certificate_listener.zip(asking.clone());
    let asked_there = asked_there.map(|(listener, asking)| {
        if let Ok(address) = listener.local_addr() {
            ListenerStarted {
                serves: "certificates",
                listen: Listen::Address(address),
            }
            .emit();
        }
        (listener, asking.tls())
    });
    // Last of all, so that whoever waits for this line finds everything open.
    let scheme = scheme(certificate.is_some());
    tracing::info!(target: "server.started", %listen, scheme, version = env!("CARGO_PKG_VERSION"), config = %path.display());

    let tls = certificate.as_ref().map(|certificate| certificate.tls());
    let front =
        Front::new(listener, tls, Arc::clone(&live), metrics, page, limits).asking(asked_there);
    let watched = asking.clone();
    let _watching_asking = watched.map(|asking| asking.watch(Arc::clone(&live)));
    let watched = certificate.clone();
    let _watching = watched.map(|certificate| certificate.watch(listener::EVERY));
    let (stop, stopped) = oneshot::channel::<()>();
    // A task of its own: connections are taken while a configuration is read.
    let mut running = tokio::spawn(front.run(async { _ = stopped.await }));
    let mut stop = Some(stop);
    let pruning = Arc::clone(&live);
    let mut pruning = tokio::spawn(async move { pruning.prune().await });
    let mut reloads = Reloads::new(
        Arc::clone(&live),
        Arc::clone(&scraping),
        certificate,
        asking,
        path,
    );
    loop {
        tokio::select! {
            _ = &mut pruning => {}
            ended = &mut running => {
                scraping.close().await;
                return ended.map(|()| Exit::Done).map_err(|_| Exit::Bug);
            }
            () = reloads.ended() => {}
            Some(tell) = asked_to_reload.recv(), if stop.is_some() => reloads.ask(Some(tell)),
            told = signals.next() => match (told, stop.take()) {
                (Told::Reload, Some(going_on)) => {
                    stop = Some(going_on);
                    reloads.ask(None);
                }
                // Nobody is left for a new configuration.
                (Told::Reload, None) => {}
                (Told::Stop, Some(stop)) => {
                    drop(stop);
                    // Its successor may be started while the last logins are answered.
                    scraping.close().await;
                    if let Some(control) = control.take() {
                        control.close().await;
                    }
                }
                // A second one: no more waiting for answers in flight.
                (Told::Stop, None) => {
                    running.abort();
                    return Ok(Exit::Done);
                }
            },
        }
    }
}

/// The place of the control socket, or what keeps other daemons out without one; neither where there can be none, which
/// keeps nobody from logging in.
fn control_place() -> Result<(Option<Place>, Option<Taken>), Exit> {
    let taken = state_dir().and_then(|folder| Ok(Place::take(&folder)?));
    match taken {
        Ok(Taken::Place(place)) => Ok((Some(place), None)),
        Ok(alone @ Taken::Alone { .. }) => {
            if let Taken::Alone { why, .. } = &alone {
                let problem = why.to_string();
                ControlUnavailable { problem: &problem }.emit();
            }
            Ok((None, Some(alone)))
        }
        Err(error) if matches!(error.downcast_ref(), Some(PlaceError::Occupied { .. })) => {
            out::aside(&format!(
                "error: {error}\n  = hint: each daemon needs a state directory of its own: set `STATE_DIRECTORY`\n"
            ));
            Err(Exit::Configuration)
        }
        Err(error) => {
            let problem = format!("{error:#}");
            ControlUnavailable { problem: &problem }.emit();
            Ok((None, None))
        }
    }
}

/// The control socket while it is served.
struct ControlSocket {
    path: PathBuf,
    serving: JoinHandle<()>,
}

impl ControlSocket {
    fn serve(place: Place, seen: Seen, reload: mpsc::Sender<oneshot::Sender<Outcome>>) -> Self {
        let path = place.path().to_owned();
        let configuration = seen.configuration.clone();
        let live = Arc::clone(&seen.live);
        let of_hub = Arc::clone(&seen.live);
        let asked = Asked {
            sessions: Box::new(move || live.current().sessions.clone()),
            hub: Box::new(move || of_hub.current().hub.clone()),
            status: Box::new(move || seen.status()),
            reload,
            configuration,
        };
        let serving = tokio::spawn(answer_all(place, Welcome::root_and_own(), asked));
        ListenerStarted {
            serves: "control",
            listen: Listen::Socket(&path),
        }
        .emit();
        Self { path, serving }
    }

    /// Returns when another daemon may have its place.
    async fn close(self) {
        self.serving.abort();
        let _ = self.serving.await;
        ListenerStopped {
            serves: "control",
            listen: Listen::Socket(&self.path),
        }
        .emit();
    }
}

/// Listens, or says why that is not possible.
pub(crate) async fn listen_on(address: SocketAddr) -> Result<TcpListener, Exit> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("`{address}` cannot be listened on"))
        .map_err(|error| refused(&error))
}

/// What a gateway does otherwise than a connector: without pages of its own nobody is sent to show a certificate.
fn as_gateway(loaded: &mut Loaded) {
    let settings = &mut loaded.settings;
    if settings.sso.is_none() && settings.certificate_login.take().is_some() {
        let warning = "`[certificate_login]` beside `[connector]` is for `entryway connector run`: this is `entryway serve`, and asks for no certificate";
        tracing::warn!(target: "config.warning", warning);
    }
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
