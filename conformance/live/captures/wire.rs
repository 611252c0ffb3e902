//! What the bytes of one connection are: LDAP in clear, TLS, or neither.

use entryway_conformance::Conversation;
use std::fmt;

/// The OID of StartTLS (RFC 4511 §4.14).
const START_TLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

/// What stands at the start of a side, piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Piece {
    /// An LDAP message in clear.
    Ldap(Operation),
    /// A TLS record.
    Tls,
    /// Neither: the rest is not looked at.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    StartTls,
    Bind,
    Search,
    Unbind,
    Abandon,
    Answer,
    Unknown,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StartTls => "StartTLS",
            Self::Bind => "bind",
            Self::Search => "search",
            Self::Unbind => "unbind",
            Self::Abandon => "abandon",
            Self::Answer => "answer",
            Self::Unknown => "unknown operation",
        })
    }
}

/// What the client of a connection sent, and what it got.
pub(crate) fn pieces(conversation: &Conversation) -> [Vec<Piece>; 2] {
    [split(&conversation.sent), split(&conversation.received)]
}

/// Operations that were asked for in clear, each once.
pub(crate) fn asked_in_clear(conversation: &Conversation) -> Vec<Operation> {
    let mut asked: Vec<Operation> = split(&conversation.sent)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Ldap(operation) => Some(operation),
            Piece::Tls => None,
            Piece::Other => Some(Operation::Unknown),
        })
        .collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// Nothing but TLS on both sides, from the first byte on.
pub(crate) fn is_tls_alone(conversation: &Conversation) -> bool {
    let sides = pieces(conversation);
    sides.iter().flatten().all(|piece| *piece == Piece::Tls) && !conversation.sent.is_empty()
}

/// One StartTLS and its answer, and nothing but TLS after them.
pub(crate) fn is_start_tls_then_tls(conversation: &Conversation) -> bool {
    let begins = |side: &[Piece], with| {
        side.split_first().is_some_and(|(first, rest)| {
            *first == Piece::Ldap(with)
                && !rest.is_empty()
                && rest.iter().all(|piece| *piece == Piece::Tls)
        })
    };
    let [sent, received] = pieces(conversation);
    begins(&sent, Operation::StartTls) && begins(&received, Operation::Answer)
}

fn split(mut rest: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let (piece, length) = match (tls_record(rest), ldap_message(rest)) {
            (Some(length), _) => (Piece::Tls, length),
            (None, Some((operation, length))) => (Piece::Ldap(operation), length),
            (None, None) => (Piece::Other, rest.len()),
        };
        pieces.push(piece);
        rest = rest.get(length..).unwrap_or_default();
    }
    pieces
}

/// The length of the record at the start (RFC 8446 §5.1): kind, version, length.
fn tls_record(bytes: &[u8]) -> Option<usize> {
    let [kind @ 20..=23, 3, 1..=4, high, low, ..] = *bytes else {
        return None;
    };
    let _ = kind;
    let length = 5 + usize::from(u16::from_be_bytes([high, low]));
    (length <= bytes.len()).then_some(length)
}

/// The message at the start: a sequence of an id and an operation.
fn ldap_message(bytes: &[u8]) -> Option<(Operation, usize)> {
    let (content, length) = ber(bytes, 0x30)?;
    let (_, id) = ber(content, 0x02)?;
    let operation = content.get(id..)?;
    let tag = *operation.first()?;
    let operation = match tag {
        0x60 => Operation::Bind,
        0x63 => Operation::Search,
        0x42 => Operation::Unbind,
        0x50 => Operation::Abandon,
        0x77 if operation
            .windows(START_TLS.len())
            .any(|window| window == START_TLS) =>
        {
            Operation::StartTls
        }
        0x61 | 0x64 | 0x65 | 0x73 | 0x78 => Operation::Answer,
        _ => Operation::Unknown,
    };
    Some((operation, length))
}

/// The content of the element at the start, and the length of the whole.
fn ber(bytes: &[u8], tag: u8) -> Option<(&[u8], usize)> {
    let (&first, rest) = bytes.split_first()?;
    let (&size, rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    let (length, head) = if size < 0x80 {
        (usize::from(size), 2)
    } else {
        let octets = rest.get(..usize::from(size & 0x7f))?;
        let length = octets.iter().try_fold(0usize, |sum, octet| {
            Some(sum.checked_mul(256)? + usize::from(*octet))
        })?;
        (length, 2 + octets.len())
    };
    let end = head.checked_add(length)?;
    Some((bytes.get(head..end)?, end))
}
