//! How much of what is left of a deadline one server may use up.

use std::time::Instant;

/// The moment at which a server of `remaining` untried ones (itself included) must have answered.
///
/// The last one may use all that is left. Any other gets half of it, so that a server which accepts
/// and then says nothing leaves the next one, and the bind that follows, enough to finish.
pub(crate) fn share(now: Instant, deadline: Instant, remaining: usize) -> Instant {
    if remaining <= 1 {
        return deadline;
    }
    let left = deadline.saturating_duration_since(now);
    now.checked_add(left / 2).unwrap_or(deadline)
}

/// What a server may take: nobody waits longer, and one that is told stops.
pub(crate) fn seconds_until(deadline: Instant) -> u32 {
    let left = deadline.saturating_duration_since(Instant::now());
    u32::try_from(left.as_secs()).map_or(u32::MAX, |seconds| seconds.saturating_add(1))
}

#[cfg(test)]
mod tests;
