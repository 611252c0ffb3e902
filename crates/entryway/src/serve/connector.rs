//! The running connector: the gateway without its public listener, and a tunnel to each node of the hub.

use super::{
    ControlSocket, Reloads, Scraping, Signals, Told, control_place, listen_on, log_warnings,
    refused,
};
use crate::cli::{Common, LogFormat};
use crate::connector::Desk;
use crate::exit::Exit;
use crate::ids::RandomIds;
use crate::listener::ShownHere;
use crate::live::Live;
use crate::metrics::{Exposition, Metrics};
use crate::once::kept;
use crate::recent::Recent;
use crate::site::{Nodes, Shows, enrolled, shelf, told};
use crate::status::Seen;
use crate::witness::{DecisionLog, Witness};
use crate::{descriptors, logs, sources};
use entryway_bridge::SignedReply;
use entryway_bridge::message::Report;
use entryway_config::Loaded;
use entryway_tunnel::connector::{Answerer, Asked, Identity};
use entryway_tunnel::hub::Later;
use entryway_web::{App, Limits, MetricsText, Relay};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};
use tracing::level_filters::LevelFilter;

/// How soon the hub hears that this connector is ready for more, or for less.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// `entryway connector run`.
pub(crate) async fn connector(common: &Common) -> Result<Exit, Exit> {
    let shelf = shelf()?;
    let found = enrolled(&shelf)?;
    let (path, mut loaded) = sources::load_or_show(common)?;
    let _log = logs::start(common, LevelFilter::INFO)?;
    match common.log_format {
        LogFormat::Json => log_warnings(&loaded),
        LogFormat::Text => sources::show_warnings(&loaded),
    }
    let (place, _alone) = control_place()?;
    as_connector(&mut loaded);
    let began = (Instant::now(), SystemTime::now());
    let metrics = Arc::new(Metrics::new());
    let recent = Arc::new(Recent::new());
    let witnesses: Vec<Arc<dyn Witness>> = vec![
        Arc::new(DecisionLog),
        Arc::clone(&metrics) as _,
        Arc::clone(&recent) as _,
    ];
    let listen = loaded.settings.connector.listen;
    let listener = listen_on(listen).await?;
    descriptors::raise();
    let kept = Arc::new(kept(&loaded.settings).await?);
    // Until the hub says how many they are now.
    kept.throttle.share_among(found.facts.stores.into());
    let live = Arc::new(Live::start(loaded, kept, witnesses).map_err(|error| refused(&error))?);
    let mut signals = Signals::new().map_err(|error| refused(&error.into()))?;
    let (site, number) = (found.facts.site.clone(), found.facts.connector);
    let app = App {
        current: Arc::clone(&live) as _,
        ids: Arc::new(RandomIds),
        readiness: Arc::clone(&live) as _,
        // Nobody asks for it that way.
        metrics: Arc::new(Exposition::new(
            &metrics,
            Arc::clone(&live),
            ShownHere::default(),
        )),
        observer: Arc::clone(&metrics) as _,
        lookups: Arc::default(),
        challenges: Arc::default(),
        tunnels: Arc::default(),
        limits: Arc::new(Limits::default()),
    };
    let relay = Relay::new(app.clone());
    let shows = Shows::new(Arc::clone(&live));
    let desk = Desk::new(Arc::clone(&live), site.clone(), number, Some(relay))
        .map_err(|error| refused(&error.into()))?
        .showing(Arc::clone(&shows));
    let answerer = Arc::new(Answers::new(Arc::new(desk)));
    let counted_in = live.kept().store.counted_in().await;
    let counted_in = counted_in.map_err(|error| refused(&error.into()))?;
    let identity = Identity::new(
        found.credential,
        found.facts.version,
        Arc::clone(&shelf) as _,
    )
    .counting_in(counted_in.as_deref());
    let nodes = Nodes::new(
        Arc::new(identity),
        found.facts,
        shelf,
        Arc::clone(&answerer) as _,
        Arc::clone(&live),
    );
    let page =
        Exposition::new(&metrics, Arc::clone(&live), ShownHere::default()).with_tunnels(&nodes);
    let page: Arc<dyn MetricsText> = Arc::new(Page {
        page,
        nodes: Arc::clone(&nodes),
    });
    let scraping = Arc::new(Scraping::new(page));
    let health = listener.local_addr().unwrap_or(listen);
    scraping.serve(listen, listener);
    let (reload, mut asked_to_reload) = mpsc::channel(1);
    let seen = Seen {
        live: Arc::clone(&live),
        scraping: Arc::clone(&scraping),
        recent,
        shown: ShownHere::default(),
        configuration: path.display().to_string(),
        listen: None,
        asking_listen: None,
        began,
        connector: Some(Box::new({
            let (nodes, answerer) = (Arc::clone(&nodes), Arc::clone(&answerer));
            let shows = Arc::clone(&shows);
            move || {
                told(
                    &nodes,
                    &answerer.report().borrow(),
                    answerer.desk.shares(),
                    &shows,
                )
            }
        })),
    };
    let mut control = place.map(|place| ControlSocket::serve(place, seen, reload));
    tracing::info!(target: "connector.started", listen = %health, %site, connector = %number, version = env!("CARGO_PKG_VERSION"), config = %path.display());
    nodes.start();
    let (stop_showing, stopped) = watch::channel(false);
    let showing = Arc::clone(&shows).keep(app, Arc::clone(&nodes), stopped);
    let mut showing = tokio::spawn(showing);
    let reporting = Arc::clone(&answerer);
    let mut reporting = tokio::spawn(async move { reporting.keep_reporting().await });
    let pruning = Arc::clone(&live);
    let mut pruning = tokio::spawn(async move { pruning.prune().await });
    let (taken, scraped) = (Arc::clone(&live), Arc::clone(&scraping));
    let mut reloads = Reloads::adjusted(taken, scraped, None, path, as_connector);
    loop {
        tokio::select! {
            _ = &mut pruning => {}
            _ = &mut reporting => {}
            _ = &mut showing => {}
            () = reloads.ended() => shows.look_again(),
            Some(tell) = asked_to_reload.recv() => reloads.ask(Some(tell)),
            told = signals.next() => match told {
                Told::Reload => reloads.ask(None),
                Told::Stop => break,
            },
        }
    }
    answerer.stop();
    if let Some(control) = control.take() {
        control.close().await;
    }
    let began = Instant::now();
    stop_showing.send_replace(true);
    let drained = async {
        // Browsers that are here are sent back while their hub can still ask about them.
        let _ = (&mut showing).await;
        nodes.stop().await;
        live.close().await;
    };
    let cut = tokio::select! {
        () = drained => 0,
        // A second one: no more waiting for answers under way.
        _ = signals.next() => 1,
    };
    scraping.close().await;
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(target: "server.drained", cut, took_ms);
    Ok(Exit::Done)
}

