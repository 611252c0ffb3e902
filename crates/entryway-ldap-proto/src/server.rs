//! The server's end of a connection, without I/O and without policy: requests in, replies out.
//!
//! Written for a test directory. It keeps no operations: whoever answers decides what a bind means,
//! which ids are outstanding and when TLS starts.

mod reply;
#[cfg(test)]
mod tests;

pub use reply::{Reply, ReplyKind};

use crate::message::{Message, MessageId};
use crate::{Limits, Outbound, ProtocolError, frame};
use bytes::{Bytes, BytesMut};

/// One LDAP connection as its server sees it.
pub struct Connection {
    limits: Limits,
    outbound: Outbound,
}

impl Connection {
    /// A connection on which nothing was said yet.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            outbound: Outbound::default(),
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
    /// Takes the first complete frame off `input`; `None` when more must be read.
    pub fn next_frame(&self, input: &mut BytesMut) -> Result<Option<Bytes>, ProtocolError> {
        frame::split_frame(input, &self.limits)
    }
    /// Decodes a request. A response, or an id of zero, is a breach of the protocol (RFC 4511 §4.1.1.1);
    /// the server answers with a notice of disconnection and closes.
    pub fn request<'f>(&self, frame: &'f [u8]) -> Result<Message<'f>, ProtocolError> {
        let message = Message::decode(frame, &self.limits)?;
        if message.id == MessageId::UNSOLICITED {
            return Err(ProtocolError::UnknownId { id: message.id });
        }
        if !message.op.is_request() {
            return Err(ProtocolError::WrongKind {
                id: message.id,
                expected: "a request",
                found: message.op.name(),
            });
        }
        Ok(message)
    }
}
