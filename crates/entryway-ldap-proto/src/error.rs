//! What can be wrong with bytes from a peer, and with a message that is to be sent.

use crate::MessageId;
use crate::ber::Tag;
use entryway_ldap_types::{AttributeNameError, DnError};

/// Why bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// An element, or its header, reaches past the end of what holds it.
    #[error("an element ends before its declared length")]
    Truncated,
    /// Something follows where nothing may.
    #[error("{count} bytes follow the end of the message")]
    Trailing {
        /// How many.
        count: usize,
    },
    /// The indefinite or reserved form, or more than 32 bits of length (RFC 4511 §5.1).
    #[error("length octet {octet:#04x} starts no length that LDAP allows")]
    Length {
        /// The first length octet.
        octet: u8,
    },
    /// More constructed elements inside one another than [`crate::Limits`] allow.
    #[error("elements nest deeper than allowed")]
    Nesting,
    /// Another element than the grammar has here.
    #[error("expected {expected}, found {found}")]
    Tag {
        /// What the grammar has here, in words.
        expected: &'static str,
        /// The identifier octet that stands here.
        found: Tag,
    },
    /// A value outside what its type allows.
    #[error("`{what}` has a value that its type does not allow")]
    Value {
        /// The field's name in the RFC's grammar.
        what: &'static str,
    },
    /// Bytes that should be UTF-8 text and are not.
    #[error("`{what}` is not UTF-8")]
    Text {
        /// The field's name in the RFC's grammar.
        what: &'static str,
    },
    /// More than [`crate::Limits`] allow.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there are too many of, in words.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
}

/// Why a connection cannot go on: the peer broke the protocol. Close it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProtocolError {
    /// The peer's bytes do not decode.
    #[error("the peer sends a malformed message")]
    Malformed(#[from] DecodeError),
    /// The header announces more than the limit; nothing of it was buffered.
    #[error("the peer announces a message of {found} bytes, expected at most {limit}")]
    TooLong {
        /// Header and content, in bytes.
        found: u64,
        /// The bound, in bytes.
        limit: usize,
    },
    /// A reply to nothing that was asked, or a second final reply.
    #[error("the peer answers message {id}, which asks nothing")]
    UnknownId {
        /// The reply's message id.
        id: MessageId,
    },
    /// A reply of another kind than the question has, or a request sent to a client.
    #[error("the peer sends {found} for message {id}, expected {expected}")]
    WrongKind {
        /// The message id.
        id: MessageId,
        /// What was asked, in words.
        expected: &'static str,
        /// What came, in the RFC's spelling.
        found: &'static str,
    },
    /// Clear bytes between StartTLS and the handshake: somebody may have put them there (RFC 4511 §4.14.3).
    #[error("the peer sends bytes in clear after StartTLS")]
    BytesBeforeTls,
    /// Bytes after a Notice of Disconnection, or on a connection that already failed.
    #[error("the peer sends a message after the connection ended")]
    Ended,
}

/// Why a message cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The filter nests deeper than [`entryway_ldap_types::Filter::MAX_DEPTH`].
    #[error("the filter nests deeper than {limit} levels")]
    FilterDepth {
        /// The bound.
        limit: usize,
    },
    /// The message would be longer than the peer accepts anywhere.
    #[error("the message has {found} bytes, expected at most {limit}")]
    TooLong {
        /// What it would have.
        found: usize,
        /// The bound.
        limit: usize,
    },
}

/// Why an entry that is encoded well cannot be read. It ends the search, not the connection: an
/// odd entry, which some person may have been able to create, must not cost others their answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Its name is no distinguished name.
    #[error("an entry has a name that is not a distinguished name")]
    Dn(#[source] DnError),
    /// One of its attributes has a name that is none.
    #[error("an entry has an attribute whose name is not one")]
    Attribute(#[source] AttributeNameError),
}