/// What a connector does otherwise than a gateway: its only listener is that of health and metrics.
fn as_connector(loaded: &mut Loaded) {
    let settings = &mut loaded.settings;
    settings.metrics_listen = Some(settings.connector.listen);
    let tls = settings.tls.take();
    if let Some(certificates) = &mut settings.certificate_login {
        let certificates = Arc::make_mut(certificates);
        certificates.tls = certificates.tls.take().or(tls);
        // Browsers come from the hub and go back there: nobody logs in on pages of its own.
        settings.sso = None;
        settings.forward = None;
    }
}

/// The desk, as tunnels ask it.
struct Answers {
    desk: Arc<Desk>,
    report: watch::Sender<Report>,
}

impl Answers {
    fn new(desk: Arc<Desk>) -> Self {
        let report = watch::Sender::new(desk.report());
        Self { desk, report }
    }
    /// Looks at what the desk is ready for, and tells what changes.
    async fn keep_reporting(&self) {
        let mut ticks = interval(REPORT_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.look();
        }
    }
    fn look(&self) {
        self.desk.warn_of_crowds();
        self.report.send_if_modified(|report| {
            let now = self.desk.report();
            let changed = *report != now;
            *report = now;
            changed
        });
    }
    /// Has every node ask another connector from now on.
    fn stop(&self) {
        self.desk.stop();
        self.look();
    }
}

impl Answerer for Answers {
    fn answer(&self, asked: Asked) -> Later<'_, Option<SignedReply>> {
        Box::pin(async move {
            let desk = Arc::clone(asked.desk());
            let Asked {
                delivered,
                question,
                deadline,
                ..
            } = asked;
            self.desk.answer(&delivered, question, deadline, desk).await
        })
    }
    fn report(&self) -> watch::Receiver<Report> {
        self.report.subscribe()
    }
    fn shares_among(&self, stores: u16) {
        self.desk.shares_among(stores);
    }
}

/// The page of metrics, and whether a hub can ask.
struct Page {
    page: Exposition,
    nodes: Arc<Nodes>,
}

impl MetricsText for Page {
    fn render(&self) -> String {
        self.page.render()
    }
    fn is_ready(&self) -> Option<bool> {
        Some(self.nodes.is_any_up())
    }
}
