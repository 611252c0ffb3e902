//! What both ends do alike: greeting, pings, draining, the end, and the bytes that wait to be written.

use super::{Limits, LinkError, OutOfTurn, PIECE};
use crate::frame::{Frame, Kind, split_frame};
use crate::message::{self, Bye, ByeCode, CERTIFICATE_LOGIN, Hello};
use crate::{VERSIONS, common_version};
use bytes::BytesMut;
use serde::Serialize;

/// Where a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The other end's hello has not come.
    Greeting,
    /// Both have greeted; the hub has not decided.
    Greeted,
    /// The connector asked for a certificate; the hub has not answered.
    Enrolling,
    /// Requests go to and fro.
    Open,
    /// Nothing more is taken or sent.
    Ended,
}

/// The half that both ends share.
pub(super) struct Wire {
    pub(super) phase: Phase,
    pub(super) limits: Limits,
    pub(super) version: u16,
    /// The other end wants nothing new.
    pub(super) peer_drains: bool,
    /// This end said that it wants nothing new.
    pub(super) drains: bool,
    /// The other end speaks of people's certificates.
    pub(super) peer_has_certificates: bool,
    out: BytesMut,
    /// Of all bytes that were ever to be written.
    appended: u64,
}

/// What both ends are told alike.
pub(super) enum Shared {
    Hello(Hello),
    Pong(u64),
    Draining,
    Bye(Bye),
    /// Done with.
    Nothing,
    /// The end's own business.
    Own(Frame),
}

/// One end: what it makes of frames is its own, and how it takes them is not.
pub(super) trait End {
    /// What it tells of them.
    type Event;
    fn wire(&mut self) -> &mut Wire;
    fn judge(&mut self, shared: Shared) -> Result<Option<Self::Event>, LinkError>;

    /// Takes frames off `input` up to one that is to be told; `None` when more must be read. An error ends the connection.
    fn take(&mut self, input: &mut BytesMut) -> Result<Option<Self::Event>, LinkError> {
        loop {
            let taken = match self.wire().next(input) {
                Ok(Some(shared)) => self.judge(shared),
                Ok(None) => return Ok(None),
                Err(error) => Err(error),
            };
            match taken {
                Ok(None) => {}
                Ok(event) => return Ok(event),
                Err(error) => {
                    self.wire().fail(&error);
                    return Err(error);
                }
            }
        }
    }
}

impl Wire {
    /// Greets.
    pub(super) fn new(hello: &Hello, limits: Limits) -> Self {
        let mut wire = Self {
            phase: Phase::Greeting,
            limits,
            version: 0,
            peer_drains: false,
            drains: false,
            peer_has_certificates: false,
            out: BytesMut::new(),
            appended: 0,
        };
        wire.say(Kind::Hello, 0, hello);
        wire
    }

    pub(super) fn out(&mut self) -> &mut BytesMut {
        &mut self.out
    }
    pub(super) fn waiting(&self) -> usize {
        self.out.len()
    }
    /// How many bytes were ever to be written; compare with [`Wire::taken`].
    pub(super) fn appended(&self) -> u64 {
        self.appended
    }
    /// How many of them the socket's owner has taken off.
    pub(super) fn taken(&self) -> u64 {
        self.appended.saturating_sub(self.out.len() as u64)
    }

    pub(super) fn say(&mut self, kind: Kind, id: u64, message: &impl Serialize) {
        self.put(kind, id, &message::write(message));
    }
    pub(super) fn put(&mut self, kind: Kind, id: u64, payload: &[u8]) {
        let before = self.out.len();
        Frame::write(&mut self.out, kind, id, &[payload]);
        self.appended += (self.out.len() - before) as u64;
    }
    pub(super) fn put_body(&mut self, id: u64, body: &[u8]) {
        for piece in body.chunks(PIECE) {
            self.put(Kind::Body, id, piece);
        }
    }

    pub(super) fn ping(&mut self, token: u64) {
        if !matches!(self.phase, Phase::Greeting | Phase::Ended) {
            self.put(Kind::Ping, 0, &token.to_be_bytes());
        }
    }
    pub(super) fn drain(&mut self) {
        if self.phase == Phase::Open && !self.drains {
            self.drains = true;
            self.put(Kind::Drain, 0, &[]);
        }
    }
    pub(super) fn bye(&mut self, bye: &Bye) {
        if self.phase != Phase::Ended {
            self.say(Kind::Bye, 0, bye);
            self.phase = Phase::Ended;
        }
    }
    pub(super) fn expect(&self, phase: Phase) -> Result<(), OutOfTurn> {
        if self.phase == phase {
            Ok(())
        } else {
            Err(OutOfTurn)
        }
    }

    /// Takes the next frame; `None` where more must be read, or nothing more is taken.
    pub(super) fn next(&mut self, input: &mut BytesMut) -> Result<Option<Shared>, LinkError> {
        if self.phase == Phase::Ended {
            // After the last word nothing counts, whatever it is.
            input.clear();
            return Ok(None);
        }
        if self.out.len() > self.limits.outbound {
            return Err(LinkError::TooMuch("what must be answered"));
        }
        let Some(frame) = split_frame(input)? else {
            return Ok(None);
        };
        self.shared(frame).map(Some)
    }

    fn shared(&mut self, frame: Frame) -> Result<Shared, LinkError> {
        let is_first = self.phase == Phase::Greeting;
        let is_brief = matches!(frame.kind, Kind::Hello | Kind::Bye);
        if is_first && !is_brief {
            return Err(LinkError::Unexpected(frame.kind, "before a hello"));
        }
        match frame.kind {
            Kind::Hello if is_first => {
                let hello: Hello = message::read("hello", &frame.payload)?;
                self.version = common_version(VERSIONS, &hello.versions)
                    .ok_or_else(|| LinkError::Version(hello.versions.clone()))?;
                self.peer_has_certificates = hello.can(CERTIFICATE_LOGIN);
                self.phase = Phase::Greeted;
                Ok(Shared::Hello(hello))
            }
            Kind::Hello => Err(LinkError::Unexpected(frame.kind, "twice")),
            Kind::Ping => {
                let token = token(&frame)?;
                self.put(Kind::Pong, 0, &token.to_be_bytes());
                Ok(Shared::Nothing)
            }
            Kind::Pong => Ok(Shared::Pong(token(&frame)?)),
            Kind::Drain if self.phase == Phase::Open => {
                self.peer_drains = true;
                Ok(Shared::Draining)
            }
            Kind::Bye => {
                let bye = message::read("bye", &frame.payload)?;
                self.phase = Phase::Ended;
                Ok(Shared::Bye(bye))
            }
            _ => Ok(Shared::Own(frame)),
        }
    }

    /// Tells the other end what it did, and ends.
    pub(super) fn fail(&mut self, error: &LinkError) {
        let code = match error {
            LinkError::Version(_) => ByeCode::Version,
            LinkError::TooMuch(_) => ByeCode::Limit,
            _ => ByeCode::Protocol,
        };
        self.bye(&Bye::new(code, &error.to_string()));
    }
}

fn token(frame: &Frame) -> Result<u64, LinkError> {
    let token = frame.payload.as_ref().try_into().map(u64::from_be_bytes);
    token.map_err(|_| LinkError::Unexpected(frame.kind, "without its 8 bytes"))
}
