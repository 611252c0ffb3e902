//! In which order decisions about connectors count at this node. Who drains or revokes one here is answered when it counts,
//! and meanwhile somebody else may have read in the store what was before: that must not count after it.

use parking_lot::Mutex;

/// How many decisions have counted. What was read of the store is as new as the number from before the reading.
#[derive(Default)]
pub(super) struct Decisions(Mutex<u64>);

impl Decisions {
    /// The number, to be taken before something is read.
    pub(super) fn number(&self) -> u64 {
        *self.0.lock()
    }

    /// Has something count that is newer than all that was read: it was written just now.
    pub(super) fn decide(&self, count: impl FnOnce()) {
        let mut number = self.0.lock();
        *number += 1;
        count();
    }

    /// Has news count that were read after this number was taken. `false`: something else has counted since, which may be
    /// newer, and nothing was done.
    pub(super) fn hear(&self, before: u64, count: impl FnOnce()) -> bool {
        let mut number = self.0.lock();
        let is_new = *number == before;
        if is_new {
            *number += 1;
            count();
        }
        is_new
    }

    /// The same of what may be no news: whoever has read before it need not read again, for news are heard by themselves.
    pub(super) fn confirm(&self, before: u64, count: impl FnOnce()) -> bool {
        let number = self.0.lock();
        let is_new = *number == before;
        if is_new {
            count();
        }
        is_new
    }
}

#[cfg(test)]
mod tests;
