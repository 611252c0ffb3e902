//! The hub's end: it asks.

use super::wire::{End, Phase, Shared, Wire};
use super::{
    Limits, LinkError, MAX_REPLY, MAX_REQUEST, OutOfTurn, REPLY_WINDOW, ReplyHead, RequestId,
    TOLD_MAX,
};
use crate::Octets;
use crate::frame::{Frame, Kind};
use crate::message::{
    self, Bye, Certificates, Counting, Enrol, Enrolled, Hello, Method, RefusalCode, Refused, Renew,
    Renewed, Report, RequestHead, Welcome,
};
use crate::reply::{Question, SignedReply};
use bytes::BytesMut;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a connector says and does.
#[derive(Debug)]
pub enum HubEvent {
    /// It greets. One with a certificate waits for [`HubLink::welcome`], one without for nothing: it enrols.
    Hello(Hello),
    /// It wants a certificate; answer with [`HubLink::enrolled`] or a bye.
    Enrol(Enrol),
    /// What it is ready for, from now on.
    Report(Report),
    /// A reply came, whole. Whether it is signed for what was asked is to be verified.
    Replied(RequestId, SignedReply),
    /// A request was given to nobody there.
    Refused(RequestId, RefusalCode),
    /// A request was taken there, and no reply will come.
    GivenUp(RequestId),
    /// It wants the next certificate; answer with [`HubLink::renewed`] or [`HubLink::refuse_renewal`].
    Renew(Renew),
    /// The answer to [`HubLink::ping`].
    Pong(u64),
    /// It wants nothing new.
    Draining,
    /// Its last word.
    Bye(Bye),
}

/// Why something is not asked: certainly nobody got it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    /// It has not reported yet that it is ready for this, or reports that it is not.
    #[error("the connector is not ready for this")]
    NotReady,
    /// It, or the hub, wants nothing new.
    #[error("the tunnel is draining")]
    Draining,
    /// As much is under way as there may be.
    #[error("as many requests are under way as the connector takes")]
    Busy,
    /// Longer than a request may be.
    #[error("the request is longer than {MAX_REQUEST} bytes")]
    TooLong,
    /// The connection has ended.
    #[error("the tunnel has ended")]
    Ended,
}

/// What is known of a request whose connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// No byte of it was taken off to be written: certainly nobody got it.
    Unwritten,
    /// It may have been delivered.
    Lost,
}

/// A tunnel, as the hub sees it.
pub struct HubLink {
    wire: Wire,
    /// Whether the connector has shown a certificate.
    known: bool,
    report: Option<Report>,
    last: u64,
    slots: BTreeMap<u64, Slot>,
    /// Those that nobody waits for any more, and that still have their places.
    cancelled: BTreeSet<u64>,
    /// Bytes beyond their windows that replies were promised.
    promised: usize,
    /// Replies that wait for room.
    waiting: VecDeque<u64>,
    renewing: bool,
    /// What it has said of itself since it was pinged last.
    told: usize,
}

struct Slot {
    /// Before which byte of all that were written it began.
    begins: u64,
    /// Nobody waits any more; its reply is passed over.
    cancelled: bool,
    reply: Option<Incoming>,
}

struct Incoming {
    head: ReplyHead,
    body: BytesMut,
    received: usize,
    /// How many bytes may come.
    allowed: usize,
    /// How many of the budget it has.
    promised: usize,
}

impl HubLink {
    /// A connection that has just opened; `known`: whoever is there has shown its certificate.
    pub fn new(hello: &Hello, known: bool, limits: Limits) -> Self {
        let reply_budget = limits.reply_budget.max(MAX_REPLY);
        Self {
            wire: Wire::new(
                hello,
                Limits {
                    reply_budget,
                    ..limits
                },
            ),
            known,
            report: None,
            last: 0,
            slots: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            promised: 0,
            waiting: VecDeque::new(),
            renewing: false,
            told: 0,
        }
    }

