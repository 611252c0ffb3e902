//! Logins at a steady rate, at both nodes in turn, and what came of each.

use super::act::{Act, Promise};
use super::balancer::Balancer;
use crate::prove::connectors::Seen;
use crate::prove::gateway::{self, MOST, dn};
use anyhow::{Context, Result, ensure};
use entryway_conformance::StatsLog;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// `login.deadline` of hub and connectors, twice: a login is a challenge and an answer; and what a busy machine adds.
const DUE: Duration = Duration::from_millis(2 * 3_000 + 500);
/// As long as that nothing is unusual, all is as before.
const CALM: Duration = Duration::from_secs(3);

/// One login.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    login: entryway_conformance::Login,
    due: Instant,
    took: Duration,
    seen: Seen,
}

impl Sample {
    fn is_due(&self) -> bool {
        match self.seen {
            Seen::Accepted => self.login.right,
            Seen::Refused => !self.login.right,
            _ => false,
        }
    }
}

/// Goes on until it is stopped.
pub(super) struct Load {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    thread: JoinHandle<Result<()>>,
}

#[derive(Default)]
struct Shared {
    samples: Mutex<Vec<Sample>>,
}

impl Load {
    pub(super) fn start(nodes: Vec<SocketAddr>, rate: f64) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = watch::channel(false);
        let own = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, ask_all(own, nodes, rate, stopped))
        });
        Ok(Self {
            shared,
            stop,
            thread,
        })
    }

    /// Lets it go on for so long, and until somebody has been answered since.
    pub(super) fn lasts(&self, time: Duration) -> Result<()> {
        let until = Instant::now() + time;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            ensure!(!self.thread.is_finished(), "the load has ended");
            thread::park_timeout(left.min(Duration::from_millis(50)));
        }
        Ok(())
    }

    /// Waits until all logins of some seconds came to their verdict; when the first of them was due.
    pub(super) fn until_calm(&self, mended: Instant, most: Duration) -> Result<Option<Instant>> {
        let until = mended + most;
        loop {
            self.lasts(Duration::from_millis(200))?;
            let samples = self.shared.samples.lock();
            let unusual = |sample: &&Sample| !sample.is_due() || sample.took > DUE;
            let last = samples.iter().filter(unusual).map(|it| it.due).max();
            let calm = last.map_or(mended, |last| last.max(mended));
            let newest = samples.iter().map(|sample| sample.due).max();
            if newest.is_some_and(|newest| newest >= calm + CALM) {
                return Ok(Some(calm));
            }
            if Instant::now() > until {
                return Ok(None);
            }
        }
    }

    pub(super) fn stop(self) -> Result<Vec<Sample>> {
        self.stop.send_replace(true);
        match self.thread.join() {
            Ok(done) => done?,
            Err(_) => anyhow::bail!("the load has panicked"),
        }
        Ok(std::mem::take(&mut *self.shared.samples.lock()))
    }
}

async fn ask_all(
    shared: Arc<Shared>,
    nodes: Vec<SocketAddr>,
    rate: f64,
    mut stopped: watch::Receiver<bool>,
) -> Result<()> {
    let balancer = Rc::new(Balancer::before(nodes));
    let began = Instant::now();
    let mut under_way = tokio::task::JoinSet::new();
    for number in 0..MOST {
        let due = began + Duration::from_secs_f64(f64::from(number) / rate);
        tokio::select! {
            () = tokio::time::sleep_until(due.into()) => {}
            _ = stopped.wait_for(|stop| *stop) => break,
        }
        let login = gateway::login(number);
        let turn = usize::try_from(number)?;
        let (shared, balancer) = (Arc::clone(&shared), Rc::clone(&balancer));
        under_way.spawn_local(async move {
            let name = format!("plant-a/{}", login.name);
            let asked = balancer.log_in(turn, &name, &login.password);
            let seen = match tokio::time::timeout(DUE * 2, asked).await {
                Ok(seen) => seen,
                Err(_) => Seen::Nothing("no answer at all".to_owned()),
            };
            shared.samples.lock().push(Sample {
                took: due.elapsed(),
                login,
                due,
                seen,
            });
        });
    }
    while let Some(done) = under_way.join_next().await {
        done.context("a login has panicked")?;
    }
    Ok(())
}

/// One row.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) logins: usize,
    pub(super) unanswered: Vec<String>,
    pub(super) wrong: Vec<String>,
    /// Faults by their code.
    pub(super) faults: BTreeMap<String, usize>,
    pub(super) longest: Duration,
    /// From the fault to the last login without a verdict, of those that were due before the mend.
    pub(super) felt: Duration,
    /// From the mend until all is as before.
    pub(super) recovered: Option<Duration>,
    pub(super) refused: usize,
    pub(super) most_binds: usize,
}

impl Figures {
    pub(super) fn of(
        samples: &[Sample],
        failed: Instant,
        mended: Instant,
        recovered: Option<Instant>,
        directory: &StatsLog,
    ) -> Result<Self> {
        let mut figures = Self {
            logins: samples.len(),
            recovered: recovered.map(|at| at.saturating_duration_since(mended)),
            ..Self::default()
        };
        for sample in samples {
            figures.longest = figures.longest.max(sample.took);
            if sample.took > DUE {
                figures
                    .unanswered
                    .push(format!("{:?} for {:?}", sample.took, sample.seen));
            }
            match &sample.seen {
                Seen::Fault(code) => *figures.faults.entry(code.clone()).or_default() += 1,
                Seen::Nothing(why) => figures.unanswered.push(why.clone()),
                _ if sample.is_due() => {}
                seen => figures
                    .wrong
                    .push(format!("{}: {seen:?}", sample.login.name)),
            }
            if !sample.is_due() && sample.due < mended {
                figures.felt = figures
                    .felt
                    .max((sample.due + sample.took).saturating_duration_since(failed));
            }
            if !sample.login.right {
                let binds = directory.binds_as(&dn(&sample.login)).len();
                figures.most_binds = figures.most_binds.max(binds);
                figures.refused += usize::from(sample.is_due());
            }
        }
        let others = || samples.iter().filter(|sample| !sample.login.right).take(3);
        ensure!(
            figures.refused > 0,
            "no wrong password came to its verdict: {:?}",
            others().map(|sample| &sample.seen).collect::<Vec<_>>()
        );
        Ok(figures)
    }

    /// Everything that is not as promised.
    pub(super) fn broken(&self, act: Act) -> Vec<String> {
        let mut broken = Vec::new();
        let mut must = |holds: bool, what: String| {
            if !holds {
                broken.push(what);
            }
        };
        let first = |all: &[String]| all.first().cloned().unwrap_or_default();
        must(
            self.wrong.is_empty(),
            format!(
                "{} wrong verdicts, the first is {}",
                self.wrong.len(),
                first(&self.wrong)
            ),
        );
        must(
            self.unanswered.is_empty(),
            format!(
                "{} unanswered in time, the first: {}",
                self.unanswered.len(),
                first(&self.unanswered)
            ),
        );
        must(
            self.most_binds <= 1,
            format!("{} binds for one wrong password", self.most_binds),
        );
        must(
            self.recovered.is_some(),
            "not as before after the mend".to_owned(),
        );
        let faults: usize = self.faults.values().sum();
        match act.promise() {
            Promise::Unfelt => must(faults == 0, format!("{faults} logins without a verdict")),
            Promise::FailsOver => must(
                faults * 20 <= self.logins,
                format!("{faults} of {} logins without a verdict", self.logins),
            ),
            Promise::Outage => must(faults > 0, "the outage was not felt".to_owned()),
        }
        broken
    }
}
