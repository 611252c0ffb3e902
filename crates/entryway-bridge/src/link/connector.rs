//! The connector's end: it answers.

use super::wire::{End, Phase, Shared, Wire};
use super::{
    Limits, LinkError, MAX_REPLY, MAX_REQUEST, OutOfTurn, PIECE, REPLY_WINDOW, ReplyHead, RequestId,
};
use crate::frame::{Frame, Kind};
use crate::message::{
    self, Bye, Certificates, Counting, Enrol, Enrolled, Hello, RefusalCode, Refused, Renew,
    Renewed, Report, RequestHead, Welcome,
};
use crate::reply::{Question, SignedReply};
use bytes::{Buf as _, Bytes, BytesMut};
use std::collections::{BTreeMap, VecDeque};

/// What a hub says and asks.
#[derive(Debug)]
pub enum ConnectorEvent {
    /// It greets. A connector without a certificate goes on with [`ConnectorLink::enrol`], any other waits.
    Hello(Hello),
    /// In how many stores the site's connectors count failures, from now on.
    Counting(Counting),
    /// The connector may work here: report.
    Welcome(Welcome),
    /// What it says of people's certificates, from now on.
    Certificates(Certificates),
    /// The certificate, and all that a connector keeps.
    Enrolled(Enrolled),
    /// A question, whole: answer with [`ConnectorLink::reply`] or [`ConnectorLink::give_up`].
    Asked(RequestId, Delivered),
    /// Nobody waits for that answer any more: an answer is passed over.
    Cancelled(RequestId),
    /// The next certificate.
    Renewed(Renewed),
    /// There is no certificate now.
    RenewalRefused(RefusalCode),
    /// The answer to [`ConnectorLink::ping`].
    Pong(u64),
    /// It asks nothing new.
    Draining,
    /// Its last word.
    Bye(Bye),
}

/// A question as it was delivered.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// What is asked, by when.
    pub head: RequestHead,
    /// Of the method's own kind.
    pub body: Bytes,
    /// Of both, for the [`Question`] that the reply is signed for.
    pub digest: [u8; 32],
}

/// Why a reply is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// Nobody waits: it was cancelled, or was answered, or the tunnel has ended.
    #[error("nobody waits for this reply")]
    NotWaited,
    /// Longer than a reply may be. The request waits on.
    #[error("the reply is longer than {MAX_REPLY} bytes")]
    TooLong,
    /// The hub has not taken the long ones of before. The request waits on.
    #[error("too many bytes of replies wait for the hub already")]
    NoRoom,
}

/// A tunnel, as the connector sees it.
pub struct ConnectorLink {
    wire: Wire,
    enrolling: bool,
    in_flight: u16,
    reported: bool,
    last: u64,
    slots: BTreeMap<u64, Slot>,
    /// Replies of which something can be sent now, each once.
    sending: VecDeque<u64>,
    renewing: bool,
}

enum Slot {
    /// Its body is coming.
    Coming(Box<RequestHead>, Bytes, BytesMut),
    /// It is refused once its body has come.
    Refusing(RefusalCode, usize),
    /// Somebody works on it.
    Asked,
    /// Its reply is being sent: what is left of it, and how much of that may go.
    Sending(Bytes, usize),
}

/// What is refused still comes; a hub that knows the report asks for little that is.
const REFUSED_MAX: usize = 256;
/// As much is put into the buffer at a time: what is cancelled after that goes out all the same.
const AHEAD: usize = 64 * 1024;

impl ConnectorLink {
    /// A connection that has just opened; `enrolling`: without a certificate, for one.
    pub fn new(hello: &Hello, enrolling: bool, limits: Limits) -> Self {
        Self {
            wire: Wire::new(hello, limits),
            enrolling,
            in_flight: 0,
            reported: false,
            last: 0,
            slots: BTreeMap::new(),
            sending: VecDeque::new(),
            renewing: false,
        }
    }