    /// What is to be written.
    pub fn outbound(&mut self) -> &mut BytesMut {
        self.wire.out()
    }
    /// The version that both speak; 0 before the connector's hello.
    pub fn version(&self) -> u16 {
        self.wire.version
    }
    /// The connector's latest report.
    pub fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }
    /// Requests that somebody waits for.
    pub fn outstanding(&self) -> usize {
        self.slots.values().filter(|slot| !slot.cancelled).count()
    }
    /// The oldest request that nobody waits for any more and that the connector has not ended yet: it keeps its place.
    pub fn oldest_cancelled(&self) -> Option<RequestId> {
        self.cancelled.first().copied().map(RequestId)
    }
    /// Whether nothing more is taken or sent; what is in [`HubLink::outbound`] may still be written.
    pub fn is_ended(&self) -> bool {
        self.wire.phase == Phase::Ended
    }
    /// Whether one end wants nothing new and nothing is left to finish.
    pub fn is_drained(&self) -> bool {
        (self.wire.drains || self.wire.peer_drains) && self.slots.is_empty()
    }

    /// Bytes beyond their windows that replies were promised: within the budget.
    #[cfg(test)]
    pub(super) fn promised(&self) -> usize {
        self.promised
    }

    /// Takes the next frame off `input`; `None` when more must be read.
    pub fn receive(&mut self, input: &mut BytesMut) -> Result<Option<HubEvent>, LinkError> {
        self.take(input)
    }

    /// Lets a connector with a certificate in.
    pub fn welcome(&mut self, welcome: &Welcome) -> Result<(), OutOfTurn> {
        self.wire.expect(Phase::Greeted)?;
        if !self.known {
            return Err(OutOfTurn);
        }
        self.wire.say(Kind::Welcome, 0, welcome);
        self.wire.phase = Phase::Open;
        Ok(())
    }
    /// Says in how many stores the site's connectors count: before the welcome, so that it is known when the first is asked,
    /// and whenever it changes.
    pub fn counting(&mut self, counting: &Counting) -> Result<(), OutOfTurn> {
        let is_heard = matches!(self.wire.phase, Phase::Greeted | Phase::Open);
        if !self.known || !is_heard {
            return Err(OutOfTurn);
        }
        self.wire.say(Kind::Counting, 0, counting);
        Ok(())
    }
    /// Says what a connector has to know of people's certificates: right after the welcome, and whenever it changes.
    /// Nothing to one that does not speak of them.
    pub fn certificates(&mut self, certificates: &Certificates) -> Result<(), OutOfTurn> {
        self.wire.expect(Phase::Open)?;
        if self.wire.peer_has_certificates {
            self.wire.say(Kind::Certificates, 0, certificates);
        }
        Ok(())
    }
    /// Gives a connector its certificate. It comes back with it on another connection: end this one.
    pub fn enrolled(&mut self, enrolled: &Enrolled) -> Result<(), OutOfTurn> {
        self.wire.expect(Phase::Enrolling)?;
        self.wire.say(Kind::Enrolled, 0, enrolled);
        Ok(())
    }
    /// Gives a connector its next certificate.
    pub fn renewed(&mut self, renewed: &Renewed) -> Result<(), OutOfTurn> {
        self.end_renewal()?;
        self.wire.say(Kind::Renewed, 0, renewed);
        Ok(())
    }
    /// Gives a connector no certificate now; it goes on with the one that it has.
    pub fn refuse_renewal(&mut self, code: RefusalCode) -> Result<(), OutOfTurn> {
        self.end_renewal()?;
        self.wire.say(Kind::Refused, 0, &Refused { code });
        Ok(())
    }
    fn end_renewal(&mut self) -> Result<(), OutOfTurn> {
        self.wire.expect(Phase::Open)?;
        std::mem::take(&mut self.renewing)
            .then_some(())
            .ok_or(OutOfTurn)
    }

    /// Asks. `nonce` is drawn for this request alone. With the id comes the digest of the request, for its
    /// [`Question`].
    pub fn request(
        &mut self,
        method: Method,
        nonce: Octets<16>,
        deadline_ms: u32,
        body: &[u8],
    ) -> Result<(RequestId, [u8; 32]), NotAsked> {
        match self.wire.phase {
            Phase::Open => {}
            Phase::Ended => return Err(NotAsked::Ended),
            _ => return Err(NotAsked::NotReady),
        }
        let report = self.report.as_ref().ok_or(NotAsked::NotReady)?;
        if self.wire.drains || self.wire.peer_drains || report.draining {
            return Err(NotAsked::Draining);
        }
        if !report.is_ready(method.ability()) {
            return Err(NotAsked::NotReady);
        }
        let most = report.max_in_flight.min(self.wire.limits.in_flight);
        if self.slots.len() >= usize::from(most)
            || self.wire.waiting() + body.len() > self.wire.limits.outbound
        {
            return Err(NotAsked::Busy);
        }
        let length = u32::try_from(body.len()).map_err(|_| NotAsked::TooLong)?;
        if body.len() > MAX_REQUEST {
            return Err(NotAsked::TooLong);
        }
        let head = message::write(&RequestHead {
            method,
            nonce,
            deadline_ms,
            length,
        });
        self.last += 1;
        let slot = Slot {
            begins: self.wire.appended(),
            cancelled: false,
            reply: None,
        };
        self.slots.insert(self.last, slot);
        self.wire.put(Kind::Request, self.last, &head);
        self.wire.put_body(self.last, body);
        Ok((RequestId(self.last), Question::digest_of(&head, body)))
    }

    /// Waits for a reply no longer: this was the request's end. `false` where it had one already.
    pub fn cancel(&mut self, id: RequestId) -> bool {
        let Some(slot) = self.slots.get_mut(&id.0).filter(|slot| !slot.cancelled) else {
            return false;
        };
        slot.cancelled = true;
        self.cancelled.insert(id.0);
        self.waiting.retain(|waiting| *waiting != id.0);
        if let Some(reply) = &mut slot.reply {
            // What still comes is passed over: it needs no room.
            self.promised -= std::mem::take(&mut reply.promised);
            reply.body = BytesMut::new();
        }
        if self.wire.phase == Phase::Open {
            self.wire.put(Kind::Cancel, id.0, &[]);
            self.promise();
        }
        true
    }

    /// Asks whether the other end is there; [`HubEvent::Pong`] gives `token` back.
    pub fn ping(&mut self, token: u64) {
        self.told = 0;
        self.wire.ping(token);
    }
    /// Says that nothing new will be asked.
    pub fn drain(&mut self) {
        self.wire.drain();
    }
    /// Says the last word.
    pub fn bye(&mut self, bye: &Bye) {
        self.wire.bye(bye);
    }
    /// The connection is over: what became of what somebody still waits for. This was their end. What was not written
    /// is not written any more.
    pub fn end(&mut self) -> Vec<(RequestId, Ended)> {
        self.wire.phase = Phase::Ended;
        let taken = self.wire.taken();
        self.wire.out().clear();
        self.cancelled.clear();
        let slots = std::mem::take(&mut self.slots).into_iter();
        slots
            .filter(|(_, slot)| !slot.cancelled)
            .map(|(id, slot)| match taken <= slot.begins {
                true => (RequestId(id), Ended::Unwritten),
                false => (RequestId(id), Ended::Lost),
            })
            .collect()
    }

    fn reply(&mut self, frame: &Frame) -> Result<Option<HubEvent>, LinkError> {
        let head: ReplyHead = message::read("reply", &frame.payload)?;
        let slot = slot(&mut self.slots, frame)?;
        if slot.reply.is_some() {
            return Err(LinkError::Unexpected(Kind::Reply, "twice"));
        }
        let length = head.length as usize;
        if length > MAX_REPLY {
            return Err(LinkError::TooMuch("a reply"));
        }
        slot.reply = Some(Incoming {
            head,
            body: BytesMut::new(),
            received: 0,
            allowed: length.min(REPLY_WINDOW),
            promised: 0,
        });
        if length > REPLY_WINDOW && !slot.cancelled {
            self.waiting.push_back(frame.id);
            self.promise();
        }
        self.complete(frame.id)
    }

    fn body(&mut self, frame: &Frame) -> Result<Option<HubEvent>, LinkError> {
        let slot = slot(&mut self.slots, frame)?;
        let Some(reply) = &mut slot.reply else {
            return Err(LinkError::Unexpected(Kind::Body, "before its reply"));
        };
        if frame.payload.is_empty() {
            return Err(LinkError::Unexpected(Kind::Body, "without a byte"));
        }
        reply.received += frame.payload.len();
        if reply.received > reply.allowed {
            return Err(LinkError::TooMuch("a reply's body"));
        }
        if !slot.cancelled {
            reply.body.extend_from_slice(&frame.payload);
        }
        self.complete(frame.id)
    }

    /// Ends a request whose reply is all there.
    fn complete(&mut self, id: u64) -> Result<Option<HubEvent>, LinkError> {
        let is_whole = self
            .slots
            .get(&id)
            .and_then(|slot| slot.reply.as_ref())
            .is_some_and(|reply| reply.received == reply.head.length as usize);
        if !is_whole {
            return Ok(None);
        }
        self.cancelled.remove(&id);
        let Some(Slot {
            cancelled: false,
            reply: Some(reply),
            ..
        }) = self.slots.remove(&id)
        else {
            return Ok(None);
        };
        self.promised -= reply.promised;
        self.promise();
        let reply = reply.head.with_body(reply.body.freeze());
        Ok(Some(HubEvent::Replied(RequestId(id), reply)))
    }

    /// Promises room to whoever waits for it, in order, each the whole of its reply: none holds a part and waits.
    fn promise(&mut self) {
        while let Some(id) = self.waiting.front().copied() {
            let wanted = self
                .slots
                .get_mut(&id)
                .filter(|slot| !slot.cancelled)
                .and_then(|slot| slot.reply.as_mut());
            if let Some(reply) = wanted {
                let length = reply.head.length as usize;
                let beyond = length - reply.allowed;
                if self.promised + beyond > self.wire.limits.reply_budget {
                    return;
                }
                self.promised += beyond;
                reply.promised = beyond;
                reply.allowed = length;
                let beyond = u32::try_from(beyond).unwrap_or(u32::MAX);
                self.wire.put(Kind::Credit, id, &beyond.to_be_bytes());
            }
            self.waiting.pop_front();
        }
    }

    fn end_slot(&mut self, frame: &Frame) -> Result<Slot, LinkError> {
        let slot = self.slots.remove(&frame.id).ok_or_else(|| unknown(frame))?;
        self.cancelled.remove(&frame.id);
        self.waiting.retain(|waiting| *waiting != frame.id);
        if let Some(reply) = &slot.reply {
            self.promised -= reply.promised;
            self.promise();
        }
        Ok(slot)
    }
}

