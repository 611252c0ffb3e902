//! Bytes that wait to be written, and are wiped once they are if they hold a password.

use bytes::Buf;
use zeroize::Zeroize;

/// The outbound end of a connection: messages are appended, the socket's owner takes bytes off.
///
/// Implements [`Buf`]: hand it to `write_buf` and the like. Once a password was put in, every byte
/// that is taken off is wiped, a buffer that is outgrown is wiped, and so is what is left when this
/// is dropped.
#[derive(Default)]
pub struct Outbound {
    bytes: Vec<u8>,
    taken: usize,
    secret: bool,
}

/// Above this much, an emptied buffer is given back rather than kept for the next burst.
const KEPT_CAPACITY: usize = 64 << 10;

impl Outbound {
    /// What is to be written.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }
    /// How many bytes are to be written.
    pub fn len(&self) -> usize {
        self.bytes.len().saturating_sub(self.taken)
    }
    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Drops the first `count` bytes, which were written.
    pub fn consume(&mut self, count: usize) {
        let end = self.taken.saturating_add(count).min(self.bytes.len());
        if self.secret
            && let Some(written) = self.bytes.get_mut(self.taken..end)
        {
            written.zeroize();
        }
        self.taken = end;
        if self.is_empty() {
            self.reset();
        }
    }

    /// Appends what `write` writes into `room` bytes or, if that was estimated too small, more.
    /// When it fails, nothing is appended.
    pub(crate) fn append<E>(
        &mut self,
        room: usize,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.secret {
            // This one's size is a guess, and the buffer must not outgrow itself now: by the side, then exactly.
            let mut aside = Vec::with_capacity(room);
            write(&mut aside)?;
            self.reserve(aside.len());
            self.in_place(|out| out.extend_from_slice(&aside));
            return Ok(());
        }
        self.reserve(room);
        let before = self.bytes.len();
        let result = self.in_place(write);
        if result.is_err() {
            self.bytes.truncate(before);
        }
        result
    }
    /// As [`Outbound::append`], for what must not be left behind in memory. `room` must suffice:
    /// a buffer that grows while it is written leaves a copy that nobody wipes. Every test looks, as
    /// this is asserted in debug builds.
    pub(crate) fn append_secret(&mut self, room: usize, write: impl FnOnce(&mut Vec<u8>)) {
        self.reserve(room);
        self.secret = true;
        let before = self.bytes.len();
        self.in_place(write);
        // Stricter than that the buffer did not grow: room to spare must not hide a bad estimate.
        debug_assert!(
            self.bytes.len() - before <= room,
            "the room for a secret is estimated too small"
        );
    }

    /// Writes to the end. Beside a secret the buffer must not grow meanwhile.
    fn in_place<R>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let place = (self.bytes.as_ptr(), self.bytes.capacity());
        let result = write(&mut self.bytes);
        debug_assert!(
            !self.secret || place == (self.bytes.as_ptr(), self.bytes.capacity()),
            "a buffer with a secret outgrew the room that was made"
        );
        result
    }

    /// Makes room. A buffer that holds a password is moved by hand, so that the old one can be wiped.
    fn reserve(&mut self, room: usize) {
        if self.bytes.capacity().saturating_sub(self.bytes.len()) < room {
            drop(self.grow(room));
        }
    }
    /// Moves to a larger buffer. What is returned is the old one, wiped if it held a secret.
    fn grow(&mut self, room: usize) -> Vec<u8> {
        let mut grown = Vec::with_capacity(
            (self.len().saturating_add(room))
                .next_power_of_two()
                .max(512),
        );
        grown.extend_from_slice(self.as_slice());
        let mut outgrown = std::mem::replace(&mut self.bytes, grown);
        self.taken = 0;
        if self.secret {
            outgrown.as_mut_slice().zeroize();
        }
        outgrown
    }

    /// Where bytes that were taken off stood.
    #[cfg(test)]
    pub(crate) fn taken_off(&self) -> &[u8] {
        &self.bytes[..self.taken]
    }

    fn reset(&mut self) {
        self.taken = 0;
        self.secret = false;
        if self.bytes.capacity() > KEPT_CAPACITY {
            self.bytes = Vec::new();
        } else {
            self.bytes.clear();
        }
    }
}

impl Drop for Outbound {
    fn drop(&mut self) {
        if self.secret {
            self.bytes.zeroize();
        }
    }
}

impl Buf for Outbound {
    fn remaining(&self) -> usize {
        self.len()
    }
    fn chunk(&self) -> &[u8] {
        self.as_slice()
    }
    fn advance(&mut self, count: usize) {
        self.consume(count);
    }
}

#[cfg(test)]
mod tests;