    /// What is to be written.
    pub fn outbound(&mut self) -> &mut BytesMut {
        self.fill();
        self.wire.out()
    }
    /// The version that both speak; 0 before the hub's hello.
    pub fn version(&self) -> u16 {
        self.wire.version
    }
    /// Requests that are worked on or whose replies are being sent.
    pub fn outstanding(&self) -> usize {
        self.slots.len()
    }
    /// Whether nothing more is taken or sent; what is in [`ConnectorLink::outbound`] may still be written.
    pub fn is_ended(&self) -> bool {
        self.wire.phase == Phase::Ended
    }
    /// Whether one end wants nothing new and nothing is left to finish.
    pub fn is_drained(&self) -> bool {
        (self.wire.drains || self.wire.peer_drains) && self.slots.is_empty()
    }

    /// Takes the next frame off `input`; `None` when more must be read.
    pub fn receive(&mut self, input: &mut BytesMut) -> Result<Option<ConnectorEvent>, LinkError> {
        self.take(input)
    }

    /// Asks for a certificate with a ticket.
    pub fn enrol(&mut self, enrol: &Enrol) -> Result<(), OutOfTurn> {
        self.wire.expect(Phase::Greeted)?;
        if !self.enrolling {
            return Err(OutOfTurn);
        }
        self.wire.say(Kind::Enrol, 0, enrol);
        self.wire.phase = Phase::Enrolling;
        Ok(())
    }
    /// Says what the connector is ready for; nothing is asked before.
    pub fn report(&mut self, report: &Report) -> Result<(), OutOfTurn> {
        self.wire.expect(Phase::Open)?;
        self.reported = true;
        self.in_flight = report.max_in_flight.min(self.wire.limits.in_flight);
        if self.wire.peer_has_certificates || report.certificate_url.is_none() {
            self.wire.say(Kind::Report, 0, report);
        } else {
            // It knows no such key, and would end the connection.
            let known = Report {
                certificate_url: None,
                ..report.clone()
            };
            self.wire.say(Kind::Report, 0, &known);
        }
        Ok(())
    }
    /// Asks for the next certificate; one at a time.
    pub fn renew(&mut self, renew: &Renew) -> Result<(), OutOfTurn> {
        self.wire.expect(Phase::Open)?;
        if std::mem::replace(&mut self.renewing, true) {
            return Err(OutOfTurn);
        }
        self.wire.say(Kind::Renew, 0, renew);
        Ok(())
    }
    /// Answers. Its first bytes go at once, the rest as the hub has room.
    pub fn reply(&mut self, id: RequestId, reply: SignedReply) -> Result<(), Unsent> {
        if !matches!(self.slots.get(&id.0), Some(Slot::Asked)) {
            return Err(Unsent::NotWaited);
        }
        if self.wire.phase != Phase::Open {
            return Err(Unsent::NotWaited);
        }
        if reply.body.len() > MAX_REPLY {
            return Err(Unsent::TooLong);
        }
        if reply.body.len() > REPLY_WINDOW
            && self.unsent() + reply.body.len() > self.wire.limits.unsent
        {
            return Err(Unsent::NoRoom);
        }
        let head = ReplyHead {
            time_ms: reply.time_ms,
            signature: reply.proof.signature,
            beside: reply.proof.beside,
            stated: reply.stated,
            length: u32::try_from(reply.body.len()).map_err(|_| Unsent::TooLong)?,
        };
        self.wire.say(Kind::Reply, id.0, &head);
        if reply.body.is_empty() {
            self.slots.remove(&id.0);
        } else {
            let sending = Slot::Sending(reply.body, REPLY_WINDOW);
            self.slots.insert(id.0, sending);
            self.sending.push_back(id.0);
        }
        Ok(())
    }
    /// Bytes of replies that have not gone yet: a hub that gives no room, or reads nothing, has them stay.
    fn unsent(&self) -> usize {
        let left = |slot: &Slot| match slot {
            Slot::Sending(body, _) => body.len(),
            _ => 0,
        };
        self.slots.values().map(left).sum()
    }
    /// Says that no reply will come. `false` where nobody waits.
    pub fn give_up(&mut self, id: RequestId) -> bool {
        let waits = matches!(self.slots.get(&id.0), Some(Slot::Asked));
        if waits {
            self.slots.remove(&id.0);
            if self.wire.phase == Phase::Open {
                self.wire.put(Kind::Cancel, id.0, &[]);
            }
        }
        waits
    }
    /// Asks whether the other end is there; [`ConnectorEvent::Pong`] gives `token` back.
    pub fn ping(&mut self, token: u64) {
        self.wire.ping(token);
    }
    /// Says that nothing new will be taken.
    pub fn drain(&mut self) {
        self.wire.drain();
    }
    /// Says the last word.
    pub fn bye(&mut self, bye: &Bye) {
        self.wire.bye(bye);
    }

