//! A tunnel as the rest of the hub has it: to ask through, to look at, to end.

use super::clock::Clock;
use crate::identity::PeerIdentity;
use crate::sign::PeerKey;
use bytes::Bytes;
use entryway_bridge::link::NotAsked;
use entryway_bridge::message::{
    Bye, ByeCode, CERTIFICATE_LOGIN, Certificates, Hello, Method, RefusalCode, Report, Welcome,
};
use entryway_bridge::{ConnectorId, SiteName, VerifiedReply};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout_at;

/// No latency was measured yet.
const UNKNOWN: u64 = u64::MAX;
/// Questions at a time on one tunnel, whatever its connector reports: beyond that the driver's queue has no room.
const MOST: usize = 4096;

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// It certainly reached nobody: it may be asked elsewhere.
    #[error("the question was not sent")]
    NotSent(#[source] NotSent),
    /// The tunnel ended, or the connector gave up, after it was sent.
    #[error("the question was sent, and its answer is lost")]
    Lost,
    /// No answer came in time.
    #[error("no answer came in time")]
    TimedOut,
    /// What came is not signed by the connector for what was asked.
    #[error("the answer is not the connector's")]
    Invalid,
}

/// Why a question was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The tunnel did not take it.
    #[error(transparent)]
    Here(#[from] NotAsked),
    /// The connector says that it gave it to nobody.
    #[error("the connector has given it to nobody: `{}`", .0.as_str())]
    There(RefusalCode),
}

impl NotSent {
    /// Whether more is under way than there may be.
    pub fn is_busy(self) -> bool {
        matches!(
            self,
            Self::Here(NotAsked::Busy) | Self::There(RefusalCode::Busy)
        )
    }
}

/// Why a tunnel ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Down {
    /// The connector said its last word.
    #[error("the connector says `{}`", .0.code.as_str())]
    Theirs(Bye),
    /// This end did.
    #[error("the hub says `{}`", .0.code.as_str())]
    Ours(Bye),
    /// The stream broke or ended.
    #[error("the connection is lost: {0}")]
    Lost(String),
    /// Nobody answers any more.
    #[error("the connector gives no sign of life")]
    Silent,
    /// What came does not belong to the protocol.
    #[error("the connector breaks the protocol: {0}")]
    Broken(String),
    /// A reply was not signed by the connector for what was asked.
    #[error("a reply is not the connector's")]
    Invalid,
    /// It never ends what nobody waits for any more: the places of those requests are lost, and soon all would be.
    #[error("the connector does not end requests that were cancelled")]
    Clogged,
    /// Its certificate has come to its end.
    #[error("the connector's certificate has expired")]
    Expired,
}

/// What the driver is told to do.
pub(super) enum Command {
    Ask(Question),
    Cancel(u64),
    Count(u16),
    Certificates(Certificates),
    Drain,
    Close(Bye),
}

/// A question on its way to the driver.
pub(super) struct Question {
    pub(super) token: u64,
    pub(super) method: Method,
    pub(super) body: Bytes,
    pub(super) deadline: Instant,
    pub(super) tell: oneshot::Sender<Result<VerifiedReply, Unanswered>>,
}

/// A tunnel that stands.
pub struct Tunnel {
    peer: PeerIdentity,
    key: PeerKey,
    site: SiteName,
    connector: ConnectorId,
    hello: Hello,
    welcome: Welcome,
    stores: Mutex<Option<u16>>,
    since: SystemTime,
    clock: Mutex<Clock>,
    report: Mutex<Arc<Report>>,
    outstanding: AtomicUsize,
    latency_us: AtomicU64,
    draining: AtomicBool,
    silent: AtomicBool,
    tokens: AtomicU64,
    commands: mpsc::UnboundedSender<Command>,
}

impl std::fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tunnel({} of {})", self.connector, self.site)
    }
}

/// Who stands at the other end, as it came.
pub(super) struct Arrived {
    pub(super) peer: PeerIdentity,
    pub(super) key: PeerKey,
    pub(super) site: SiteName,
    pub(super) connector: ConnectorId,
    pub(super) hello: Hello,
    pub(super) welcome: Welcome,
    pub(super) stores: Option<u16>,
    pub(super) clock: Clock,
}

