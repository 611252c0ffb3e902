//! What a hub and a connector say to each other, as data: frames, messages, sealed passwords and signed replies. The
//! document of the protocol is `docs/connector-protocol.md`.
//!
//! Owns the bytes and their meaning. Must not know: sockets, TLS, clocks, randomness, how a signature or a sealing is
//! computed; those are ports ([`ports`]). Every text and list that comes from the peer has a bound, and nothing secret is
//! within reach of `Debug`.

mod assertion;
mod frame;
pub mod link;
pub mod message;
mod name;
pub mod ports;
mod reply;
mod seal;
mod stated;
mod statement;
#[cfg(test)]
mod testing;
mod ticket;
mod together;
mod value;

pub use assertion::{
    ASSERTION_LIFE, ASSERTION_MAX, AssertedTo, Asserting, Assertion, AssertionInvalid, RETURN_PATH,
    Said, VerifiedAssertion,
};
pub use frame::{Frame, FrameError, Kind, MAX_PAYLOAD, split_frame};
pub use name::{ConnectorId, MalformedName, SiteName};
pub use reply::{CLOCK_TOLERANCE, Question, ReplyInvalid, SignedReply, VerifiedReply, sign};
pub use seal::{
    Challenge, ChallengeInvalid, Challenged, KeyId, Purpose, SEALED_BYTES, SealNonce, Sealed,
    SealingKey, pad, sealed_aad, sealed_info, unpad,
};
pub use stated::{Kept, STATED_OUTCOME, Stated};
pub use statement::Statement;
pub use ticket::{MalformedTicket, Ticket};
pub use together::{Beside, Proof, Roots, SIGNED_TOGETHER, TOGETHER_MAX, Unsigned, sign_together};
pub use value::{Octets, Opaque, SecretText, Text};

/// The versions of the protocol that this end speaks, the lowest first.
pub const VERSIONS: &[u16] = &[1];

/// The capability of a connector that gives out further nonces with a challenge.
pub const FURTHER_NONCES: &str = "further_nonces";

/// What else this end can, beside its versions: it is told in its hello.
pub const CAPABILITIES: &[&str] = &[
    FURTHER_NONCES,
    message::CERTIFICATE_LOGIN,
    SIGNED_TOGETHER,
    STATED_OUTCOME,
];

/// The highest version that both speak.
pub fn common_version(own: &[u16], theirs: &[u16]) -> Option<u16> {
    own.iter()
        .copied()
        .filter(|version| theirs.contains(version))
        .max()
}
