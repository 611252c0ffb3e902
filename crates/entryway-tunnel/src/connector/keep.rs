//! A tunnel that is kept: dialled again, later and later, for as long as the connector runs.

use super::driver::{Ended, run_tunnel, stopped};
use super::{Answerer, Dialing};
use crate::error::{ENROL_ANEW, Shown, Step, WHO_ALTERS};
use crate::hub::in_words;
use crate::pump::share;
use entryway_bridge::message::{ByeCode, Certificates, Welcome};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// The first pause is up to this; each failure doubles it.
const FIRST: Duration = Duration::from_secs(1);
/// No pause is longer.
const LAST: Duration = Duration::from_secs(60);
/// A tunnel that stood for so long was a success.
const STOOD: Duration = Duration::from_secs(30);
/// Whose tunnel stood for so long is there, however it ended: less may be a node that lets nobody stay.
const THERE: Duration = Duration::from_secs(5);
/// For so long after it a node that is gone may only be starting again,
const RESTARTING: Duration = Duration::from_secs(60);
/// and no pause is longer than this: the node has nobody of the site until a connector is back, and tells so whoever
/// comes to it.
const SOON: Duration = Duration::from_secs(2);

/// Where a tunnel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// On its way.
    Dialing,
    /// It stands.
    Up {
        /// Since when.
        since: SystemTime,
    },
    /// It is dialled again.
    Waiting {
        /// When.
        until: SystemTime,
    },
    /// The connector stops.
    Stopped,
}

/// What went wrong last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// At which step, where the hub was not reached.
    pub step: Option<Step>,
    /// In words.
    pub problem: String,
    /// What to do about it.
    pub remedy: Option<&'static str>,
    /// The code of the hub's last word, where it had one.
    pub code: Option<ByeCode>,
    /// When.
    pub at: SystemTime,
}

/// One node of a hub, as a connector sees it.
#[derive(Debug, Clone)]
pub struct NodeStatus {
    /// Where it is dialled.
    pub endpoint: String,
    /// Where its tunnel is.
    pub phase: Phase,
    /// As the hub let us in, the last time.
    pub welcome: Option<Welcome>,
    /// In how many stores the site's connectors count failures, as the hub said last.
    pub stores: Option<u16>,
    /// What it said of people's certificates, since then.
    pub certificates: Option<Certificates>,
    /// How long the last sign of life took.
    pub latency: Option<Duration>,
    /// Questions that are worked on. That it has changed is told to nobody.
    pub outstanding: usize,
    /// What the outer TLS has shown.
    pub shown: Option<Shown>,
    /// The steps of the last way, with how long each took.
    pub steps: Vec<(Step, Duration)>,
    /// By how much the hub's clock is ahead of ours, in milliseconds.
    pub hub_ahead_ms: Option<i64>,
    /// What went wrong last, since it was up.
    pub trouble: Option<Trouble>,
    /// How often it was up.
    pub ups: u64,
    /// How many certificates came by it.
    pub renewed: u64,
    /// Why there is no new certificate.
    pub not_renewed: Option<String>,
}

impl NodeStatus {
    /// One that was not dialled yet.
    pub fn new(endpoint: String) -> Self {
        Self {
            endpoint,
            phase: Phase::Dialing,
            welcome: None,
            stores: None,
            certificates: None,
            latency: None,
            outstanding: 0,
            shown: None,
            steps: Vec::new(),
            hub_ahead_ms: None,
            trouble: None,
            ups: 0,
            renewed: 0,
            not_renewed: None,
        }
    }
    /// Whether its tunnel stands.
    pub fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Up { .. })
    }
}

/// Keeps a tunnel to one node until `stopping` becomes true, whatever it meets. What it is dialled with is asked for each
/// time, so that another configuration counts from the next time on.
pub async fn keep(
    dialing: impl Fn() -> Dialing,
    answerer: Arc<dyn Answerer>,
    status: watch::Sender<NodeStatus>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut record = Record::default();
    while !*stopping.borrow() {
        status.send_modify(|status| status.phase = Phase::Dialing);
        let before = status.borrow().ups;
        let began = Instant::now();
        let dialing = dialing();
        let ended = run_tunnel(&dialing, &answerer, &status, &mut stopping).await;
        let stood = (status.borrow().ups > before).then(|| began.elapsed());
        let now = Instant::now();
        record.add(stood, now);
        let pause = record.pause(&ended, now);
        status.send_modify(|status| {
            status.outstanding = 0;
            status.latency = None;
            status.phase = Phase::Waiting {
                until: SystemTime::now() + pause,
            };
            status.trouble = trouble(&ended).or(status.trouble.take());
        });
        tokio::select! {
            () = sleep(pause) => {}
            () = stopped(&mut stopping) => {}
        }
    }
    status.send_modify(|status| status.phase = Phase::Stopped);
}