    fn request(&mut self, frame: &Frame) -> Result<Option<ConnectorEvent>, LinkError> {
        if frame.id <= self.last {
            return Err(LinkError::Unexpected(Kind::Request, "with an id of before"));
        }
        self.last = frame.id;
        let head: RequestHead = message::read("request", &frame.payload)?;
        let length = head.length as usize;
        if length > MAX_REQUEST {
            return Err(LinkError::TooMuch("a request"));
        }
        let refusing = |slot: &&Slot| matches!(slot, Slot::Refusing(..));
        let refused = self.slots.values().filter(refusing).count();
        if refused >= REFUSED_MAX {
            return Err(LinkError::TooMuch("what is refused"));
        }
        let slot = if self.wire.drains {
            Slot::Refusing(RefusalCode::Draining, length)
        } else if self.slots.len() - refused >= usize::from(self.in_flight) {
            Slot::Refusing(RefusalCode::Busy, length)
        } else {
            Slot::Coming(Box::new(head), frame.payload.clone(), BytesMut::new())
        };
        self.slots.insert(frame.id, slot);
        Ok(self.complete(frame.id))
    }

    fn body(&mut self, frame: &Frame) -> Result<Option<ConnectorEvent>, LinkError> {
        if frame.payload.is_empty() {
            return Err(LinkError::Unexpected(Kind::Body, "without a byte"));
        }
        let length = frame.payload.len();
        match self.slots.get_mut(&frame.id) {
            Some(Slot::Coming(head, _, body)) => {
                if body.len() + length > head.length as usize {
                    return Err(LinkError::TooMuch("a request's body"));
                }
                body.extend_from_slice(&frame.payload);
            }
            Some(Slot::Refusing(_, left)) => {
                *left = (left.checked_sub(length)).ok_or(LinkError::TooMuch("a request's body"))?;
            }
            _ => return Err(LinkError::Unexpected(Kind::Body, "for no request")),
        }
        Ok(self.complete(frame.id))
    }

    /// Passes on, or refuses, a request that is all there.
    fn complete(&mut self, id: u64) -> Option<ConnectorEvent> {
        match self.slots.get_mut(&id)? {
            Slot::Refusing(code, 0) => {
                let refused = Refused { code: *code };
                self.slots.remove(&id);
                self.wire.say(Kind::Refused, id, &refused);
                None
            }
            slot @ Slot::Coming(..) => {
                let Slot::Coming(head, text, body) = slot else {
                    return None;
                };
                if body.len() < head.length as usize {
                    return None;
                }
                let delivered = Delivered {
                    head: (**head).clone(),
                    digest: Question::digest_of(text, body),
                    body: std::mem::take(body).freeze(),
                };
                *slot = Slot::Asked;
                Some(ConnectorEvent::Asked(RequestId(id), delivered))
            }
            _ => None,
        }
    }

    /// A request is over, wherever it is. One that is not there any more crossed with its reply.
    fn cancel(&mut self, id: u64) -> Option<ConnectorEvent> {
        let slot = self.slots.remove(&id)?;
        self.sending.retain(|other| *other != id);
        self.wire.put(Kind::Cancel, id, &[]);
        matches!(slot, Slot::Asked).then_some(ConnectorEvent::Cancelled(RequestId(id)))
    }

