//! The task that owns a tunnel at the hub.

use super::clock::Clock;
use super::course::{Course, not_sent};
use super::handle::{Arrived, Command};
use super::{Admit, Down, Later, NotSent, Tunnel, Unanswered};
use crate::error::broken;
use crate::identity::PeerIdentity;
use crate::inner::{InnerError, receive};
use crate::pump::{Alarm, Beat, Pace, finish, hello, pull, push};
use crate::sign::PeerKey;
use crate::socket::WebSocketBytes;
use bytes::BytesMut;
use entryway_bridge::link::{HubEvent, HubLink, Limits};
use entryway_bridge::message::{Bye, ByeCode, Counting, Renew, Welcome};
use entryway_bridge::{ConnectorId, SiteName};
use rustls::ServerConfig;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf, split};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a tunnel that drains may take to finish.
const DRAIN: Duration = Duration::from_secs(60);
/// Most commands that are taken at a time.
const AT_ONCE: usize = 256;

/// Why a tunnel never was up.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The handshake inside.
    #[error("the two ends do not find together")]
    Inner(#[from] InnerError),
    /// The stream broke.
    #[error("the connection is lost")]
    Lost(#[source] io::Error),
    /// What came does not belong to the protocol.
    #[error("the connector breaks the protocol: {0}")]
    Broken(String),
    /// Nothing came in time.
    #[error("nothing came in time")]
    TimedOut,
    /// The hub, or the connector, ended it.
    #[error("it was ended with `{}`", .0.code.as_str())]
    Ended(Bye),
    /// Its certificate names what is no connector.
    #[error("the certificate's names cannot be read")]
    Name,
}

/// Takes a tunnel over a connection that HTTP has upgraded, and runs it to its end: `Ok` for one that was up, or that
/// has enrolled its connector. When `stopping` is over the tunnel drains and ends.
pub async fn accept<S>(
    io: S,
    site: &SiteName,
    tls: Arc<ServerConfig>,
    admit: Arc<dyn Admit>,
    software: &str,
    pace: Pace,
    stopping: Later<'_, ()>,
) -> Result<(), AcceptError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let socket = WebSocketBytes::upgraded(io).await;
    let shaken = timeout(pace.greeting, receive(socket, site.as_str(), tls)).await;
    let (stream, peer) = shaken.map_err(|_| AcceptError::TimedOut)??;
    let (read, write) = split(stream);
    let link = HubLink::new(&hello(software), peer.is_some(), Limits::default());
    let mut driver = Driver {
        link,
        read,
        write,
        input: BytesMut::new(),
        unflushed: false,
        admit,
        site: site.clone(),
    };
    match peer {
        None => driver.enrol(pace).await,
        Some(peer) => driver.serve(peer, pace, stopping).await,
    }
}

struct Driver<S> {
    link: HubLink,
    read: ReadHalf<S>,
    write: WriteHalf<S>,
    input: BytesMut,
    unflushed: bool,
    admit: Arc<dyn Admit>,
    site: SiteName,
}

impl<S: AsyncRead + AsyncWrite> Driver<S> {
    /// Moves bytes until something was said.
    async fn event(&mut self) -> Result<HubEvent, AcceptError> {
        loop {
            match self.link.receive(&mut self.input) {
                Ok(Some(HubEvent::Bye(bye))) => return Err(AcceptError::Ended(bye)),
                Ok(Some(event)) => return Ok(event),
                Ok(None) => {}
                Err(error) => return Err(AcceptError::Broken(in_words(&error))),
            }
            let out = self.link.outbound();
            let writes = !out.is_empty() || self.unflushed;
            tokio::select! {
                pushed = push(&mut self.write, out, &mut self.unflushed), if writes => pushed,
                pulled = pull(&mut self.read, &mut self.input) => pulled,
            }
            .map_err(AcceptError::Lost)?;
        }
    }
    /// What is said first, in time; the last words are written where it goes wrong. The time is that of all that is said
    /// first: whoever says something now and then would else stay for ever, and nobody knows who it is.
    async fn early(&mut self, by: Instant) -> Result<HubEvent, AcceptError> {
        let event = timeout_at(by, self.event()).await;
        let event = event.unwrap_or(Err(AcceptError::TimedOut));
        if event.is_err() {
            finish(&mut self.write, self.link.outbound()).await;
        }
        event
    }
    async fn ended(&mut self, bye: Bye) -> AcceptError {
        self.link.bye(&bye);
        finish(&mut self.write, self.link.outbound()).await;
        AcceptError::Ended(bye)
    }

    async fn broken(&mut self, problem: &str) -> AcceptError {
        self.link.bye(&Bye::new(ByeCode::Protocol, problem));
        finish(&mut self.write, self.link.outbound()).await;
        AcceptError::Broken(problem.to_owned())
    }

