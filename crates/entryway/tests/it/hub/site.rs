//! A connector at a site, as the library runs one, that answers what a test says.

use crate::daemon::Daemon;
use crate::world::{SOON, World};
use bytes::Bytes;
use entryway_bridge::message::{Ability, ByeCode, Outcome, Ready, Report, Unready, read};
use entryway_bridge::{SignedReply, Stated, Text, Ticket};
use entryway_login::LoginId;
use entryway_tunnel::connector::{
    Answerer, Asked, Credential, Dialing, EnrolError, Enrolling, Identity, Keeper, Kept,
    NodeStatus, NotKept, enrol, keep,
};
use entryway_tunnel::hub::Later;
use entryway_tunnel::{ConnectorKey, Endpoint, NoProxy, OuterTrust, Outside, Pace, Patience};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

fn outside() -> Outside {
    Outside {
        proxy: None,
        no_proxy: NoProxy::default(),
        trust: OuterTrust::nobody(),
        patience: Patience { step: SOON },
    }
}

fn pace() -> Pace {
    Pace {
        greeting: SOON,
        ..Pace::default()
    }
}

pub(super) fn endpoint(daemon: &Daemon, site: &str) -> Endpoint {
    let url = format!("http://{}/connector/v1/{site}", daemon.address);
    Endpoint::parse(&url).expect("an endpoint")
}

/// Enrols with a ticket.
pub(super) fn enrolled(
    world: &World,
    daemon: &Daemon,
    site: &str,
    ticket: &str,
) -> Result<Credential, EnrolError> {
    let ticket = Arc::new(Ticket::parse(ticket).expect("a ticket"));
    let asked = Enrolling {
        endpoint: &endpoint(daemon, site),
        outside: &outside(),
        ticket: &ticket,
        name: "machine",
        software: "entryway test",
        pace: pace(),
    };
    let done = world.runtime.block_on(enrol(asked));
    done.map(|(credential, nodes, version)| {
        assert_eq!((nodes.len(), version), (1, 1));
        credential
    })
}

/// Why an enrolment was refused.
pub(super) fn refusal(done: Result<Credential, EnrolError>) -> (ByeCode, String) {
    match done {
        Err(EnrolError::Refused(bye)) => (bye.code, bye.text.as_str().to_owned()),
        Err(other) => panic!("{other:?}"),
        Ok(credential) => panic!("{credential:?}"),
    }
}

/// The same connector once more, as after a restart of its program.
pub(super) fn again(credential: &Credential) -> Credential {
    Credential {
        site: credential.site.clone(),
        connector: credential.connector,
        authority: credential.authority.clone(),
        chain: credential.chain.clone(),
        key: ConnectorKey::from_pkcs8(&credential.key.pkcs8()).expect("a key"),
    }
}

struct Nowhere;

impl Keeper for Nowhere {
    fn keep(&self, _: Kept<'_>) -> Result<(), NotKept> {
        Ok(())
    }
}

/// What a connector answers, given what is asked.
pub(super) type Answer = dyn Fn(&Asked) -> Option<Bytes> + Send + Sync;

struct Desk {
    report: watch::Sender<Report>,
    answer: Box<Answer>,
    asked: AtomicUsize,
    silent: AtomicBool,
}

/// What an answer about a login comes to.
fn stated(asked: &Asked, body: &Bytes) -> Option<Stated> {
    let outcome = read::<Outcome>("outcome", body).ok()?;
    let question: serde_json::Value = serde_json::from_slice(&asked.delivered.body).ok()?;
    let login = LoginId::parse(question["login_id"].as_str()?)?;
    Stated::of(login, &outcome)
}

impl Answerer for Desk {
    fn answer(&self, asked: Asked) -> Later<'_, Option<SignedReply>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.silent.load(Ordering::Relaxed) {
            return Box::pin(std::future::pending());
        }
        let body = (self.answer)(&asked);
        Box::pin(async move {
            let body = body?;
            let stated = stated(&asked, &body);
            let signed = asked.desk().state(&asked.question, body, stated).await;
            Some(signed.ok()?.reply)
        })
    }
    fn report(&self) -> watch::Receiver<Report> {
        self.report.subscribe()
    }
}

