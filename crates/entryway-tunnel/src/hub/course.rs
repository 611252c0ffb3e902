//! What is under way on a tunnel: who waits for what, and what each is told.

use super::clogged::Clogged;
use super::handle::{Command, Question};
use super::silence::{Due, Silence};
use super::{Tunnel, Unanswered};
use crate::pump::{Pace, Pulse};
use entryway_bridge::link::{Ended, HubLink, NotAsked, RequestId};
use entryway_bridge::{Octets, Question as Signed, Roots, SignedReply, VerifiedReply};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// What is under way on a tunnel.
pub(super) struct Course {
    pub(super) told: mpsc::UnboundedReceiver<Command>,
    waiting: HashMap<RequestId, Waiting>,
    ids: HashMap<u64, RequestId>,
    pub(super) pulse: Pulse,
    pub(super) clogged: Clogged,
    silence: Silence,
    pub(super) tunnel: Arc<Tunnel>,
    /// Of the key of this tunnel's connector.
    roots: Roots,
    clock_changed: bool,
}

struct Waiting {
    signed: Signed,
    token: u64,
    asked: SystemTime,
    tell: oneshot::Sender<Result<VerifiedReply, Unanswered>>,
}

impl Course {
    pub(super) fn new(
        told: mpsc::UnboundedReceiver<Command>,
        pace: Pace,
        tunnel: &Arc<Tunnel>,
    ) -> Self {
        Self {
            told,
            waiting: HashMap::new(),
            ids: HashMap::new(),
            pulse: Pulse::new(pace),
            clogged: Clogged::new(pace.cancelled),
            silence: Silence::new(pace.quiet),
            tunnel: Arc::clone(tunnel),
            roots: Roots::default(),
            clock_changed: false,
        }
    }
    pub(super) fn ask(&mut self, link: &mut HubLink, question: Question) {
        let Question {
            token,
            method,
            body,
            deadline,
            tell,
        } = question;
        if tell.is_closed() {
            return;
        }
        let left = deadline.saturating_duration_since(std::time::Instant::now());
        let deadline_ms = u32::try_from(left.as_millis()).unwrap_or(u32::MAX);
        let mut nonce = [0; 16];
        if getrandom::fill(&mut nonce).is_err() {
            // Without a nonce of its own nothing is asked.
            let _ = tell.send(Err(Unanswered::NotSent(NotAsked::Ended.into())));
            return;
        }
        let nonce = Octets(nonce);
        match link.request(method, nonce, deadline_ms, &body) {
            Ok((id, request)) => {
                let signed = Signed {
                    site: self.tunnel.site().clone(),
                    connector: *self.tunnel.connector(),
                    nonce,
                    method,
                    request,
                };
                self.ids.insert(token, id);
                let waiting = Waiting {
                    signed,
                    token,
                    asked: SystemTime::now(),
                    tell,
                };
                self.waiting.insert(id, waiting);
                self.silence.asked();
            }
            Err(why) => {
                let _ = tell.send(Err(Unanswered::NotSent(why.into())));
            }
        }
    }
    pub(super) fn cancel(&mut self, link: &mut HubLink, token: u64) {
        if let Some(id) = self.ids.remove(&token) {
            self.waiting.remove(&id);
            link.cancel(id);
        }
    }
    /// Something has come, and was looked at. Gives whether it had been silent.
    pub(super) fn heard(&mut self) -> bool {
        let was_silent = self.silence.heard(!self.waiting.is_empty());
        if was_silent {
            self.tunnel.set_silent(false);
        }
        was_silent
    }
    /// When silence is looked at next.
    pub(super) fn silent_by(&self) -> Option<Instant> {
        self.silence.by()
    }
    /// Looks at it. Gives whether it is silent from now on.
    pub(super) fn look(&mut self, now: Instant) -> bool {
        match self.silence.due(now) {
            Some(Due::Look) => self.pulse.hurry(),
            Some(Due::IsSilent) => {
                self.tunnel.set_silent(true);
                return true;
            }
            None => {}
        }
        false
    }
    fn take(&mut self, id: RequestId) -> Option<Waiting> {
        let waiting = self.waiting.remove(&id)?;
        self.ids.remove(&waiting.token);
        Some(waiting)
    }
    pub(super) fn tell(&mut self, id: RequestId, outcome: Result<VerifiedReply, Unanswered>) {
        if let Some(waiting) = self.take(id) {
            // Whoever has gone does not want to know.
            let _ = waiting.tell.send(outcome);
        }
    }
    /// Whether the reply is the connector's.
    pub(super) fn replied(&mut self, id: RequestId, reply: SignedReply) -> bool {
        let Some(waiting) = self.take(id) else {
            return true;
        };
        let verified = reply.verify_with(&waiting.signed, self.tunnel.key(), &mut self.roots);
        let is_theirs = verified.is_ok();
        if let Ok(reply) = &verified {
            self.clock_changed |= self.tunnel.told_time(reply.time_ms(), waiting.asked);
        }
        let _ = waiting.tell.send(verified.map_err(|_| Unanswered::Invalid));
        is_theirs
    }
    /// Whether the connector's clock has gone wrong, or right, since this was last asked.
    pub(super) fn has_clock_changed(&mut self) -> bool {
        std::mem::take(&mut self.clock_changed)
    }
    /// Everybody who still waits is told what is certain.
    pub(super) fn end(&mut self, ended: Vec<(RequestId, Ended)>) {
        for (id, how) in ended {
            let outcome = match how {
                Ended::Unwritten => gone(),
                Ended::Lost => Unanswered::Lost,
            };
            self.tell(id, Err(outcome));
        }
        self.told.close();
        while let Ok(command) = self.told.try_recv() {
            not_sent(command);
        }
    }
}

fn gone() -> Unanswered {
    Unanswered::NotSent(NotAsked::Ended.into())
}

/// The tunnel has ended before this was looked at.
pub(super) fn not_sent(command: Command) {
    if let Command::Ask(question) = command {
        let _ = question.tell.send(Err(gone()));
    }
}
