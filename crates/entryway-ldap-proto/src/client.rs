//! The client's end of a connection (RFC 4511 §3, §4), without I/O and without a clock.
//!
//! Requests are appended to one [`Outbound`]; frames go in, [`Event`]s come out. A reply is believed
//! only when its message id and its kind fit something that was asked and not yet answered; anything
//! else ends the connection. So no reply can be taken for the answer to another question, whatever
//! was cancelled in between.
//!
//! Must not know: sockets, TLS, time. The owner of those reads `outbound`, feeds `receive`, and
//! abandons what takes too long.

mod event;
mod outstanding;
mod submit;
#[cfg(test)]
mod tests;

pub use event::{BindResult, Event, OperationResult};
pub use submit::{Modification, SubmitError};

use crate::message::{ExtendedResponse, Message, MessageId, Op, SearchEntry, Texts};
use crate::{DecodeError, Limits, Outbound, ProtocolError, ReceivedControl, frame, oid};
use bytes::{Bytes, BytesMut};
use outstanding::{Abandoned, Kind, Outstanding, Slot};

/// One LDAP connection as its client sees it.
pub struct Connection {
    limits: Limits,
    outbound: Outbound,
    phase: Phase,
    /// The last id that was given out.
    last_id: MessageId,
    /// Whether ids were given out twice already, so that an id may still be in use.
    wrapped: bool,
    outstanding: Outstanding,
    abandoned: Abandoned,
}

/// What may happen next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Anything.
    Open,
    /// Only the bind's response (RFC 4511 §4.2.1).
    Binding,
    /// Only the StartTLS response (RFC 4511 §4.14.1).
    StartingTls,
    /// Nothing, until the owner says that TLS stands.
    AwaitingTls,
    /// Nothing any more.
    Ended,
}

