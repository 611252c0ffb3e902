//! The task that owns a tunnel at a connector.

use super::keep::{NodeStatus, Phase};
use super::way::{Tried, open};
use super::{Answerer, Asked, Credential, Dialing, SigningDesk};
use crate::error::{DialError, broken, not_accepted, was_altered};
use crate::hub::in_words;
use crate::pump::{Alarm, Beat, Pace, Pulse, finish, pull, push};
use crate::sign::IdentitySigner;
use bytes::BytesMut;
use entryway_bridge::link::{ConnectorEvent, ConnectorLink, Delivered, RequestId};
use entryway_bridge::message::{Bye, ByeCode, Renew};
use entryway_bridge::ports::Signer;
use entryway_bridge::{Opaque, Question, SignedReply};
use rustls_pki_types::CertificateDer;
use std::collections::HashMap;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf, split};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, timeout};

/// How long what is under way may take when the connector stops.
const DRAIN: Duration = Duration::from_secs(15);
/// Between two tries for the next certificate.
const RENEW_AGAIN: Duration = Duration::from_secs(15 * 60);
/// The longest that a timer is set for: clocks are set.
const LOOK_AGAIN: Duration = Duration::from_secs(3600);

/// Why a tunnel ended, or never was.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The hub was not reached.
    #[error(transparent)]
    NotReached(#[from] DialError),
    /// The hub said its last word.
    #[error("the hub says {}", last_word(.0))]
    Refused(Bye),
    /// The hub speaks an older version than it once did.
    #[error("the hub speaks version {found} of the protocol, and has spoken {known} before")]
    Older {
        /// Now.
        found: u16,
        /// Before.
        known: u16,
    },
    /// The hub takes us for another one.
    #[error("the hub takes this connector for another one")]
    Mistaken,
    /// The stream broke or ended.
    #[error("the connection is lost: {0}")]
    Lost(String),
    /// TLS found that what came is not what was sent.
    #[error("{0}")]
    Altered(String),
    /// Before it said a word the hub has refused our certificate: our own half of the handshake was over by then.
    #[error("the hub does not accept this connector's certificate: {0}")]
    NotAccepted(String),
    /// Nobody answers any more.
    #[error("the hub gives no sign of life")]
    Silent,
    /// What came does not belong to the protocol.
    #[error("the hub breaks the protocol: {0}")]
    Broken(String),
    /// This connector stops.
    #[error("this connector stops")]
    Stopped,
    /// The hub is being stopped, and everything was answered.
    #[error("the hub drains its tunnels")]
    Drained,
    /// The certificate that it was dialled with is old: the next tunnel has another.
    #[error("the certificate is followed by another")]
    Retired,
    /// The key cannot be used.
    #[error("the identity's key cannot be used")]
    Key,
}

/// The word for it, and why, where the hub says that as well.
pub(super) fn last_word(bye: &Bye) -> String {
    let (code, why) = (bye.code.as_str(), bye.text.as_str());
    match why.is_empty() {
        true => format!("`{code}`"),
        false => format!("`{code}`: {why}"),
    }
}

impl Ended {
    /// A hub of before lets its word on our certificate go with the connection; whether it has ended we see as well.
    fn of(self, credential: &Credential) -> Self {
        let has_ended = (credential.not_after()).is_some_and(|until| until <= SystemTime::now());
        match self {
            Self::Lost(how) if has_ended => Self::NotAccepted(format!("it has ended ({how})")),
            ended => ended,
        }
    }
    fn broken(error: &io::Error) -> Self {
        let how = broken(error);
        match not_accepted(error) {
            Some(why) => Self::NotAccepted(why.to_owned()),
            None if was_altered(error) => Self::Altered(how),
            None => Self::Lost(how),
        }
    }
}

/// Bytes and the state machine over them.
pub(super) struct End<S> {
    pub(super) link: ConnectorLink,
    read: ReadHalf<S>,
    write: WriteHalf<S>,
    input: BytesMut,
    unflushed: bool,
}

