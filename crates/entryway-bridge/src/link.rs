//! A tunnel's two ends as state machines: bytes in, events out; commands in, bytes out. No I/O and no clock.
//!
//! [`HubLink`] asks and [`ConnectorLink`] answers. The owner of the socket reads into a buffer, calls `receive` until it
//! gives nothing more, and writes what `outbound` has. An error ends the connection: what is left in `outbound` says why
//! to the other end, and may be written before the socket is closed.
//!
//! Whatever the other end sends, memory is bounded by [`Limits`]: a frame, a request for each in flight, a window of each
//! reply, and the budget for replies that are longer.

mod connector;
mod hub;
#[cfg(test)]
mod tests;
mod wire;

pub use connector::{ConnectorEvent, ConnectorLink, Delivered, Unsent};
pub use hub::{Ended, HubEvent, HubLink, NotAsked};

use crate::frame::{FrameError, Kind};
use crate::message::Malformed;
use serde::{Deserialize, Serialize};

/// Most bytes of a request's body.
pub const MAX_REQUEST: usize = 64 * 1024;
/// Most bytes of a reply's body.
pub const MAX_REPLY: usize = 4 * 1024 * 1024;
/// So many bytes of a reply come without being asked for.
pub const REPLY_WINDOW: usize = 64 * 1024;
/// A body goes in pieces of this size, so that others come between.
const PIECE: usize = 16 * 1024;
/// How often a connector may say something of itself between two pings: each time is work for the whole hub, and a line of
/// its log.
const TOLD_MAX: usize = 64;

/// What an end keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most requests at a time, whatever a connector reports.
    pub in_flight: u16,
    /// Most bytes beyond their windows that replies may have here at a time.
    pub reply_budget: usize,
    /// Most bytes of long replies that may wait here for the hub's room at a time.
    pub unsent: usize,
    /// Most bytes that wait to be written because of what the other end sends.
    pub outbound: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight: 1024,
            reply_budget: 2 * MAX_REPLY,
            unsent: 8 * MAX_REPLY,
            outbound: 1024 * 1024,
        }
    }
}

/// A request on one connection: counted from 1, in the order in which they are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub(crate) u64);

/// The head of a reply; its body follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyHead {
    time_ms: u64,
    signature: crate::Octets<64>,
    /// Of a reply that is signed together with others; left out where it is signed alone.
    #[serde(default, skip_serializing_if = "crate::Beside::is_alone")]
    beside: crate::Beside,
    /// Of a reply about a login, for a hub that takes it: what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stated: Option<Box<crate::Stated>>,
    length: u32,
}

impl ReplyHead {
    /// The reply, whose body has come.
    fn with_body(self, body: bytes::Bytes) -> crate::SignedReply {
        crate::SignedReply {
            time_ms: self.time_ms,
            proof: crate::Proof {
                signature: self.signature,
                beside: self.beside,
            },
            stated: self.stated,
            body,
        }
    }
}

/// What the other end did that this protocol does not have. The connection ends.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Bytes that are no frame.
    #[error("what was received is no frame")]
    Frame(#[from] FrameError),
    /// A payload that is no message.
    #[error("a message cannot be read")]
    Malformed(#[from] Malformed),
    /// A frame where it does not belong.
    #[error("a frame of kind {0:?} came {1}")]
    Unexpected(Kind, &'static str),
    /// No version that both speak.
    #[error("no version in common: the other end speaks {0:?}")]
    Version(Vec<u16>),
    /// More of something than was agreed.
    #[error("there is too much of {0}")]
    TooMuch(&'static str),
}

/// A command that does not belong where the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the connection is not there (yet, or any more)")]
pub struct OutOfTurn;
