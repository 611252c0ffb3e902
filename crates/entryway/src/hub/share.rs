//! How much of a connector and of a site each kind of question may have.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a question may take of what a connector and a site take: whoever logs in is never without a place because of who
/// does something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Share {
    /// All of it: a login.
    #[default]
    Whole,
    /// Half: what anybody may ask who has typed nothing yet.
    Half,
    /// A quarter: look-ups.
    Quarter,
}

impl Share {
    /// Of so many, at least one.
    pub(super) fn of(self, most: usize) -> usize {
        match self {
            Self::Whole => most,
            Self::Half => most.div_ceil(2),
            Self::Quarter => most.div_ceil(4),
        }
    }
}

/// Questions under way of each share that is not the whole.
#[derive(Default)]
pub(super) struct Shares {
    half: Arc<AtomicUsize>,
    quarter: Arc<AtomicUsize>,
}

impl Shares {
    pub(super) fn count(&self, share: Share) -> Option<&Arc<AtomicUsize>> {
        match share {
            Share::Whole => None,
            Share::Half => Some(&self.half),
            Share::Quarter => Some(&self.quarter),
        }
    }

    /// Whether that share of so many is taken.
    pub(super) fn is_full(&self, share: Share, most: usize) -> bool {
        self.count(share)
            .is_some_and(|count| count.load(Ordering::Relaxed) >= share.of(most))
    }
}