impl<S: AsyncRead + AsyncWrite> End<S> {
    pub(super) fn new(stream: S, link: ConnectorLink) -> Self {
        let (read, write) = split(stream);
        Self {
            link,
            read,
            write,
            input: BytesMut::new(),
            unflushed: false,
        }
    }
    /// What is said first, in time.
    pub(super) async fn early(&mut self, pace: Pace) -> Result<ConnectorEvent, Ended> {
        let event = async {
            loop {
                match self.link.receive(&mut self.input) {
                    Ok(Some(ConnectorEvent::Bye(bye))) => return Err(Ended::Refused(bye)),
                    Ok(Some(event)) => return Ok(event),
                    Ok(None) => {}
                    Err(error) => return Err(Ended::Broken(in_words(&error))),
                }
                self.turn().await?;
            }
        };
        let event = timeout(pace.greeting, event)
            .await
            .unwrap_or(Err(Ended::Silent));
        if event.is_err() {
            finish(&mut self.write, self.link.outbound()).await;
        }
        event
    }
    /// Moves some bytes.
    async fn turn(&mut self) -> Result<(), Ended> {
        let out = self.link.outbound();
        let writes = !out.is_empty() || self.unflushed;
        let moved = tokio::select! {
            pushed = push(&mut self.write, out, &mut self.unflushed), if writes => pushed,
            pulled = pull(&mut self.read, &mut self.input) => pulled,
        };
        moved.map_err(|error| Ended::broken(&error))
    }
    pub(super) async fn close(&mut self) {
        self.last(&Bye::new(ByeCode::Done, "")).await;
    }
    /// Says the last word.
    pub(super) async fn last(&mut self, bye: &Bye) {
        self.link.bye(bye);
        finish(&mut self.write, self.link.outbound()).await;
    }
}

/// Dials, and answers until the tunnel ends. `stopping` becomes true when the connector is to stop: what is under way is
/// finished then.
pub async fn run_tunnel(
    dialing: &Dialing,
    answerer: &Arc<dyn Answerer>,
    status: &watch::Sender<NodeStatus>,
    stopping: &mut watch::Receiver<bool>,
) -> Ended {
    let credential = dialing.identity.current();
    let opening = open(dialing, &credential);
    let opened = tokio::select! {
        opened = opening => opened,
        () = stopped(stopping) => return Ended::Stopped,
    };
    let (mut end, tried) = match opened {
        Ok(opened) => opened,
        Err(ended) => return ended.of(&credential),
    };
    let Ok(signer) = IdentitySigner::of(&credential.key) else {
        return Ended::Key;
    };
    let signer: Arc<dyn Signer> = Arc::new(signer);
    let desk = match tried.signs_together {
        true => SigningDesk::together(credential.site.clone(), credential.connector, signer),
        false => SigningDesk::alone(signer),
    };
    let desk = match tried.takes_outcomes {
        true => desk.stating(),
        false => desk,
    };
    // Before anything can be asked.
    if let Some(stores) = tried.stores {
        answerer.shares_among(stores);
    }
    let mut reports = answerer.report();
    let report = reports.borrow_and_update().clone();
    if end.link.report(&report).is_err() {
        return Ended::Broken("it did not wait".to_owned());
    }
    status.send_modify(|status| status.up(tried));
    let mut course = Course {
        dialing,
        answerer,
        status,
        credential,
        desk: Arc::new(desk),
        answers: JoinSet::new(),
        tasks: HashMap::new(),
        pulse: Pulse::new(dialing.pace),
        renewal: None,
        renew_at: Instant::now(),
    };
    let ended = course.run(&mut end, &mut reports, stopping).await;
    finish(&mut end.write, end.link.outbound()).await;
    ended
}

/// Resolves when the connector is to stop.
pub(super) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        // Nobody is left to stop it.
        pending::<()>().await;
    }
}

/// A tunnel that is up.
struct Course<'a> {
    dialing: &'a Dialing,
    answerer: &'a Arc<dyn Answerer>,
    status: &'a watch::Sender<NodeStatus>,
    credential: Arc<Credential>,
    desk: Arc<SigningDesk>,
    answers: JoinSet<(RequestId, Option<SignedReply>)>,
    tasks: HashMap<RequestId, AbortHandle>,
    pulse: Pulse,
    renewal: Option<super::identity::Renewal>,
    renew_at: Instant,
}

