//! The search connections of one role: one until it is full, then further ones.
//!
//! Dialling is done by a task of its own, for all who wait: whoever gives up waiting takes nothing
//! from the others. One dial is under way at most.

use super::{Bounds, Mux, Refusal, Ticket};
use crate::dial::{Identity, Progress};
use crate::error::{CloseReason, LdapError, Overload};
use crate::settings::{PoolLimits, SearchRole};
use crate::shared::Shared;
use crate::stats::{Counted, Counters, RoleTotals};
use entryway_ldap_proto::SearchRequest;
use parking_lot::Mutex;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// Most entries that one search may make us hold when it does not say itself.
const ENTRIES: u32 = 10_000;

pub(crate) struct MuxPool {
    shared: Arc<Shared>,
    max: usize,
    bounds: Bounds,
    counters: Arc<Counters>,
    state: Mutex<PoolState>,
    /// Told when a connection has room, was added, has ended or could not be dialled.
    room: Arc<Notify>,
}

/// Whether there is a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is; the server last said something then.
    Open { heard: Instant },
    /// There is none yet.
    Dialling { since: Instant },
    /// There is none.
    Closed,
}

#[derive(Default)]
struct PoolState {
    connections: Vec<Arc<Mux>>,
    /// The dial that is under way, and since when.
    dial: Option<(Arc<Progress>, Instant)>,
    /// Dials that failed, and how the last one did.
    failures: u64,
    last_failure: Option<LdapError>,
    closing: bool,
}

impl MuxPool {
    pub(crate) fn new(shared: Arc<Shared>, role: SearchRole, totals: &Arc<RoleTotals>) -> Self {
        let PoolLimits { max, outstanding } = *shared.settings.limits.of(role.into());
        let bounds = Bounds {
            outstanding,
            answer_bytes: role.answer_bytes(),
        };
        Self {
            max: max.max(1),
            bounds,
            shared,
            counters: Counters::on(totals),
            state: Mutex::default(),
            room: Arc::default(),
        }
    }
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
    pub(crate) fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// Submits a search on a connection that has room, now or before `deadline`.
    pub(crate) async fn submit(
        self: &Arc<Self>,
        request: &SearchRequest,
        deadline: Instant,
    ) -> Result<Ticket, LdapError> {
        if let Some(ticket) = self.try_submit(request)? {
            return Ok(ticket);
        }
        self.wait_for(deadline, || self.try_submit(request)).await
    }

    /// Returns when a connection is open, dialled if need be.
    pub(crate) async fn warm(self: &Arc<Self>, deadline: Instant) -> Result<(), LdapError> {
        let is_warm = || {
            let state = self.state.lock();
            if state.closing {
                return Err(LdapError::Closed(CloseReason::ShuttingDown));
            }
            let open = state.connections.iter().any(|mux| mux.is_open());
            Ok(open.then_some(()))
        };
        self.wait_for(deadline, is_warm).await
    }

    /// Waits until `attempt` gives something, dialling where that may make it do so.
    async fn wait_for<T>(
        self: &Arc<Self>,
        deadline: Instant,
        attempt: impl Fn() -> Result<Option<T>, LdapError>,
    ) -> Result<T, LdapError> {
        let _waiting = Counted::new(&self.counters, |counters| &counters.waiting);
        let known_failures = self.state.lock().failures;
        let began = Instant::now();
        loop {
            let mut room = pin!(self.room.notified());
            // Listens before it looks, so that room made in between is not missed.
            room.as_mut().enable();
            if let Some(got) = attempt()? {
                return Ok(got);
            }
            self.dial_if_useful(known_failures)?;
            if timeout_at(deadline, room).await.is_err() {
                return Err(self.waited_too_long(began));
            }
        }
    }

    fn try_submit(&self, request: &SearchRequest) -> Result<Option<Ticket>, LdapError> {
        let max_entries = match request.size_limit {
            0 => ENTRIES,
            limit => limit,
        };
        let mut state = self.state.lock();
        if state.closing {
            return Err(LdapError::Closed(CloseReason::ShuttingDown));
        }
        let mut ended = false;
        for mux in &state.connections {
            // Once: to retire tells everybody who waits, this one among them.
            if !mux.is_current() && mux.is_open() {
                mux.retire();
            }
            match mux.submit(request, max_entries) {
                Ok(ticket) => return Ok(Some(ticket)),
                Err(Refusal::Never(error)) => return Err(LdapError::Unsendable(error)),
                Err(Refusal::Elsewhere) => ended |= mux.has_ended(),
            }
        }
        if ended {
            state.connections.retain(|mux| !mux.has_ended());
        }
        Ok(None)
    }