    async fn enrol(&mut self, pace: Pace) -> Result<(), AcceptError> {
        let by = Instant::now() + pace.greeting;
        let HubEvent::Hello(_) = self.early(by).await? else {
            return Err(self.broken("it does not greet").await);
        };
        let HubEvent::Enrol(enrol) = self.early(by).await? else {
            return Err(self
                .broken("it has no certificate and does not enrol")
                .await);
        };
        let admit = Arc::clone(&self.admit);
        match admit.enrol(&enrol).await {
            Ok(enrolled) => {
                if self.link.enrolled(&enrolled).is_err() {
                    return Err(AcceptError::Broken("it did not wait".to_owned()));
                }
                self.link.bye(&Bye::new(ByeCode::Done, ""));
                finish(&mut self.write, self.link.outbound()).await;
                Ok(())
            }
            Err(bye) => Err(self.ended(bye).await),
        }
    }

    async fn serve(
        &mut self,
        peer: PeerIdentity,
        pace: Pace,
        stopping: Later<'_, ()>,
    ) -> Result<(), AcceptError> {
        let connector = ConnectorId::parse(&peer.connector).map_err(|_| AcceptError::Name)?;
        let key = PeerKey::of(&peer).ok_or(AcceptError::Name)?;
        let HubEvent::Hello(greeting) = self.early(Instant::now() + pace.greeting).await? else {
            return Err(self.broken("it does not greet").await);
        };
        let clock = Clock::greeting(greeting.time_ms, SystemTime::now());
        let admit = Arc::clone(&self.admit);
        let welcome: Welcome = match admit.admit(&peer, &greeting).await {
            Ok(welcome) => welcome,
            Err(bye) => return Err(self.ended(bye).await),
        };
        let stores = match admit.stores(&peer).await {
            Ok(stores) => stores,
            Err(bye) => return Err(self.ended(bye).await),
        };
        let counting = stores.map(|stores| self.link.counting(&Counting { stores }));
        let welcomed = self.link.welcome(&welcome);
        let told = welcomed.and_then(|()| self.link.certificates(&admit.certificates()));
        if counting.is_some_and(|told| told.is_err()) || told.is_err() {
            return Err(AcceptError::Broken("it did not wait".to_owned()));
        }
        // The store's time is not the connector's.
        let by = Instant::now() + pace.greeting;
        let report = loop {
            match self.early(by).await {
                Ok(HubEvent::Report(report)) => break report,
                Ok(_) => {}
                Err(AcceptError::Ended(bye)) if bye.code == ByeCode::Revoked => {
                    admit.left(&peer).await;
                    return Ok(());
                }
                // It was let in, and that was all that it wanted to know.
                Err(AcceptError::Ended(bye)) if bye.code == ByeCode::Done => return Ok(()),
                Err(error) => return Err(error),
            }
        };
        let arrived = Arrived {
            peer,
            key,
            site: self.site.clone(),
            connector,
            hello: greeting,
            welcome,
            stores,
            clock,
        };
        let (commands, told) = mpsc::unbounded_channel();
        let tunnel = Arc::new(Tunnel::new(arrived, report, commands));
        admit.up(&tunnel);
        let mut course = Course::new(told, pace, &tunnel);
        let down = self.run(&mut course, stopping).await;
        finish(&mut self.write, self.link.outbound()).await;
        course.end(self.link.end());
        tunnel.set_draining();
        admit.down(&tunnel, &down);
        Ok(())
    }

