//! Many searches in flight on one connection.
//!
//! The conversation stands under a lock that is held for encoding and decoding only; the socket
//! belongs to one task, the [`Driver`]. Whoever submits leaves bytes and wakes it, so searches that
//! are submitted together are written together. Whoever goes away frees his slot and abandons his
//! search; nobody else notices.

mod driver;
mod pool;
mod ticket;

pub(crate) use pool::{MuxPool, Standing};
pub(crate) use ticket::Ticket;

use crate::error::{Breach, CloseReason, LdapError, Overload};
use crate::link::Link;
use crate::stats::{Counted, Counters};
use crate::tls::Vintage;
use driver::Driver;
use entryway_ldap_proto::client::{Connection, Event, SubmitError};
use entryway_ldap_proto::{MessageId, Outbound, ReceivedControl, SearchRequest};
use entryway_ldap_types::{Entry, ResultCode};
use parking_lot::Mutex;
use std::mem;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

/// All searches of a connection together may hold what this many of them may hold alone.
const FULL_ANSWERS: usize = 4;
/// Below this a search is too small for its part in a connection's sum to matter.
const SMALL_ANSWER: usize = 16 << 10;
/// Bytes that may wait to be written: more means that the server does not read.
const UNWRITTEN_BYTES: usize = 1 << 20;

/// A search's answer.
#[derive(Debug, Clone)]
pub struct SearchResult {
    /// In the server's order; values share the memory of the frames they came in.
    pub entries: Vec<Entry>,
    /// Where parts of the search continue: each a list of alternatives, as spelt. Not followed.
    pub references: Vec<Vec<Box<str>>>,
    /// Where to ask instead, when the code says so, as spelt. Not followed.
    pub referrals: Vec<Box<str>>,
    /// How it ended.
    pub code: ResultCode,
    /// The server's words.
    pub diagnostic: String,
    /// The last entry that was found on the way to the base.
    pub matched_dn: Box<str>,
    /// What came with the end: a page's cookie, say.
    pub controls: Vec<ReceivedControl>,
}

/// How a search ended for its slot.
pub(crate) type Answer = Result<SearchResult, Unanswered>;

/// A search without an answer.
pub(crate) struct Unanswered {
    pub(crate) error: LdapError,
    /// Whether nothing of the answer had come.
    pub(crate) untouched: bool,
}

/// Why a search was not submitted.
pub(crate) enum Refusal {
    /// No room now, or no more at all: another connection may take it.
    Elsewhere,
    /// No connection will take it.
    Never(SubmitError),
}

/// One connection, as its searchers see it.
pub(crate) struct Mux {
    state: Mutex<State>,
    /// Most searches in flight.
    limit: usize,
    counters: Arc<Counters>,
    /// Told when room was made or the connection ended.
    room: Arc<Notify>,
    vintage: Option<Vintage>,
}

struct State {
    connection: Connection,
    slots: Vec<Slot>,
    /// Wakes the driver; taken by the first who has something for it.
    driver: Option<Waker>,
    phase: Phase,
    /// When the server last said something whole.
    heard: Instant,
    /// The server sends what nobody asked for.
    floods: bool,
    /// Bytes that one search may make us hold.
    answer_bytes: usize,
}

/// How much one connection carries.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Most searches in flight.
    pub(crate) outstanding: usize,
    /// Bytes that one search may make us hold; all of them together, [`FULL_ANSWERS`] times as much.
    pub(crate) answer_bytes: usize,
}

enum Phase {
    /// Takes searches.
    Open,
    /// Finishes what it has.
    Retiring,
    /// Gone.
    Ended(LdapError),
}

/// A search in flight.
struct Slot {
    id: MessageId,
    entries: Vec<Entry>,
    references: Vec<Vec<Box<str>>>,
    bytes: usize,
    answer: oneshot::Sender<Answer>,
    _outstanding: Counted,
}

/// An answer that is ready, to be sent after the lock is released.
type Delivery = (oneshot::Sender<Answer>, Answer);

