//! What was asked and not answered yet, and what was given up and may be answered still.
//!
//! Plain vectors, searched from the front: a connection has some dozen of these at most times, and
//! the oldest is the likeliest to be answered.

use crate::{Limits, MessageId, Op};

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bind,
    Search,
    Modify,
    Compare,
    Extended,
    StartTls,
}

impl Kind {
    /// Whether the operation may be answered, in part or finally, with this.
    pub(super) fn is_answered_by(self, op: &Op<'_>) -> bool {
        match op {
            Op::IntermediateResponse(_) => true,
            Op::SearchResultEntry(_) | Op::SearchResultReference(_) => self == Self::Search,
            _ => self.is_ended_by(op),
        }
    }
    /// Whether this is the operation's last answer.
    pub(super) fn is_ended_by(self, op: &Op<'_>) -> bool {
        match self {
            Self::Bind => matches!(op, Op::BindResponse(_)),
            Self::Search => matches!(op, Op::SearchResultDone(_)),
            Self::Modify => matches!(op, Op::ModifyResponse(_)),
            Self::Compare => matches!(op, Op::CompareResponse(_)),
            Self::Extended | Self::StartTls => matches!(op, Op::ExtendedResponse(_)),
        }
    }
    /// Bind, StartTLS and abandon cannot be abandoned (RFC 4511 §4.11).
    pub(super) fn can_be_abandoned(self) -> bool {
        !matches!(self, Self::Bind | Self::StartTls)
    }
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Bind => "a bind response",
            Self::Search => "a search result",
            Self::Modify => "a modify response",
            Self::Compare => "a compare response",
            Self::Extended | Self::StartTls => "an extended response",
        }
    }
}

/// One operation that waits for its answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) id: MessageId,
    pub(super) kind: Kind,
    /// How many more entries are taken.
    pub(super) entries_left: u32,
    /// How many more references and intermediate responses are taken.
    pub(super) side_replies_left: u32,
}

/// The operations that wait for their answer, oldest first.
#[derive(Default)]
pub(super) struct Outstanding {
    slots: Vec<Slot>,
}

impl Outstanding {
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }
    pub(super) fn push(&mut self, slot: Slot) {
        self.slots.push(slot);
    }
    pub(super) fn position(&self, id: MessageId) -> Option<usize> {
        self.slots.iter().position(|slot| slot.id == id)
    }
    /// `at` comes from [`Outstanding::position`], with nothing removed since; so below.
    pub(super) fn kind(&self, at: usize) -> Kind {
        self.slots.get(at).map_or(Kind::Search, |slot| slot.kind)
    }
    pub(super) fn remove(&mut self, at: usize) -> Slot {
        self.slots.remove(at)
    }
    /// Counts an entry; false when it is one too many.
    pub(super) fn spend_entry(&mut self, at: usize) -> bool {
        self.slots
            .get_mut(at)
            .is_some_and(|slot| spend(&mut slot.entries_left))
    }
    /// Counts a reference or intermediate response; false when it is one too many.
    pub(super) fn spend_side_reply(&mut self, at: usize) -> bool {
        self.slots
            .get_mut(at)
            .is_some_and(|slot| spend(&mut slot.side_replies_left))
    }
}

fn spend(left: &mut u32) -> bool {
    match left.checked_sub(1) {
        Some(less) => {
            *left = less;
            true
        }
        None => false,
    }
}

/// What was abandoned and never got its final reply. A server that obeys never sends one, so ids
/// stay here: they must not be used again, and a late reply to one must be known as such.
#[derive(Default)]
pub(super) struct Abandoned {
    slots: Vec<(MessageId, Kind)>,
    /// Replies that came for abandoned operations since the last final one.
    late: u32,
}

/// Late replies that are passed over before the connection is given up: a server that does not heed
/// an abandon and never ends would keep us reading for ever.
const LATE_REPLIES: u32 = 100_000;

impl Abandoned {
    pub(super) fn push(&mut self, id: MessageId, kind: Kind) {
        self.slots.push((id, kind));
    }
    pub(super) fn kind(&self, id: MessageId) -> Option<Kind> {
        self.slots
            .iter()
            .find(|slot| slot.0 == id)
            .map(|slot| slot.1)
    }
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }
    /// Notes a late reply; after the final one the id is free.
    pub(super) fn answered(&mut self, id: MessageId, finally: bool) {
        if finally {
            self.slots.retain(|slot| slot.0 != id);
            self.late = 0;
        } else {
            self.late = self.late.saturating_add(1);
        }
    }
    pub(super) fn is_over(&self, limits: &Limits) -> bool {
        self.slots.len() >= limits.abandoned || self.late >= LATE_REPLIES
    }
}