    async fn run(&mut self, course: &mut Course, stopping: Later<'_, ()>) -> Down {
        let mut stopping = Some(stopping);
        let expires = Instant::now() + left(course.tunnel.peer().not_after);
        let mut by: Option<Instant> = None;
        let admit = Arc::clone(&self.admit);
        let tunnel = Arc::clone(&course.tunnel);
        let mut renewal: Option<Later<'_, _>> = None;
        let mut alarm = Alarm::new();
        let mut commands = Vec::new();
        let mut has_come = false;
        loop {
            match self.heard(course) {
                Ok(Some(renew)) => {
                    let (admit, tunnel) = (Arc::clone(&admit), Arc::clone(&tunnel));
                    renewal = Some(Box::pin(
                        async move { admit.renew(tunnel.peer(), &renew).await },
                    ));
                }
                Ok(None) => {}
                Err(down) => return down,
            }
            if std::mem::take(&mut has_come) && course.heard() {
                admit.silence(&tunnel);
            }
            if by.is_some() && self.link.is_drained() {
                return self.last(Bye::new(ByeCode::Stopping, "drained"));
            }
            let clogged = course.clogged.by(&self.link);
            let out = self.link.outbound();
            let writes = !out.is_empty() || self.unflushed;
            let renewing = async {
                match &mut renewal {
                    Some(renewal) => renewal.await,
                    None => pending().await,
                }
            };
            let stopped = async {
                match &mut stopping {
                    Some(stopping) => stopping.await,
                    None => pending().await,
                }
            };
            let next = by.unwrap_or(expires).min(course.pulse.due);
            let sooner = clogged.into_iter().chain(course.silent_by()).min();
            let next = sooner.map_or(next, |sooner| sooner.min(next));
            tokio::select! {
                pushed = push(&mut self.write, out, &mut self.unflushed), if writes => {
                    if let Err(error) = pushed {
                        return Down::Lost(broken(&error));
                    }
                }
                pulled = pull(&mut self.read, &mut self.input) => {
                    if let Err(error) = pulled {
                        return Down::Lost(broken(&error));
                    }
                    has_come = true;
                }
                // All that wait: what is asked at the same time is written together.
                1.. = course.told.recv_many(&mut commands, AT_ONCE) => {
                    let mut closed = None;
                    for command in commands.drain(..) {
                        match command {
                            command if closed.is_some() => not_sent(command),
                            Command::Ask(question) => course.ask(&mut self.link, question),
                            Command::Cancel(token) => course.cancel(&mut self.link, token),
                            Command::Count(stores) => {
                                // Out of turn only where it has ended, which is told next.
                                let _ = self.link.counting(&Counting { stores });
                            }
                            // Out of turn only where it has ended, which is told next.
                            Command::Certificates(told) => {
                                let _ = self.link.certificates(&told);
                            }
                            Command::Drain => {
                                self.link.drain();
                                by.get_or_insert(Instant::now() + DRAIN);
                            }
                            Command::Close(bye) => closed = Some(bye),
                        }
                    }
                    if let Some(bye) = closed {
                        return self.last(bye);
                    }
                }
                made = renewing => {
                    renewal = None;
                    let answered = match made {
                        Ok(renewed) => self.link.renewed(&renewed),
                        Err(code) => self.link.refuse_renewal(code),
                    };
                    // It cannot be out of turn: the link asked, once.
                    let _ = answered;
                }
                () = stopped => {
                    stopping = None;
                    tunnel.set_draining();
                    self.link.drain();
                    by.get_or_insert(Instant::now() + DRAIN);
                }
                () = alarm.at(next) => {
                    let now = Instant::now();
                    if by.is_some_and(|by| by <= now) {
                        return self.last(Bye::new(ByeCode::Stopping, "not drained in time"));
                    }
                    if expires <= now {
                        let bye = Bye::new(ByeCode::Other, "the certificate has expired");
                        self.link.bye(&bye);
                        return Down::Expired;
                    }
                    if clogged.is_some_and(|clogged| clogged <= now) {
                        let bye = Bye::new(ByeCode::Other, "requests that were cancelled are not ended");
                        self.link.bye(&bye);
                        return Down::Clogged;
                    }
                    if course.look(now) {
                        admit.silence(&tunnel);
                    }
                    if course.pulse.due <= now {
                        match course.pulse.beat() {
                            Beat::Ping(token) => self.link.ping(token),
                            Beat::Gone => return Down::Silent,
                        }
                    }
                }
            }
        }
    }

    fn last(&mut self, bye: Bye) -> Down {
        self.link.bye(&bye);
        Down::Ours(bye)
    }

    /// Everything that has come; a request for a certificate is given back.
    fn heard(&mut self, course: &mut Course) -> Result<Option<Renew>, Down> {
        loop {
            let event = match self.link.receive(&mut self.input) {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(None),
                Err(error) => return Err(Down::Broken(in_words(&error))),
            };
            match event {
                HubEvent::Replied(id, reply) => {
                    if !course.replied(id, reply) {
                        self.link.bye(&Bye::new(ByeCode::Reply, ""));
                        return Err(Down::Invalid);
                    }
                    if course.has_clock_changed() {
                        self.admit.clock(&course.tunnel);
                    }
                }
                HubEvent::Refused(id, code) => {
                    course.tell(id, Err(Unanswered::NotSent(NotSent::There(code))));
                }
                HubEvent::GivenUp(id) => course.tell(id, Err(Unanswered::Lost)),
                HubEvent::Report(report) => {
                    course.tunnel.set_report(report);
                    self.admit.reported(&course.tunnel);
                }
                HubEvent::Pong(token) => {
                    if let Some(latency) = course.pulse.pong(token) {
                        course.tunnel.set_latency(latency);
                    }
                }
                HubEvent::Draining => {
                    course.tunnel.set_draining();
                    self.admit.reported(&course.tunnel);
                }
                HubEvent::Bye(bye) => return Err(Down::Theirs(bye)),
                HubEvent::Renew(renew) => return Ok(Some(renew)),
                // Once, at the beginning.
                HubEvent::Hello(_) | HubEvent::Enrol(_) => {}
            }
        }
    }
}

/// An error with what is below it.
pub(crate) fn in_words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

/// A clock that is wrong must not make a timer of centuries.
fn left(until: SystemTime) -> Duration {
    until
        .duration_since(SystemTime::now())
        .unwrap_or_default()
        .min(Duration::from_secs(365 * 86_400))
}
