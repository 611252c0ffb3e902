//! How many decisions are on their way to the record: whether the commit waits for them.
//!
//! A commit costs the same whether it holds one record or a hundred. One that goes out while most logins are still on
//! their way takes few; one that waits for all of them makes them all wait for the slowest. The writer waits for half.
//! What has been on its way for long is not waited for: it hangs, at a directory that does not answer.

use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Logins are counted by when they began, in so many spans,
const SPANS: usize = 4;
/// of this length. Those that began before all of them do not count any more.
const SPAN: Duration = Duration::from_millis(64);

/// Decisions on their way.
pub(super) struct Company {
    began: Instant,
    spans: Mutex<[Span; SPANS]>,
}

/// Those that began within one span.
#[derive(Clone, Copy, Default)]
struct Span {
    /// Which, counted from the beginning.
    number: u64,
    count: usize,
}

/// A decision that will be written down. Dropped when there will be none.
pub struct Expected {
    company: Arc<Company>,
    span: u64,
}

impl Company {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            spans: Mutex::default(),
        })
    }

    /// One more, from `now` on.
    pub(super) fn expect(self: &Arc<Self>, now: Instant) -> Expected {
        let number = self.span_at(now);
        self.with(number, |span| {
            if span.number != number {
                *span = Span { number, count: 0 };
            }
            span.count += 1;
        });
        Expected {
            company: Arc::clone(self),
            span: number,
        }
    }

    /// How many are on their way that began lately.
    pub(super) fn on_their_way(&self, now: Instant) -> usize {
        let now = self.span_at(now);
        let spans = self.spans.lock();
        spans
            .iter()
            .filter(|span| now.saturating_sub(span.number) < SPANS as u64)
            .map(|span| span.count)
            .sum()
    }

    fn span_at(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.began).as_millis();
        u64::try_from(since / SPAN.as_millis()).unwrap_or(u64::MAX)
    }

    fn with(&self, number: u64, change: impl FnOnce(&mut Span)) {
        let at = usize::try_from(number % SPANS as u64).unwrap_or_default();
        if let Some(span) = self.spans.lock().get_mut(at) {
            change(span);
        }
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        self.company.with(self.span, |span| {
            if span.number == self.span {
                span.count = span.count.saturating_sub(1);
            }
        });
    }
}

#[cfg(test)]
mod tests;
