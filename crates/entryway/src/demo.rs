//! `entryway demo`: a directory, the gateway in front of it and five people at the door, all in this
//! process and all over real sockets. What it shows is what happened: nothing is canned.

mod folder;
mod request;

use crate::cli::{Common, Demo};
use crate::columns::{Row, Style, render};
use crate::exit::Exit;
use crate::explain::{Names, elapsed, rows};
use crate::kept::Kept;
use crate::listener::ShownHere;
use crate::live::Live;
use crate::metrics::{Exposition, Metrics};
use crate::once::domain_names;
use crate::palette::Tone;
use crate::serve::{Front, listen_on};
use crate::witness::{DecisionLog, Submitted, Witness};
use crate::{logs, out};
use anyhow::Context;
use entryway_config::{RuleBook, Sources};
use entryway_login::{Decided, LoginPolicy};
use entryway_testdir::TestServer;
use entryway_testdir::demo::{PASSWORD_HINT, RIGHT, WALK, WalkLogin, directory, options};
use entryway_web::Limits;
use folder::Folder;
use parking_lot::Mutex;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing::level_filters::LevelFilter;

/// Runs the demo.
pub(crate) async fn demo(common: &Common, asked: &Demo) -> Result<Exit, Exit> {
    run(common, asked)
        .await
        .map_err(|error| match error.downcast::<Exit>() {
            Ok(exit) => exit,
            Err(error) => {
                out::aside(&format!("error: {error:#}\n"));
                Exit::NoAnswer
            }
        })
}

async fn run(common: &Common, asked: &Demo) -> anyhow::Result<Exit> {
    let started = Instant::now();
    // From here on these end the demo in order, so that its folder is removed: Ctrl-C, a closed window.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let stage = Stage::set(asked.port).await?;
    let show = Show {
        style: out::answer_style(),
    };
    show.opening(&stage, started);

    let serving = async {
        show.walk(&stage).await?;
        if asked.once {
            show.closing(&stage);
            return Ok(());
        }
        let _log = logs::start(common, LevelFilter::INFO)?;
        show.invitation(&stage);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
        anyhow::Ok(())
    };
    let walked = serving.await;
    stage.clear().await;
    walked.map(|()| Exit::Done)
}

/// Remembers the login that was decided last, for its explanation.
#[derive(Default)]
struct Recall(Mutex<Option<Decided>>);

impl Witness for Recall {
    fn decided(&self, _submitted: &Submitted, decided: &Decided, _policy: &LoginPolicy) {
        *self.0.lock() = Some(decided.clone());
    }
}

/// Everything that runs.
struct Stage {
    entries: usize,
    directory: TestServer,
    folder: Folder,
    address: SocketAddr,
    places: RuleBook,
    live: Arc<Live>,
    recall: Arc<Recall>,
    stop: oneshot::Sender<()>,
    gateway: tokio::task::JoinHandle<()>,
}

impl Stage {
    async fn set(port: u16) -> anyhow::Result<Self> {
        let people = directory()?;
        let entries = people.len();
        let directory = TestServer::start(people, options()).await?;
        let listener = listen_on((Ipv4Addr::LOCALHOST, port).into()).await?;
        let address = listener.local_addr()?;
        let folder = Folder::new(&directory, address)?;
        // Without this process's environment: an override meant for another gateway must not change the demo.
        let loaded = entryway_config::load(&Sources::file(folder.configuration()))
            .context("the demo's own configuration does not load")?;
        let places = loaded.places.clone();
        let (recall, metrics) = (Arc::<Recall>::default(), Arc::new(Metrics::new()));
        let witnesses: Vec<Arc<dyn Witness>> = vec![
            Arc::clone(&recall) as _,
            Arc::clone(&metrics) as _,
            Arc::new(DecisionLog),
        ];
        let kept = Arc::new(Kept::open(&loaded.settings).await?);
        let live = Arc::new(Live::start(loaded, kept, witnesses)?);
        let page = Arc::new(Exposition::new(
            &metrics,
            Arc::clone(&live),
            ShownHere::default(),
        ));
        let front = Front::new(
            listener,
            None,
            Arc::clone(&live),
            metrics,
            page,
            Limits::default(),
        );
        let (stop, stopped) = oneshot::channel::<()>();
        let gateway = tokio::spawn(front.run(async { _ = stopped.await }));
        Ok(Self {
            entries,
            directory,
            folder,
            address,
            places,
            live,
            recall,
            stop,
            gateway,
        })
    }

