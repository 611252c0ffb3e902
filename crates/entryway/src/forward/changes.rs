//! How often a password was changed on this node, or everything of somebody was ended: what was remembered of passwords
//! before counts no longer.

use crate::witness::{Submitted, Witness};
use entryway_login::{Decided, Decision, Fault, LoginPolicy};
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts them, of whatever configuration.
#[derive(Default)]
pub(crate) struct PasswordChanges(AtomicU64);

impl PasswordChanges {
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Everything of somebody ends. What is remembered of others goes with it, and costs one login each.
    pub(crate) fn forget(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}

impl Witness for PasswordChanges {
    fn decided(&self, _: &Submitted, decided: &Decided, _: &LoginPolicy) {
        // One that nobody knows the end of may have been made.
        let may_be_made = matches!(
            decided.decision,
            Decision::Changed | Decision::Indeterminate(Fault::PasswordChangeUnknown)
        );
        if may_be_made {
            self.forget();
        }
    }

    fn abandoned(&self, _: &Submitted) {}
}
