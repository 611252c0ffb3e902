//! Those who wait for logins under way, in the order in which they came.
//!
//! A place that becomes free is handed to whoever waits, under the lock that freed it: nobody who comes later takes
//! it first, and only those are woken who have their answer. Somebody waits only while a login of the same
//! identity (or address) is under way, so there is always one whose end looks after them.

use super::book::{Book, Shard};
use super::key::{Key, Spread};
use super::named::Asks;
use entryway_login::{ReserveAnswer, Settled};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;
use tokio::sync::oneshot;

/// Most that wait for one identity or address, and at all. Whoever comes then is not kept waiting.
const MOST_EACH: usize = 1_024;
const MOST: usize = 8_192;
/// Places that are found taken before the rest of a queue is left for the next time.
const MOST_TAKEN: usize = 16;

/// The queues of one lock.
#[derive(Default)]
pub(super) struct Queues {
    queues: HashMap<Key, VecDeque<Waiter>, Spread>,
    next: u64,
}

/// How many wait in all queues.
#[derive(Default)]
pub(super) struct Crowd(AtomicUsize);

struct Waiter {
    ticket: u64,
    asks: Asks,
    answer: oneshot::Sender<ReserveAnswer>,
}

/// A place in a queue. Given up when dropped, with what was handed over too late.
pub(super) struct Waiting<'a> {
    book: &'a Book,
    asks: Asks,
    ticket: u64,
    answer: oneshot::Receiver<ReserveAnswer>,
    answered: bool,
}

impl Crowd {
    pub(super) fn count(&self) -> usize {
        self.0.load(Relaxed)
    }

    fn enter(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    fn leave(&self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Book {
    /// Queues up; `None` where too many wait.
    pub(super) fn wait(&self, shard: &mut Shard, asks: Asks) -> Option<Waiting<'_>> {
        let Queues { queues, next } = &mut shard.queues;
        let queue = queues.entry(asks.queue()).or_default();
        if queue.len() >= MOST_EACH || self.crowd.count() >= MOST {
            if queue.is_empty() {
                queues.remove(&asks.queue());
            }
            return None;
        }
        let (answer, answered) = oneshot::channel();
        let ticket = *next;
        *next += 1;
        queue.push_back(Waiter {
            ticket,
            asks,
            answer,
        });
        self.crowd.enter();
        Some(Waiting {
            book: self,
            asks,
            ticket,
            answer: answered,
            answered: false,
        })
    }

    /// Answers those for whom the end of a login decided something.
    pub(super) fn serve(&self, shard: &mut Shard, key: Key) {
        let Some(mut queue) = shard.queues.queues.remove(&key) else {
            return;
        };
        let mut left = VecDeque::new();
        let mut taken = Vec::new();
        while let Some(waiter) = queue.pop_front() {
            if taken.contains(&waiter.asks.place()) {
                left.push_back(waiter);
                continue;
            }
            let answer = self.try_reserve(shard, &waiter.asks);
            if answer == ReserveAnswer::UnderWay {
                taken.push(waiter.asks.place());
                left.push_back(waiter);
                if taken.len() >= MOST_TAKEN {
                    break;
                }
                continue;
            }
            self.crowd.leave();
            let sent = waiter.answer.send(answer);
            if let Err(ReserveAnswer::Reserved) = sent {
                (waiter.asks).settle(shard, &self.rates(), Settled::NotCounted);
            }
        }
        left.append(&mut queue);
        if !left.is_empty() {
            shard.queues.queues.insert(key, left);
        }
    }
}

impl Queues {
    /// Whether it was there.
    fn leave(&mut self, key: Key, ticket: u64) -> bool {
        let Some(queue) = self.queues.get_mut(&key) else {
            return false;
        };
        // Tickets grow along a queue.
        let found = queue.binary_search_by_key(&ticket, |waiter| waiter.ticket);
        let found = found.ok().and_then(|place| queue.remove(place));
        if queue.is_empty() {
            self.queues.remove(&key);
        }
        found.is_some()
    }
}

impl Waiting<'_> {
    pub(super) async fn until(mut self, deadline: Instant) -> ReserveAnswer {
        match tokio::time::timeout_at(deadline.into(), &mut self.answer).await {
            Ok(Ok(answer)) => {
                self.answered = true;
                answer
            }
            _ => ReserveAnswer::UnderWay,
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.answered {
            return;
        }
        let (book, key) = (self.book, self.asks.queue());
        book.with(key, |shard| {
            if shard.queues.leave(key, self.ticket) {
                book.crowd.leave();
            }
            if let Ok(ReserveAnswer::Reserved) = self.answer.try_recv() {
                (self.asks).settle(shard, &book.rates(), Settled::NotCounted);
                book.serve(shard, key);
            }
        });
    }
}
