//! Frames: `length` (4 bytes, of what follows) ‖ `kind` (1) ‖ `id` (8) ‖ payload, numbers with the highest byte first.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

/// Most bytes of a frame's payload.
pub const MAX_PAYLOAD: usize = 64 * 1024;
/// Kind and id.
const HEAD: usize = 1 + 8;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// Either end, first: what it speaks.
    Hello = 0x01,
    /// Hub: the connector may work here.
    Welcome = 0x02,
    /// Connector: what it is ready for; again whenever that changes.
    Report = 0x03,
    /// Either: nothing new, please; what is there is finished.
    Drain = 0x04,
    /// Either, last: why it ends.
    Bye = 0x05,
    /// Either: are you there?
    Ping = 0x06,
    /// Either: yes.
    Pong = 0x07,
    /// Hub: the head of a request.
    Request = 0x10,
    /// Either: a piece of a request's or a reply's body.
    Body = 0x11,
    /// Connector: the head of a reply.
    Reply = 0x12,
    /// Hub: nobody waits for that reply any more. Connector: none will come.
    Cancel = 0x13,
    /// Hub: so many more bytes of a reply are welcome.
    Credit = 0x14,
    /// Connector: that request was given to nobody. Hub, id 0: there is no new certificate.
    Refused = 0x15,
    /// Connector without a certificate: a ticket and a request for one.
    Enrol = 0x20,
    /// Hub: the certificate, and all else that a connector keeps.
    Enrolled = 0x21,
    /// Connector: a request for a new certificate.
    Renew = 0x22,
    /// Hub: the new certificate.
    Renewed = 0x23,
    /// Hub, to a connector with that capability: what it has to know of people's certificates.
    Certificates = 0x30,
    /// Hub, before the welcome and whenever it changes: in how many stores the site's connectors count failures. Passed
    /// over by connectors that do not know it.
    Counting = 0x80,
}

impl Kind {
    /// Each of them.
    pub const ALL: [Self; 19] = [
        Self::Hello,
        Self::Welcome,
        Self::Report,
        Self::Drain,
        Self::Bye,
        Self::Ping,
        Self::Pong,
        Self::Request,
        Self::Body,
        Self::Reply,
        Self::Cancel,
        Self::Credit,
        Self::Refused,
        Self::Enrol,
        Self::Enrolled,
        Self::Renew,
        Self::Renewed,
        Self::Certificates,
        Self::Counting,
    ];

    fn read(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it is.
    pub kind: Kind,
    /// Which request it belongs to; 0 for the connection's own.
    pub id: u64,
    /// What it says.
    pub payload: Bytes,
}

/// Bytes that are no frame: the connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Shorter than its own head.
    #[error("a frame of {0} bytes has no room for its head")]
    Short(usize),
    /// Longer than any may be.
    #[error("a frame of {0} bytes is longer than any may be")]
    Long(usize),
    /// A kind that this version does not have and may not pass over.
    #[error("there is no frame of kind {0:#04x}")]
    Kind(u8),
}

/// Takes the first complete frame off `input`; `None` where more must be read. Frames of kind 0x80 and above belong to
/// extensions that this end did not say it has: they are passed over.
pub fn split_frame(input: &mut BytesMut) -> Result<Option<Frame>, FrameError> {
    loop {
        let Some(length) = input.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        // Judged before it is waited for: what is refused need not be buffered.
        if length < HEAD {
            return Err(FrameError::Short(length));
        }
        if length > HEAD + MAX_PAYLOAD {
            return Err(FrameError::Long(length));
        }
        let byte = match input.get(4) {
            Some(byte) => *byte,
            None => return Ok(None),
        };
        let kind = Kind::read(byte);
        if kind.is_none() && byte < 0x80 {
            return Err(FrameError::Kind(byte));
        }
        if input.len() < 4 + length {
            return Ok(None);
        }
        let mut frame = input.split_to(4 + length).freeze();
        frame.advance(5);
        let id = frame.get_u64();
        if let Some(kind) = kind {
            let payload = frame;
            return Ok(Some(Frame { kind, id, payload }));
        }
    }
}

impl Frame {
    /// Appends one. What it says is not longer than [`MAX_PAYLOAD`]: of something longer the end is missing, and whoever
    /// reads it ends the connection.
    pub fn write(out: &mut BytesMut, kind: Kind, id: u64, parts: &[&[u8]]) {
        let payload: usize = parts.iter().map(|part| part.len()).sum();
        debug_assert!(payload <= MAX_PAYLOAD, "a frame of {kind:?} is too long");
        let length = u32::try_from(HEAD + payload).unwrap_or(u32::MAX);
        out.reserve(4 + HEAD + payload);
        out.put_u32(length);
        out.put_u8(kind as u8);
        out.put_u64(id);
        for part in parts {
            out.put_slice(part);
        }
    }
}

#[cfg(test)]
mod tests;