impl Course<'_> {
    async fn run<S: AsyncRead + AsyncWrite>(
        &mut self,
        end: &mut End<S>,
        reports: &mut watch::Receiver<entryway_bridge::message::Report>,
        stopping: &mut watch::Receiver<bool>,
    ) -> Ended {
        let mut by: Option<(Instant, fn() -> Ended)> = None;
        let mut reporting = true;
        let mut alarm = Alarm::new();
        loop {
            match self.heard(end).await {
                Ok(true) => {
                    by.get_or_insert((Instant::now() + DRAIN, || Ended::Drained));
                }
                Ok(false) => {}
                Err(ended) => return ended,
            }
            if let Some((_, why)) = by
                && end.link.is_drained()
            {
                end.link.bye(&Bye::new(ByeCode::Stopping, ""));
                return why();
            }
            self.status.send_if_modified(|status| {
                status.outstanding = end.link.outstanding();
                // It changes with each question: whoever wants to know looks, and nobody is told.
                false
            });
            let out = end.link.outbound();
            let writes = !out.is_empty() || end.unflushed;
            let next = by.map_or(self.renew_at, |(by, _)| by.min(self.renew_at));
            tokio::select! {
                pushed = push(&mut end.write, out, &mut end.unflushed), if writes => {
                    if let Err(error) = pushed {
                        return Ended::broken(&error);
                    }
                }
                pulled = pull(&mut end.read, &mut end.input) => {
                    if let Err(error) = pulled {
                        return Ended::broken(&error);
                    }
                }
                Some(answered) = self.answers.join_next() => {
                    self.answered(end, answered);
                    // What is answered at the same time is written together.
                    while let Some(answered) = self.answers.try_join_next() {
                        self.answered(end, answered);
                    }
                }
                changed = reports.changed(), if reporting => {
                    reporting = changed.is_ok();
                    let report = reports.borrow_and_update().clone();
                    // Out of turn only where it has ended, which is told next.
                    let _ = end.link.report(&report);
                }
                () = stopped(stopping), if by.is_none() => {
                    // What it says last, which may be why.
                    let report = reports.borrow_and_update().clone();
                    let _ = end.link.report(&report);
                    end.link.drain();
                    by = Some((Instant::now() + DRAIN, || Ended::Stopped));
                }
                () = alarm.at(next.min(self.pulse.due)) => {
                    let now = Instant::now();
                    if let Some((limit, why)) = by
                        && limit <= now
                    {
                        end.link.bye(&Bye::new(ByeCode::Stopping, "not drained in time"));
                        return why();
                    }
                    if self.pulse.due <= now {
                        match self.pulse.beat() {
                            Beat::Ping(token) => end.link.ping(token),
                            Beat::Gone => return Ended::Silent,
                        }
                    }
                    if self.renew_at <= now {
                        self.renew(end);
                        if self.is_old() && by.is_none() {
                            end.link.drain();
                            by = Some((now + DRAIN, || Ended::Retired));
                        }
                    }
                }
            }
        }
    }

    /// Everything that has come; whether the hub wants an end.
    async fn heard<S: AsyncRead + AsyncWrite>(&mut self, end: &mut End<S>) -> Result<bool, Ended> {
        let mut drains = false;
        loop {
            let event = match end.link.receive(&mut end.input) {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(drains),
                Err(error) => return Err(Ended::Broken(in_words(&error))),
            };
            match event {
                ConnectorEvent::Asked(id, delivered) => self.ask(id, delivered),
                ConnectorEvent::Cancelled(id) => {
                    if let Some(task) = self.tasks.remove(&id) {
                        task.abort();
                    }
                    end.link.give_up(id);
                }
                ConnectorEvent::Renewed(renewed) => {
                    let chain = renewed.chain.iter();
                    let chain = chain.map(|der| CertificateDer::from(der.as_slice().to_vec()));
                    self.renewed(chain.collect()).await;
                }
                ConnectorEvent::RenewalRefused(code) => {
                    self.renewal = None;
                    let why = format!("the hub refuses with `{}`", code.as_str());
                    self.status
                        .send_modify(|status| status.not_renewed = Some(why));
                }
                ConnectorEvent::Pong(token) => {
                    if let Some(latency) = self.pulse.pong(token) {
                        self.status
                            .send_modify(|status| status.latency = Some(latency));
                    }
                }
                ConnectorEvent::Counting(counting) => {
                    self.answerer.shares_among(counting.stores);
                    self.status
                        .send_modify(|status| status.stores = Some(counting.stores));
                }
                ConnectorEvent::Certificates(told) => {
                    self.status
                        .send_modify(|status| status.certificates = Some(told));
                }
                ConnectorEvent::Draining => drains = true,
                ConnectorEvent::Bye(bye) => return Err(Ended::Refused(bye)),
                // Once, at the beginning.
                ConnectorEvent::Hello(_)
                | ConnectorEvent::Welcome(_)
                | ConnectorEvent::Enrolled(_) => {}
            }
        }
    }

    fn ask(&mut self, id: RequestId, delivered: Delivered) {
        let deadline = Duration::from_millis(delivered.head.deadline_ms.into());
        let question = Question {
            site: self.credential.site.clone(),
            connector: self.credential.connector,
            nonce: delivered.head.nonce,
            method: delivered.head.method,
            request: delivered.digest,
        };
        let asked = Asked {
            delivered,
            question,
            deadline: std::time::Instant::now() + deadline,
            desk: Arc::clone(&self.desk),
        };
        let answerer = Arc::clone(self.answerer);
        let task = self.answers.spawn(async move {
            let answer = timeout(deadline, answerer.answer(asked)).await;
            (id, answer.unwrap_or(None))
        });
        self.tasks.insert(id, task);
    }

    fn answered<S: AsyncRead + AsyncWrite>(
        &mut self,
        end: &mut End<S>,
        answered: Result<(RequestId, Option<SignedReply>), tokio::task::JoinError>,
    ) {
        let (id, reply) = match answered {
            Ok(answered) => answered,
            Err(error) => {
                // A bug in an answer ends that answer alone; one that was cancelled is not there any more.
                let mut tasks = self.tasks.iter();
                let found = tasks.find(|(_, task)| task.id() == error.id());
                match found.map(|(id, _)| *id) {
                    Some(id) => (id, None),
                    None => return,
                }
            }
        };
        self.tasks.remove(&id);
        let sent = reply.map(|reply| end.link.reply(id, reply));
        if !matches!(sent, Some(Ok(()))) {
            end.link.give_up(id);
        }
    }

    /// Whether this tunnel should be followed by one with the new certificate.
    fn is_old(&self) -> bool {
        let now = self.dialing.identity.current();
        !Arc::ptr_eq(&now, &self.credential)
            && self.credential.not_after().is_some_and(|until| {
                let left = until.duration_since(SystemTime::now());
                left.unwrap_or_default() < LOOK_AGAIN * 2
            })
    }

    fn renew<S: AsyncRead + AsyncWrite>(&mut self, end: &mut End<S>) {
        let left = self.dialing.identity.renews_in().unwrap_or(LOOK_AGAIN);
        let again = if left.is_zero() { RENEW_AGAIN } else { left };
        self.renew_at = Instant::now() + again.min(LOOK_AGAIN);
        let Some(renewal) = self.dialing.identity.begin_renewal() else {
            return;
        };
        let request = renewal.request().and_then(Opaque::new);
        if let Some(request) = request
            && end.link.renew(&Renew { request }).is_ok()
        {
            self.renewal = Some(renewal);
        }
    }

    async fn renewed(&mut self, chain: Vec<CertificateDer<'static>>) {
        let Some(renewal) = self.renewal.take() else {
            return;
        };
        let finished = renewal.finish(chain).await;
        self.status.send_modify(|status| match finished {
            Ok(_) => {
                status.renewed += 1;
                status.not_renewed = None;
            }
            Err(why) => status.not_renewed = Some(why.to_string()),
        });
    }
}

impl NodeStatus {
    fn up(&mut self, tried: Tried) {
        self.phase = Phase::Up {
            since: SystemTime::now(),
        };
        self.trouble = None;
        self.welcome = Some(tried.welcome);
        self.stores = tried.stores;
        self.certificates = tried.certificates;
        self.shown = tried.shown;
        self.steps = tried.steps;
        self.hub_ahead_ms = Some(tried.hub_ahead_ms);
        self.ups += 1;
    }
}