    async fn clear(self) {
        drop(self.stop);
        let _ = self.gateway.await;
        self.directory.shutdown().await;
    }
}

/// What is printed.
struct Show {
    style: Style,
}

impl Show {
    fn rows(&self, rows: &[Row]) {
        out::answer(&render(rows, self.style));
    }

    fn heading(&self, text: &str) {
        let mut line = "\n".to_owned();
        self.style.palette.paint(&mut line, Tone::Strong, text);
        line.push('\n');
        out::answer(&line);
    }

    fn opening(&self, stage: &Stage, started: Instant) {
        let entries = stage.entries;
        let (ldaps, ldap) = (
            stage.directory.ldaps_addr().port(),
            stage.directory.ldap_addr().port(),
        );
        self.rows(&[
            Row::new("directory", format!("{entries} entries in this process")).note(format!(
                "ldaps://localhost:{ldaps}, and ldap://localhost:{ldap} with StartTLS"
            )),
            Row::new("gateway", format!("http://{}", stage.address))
                .note(stage.folder.configuration().display().to_string()),
            Row::new("ready", format!("in {}", elapsed(started.elapsed()))),
        ]);
    }

    async fn walk(&self, stage: &Stage) -> anyhow::Result<()> {
        for (login, number) in WALK.iter().zip(1..) {
            self.heading(&format!("{number} of {}: {}", WALK.len(), login.shows));
            self.one(stage, login).await?;
        }
        Ok(())
    }

    async fn one(&self, stage: &Stage, login: &WalkLogin) -> anyhow::Result<()> {
        let answer = request::login(stage.address, stage.folder.token(), login).await?;
        self.rows(&[
            Row::new("asked", format!("{} with {}", login.name, login.password))
                .note("POST /api/v1/login, by an application"),
            Row::new(
                "answered",
                format!("{}, {}", answer.status, answer.decision),
            )
            .note(answer.told),
        ]);
        let Some(decided) = stage.recall.0.lock().take() else {
            anyhow::bail!("the gateway has decided nothing");
        };
        let running = stage.live.now();
        let domains = domain_names(running.gateway.policy());
        let place = |rule| {
            stage
                .places
                .place(rule)
                .map(|place| stage.folder.without_path(place))
        };
        self.rows(&rows(
            &decided,
            &Names {
                domains: &domains,
                place: &place,
                is_recorded: true,
            },
        ));
        Ok(())
    }

    fn closing(&self, stage: &Stage) {
        let text = format!(
            "Five logins through http://{}. Without --once the demo goes on serving.",
            stage.address
        );
        self.heading(&text);
    }

    fn invitation(&self, stage: &Stage) {
        let program = std::env::args()
            .next()
            .unwrap_or_else(|| "entryway".to_owned());
        let (address, token, operator) = (
            stage.address,
            stage.folder.token(),
            stage.folder.operator_token(),
        );
        let configuration = stage.folder.configuration();
        let configuration = configuration.display();
        let body = serde_json::json!({ "login_name": RIGHT.name, "password": RIGHT.password });
        self.heading(&format!("Your turn: {PASSWORD_HINT}."));
        out::answer(&format!(
            "  curl -sS http://{address}/api/v1/login -H 'content-type: application/json' \\\n    \
               -H 'authorization: Bearer {token}' -d '{body}'\n  \
               curl -sS http://{address}/readyz\n  \
               curl -sS http://{address}/metrics -H 'authorization: Bearer {operator}'\n  \
               {program} --config {configuration} explain {}\n  \
               {program} --config {configuration} check\n",
            WALK.last().map_or(RIGHT.name, |login| login.name)
        ));
        self.heading(
            "Each login is now a line of the log. Ctrl-C ends the demo and removes its files.",
        );
    }
}
