//! Where a message ends.

use crate::ber::{self, Tag};
use crate::{DecodeError, Limits, ProtocolError};
use bytes::{Bytes, BytesMut};

/// How many bytes the first message in `bytes` has; `None` when its header is not complete.
///
/// Judged from the header alone: a message over the limit, an impossible length, or bytes that are
/// no LDAP message (a TLS alert, an HTTP banner) is refused before anything of it is waited for. A
/// result larger than `bytes.len()` says how much must be read.
pub fn frame_length(bytes: &[u8], limits: &Limits) -> Result<Option<usize>, ProtocolError> {
    length_within(bytes, limits.message_bytes)
}

fn length_within(bytes: &[u8], limit: usize) -> Result<Option<usize>, ProtocolError> {
    match bytes.first() {
        None => return Ok(None),
        Some(&octet) if Tag(octet) != Tag::SEQUENCE => {
            return Err(DecodeError::Tag {
                expected: "an LDAP message",
                found: Tag(octet),
            }
            .into());
        }
        Some(_) => {}
    }
    let Some(header) = ber::header(bytes)? else {
        return Ok(None);
    };
    let found = header.header_bytes as u64 + u64::from(header.content_bytes);
    match usize::try_from(found) {
        Ok(total) if total <= limit => Ok(Some(total)),
        _ => Err(ProtocolError::TooLong { found, limit }),
    }
}

/// Takes the first complete message off `buffer`; `None` when more must be read.
///
/// Does not copy. Never grows `buffer`: reserve what [`frame_length`] says when reading large messages.
pub fn split_frame(buffer: &mut BytesMut, limits: &Limits) -> Result<Option<Bytes>, ProtocolError> {
    split_within(buffer, limits.message_bytes)
}

/// As [`split_frame`], with a bound of its own in bytes.
pub(crate) fn split_within(
    buffer: &mut BytesMut,
    limit: usize,
) -> Result<Option<Bytes>, ProtocolError> {
    match length_within(buffer, limit)? {
        Some(total) if total <= buffer.len() => Ok(Some(buffer.split_to(total).freeze())),
        _ => Ok(None),
    }
}

/// `part` of `frame` as an owned value that shares the frame's memory. A part of something else is copied.
pub(crate) fn slice_of(frame: &Bytes, part: &[u8]) -> Bytes {
    let (whole, range) = (frame.as_ptr_range(), part.as_ptr_range());
    // `slice_ref` panics on foreign bytes.
    if whole.start <= range.start && range.end <= whole.end {
        frame.slice_ref(part)
    } else {
        Bytes::copy_from_slice(part)
    }
}

#[cfg(test)]
mod tests;