/// How dialling a node went.
#[derive(Debug, Default)]
struct Record {
    /// In a row.
    failures: u32,
    /// When a tunnel ended last that showed that the node is there.
    there: Option<Instant>,
}

impl Record {
    /// A tunnel ended that had stood for so long, or none came to be.
    fn add(&mut self, stood: Option<Duration>, now: Instant) {
        let stood = stood.unwrap_or_default();
        if stood >= THERE {
            self.there = Some(now);
        }
        self.failures = if stood >= STOOD { 0 } else { self.failures + 1 };
    }
    /// Full jitter: many connectors that lost the same hub do not come back together.
    fn pause(&self, ended: &Ended, now: Instant) -> Duration {
        let most = match ended {
            // Nothing is wrong: the next one is dialled at once.
            Ended::Retired | Ended::Drained => FIRST,
            // It takes a person to change that.
            Ended::Older { .. } | Ended::Mistaken | Ended::Key => LAST,
            Ended::Refused(bye) if lasts(bye.code) => LAST,
            _ => {
                let may_be_back = (self.there).is_some_and(|at| now - at < RESTARTING);
                FIRST
                    .saturating_mul(1 << self.failures.saturating_sub(1).min(6))
                    .min(if may_be_back { SOON } else { LAST })
            }
        };
        let least = if most == LAST && self.failures <= 1 {
            LAST / 2
        } else {
            Duration::ZERO
        };
        least + (most - least).mul_f64(share())
    }
}

fn lasts(code: ByeCode) -> bool {
    matches!(
        code,
        ByeCode::Version | ByeCode::Revoked | ByeCode::Unknown | ByeCode::Replaced
    )
}

fn trouble(ended: &Ended) -> Option<Trouble> {
    let (step, code) = match ended {
        Ended::Stopped | Ended::Retired => return None,
        Ended::NotReached(error) => (Some(error.step), None),
        Ended::Refused(bye) => (None, Some(bye.code)),
        _ => (None, None),
    };
    let problem = match ended {
        Ended::NotReached(error) => in_words(&*error.cause),
        ended => ended.to_string(),
    };
    Some(Trouble {
        step,
        problem,
        remedy: ended.remedy(),
        code,
        at: SystemTime::now(),
    })
}

impl Ended {
    /// What to do about it, where something is likely right.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::NotReached(error) => error.cause.remedy(),
            Self::Refused(bye) => advice(bye.code),
            Self::Older { .. } => {
                Some("find out why the hub is older than it was, or enrol anew with a new ticket")
            }
            Self::Mistaken => Some("enrol anew with a new ticket"),
            Self::Altered(_) => Some(WHO_ALTERS),
            Self::NotAccepted(_) => Some(ENROL_ANEW),
            _ => None,
        }
    }
}

/// What a hub's last word asks for.
fn advice(code: ByeCode) -> Option<&'static str> {
    Some(match code {
        ByeCode::Revoked => {
            "this connector was revoked at the hub: have a new ticket made there and enrol anew"
        }
        ByeCode::Unknown => {
            "the hub does not know this connector or site any more: have a new ticket made there and enrol anew"
        }
        ByeCode::Version => "update Entryway here or at the hub: they have no version in common",
        ByeCode::Replaced => {
            "a second connector runs with this identity: give each its own, with a ticket of its own"
        }
        ByeCode::Stopping | ByeCode::Unavailable | ByeCode::Limit => "nothing: it is tried again",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use entryway_bridge::message::Bye;

    /// One that has failed so often since a tunnel ended that had stood for so long, that long ago.
    fn failing(times: u32, stood: Duration, since: Duration) -> (Record, Instant) {
        let mut record = Record::default();
        let ended = Instant::now();
        record.add(Some(stood), ended);
        for _ in 0..times {
            record.add(None, ended);
        }
        (record, ended + since)
    }

    #[test]
    fn a_node_that_stood_a_moment_ago_is_dialled_again_soon_and_one_that_is_gone_seldom() {
        let longest = |times, stood, since| {
            let (record, now) = failing(times, stood, since);
            let pauses = (0..200).map(|_| record.pause(&Ended::Silent, now));
            pauses.max().unwrap_or_default()
        };
        let ten = Duration::from_secs(10);
        // It may have been started again before that as well.
        for stood in [THERE, STOOD] {
            assert!(longest(8, stood, ten) <= SOON);
            assert!(longest(8, stood, RESTARTING) > LAST / 2);
        }
        assert!(longest(0, STOOD, ten) <= FIRST);
        // Up, and at once gone, each time: that is not a node that starts again.
        let a_moment = Duration::from_secs(1);
        assert!(longest(8, a_moment, ten) > LAST / 2);
        assert!(longest(8, a_moment, ten) <= LAST);
        // What takes a person to change is asked no sooner.
        let (record, now) = failing(0, STOOD, ten);
        let revoked = Ended::Refused(Bye::new(ByeCode::Revoked, ""));
        assert!(record.pause(&revoked, now) >= LAST / 2);
    }
}