impl Tunnel {
    pub(super) fn new(
        arrived: Arrived,
        report: Report,
        commands: mpsc::UnboundedSender<Command>,
    ) -> Self {
        Self {
            peer: arrived.peer,
            key: arrived.key,
            site: arrived.site,
            connector: arrived.connector,
            hello: arrived.hello,
            welcome: arrived.welcome,
            stores: Mutex::new(arrived.stores),
            since: SystemTime::now(),
            clock: Mutex::new(arrived.clock),
            report: Mutex::new(Arc::new(report)),
            outstanding: AtomicUsize::new(0),
            latency_us: AtomicU64::new(UNKNOWN),
            draining: AtomicBool::new(false),
            silent: AtomicBool::new(false),
            tokens: AtomicU64::new(0),
            commands,
        }
    }
    /// Whose it is.
    pub fn site(&self) -> &SiteName {
        &self.site
    }
    /// Who is at its other end.
    pub fn connector(&self) -> &ConnectorId {
        &self.connector
    }
    /// As its certificate says.
    pub fn peer(&self) -> &PeerIdentity {
        &self.peer
    }
    /// The key of that certificate: what its connector signs is verified by it.
    pub fn key(&self) -> &PeerKey {
        &self.key
    }
    /// As it greeted.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }
    /// As it was let in.
    pub fn welcome(&self) -> &Welcome {
        &self.welcome
    }
    /// Since when.
    pub fn since(&self) -> SystemTime {
        self.since
    }
    /// By how much the connector's clock is ahead, in milliseconds, as it said last; below zero: behind.
    pub fn clock_ahead_ms(&self) -> i64 {
        self.clock.lock().ahead_ms
    }
    /// Whether that is further from ours than is borne where what it signs counts by its time.
    pub fn is_clock_wrong(&self) -> bool {
        self.clock.lock().is_wrong
    }
    /// Its reply says this time that was asked for then; gives whether that changes whether its clock is wrong.
    pub(super) fn told_time(&self, time_ms: u64, asked: SystemTime) -> bool {
        self.clock.lock().replied(time_ms, asked, SystemTime::now())
    }
    /// What its connector is ready for.
    pub fn report(&self) -> Arc<Report> {
        Arc::clone(&self.report.lock())
    }
    pub(super) fn set_report(&self, report: Report) {
        *self.report.lock() = Arc::new(report);
    }
    /// Questions under way.
    pub fn outstanding(&self) -> usize {
        self.outstanding.load(Ordering::Relaxed)
    }
    /// How long the last sign of life took.
    pub fn latency(&self) -> Option<Duration> {
        match self.latency_us.load(Ordering::Relaxed) {
            UNKNOWN => None,
            us => Some(Duration::from_micros(us)),
        }
    }
    pub(super) fn set_latency(&self, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(UNKNOWN - 1);
        self.latency_us
            .store(us.min(UNKNOWN - 1), Ordering::Relaxed);
    }
    /// Whether one end wants nothing new.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed) || self.report.lock().draining
    }
    pub(super) fn set_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked, a moment ago, and nothing at all has come since, no answer to a ping either.
    pub fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }
    pub(super) fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
    }

    /// Asks, and waits for the answer until the deadline. When this is dropped the connector is told that nobody waits.
    pub async fn ask(
        self: &Arc<Self>,
        method: Method,
        body: Bytes,
        deadline: Instant,
    ) -> Result<VerifiedReply, Unanswered> {
        let ended = || Unanswered::NotSent(NotAsked::Ended.into());
        let mut asking = Asking::begin(self).ok_or(Unanswered::NotSent(NotAsked::Busy.into()))?;
        let (tell, told) = oneshot::channel();
        let question = Question {
            token: asking.token,
            method,
            body,
            deadline,
            tell,
        };
        self.commands
            .send(Command::Ask(question))
            .map_err(|_| ended())?;
        asking.is_open = true;
        let outcome = timeout_at(deadline.into(), told).await;
        asking.is_open = outcome.is_err();
        match outcome {
            Ok(Ok(outcome)) => outcome,
            // The driver tells what it knows; where it is gone without a word nothing is certain.
            Ok(Err(_)) => Err(Unanswered::Lost),
            Err(_) => Err(Unanswered::TimedOut),
        }
    }
    /// Says in how many stores the connectors of the site count failures, where that is another number than was said.
    pub fn count(&self, stores: u16) {
        let mut said = self.stores.lock();
        if said.replace(stores) != Some(stores) {
            let _ = self.commands.send(Command::Count(stores));
        }
    }
    /// Whether its connector speaks of people's certificates.
    pub fn has_certificates(&self) -> bool {
        self.hello.can(CERTIFICATE_LOGIN)
    }
    /// Says what its connector has to know of people's certificates; nothing to one that does not speak of them.
    pub fn tell_certificates(&self, certificates: Certificates) {
        let _ = self.commands.send(Command::Certificates(certificates));
    }
    /// Asks nothing more; what is under way is finished, and then the tunnel ends.
    pub fn drain(&self) {
        self.set_draining();
        let _ = self.commands.send(Command::Drain);
    }
    /// Ends it now.
    pub fn close(&self, code: ByeCode, text: &str) {
        self.set_draining();
        let _ = self.commands.send(Command::Close(Bye::new(code, text)));
    }
}

/// One question under way; over when dropped, and then nobody waits for it.
struct Asking {
    tunnel: Arc<Tunnel>,
    token: u64,
    /// Whether the driver has it and has told no end: only then it hears that nobody waits.
    is_open: bool,
}

impl Asking {
    fn begin(tunnel: &Arc<Tunnel>) -> Option<Self> {
        let before = tunnel.outstanding.fetch_add(1, Ordering::Relaxed);
        let asking = Self {
            tunnel: Arc::clone(tunnel),
            token: tunnel.tokens.fetch_add(1, Ordering::Relaxed),
            is_open: false,
        };
        // Dropped, it counts no more.
        (before < MOST).then_some(asking)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.tunnel.outstanding.fetch_sub(1, Ordering::Relaxed);
        if self.is_open {
            let _ = self.tunnel.commands.send(Command::Cancel(self.token));
        }
    }
}