impl Mux {
    /// Takes over a connection that is ready, and starts driving it.
    pub(crate) fn start(
        link: Link,
        bounds: Bounds,
        idle: Duration,
        room: Arc<Notify>,
    ) -> Arc<Self> {
        let Link {
            stream,
            connection,
            input,
            counters,
            vintage,
            ..
        } = link;
        let open = Counted::new(&counters, |counters| &counters.open);
        let state = State {
            connection,
            slots: Vec::new(),
            driver: None,
            phase: Phase::Open,
            heard: Instant::now(),
            floods: false,
            answer_bytes: bounds.answer_bytes,
        };
        let mux = Arc::new(Self {
            state: Mutex::new(state),
            limit: bounds.outstanding.max(1),
            counters,
            room,
            vintage,
        });
        tokio::spawn(Driver::new(Arc::clone(&mux), stream, input, idle, open).run());
        mux
    }
    /// Whether trust and identity are still those by which it was made.
    pub(crate) fn is_current(&self) -> bool {
        self.vintage.as_ref().is_none_or(Vintage::is_current)
    }
    /// Submits a search if there is room.
    pub(crate) fn submit(
        self: &Arc<Self>,
        request: &SearchRequest,
        max_entries: u32,
    ) -> Result<Ticket, Refusal> {
        let (answer, receiver) = oneshot::channel();
        let mut state = self.state.lock();
        if !matches!(state.phase, Phase::Open)
            || state.slots.len() >= self.limit
            || state.connection.outbound().len() > UNWRITTEN_BYTES
        {
            return Err(Refusal::Elsewhere);
        }
        let id =
            state
                .connection
                .search(request, max_entries, &[])
                .map_err(|error| match error {
                    SubmitError::Encode(_) | SubmitError::EmptyName => Refusal::Never(error),
                    _ => Refusal::Elsewhere,
                })?;
        state.slots.push(Slot {
            id,
            entries: Vec::new(),
            references: Vec::new(),
            bytes: 0,
            answer,
            _outstanding: Counted::new(&self.counters, |counters| &counters.outstanding),
        });
        let driver = state.driver.take();
        drop(state);
        wake(driver);
        Ok(Ticket::new(Arc::clone(self), id, receiver))
    }
    /// Gives a search up. False when it was answered meanwhile.
    fn abandon(&self, id: MessageId) -> bool {
        let mut state = self.state.lock();
        let Some(at) = state.slots.iter().position(|slot| slot.id == id) else {
            return false;
        };
        let slot = state.slots.swap_remove(at);
        // A connection that has ended has nobody left to tell.
        let _ = state.connection.abandon(id);
        let retired = state.retire_if_worn();
        let driver = state.driver.take();
        drop(state);
        drop(slot);
        wake(driver);
        if retired {
            self.room.notify_waiters();
        }
        self.make_room();
        true
    }
    /// Takes no more searches; ends when those in flight are answered.
    pub(crate) fn retire(&self) {
        let mut state = self.state.lock();
        if matches!(state.phase, Phase::Open) {
            state.phase = Phase::Retiring;
        }
        let driver = state.driver.take();
        drop(state);
        wake(driver);
        // Its place may be dialled anew.
        self.room.notify_waiters();
    }
    /// Whether it may still take searches, now or when there is room.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state.lock().phase, Phase::Open)
    }
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state.lock().phase, Phase::Ended(_))
    }
    /// Whether no search is in flight.
    pub(crate) fn is_idle(&self) -> bool {
        self.state.lock().slots.is_empty()
    }
    /// When the server last said anything.
    pub(crate) fn heard(&self) -> Instant {
        self.state.lock().heard
    }
    /// Whether the server said nothing at all since `then`.
    pub(crate) fn silent_since(&self, then: Instant) -> bool {
        self.heard() < then
    }
    /// Why it ended.
    fn end(&self) -> LdapError {
        match &self.state.lock().phase {
            Phase::Ended(error) => error.clone(),
            Phase::Open | Phase::Retiring => LdapError::Closed(CloseReason::ShuttingDown),
        }
    }
    /// Everybody who waits for room is woken only if there is somebody.
    fn make_room(&self) {
        if self.counters.waiting.get() > 0 {
            self.room.notify_one();
        }
    }
}