    /// Starts a dial if another connection is wanted and allowed. Fails when a dial has failed since
    /// the caller came and there is nothing else to wait for.
    fn dial_if_useful(self: &Arc<Self>, known_failures: u64) -> Result<(), LdapError> {
        let mut state = self.state.lock();
        if state.dial.is_some() {
            return Ok(());
        }
        // One that retires frees its place: it takes no more searches and will end.
        let open = state.connections.iter().filter(|mux| mux.is_open()).count();
        if open == 0
            && state.failures != known_failures
            && let Some(error) = &state.last_failure
        {
            return Err(error.clone());
        }
        if open >= self.max {
            return Ok(());
        }
        let progress = Arc::new(Progress::default());
        state.dial = Some((Arc::clone(&progress), Instant::now()));
        drop(state);
        let guard = DialGuard {
            pool: Arc::clone(self),
            outcome: None,
        };
        tokio::spawn(guard.dial(progress));
        Ok(())
    }

    /// What kept somebody waiting who came at `began`.
    fn waited_too_long(&self, began: Instant) -> LdapError {
        let state = self.state.lock();
        let (dial, since) = match &state.dial {
            Some((dial, since)) if !state.connections.iter().any(|mux| mux.is_open()) => {
                (dial, *since)
            }
            _ => return LdapError::Overloaded(Overload::Connections),
        };
        let error = LdapError::TimedOut { step: dial.step() };
        drop(state);
        // The dial goes on, but those who come later need not wait for its end to know.
        let limit = self.shared.settings.timeouts.connect;
        self.shared.failed(&error, began.max(since), limit);
        error
    }

    /// Takes no more searches; returns when those in flight are over, or at `limit`.
    pub(crate) async fn close(&self, limit: Instant) {
        self.retire();
        loop {
            let mut ended = pin!(self.room.notified());
            ended.as_mut().enable();
            {
                let mut state = self.state.lock();
                state.connections.retain(|mux| !mux.has_ended());
                if state.connections.is_empty() {
                    return;
                }
            }
            if timeout_at(limit, ended).await.is_err() {
                return;
            }
        }
    }
    /// Takes no more searches.
    pub(crate) fn retire(&self) {
        let mut state = self.state.lock();
        state.closing = true;
        state.connections.iter().for_each(|mux| mux.retire());
        drop(state);
        self.room.notify_waiters();
    }
    /// Bytes that one search may make us hold.
    pub(crate) fn answer_bytes(&self) -> usize {
        self.bounds.answer_bytes
    }
    fn has_open(&self) -> bool {
        let state = self.state.lock();
        state.connections.iter().any(|mux| mux.is_open())
    }
    /// How things are for whoever would search now.
    pub(crate) fn standing(&self) -> Standing {
        let state = self.state.lock();
        let open = state.connections.iter().filter(|mux| mux.is_open());
        match (open.map(|mux| mux.heard()).max(), &state.dial) {
            (Some(heard), _) => Standing::Open { heard },
            (None, Some((_, since))) => Standing::Dialling { since: *since },
            (None, None) => Standing::Closed,
        }
    }
    /// Lets what was made by an older reading of the stores finish, and take nothing more.
    pub(crate) fn drain_old(&self) {
        let state = self.state.lock();
        let old = state.connections.iter().filter(|mux| !mux.is_current());
        old.for_each(|mux| mux.retire());
        drop(state);
        self.room.notify_waiters();
    }
    pub(crate) fn idle_connections(&self) -> usize {
        self.state
            .lock()
            .connections
            .iter()
            .filter(|mux| mux.is_open() && mux.is_idle())
            .count()
    }
}

impl Drop for MuxPool {
    fn drop(&mut self) {
        self.retire();
    }
}

/// A dial under way: however it ends, those who wait hear of it.
struct DialGuard {
    pool: Arc<MuxPool>,
    outcome: Option<Result<Arc<Mux>, LdapError>>,
}

impl DialGuard {
    async fn dial(mut self, progress: Arc<Progress>) {
        let pool = &self.pool;
        let settings = &pool.shared.settings;
        // Nobody's deadline: each step is bounded on its own. Far enough away never to be met.
        let deadline = pool.shared.nobodys_deadline();
        let dialled = pool
            .shared
            .dial(Identity::Service, &pool.counters, deadline, &progress)
            .await;
        self.outcome = Some(dialled.map(|(link, _)| {
            // One is kept; what is opened beside it is for a burst. The first with room is taken, so these grow idle.
            let idle = if pool.has_open() {
                settings.timeouts.spare()
            } else {
                settings.timeouts.idle
            };
            Mux::start(link, pool.bounds, idle, Arc::clone(&pool.room))
        }));
    }
}

impl Drop for DialGuard {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock();
        state.dial = None;
        match self.outcome.take() {
            Some(Ok(mux)) => {
                if state.closing {
                    mux.retire();
                }
                state.connections.push(mux);
            }
            Some(Err(error)) => {
                state.failures += 1;
                state.last_failure = Some(error);
            }
            None => {
                state.failures += 1;
                state.last_failure = Some(LdapError::Closed(CloseReason::ShuttingDown));
            }
        }
        drop(state);
        self.pool.room.notify_waiters();
    }
}