/// A connector that runs.
pub(crate) struct Site {
    desk: Arc<Desk>,
    status: watch::Receiver<NodeStatus>,
    _stopping: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn report(abilities: &[Ability]) -> Report {
    let ready = Ability::ALL.into_iter().map(|ability| Ready {
        ability,
        not_because: (!abilities.contains(&ability)).then_some(Unready::DirectoriesDown),
    });
    Report {
        ready: ready.collect(),
        draining: false,
        max_in_flight: 64,
        started_ms: 1,
        software: Text::cut("entryway test"),
        certificate_url: None,
    }
}

impl Site {
    /// Keeps a tunnel to this daemon, ready for passwords.
    pub(super) fn start(
        world: &World,
        to: Endpoint,
        credential: Credential,
        answer: Box<Answer>,
    ) -> Self {
        Self::counting_in(world, to, credential, answer, None)
    }

    /// The same, which says that it counts failures in this store.
    pub(super) fn counting_in(
        world: &World,
        to: Endpoint,
        credential: Credential,
        answer: Box<Answer>,
        counted_in: Option<&str>,
    ) -> Self {
        let desk = Arc::new(Desk {
            report: watch::Sender::new(report(&[Ability::Password, Ability::Lookups])),
            answer,
            asked: AtomicUsize::new(0),
            silent: AtomicBool::new(false),
        });
        let dialing = Dialing {
            endpoint: to.clone(),
            outside: outside(),
            identity: Arc::new(
                Identity::new(credential, 1, Arc::new(Nowhere)).counting_in(counted_in),
            ),
            software: "entryway test".to_owned(),
            pace: pace(),
        };
        let (told, status) = watch::channel(NodeStatus::new(to.to_string()));
        let (stopping, stopped) = watch::channel(false);
        let answerer = Arc::clone(&desk) as Arc<dyn Answerer>;
        let running = world
            .runtime
            .spawn(keep(move || dialing.clone(), answerer, told, stopped));
        Self {
            desk,
            status,
            _stopping: stopping,
            running,
        }
    }

    /// Waits until its tunnel is as wanted.
    pub(super) fn until(&self, world: &World, what: &str, wanted: impl FnMut(&NodeStatus) -> bool) {
        let mut status = self.status.clone();
        let found = world
            .runtime
            .block_on(async { timeout(SOON, status.wait_for(wanted)).await });
        assert!(
            found.is_ok(),
            "never {what}, but {:?}",
            self.status.borrow()
        );
    }

    /// Waits until it is in.
    pub(super) fn until_up(&self, world: &World) {
        self.until(world, "up", NodeStatus::is_up);
    }

    /// Waits until the hub has said this.
    pub(super) fn until_told(&self, world: &World, code: ByeCode) {
        self.until(world, code.as_str(), |status| {
            let trouble = status.trouble.as_ref();
            trouble.and_then(|trouble| trouble.code) == Some(code)
        });
    }

    /// Says what it is ready for.
    pub(super) fn says(&self, abilities: &[Ability]) {
        self.desk.report.send_replace(report(abilities));
    }

    /// Takes questions and answers none, or answers again.
    pub(super) fn keeps_silent(&self, silent: bool) {
        self.desk.silent.store(silent, Ordering::Relaxed);
    }

    /// Questions that have reached it.
    pub(crate) fn asked(&self) -> usize {
        self.desk.asked.load(Ordering::Relaxed)
    }
}

/// Waits until the metrics have this line.
pub(crate) fn until_metric(daemon: &Daemon, line: &str) {
    let deadline = std::time::Instant::now() + SOON;
    loop {
        let page = daemon.get("/metrics", crate::world::CONSOLE).body;
        if page.lines().any(|found| found == line) {
            return;
        }
        let ours: Vec<_> = page
            .lines()
            .filter(|found| found.contains("_site_"))
            .collect();
        assert!(
            std::time::Instant::now() < deadline,
            "never {line}, but {ours:#?}"
        );
        std::thread::yield_now();
    }
}