impl Connection {
    /// A connection on which nothing was said yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            outbound: Outbound::default(),
            phase: Phase::Open,
            last_id: MessageId::UNSOLICITED,
            wrapped: false,
            outstanding: Outstanding::default(),
            abandoned: Abandoned::default(),
        }
    }

    /// What is to be written to the peer.
    pub fn outbound(&mut self) -> &mut Outbound {
        &mut self.outbound
    }
    /// The bounds that this end keeps.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
    /// How many operations wait for their answer, abandoned ones not counted.
    pub fn outstanding(&self) -> usize {
        self.outstanding.len()
    }
    /// Whether nothing waits for an answer, nothing waits to be written, and anything may be submitted.
    pub fn is_idle(&self) -> bool {
        self.phase == Phase::Open && self.outstanding.len() == 0 && self.outbound.is_empty()
    }
    /// Whether the connection takes no more operations and should be closed once what is outstanding
    /// was answered: it ended, or the peer owes too many answers to abandoned operations.
    pub fn must_close(&self) -> bool {
        self.phase == Phase::Ended || self.abandoned.is_over(&self.limits)
    }
    /// Whether a StartTLS succeeded and the handshake is due.
    pub fn awaits_tls(&self) -> bool {
        self.phase == Phase::AwaitingTls
    }

    /// Says that TLS stands. `unread` is what the owner had read before the handshake and not passed
    /// on: anything in it came in clear, and is refused (RFC 4511 §4.14.3).
    pub fn tls_established(&mut self, unread: &[u8]) -> Result<(), ProtocolError> {
        match self.phase {
            Phase::AwaitingTls if unread.is_empty() => {
                self.phase = Phase::Open;
                Ok(())
            }
            Phase::AwaitingTls => self.fail(ProtocolError::BytesBeforeTls),
            _ => self.fail(ProtocolError::Ended),
        }
    }

    /// Takes the first complete message off `input` and judges it; `None` when more must be read.
    ///
    /// After a StartTLS that succeeded, bytes left in `input` are refused at once.
    pub fn receive(&mut self, input: &mut BytesMut) -> Result<Option<Event>, ProtocolError> {
        match self.phase {
            Phase::AwaitingTls if !input.is_empty() => {
                return self.fail(ProtocolError::BytesBeforeTls);
            }
            Phase::Ended if !input.is_empty() => return Err(ProtocolError::Ended),
            _ => {}
        }
        let frame = match frame::split_within(input, self.message_bound()) {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(None),
            Err(error) => return self.fail(error),
        };
        let event = self.received(frame)?;
        if self.phase == Phase::AwaitingTls && !input.is_empty() {
            return self.fail(ProtocolError::BytesBeforeTls);
        }
        Ok(Some(event))
    }

    /// Judges one frame. An error ends the connection: close it, nothing that is outstanding will be answered.
    ///
    /// With StartTLS prefer [`Connection::receive`], which also sees what follows the frame.
    pub fn received(&mut self, frame: Bytes) -> Result<Event, ProtocolError> {
        match self.phase {
            Phase::AwaitingTls => return self.fail(ProtocolError::BytesBeforeTls),
            Phase::Ended => return Err(ProtocolError::Ended),
            Phase::Open | Phase::Binding | Phase::StartingTls => {}
        }
        let limit = self.message_bound();
        if frame.len() > limit {
            let found = frame.len() as u64;
            return self.fail(ProtocolError::TooLong { found, limit });
        }
        self.judge(&frame).or_else(|error| self.fail(error))
    }

    /// How large the next message may be. Only what was asked in phase `Open`, or abandoned and still
    /// owed, can be answered at length.
    fn message_bound(&self) -> usize {
        let may_be_large =
            self.abandoned.len() > 0 || (self.phase == Phase::Open && self.outstanding.len() > 0);
        let Limits {
            message_bytes,
            brief_message_bytes,
            ..
        } = self.limits;
        if may_be_large {
            message_bytes
        } else {
            message_bytes.min(brief_message_bytes)
        }
    }

    fn fail<T>(&mut self, error: ProtocolError) -> Result<T, ProtocolError> {
        self.phase = Phase::Ended;
        Err(error)
    }

    fn judge(&mut self, frame: &Bytes) -> Result<Event, ProtocolError> {
        let Message { id, op, controls } = Message::decode(frame, &self.limits)?;
        if id == MessageId::UNSOLICITED {
            return self.unsolicited(&op);
        }
        let Some(at) = self.outstanding.position(id) else {
            return self.stale(id, &op);
        };
        let kind = self.outstanding.kind(at);
        if !kind.is_answered_by(&op) {
            return Err(ProtocolError::WrongKind {
                id,
                expected: kind.expected(),
                found: op.name(),
            });
        }
        match op {
            Op::SearchResultEntry(entry) => self.entry(id, at, &entry, frame),
            Op::SearchResultReference(urls) => Ok(self.reference(id, at, urls)),
            Op::IntermediateResponse(response) => {
                if !self.outstanding.spend_side_reply(at) {
                    let limit = self.limits.side_replies as usize;
                    return Err(DecodeError::TooMany {
                        what: "intermediate responses",
                        limit,
                    }
                    .into());
                }
                let value = response.value.map(|value| frame::slice_of(frame, value));
                Ok(Event::Intermediate {
                    id,
                    name: response.name.map(Box::from),
                    value,
                })
            }
            Op::BindResponse(response) => {
                let result = BindResult::new(&response, controls, frame)?;
                self.outstanding.remove(at);
                self.phase = Phase::Open;
                Ok(Event::BindDone { id, result })
            }
            Op::SearchResultDone(result) => {
                self.outstanding.remove(at);
                Ok(Event::SearchDone {
                    id,
                    result: OperationResult::new(&result),
                    controls: controls.to_received(frame),
                })
            }
            Op::ModifyResponse(result) => {
                self.outstanding.remove(at);
                Ok(Event::ModifyDone {
                    id,
                    result: OperationResult::new(&result),
                    controls: controls.to_received(frame),
                })
            }
            Op::CompareResponse(result) => {
                self.outstanding.remove(at);
                Ok(Event::CompareDone {
                    id,
                    result: OperationResult::new(&result),
                })
            }
            Op::ExtendedResponse(response) => {
                self.outstanding.remove(at);
                Ok(self.extended_done(id, kind, &response, controls.to_received(frame), frame))
            }
            other => Err(ProtocolError::WrongKind {
                id,
                expected: kind.expected(),
                found: other.name(),
            }),
        }
    }

    fn extended_done(
        &mut self,
        id: MessageId,
        kind: Kind,
        response: &ExtendedResponse<'_>,
        controls: Vec<ReceivedControl>,
        frame: &Bytes,
    ) -> Event {
        let result = OperationResult::new(&response.result);
        if kind == Kind::StartTls {
            // Refused, RFC 4511 §4.14.2 lets the client go on in clear. Ours never does: whoever asks
            // for TLS has something to say that must not be overheard.
            let granted = result.code == entryway_ldap_types::ResultCode::SUCCESS;
            self.phase = if granted {
                Phase::AwaitingTls
            } else {
                Phase::Ended
            };
        }
        let value = response.value.map(|value| frame::slice_of(frame, value));
        Event::ExtendedDone {
            id,
            result,
            name: response.name.map(Box::from),
            value,
            controls,
        }
    }

    fn entry(
        &mut self,
        id: MessageId,
        at: usize,
        entry: &SearchEntry<'_>,
        frame: &Bytes,
    ) -> Result<Event, ProtocolError> {
        if !self.outstanding.spend_entry(at) {
            self.give_up(id, at);
            return Ok(Event::SearchOverflow { id });
        }
        match entry.to_entry(frame, &self.limits)? {
            Ok(entry) => Ok(Event::Entry { id, entry }),
            Err(error) => {
                self.give_up(id, at);
                Ok(Event::UnreadableEntry { id, error })
            }
        }
    }

    fn reference(&mut self, id: MessageId, at: usize, urls: Texts<'_>) -> Event {
        if !self.outstanding.spend_side_reply(at) {
            self.give_up(id, at);
            return Event::SearchOverflow { id };
        }
        Event::Reference {
            id,
            urls: urls.to_boxes(),
        }
    }

    /// A reply to something that is not outstanding: late, if it was abandoned; otherwise a breach.
    fn stale(&mut self, id: MessageId, op: &Op<'_>) -> Result<Event, ProtocolError> {
        let Some(kind) = self.abandoned.kind(id) else {
            return Err(ProtocolError::UnknownId { id });
        };
        if !kind.is_answered_by(op) {
            return Err(ProtocolError::WrongKind {
                id,
                expected: kind.expected(),
                found: op.name(),
            });
        }
        self.abandoned.answered(id, kind.is_ended_by(op));
        Ok(Event::Stale(id))
    }

    /// RFC 4511 §4.4: a notice of disconnection is the last thing; other notices are passed on unread.
    fn unsolicited(&mut self, op: &Op<'_>) -> Result<Event, ProtocolError> {
        let Op::ExtendedResponse(response) = op else {
            return Err(ProtocolError::UnknownId {
                id: MessageId::UNSOLICITED,
            });
        };
        if response.name != Some(oid::NOTICE_OF_DISCONNECTION) {
            return Ok(Event::UnknownNotice {
                name: response.name.map(Box::from),
            });
        }
        self.phase = Phase::Ended;
        let diagnostic = response.result.diagnostic_text().into();
        Ok(Event::NoticeOfDisconnection {
            code: response.result.code,
            diagnostic,
        })
    }

    /// Moves an outstanding operation to the abandoned ones and tells the server.
    fn give_up(&mut self, id: MessageId, at: usize) {
        let Slot { kind, .. } = self.outstanding.remove(at);
        self.abandoned.push(id, kind);
        self.send_abandon(id);
    }
}