impl State {
    /// Judges a message and puts it where it belongs.
    fn take(
        &mut self,
        event: Event,
        bytes: usize,
        ready: &mut Vec<Delivery>,
    ) -> Result<(), LdapError> {
        match event {
            Event::Entry { id, entry } => {
                self.gather(id, bytes, ready, |slot| slot.entries.push(entry))
            }
            Event::Reference { id, urls } => {
                self.gather(id, bytes, ready, |slot| slot.references.push(urls))
            }
            Event::SearchDone {
                id,
                result,
                controls,
            } => {
                if let Some(slot) = self.remove(id) {
                    let found = SearchResult {
                        entries: slot.entries,
                        references: slot.references,
                        referrals: result.referrals,
                        code: result.code,
                        diagnostic: result.diagnostic.into(),
                        matched_dn: result.matched_dn,
                        controls,
                    };
                    ready.push((slot.answer, Ok(found)));
                }
            }
            Event::SearchOverflow { id } => {
                // The server ignores the limit it was told; what it meant stays the same: there is more.
                // Passing for an outage, an ambiguous name would be looked for elsewhere. It may ignore that it
                // is abandoned, too: a hundred thousand entries that nobody reads are others' time.
                self.floods = true;
                if let Some(slot) = self.remove(id) {
                    let found = SearchResult {
                        entries: slot.entries,
                        references: slot.references,
                        referrals: Vec::new(),
                        code: ResultCode::SIZE_LIMIT_EXCEEDED,
                        diagnostic: "cut off by Entryway: the server sends more than was asked for"
                            .to_owned(),
                        matched_dn: Box::default(),
                        controls: Vec::new(),
                    };
                    ready.push((slot.answer, Ok(found)));
                }
            }
            Event::UnreadableEntry { id, error } => {
                if let Some(slot) = self.remove(id) {
                    slot.fail(LdapError::breach(Breach::Entry(error)), ready);
                }
            }
            Event::NoticeOfDisconnection { code, diagnostic } => {
                return Err(LdapError::Closed(CloseReason::Notice {
                    code,
                    diagnostic: diagnostic.into(),
                }));
            }
            Event::Stale(_) | Event::UnknownNotice { .. } | Event::Intermediate { .. } => {}
            // Nothing but searches is ever submitted here.
            Event::BindDone { .. }
            | Event::ModifyDone { .. }
            | Event::CompareDone { .. }
            | Event::ExtendedDone { .. } => {
                return Err(LdapError::breach(Breach::Unexpected {
                    expected: "a search result",
                    found: event.name(),
                }));
            }
        }
        Ok(())
    }
    fn gather(
        &mut self,
        id: MessageId,
        bytes: usize,
        ready: &mut Vec<Delivery>,
        add: impl FnOnce(&mut Slot),
    ) {
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.id == id) else {
            return;
        };
        slot.bytes += bytes;
        add(slot);
        let limit = self.answer_bytes;
        let over = if slot.bytes > limit {
            Some(id)
        } else if slot.bytes > SMALL_ANSWER {
            self.largest_of_too_much()
        } else {
            None
        };
        if let Some(slot) = over.and_then(|over| self.remove(over)) {
            let _ = self.connection.abandon(slot.id);
            slot.fail(LdapError::Overloaded(Overload::Bytes { limit }), ready);
        }
    }
    /// The search that holds the most, when all together hold too much.
    fn largest_of_too_much(&self) -> Option<MessageId> {
        let held: usize = self.slots.iter().map(|slot| slot.bytes).sum();
        let largest = self.slots.iter().max_by_key(|slot| slot.bytes)?;
        (held > self.answer_bytes.saturating_mul(FULL_ANSWERS)).then_some(largest.id)
    }
    fn remove(&mut self, id: MessageId) -> Option<Slot> {
        let at = self.slots.iter().position(|slot| slot.id == id)?;
        Some(self.slots.swap_remove(at))
    }
    /// A server that owes too many answers to abandoned searches, or sends more than it was asked for,
    /// gets no further ones here. Tells whether it was that just now.
    fn retire_if_worn(&mut self) -> bool {
        let worn =
            (self.floods || self.connection.must_close()) && matches!(self.phase, Phase::Open);
        if worn {
            self.phase = Phase::Retiring;
        }
        worn
    }
    /// Takes what was submitted, if `out` is written.
    fn swap_outbound(&mut self, out: &mut Outbound) {
        if out.is_empty() {
            mem::swap(out, self.connection.outbound());
        }
    }
}

impl Slot {
    fn fail(self, error: LdapError, ready: &mut Vec<Delivery>) {
        let untouched = self.entries.is_empty() && self.references.is_empty();
        ready.push((self.answer, Err(Unanswered { error, untouched })));
    }
}

fn wake(driver: Option<Waker>) {
    if let Some(driver) = driver {
        driver.wake();
    }
}