    fn credit(&mut self, frame: &Frame) -> Result<Option<ConnectorEvent>, LinkError> {
        let more = frame.payload.as_ref().try_into().map(u32::from_be_bytes);
        let more = more.map_err(|_| LinkError::Unexpected(Kind::Credit, "without its 4 bytes"))?;
        // For a reply that is not there any more it crossed with a cancel.
        if let Some(Slot::Sending(_, may)) = self.slots.get_mut(&frame.id) {
            *may = may.saturating_add(more as usize);
            if !self.sending.contains(&frame.id) {
                self.sending.push_back(frame.id);
            }
        }
        Ok(None)
    }

    /// Puts pieces of replies into the buffer, one of each in turn.
    fn fill(&mut self) {
        while self.wire.phase == Phase::Open && self.wire.waiting() < AHEAD {
            let Some(id) = self.sending.pop_front() else {
                return;
            };
            let Some(Slot::Sending(body, may)) = self.slots.get_mut(&id) else {
                continue;
            };
            let piece = body.len().min(*may).min(PIECE);
            if piece > 0 {
                let bytes = body.get(..piece).unwrap_or_default();
                self.wire.put(Kind::Body, id, bytes);
                body.advance(piece);
                *may -= piece;
            }
            if body.is_empty() {
                self.slots.remove(&id);
            } else if *may > 0 {
                self.sending.push_back(id);
            }
        }
    }
}

impl End for ConnectorLink {
    type Event = ConnectorEvent;

    fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    fn judge(&mut self, shared: Shared) -> Result<Option<ConnectorEvent>, LinkError> {
        let frame = match shared {
            Shared::Hello(hello) => return Ok(Some(ConnectorEvent::Hello(hello))),
            Shared::Pong(token) => return Ok(Some(ConnectorEvent::Pong(token))),
            Shared::Draining => return Ok(Some(ConnectorEvent::Draining)),
            Shared::Bye(bye) => return Ok(Some(ConnectorEvent::Bye(bye))),
            Shared::Nothing => return Ok(None),
            Shared::Own(frame) => frame,
        };
        match (self.wire.phase, frame.kind) {
            (Phase::Greeted, Kind::Welcome) if !self.enrolling => {
                self.wire.phase = Phase::Open;
                let welcome = message::read("welcome", &frame.payload)?;
                Ok(Some(ConnectorEvent::Welcome(welcome)))
            }
            (Phase::Greeted | Phase::Open, Kind::Counting) if !self.enrolling => {
                let counting = message::read("counting", &frame.payload)?;
                Ok(Some(ConnectorEvent::Counting(counting)))
            }
            (Phase::Open, Kind::Certificates) => {
                let told = message::read("certificates", &frame.payload)?;
                Ok(Some(ConnectorEvent::Certificates(told)))
            }
            (Phase::Enrolling, Kind::Enrolled) => {
                let enrolled = message::read("enrolled", &frame.payload)?;
                Ok(Some(ConnectorEvent::Enrolled(enrolled)))
            }
            (Phase::Open, Kind::Request) if self.reported => self.request(&frame),
            (Phase::Open, Kind::Body) => self.body(&frame),
            (Phase::Open, Kind::Cancel) => Ok(self.cancel(frame.id)),
            (Phase::Open, Kind::Credit) => self.credit(&frame),
            (Phase::Open, Kind::Renewed) if std::mem::take(&mut self.renewing) => {
                let renewed = message::read("renewed", &frame.payload)?;
                Ok(Some(ConnectorEvent::Renewed(renewed)))
            }
            (Phase::Open, Kind::Refused) if std::mem::take(&mut self.renewing) => {
                let refused: Refused = message::read("refused", &frame.payload)?;
                Ok(Some(ConnectorEvent::RenewalRefused(refused.code)))
            }
            _ => Err(LinkError::Unexpected(frame.kind, "out of turn")),
        }
    }
}
