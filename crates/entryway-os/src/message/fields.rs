//! Fields of a frame, written and read in order.

use super::{Malformed, VERSION};
use zeroize::Zeroizing;

/// A frame that is being written. It never grows beyond what it was made for, so that no copy of a password stays
/// behind in memory that was let go of; it is wiped when dropped.
pub(super) struct Writer {
    frame: Zeroizing<Vec<u8>>,
    most: usize,
    failed: bool,
}

impl Writer {
    /// A frame of this kind with room for `most` bytes after its length.
    pub(super) fn new(kind: u8, most: usize) -> Self {
        let mut frame = Zeroizing::new(Vec::with_capacity(most.saturating_add(4)));
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(&[VERSION, kind]);
        Self {
            frame,
            most,
            failed: false,
        }
    }

    pub(super) fn bytes(mut self, field: &[u8]) -> Self {
        let end = self.frame.len().saturating_add(field.len() + 2);
        match u16::try_from(field.len()) {
            Ok(length) if end <= self.most.saturating_add(4) => {
                self.frame.extend_from_slice(&length.to_be_bytes());
                self.frame.extend_from_slice(field);
            }
            _ => self.failed = true,
        }
        self
    }

    pub(super) fn number(self, field: u32) -> Self {
        self.bytes(&field.to_be_bytes())
    }

    /// The whole frame with its length.
    pub(super) fn finish(mut self) -> Result<Zeroizing<Vec<u8>>, Malformed> {
        let length = u32::try_from(self.frame.len().saturating_sub(4));
        match (length, self.frame.first_chunk_mut::<4>()) {
            (Ok(length), Some(head)) if !self.failed => {
                *head = length.to_be_bytes();
                Ok(self.frame)
            }
            _ => Err(Malformed::TooLong),
        }
    }
}

/// A frame, without its length, that is being read.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The fields, and the kind that the frame says it is.
    pub(super) fn new(frame: &'a [u8]) -> Result<(u8, Self), Malformed> {
        match frame {
            [VERSION, kind, fields @ ..] => Ok((*kind, Self(fields))),
            _ => Err(Malformed::Kind),
        }
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let (length, rest) = self.0.split_first_chunk().ok_or(Malformed::Length)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (field, rest) = rest.split_at_checked(length).ok_or(Malformed::Length)?;
        self.0 = rest;
        Ok(field)
    }

    pub(super) fn number(&mut self) -> Result<u32, Malformed> {
        let field = self.bytes()?.try_into().map_err(|_| Malformed::Field)?;
        Ok(u32::from_be_bytes(field))
    }

    pub(super) fn text(&mut self) -> Result<String, Malformed> {
        let field = self.bytes()?.to_vec();
        String::from_utf8(field).map_err(|_| Malformed::Field)
    }

    pub(super) fn end(self) -> Result<(), Malformed> {
        match self.0 {
            [] => Ok(()),
            _ => Err(Malformed::Length),
        }
    }
}