impl End for HubLink {
    type Event = HubEvent;

    fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    fn judge(&mut self, shared: Shared) -> Result<Option<HubEvent>, LinkError> {
        let frame = match shared {
            Shared::Hello(hello) => return Ok(Some(HubEvent::Hello(hello))),
            Shared::Pong(token) => return Ok(Some(HubEvent::Pong(token))),
            Shared::Draining => return Ok(Some(HubEvent::Draining)),
            Shared::Bye(bye) => return Ok(Some(HubEvent::Bye(bye))),
            Shared::Nothing => return Ok(None),
            Shared::Own(frame) => frame,
        };
        if matches!(frame.kind, Kind::Report | Kind::Renew) {
            self.told += 1;
            if self.told > TOLD_MAX {
                return Err(LinkError::TooMuch("what a connector says of itself"));
            }
        }
        match (self.wire.phase, frame.kind) {
            (Phase::Greeted, Kind::Enrol) if !self.known => {
                self.wire.phase = Phase::Enrolling;
                let enrol = message::read("enrol", &frame.payload)?;
                Ok(Some(HubEvent::Enrol(enrol)))
            }
            (Phase::Open, Kind::Report) => {
                let report: Report = message::read("report", &frame.payload)?;
                self.report = Some(report.clone());
                Ok(Some(HubEvent::Report(report)))
            }
            (Phase::Open, Kind::Renew) if !self.renewing => {
                self.renewing = true;
                let renew = message::read("renew", &frame.payload)?;
                Ok(Some(HubEvent::Renew(renew)))
            }
            (Phase::Open, Kind::Reply) => self.reply(&frame),
            (Phase::Open, Kind::Body) => self.body(&frame),
            (Phase::Open, Kind::Cancel) => {
                let slot = self.end_slot(&frame)?;
                Ok((!slot.cancelled).then_some(HubEvent::GivenUp(RequestId(frame.id))))
            }
            (Phase::Open, Kind::Refused) => {
                let refused: Refused = message::read("refused", &frame.payload)?;
                let slot = self.end_slot(&frame)?;
                if slot.reply.is_some() {
                    return Err(LinkError::Unexpected(Kind::Refused, "after a reply began"));
                }
                let refused = HubEvent::Refused(RequestId(frame.id), refused.code);
                Ok((!slot.cancelled).then_some(refused))
            }
            _ => Err(LinkError::Unexpected(frame.kind, "out of turn")),
        }
    }
}

fn slot<'s>(slots: &'s mut BTreeMap<u64, Slot>, frame: &Frame) -> Result<&'s mut Slot, LinkError> {
    slots.get_mut(&frame.id).ok_or_else(|| unknown(frame))
}

fn unknown(frame: &Frame) -> LinkError {
    LinkError::Unexpected(frame.kind, "for what was not asked, or has its answer")
}
