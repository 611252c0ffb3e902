//! Connections that bind as people: one bind in flight on each, and nothing else ever.
//!
//! The caller's own task writes and reads; there is no task and no channel in between. A connection
//! with an unanswered bind is never handed out: it either waits for that bind's own answer in the
//! background or is closed. Once a byte of a bind may have left, that bind is never repeated.

use crate::dial::{Identity, Progress, submit_error};
use crate::error::{BindFailure, CloseReason, LdapError, Overload, Step};
use crate::link::{Link, unexpected};
use crate::settings::Timeouts;
use crate::shared::Shared;
use crate::stats::{Counted, Counters, OperationKind, RoleTotals, Tally};
use entryway_ldap_proto::RequestControl;
use entryway_ldap_proto::client::{BindResult, Event};
use entryway_ldap_types::{Password, Role};
use parking_lot::Mutex;
use std::pin::pin;
use std::sync::{Arc, Weak};
use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

pub(crate) struct PersonPool {
    shared: Arc<Shared>,
    max: usize,
    counters: Arc<Counters>,
    /// One permit per connection that may exist; closed when the server is.
    permits: Arc<Semaphore>,
    parked: Mutex<Parking>,
    /// Told when more are parked than are kept.
    grown: Arc<Notify>,
}

/// So many idle connections are kept for as long as an idle one may be; what a burst opened beyond them goes sooner.
const KEPT: usize = 2;

#[derive(Default)]
struct Parking {
    /// The most recently used last: it is taken first, and the first ones grow old.
    links: Vec<Parked>,
    sweeping: bool,
    closing: bool,
}

/// An open connection, counted.
struct Open {
    link: Link,
    _open: Counted,
}

struct Parked {
    open: Box<Open>,
    since: Instant,
    _idle: Counted,
}

impl PersonPool {
    pub(crate) fn new(shared: Arc<Shared>, totals: &Arc<RoleTotals>) -> Self {
        let max = shared.settings.limits.of(Role::Authenticate).max;
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            max,
            shared,
            counters: Counters::on(totals),
            permits: Arc::new(Semaphore::new(max)),
            parked: Mutex::default(),
            grown: Arc::default(),
        }
    }
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
    pub(crate) fn counters(&self) -> &Arc<Counters> {
        &self.counters
    }

    /// Binds once as `dn`.
    pub(crate) async fn bind_as(
        self: &Arc<Self>,
        dn: &str,
        password: &Password,
        deadline: Instant,
    ) -> Result<BindResult, BindFailure> {
        let allowed = self.shared.settings.clear_text_passwords;
        self.shared.way.takes_password(allowed).map_err(unwritten)?;
        let tally = Tally::start(&self.counters, OperationKind::Bind);
        let result = self.try_bind(dn, password, deadline).await;
        tally.end(result.as_ref().ok().map(|done| done.code));
        result
    }

    async fn try_bind(
        self: &Arc<Self>,
        dn: &str,
        password: &Password,
        deadline: Instant,
    ) -> Result<BindResult, BindFailure> {
        let mut permit = self.permit(deadline).await.map_err(unwritten)?;
        loop {
            if Instant::now() >= deadline {
                return Err(unwritten(LdapError::TimedOut { step: Step::Bind }));
            }
            let (open, reused) = match self.unpark(deadline).await {
                Some(open) => (open, true),
                None => {
                    // Apart: its state is larger than all the rest, and most binds need none of it.
                    let dialled = Box::pin(self.dial(deadline)).await;
                    (dialled.map_err(unwritten)?, false)
                }
            };
            let mut flight = Flight {
                sent_before: open.link.stream.sent(),
                open: Some(open),
                permit: Some(permit),
                pool: Arc::clone(self),
                _outstanding: Counted::new(&self.counters, |counters| &counters.outstanding),
            };
            let started = Instant::now();
            let operation = self.shared.settings.timeouts.operation;
            let limit = (started + operation).min(deadline);
            let flown = {
                let mut fly = pin!(flight.fly(dn, password));
                match timeout_at((started + operation / 2).min(limit), &mut fly).await {
                    Ok(flown) => Ok(flown),
                    Err(_) => {
                        // Whoever comes next need not wait for what this one will have found out.
                        self.shared.doubt(started, operation);
                        timeout_at(limit, fly).await
                    }
                }
            };
            match flown {
                Ok(Ok(result)) => {
                    self.shared.answered_with(result.code);
                    flight.land();
                    return Ok(result);
                }
                Ok(Err(cause)) => {
                    let written = flight.has_written();
                    let returned = flight.crash();
                    match (written, reused, returned, &cause) {
                        // The server had closed an idle connection, and nothing has left: take another.
                        (false, true, Some(returned), LdapError::Closed(_)) => permit = returned,
                        _ => {
                            self.shared.failed(
                                &cause,
                                started,
                                self.shared.settings.timeouts.operation,
                            );
                            return Err(BindFailure { written, cause });
                        }
                    }
                }
                Err(_) => {
                    let cause = LdapError::TimedOut { step: Step::Bind };
                    self.shared
                        .doubt(started, self.shared.settings.timeouts.operation);
                    // Dropped, the flight waits for its own answer in the background.
                    return Err(BindFailure {
                        written: flight.has_written(),
                        cause,
                    });
                }
            }
        }
    }

    /// The right to one connection.
    async fn permit(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, LdapError> {
        let closed = |_| LdapError::Closed(CloseReason::ShuttingDown);
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let _waiting = Counted::new(&self.counters, |counters| &counters.waiting);
        let mut acquired = pin!(Arc::clone(&self.permits).acquire_owned());
        let now = Instant::now();
        let half = now + deadline.saturating_duration_since(now) / 2;
        if let Ok(permit) = timeout_at(half, &mut acquired).await {
            return permit.map_err(closed);
        }
        // They are all taken by binds that a server which says nothing does not answer: half of the time is for another one.
        if self.shared.is_doubtful() {
            return Err(LdapError::Overloaded(Overload::Connections));
        }
        match timeout_at(deadline, acquired).await {
            Ok(permit) => permit.map_err(closed),
            Err(_) => Err(LdapError::Overloaded(Overload::Connections)),
        }
    }

    async fn dial(&self, deadline: Instant) -> Result<Box<Open>, LdapError> {
        let progress = Progress::default();
        let (link, _) = self
            .shared
            .dial(Identity::Nobody, &self.counters, deadline, &progress)
            .await?;
        let _open = Counted::new(&self.counters, |counters| &counters.open);
        Ok(Box::new(Open { link, _open }))
    }

    /// The most recently used idle connection that the server has not closed meanwhile.
    async fn unpark(&self, deadline: Instant) -> Option<Box<Open>> {
        loop {
            let mut open = self.parked.lock().links.pop()?.open;
            if !open.link.is_current() {
                open.link.hang_up();
                continue;
            }
            if timeout_at(deadline, open.link.stream.is_quiet()).await == Ok(true) {
                return Some(open);
            }
        }
    }

    fn park(self: &Arc<Self>, open: Box<Open>) {
        let since = Instant::now();
        let idle = Counted::new(&self.counters, |counters| &counters.idle);
        let mut parking = self.parked.lock();
        // Bytes beyond the answer answer nothing, and must not be there when the next bind is sent.
        if parking.closing
            || open.link.connection.must_close()
            || !open.link.input.is_empty()
            || !open.link.is_current()
        {
            drop(parking);
            return open.link.hang_up();
        }
        parking.links.push(Parked {
            open,
            since,
            _idle: idle,
        });
        let more_than_kept = parking.links.len() == KEPT + 1;
        let sweeping = std::mem::replace(&mut parking.sweeping, true);
        drop(parking);
        if !sweeping {
            tokio::spawn(sweep(Arc::downgrade(self)));
        } else if more_than_kept {
            self.grown.notify_one();
        }
    }

    /// Closes what is idle and was made by an older reading of the stores; what is in flight closes when
    /// it lands.
    pub(crate) fn drain_old(&self) {
        let mut parking = self.parked.lock();
        let (current, old) = std::mem::take(&mut parking.links)
            .into_iter()
            .partition(|parked| parked.open.link.is_current());
        parking.links = current;
        drop(parking);
        Vec::into_iter(old).for_each(|parked| parked.open.link.hang_up());
    }

    /// Takes no more binds; returns when those in flight are over, or at `limit`.
    pub(crate) async fn close(&self, limit: Instant) {
        let idle = {
            let mut parking = self.parked.lock();
            parking.closing = true;
            std::mem::take(&mut parking.links)
        };
        idle.into_iter()
            .for_each(|parked| parked.open.link.hang_up());
        let all = u32::try_from(self.max).unwrap_or(u32::MAX);
        // Whoever waits for a permit is ahead in the queue and is told by the closing below.
        let _ = timeout_at(limit, self.permits.acquire_many(all)).await;
        self.permits.close();
    }
}

/// Closes connections that were idle for too long, or that their server has closed, which nobody reads of them; ends when
/// none is left.
async fn sweep(pool: Weak<PersonPool>) {
    loop {
        let Some(strong) = pool.upgrade() else { return };
        let timeouts = strong.shared.settings.timeouts;
        let (gone, old, next) = {
            let mut parking = strong.parked.lock();
            let gone = parking.take_gone();
            let old = parking.take_old(Instant::now(), timeouts);
            let next = parking.next_old(timeouts);
            parking.sweeping = next.is_some();
            (gone, old, next)
        };
        drop(gone);
        old.into_iter()
            .for_each(|parked| parked.open.link.hang_up());
        let grown = Arc::clone(&strong.grown);
        drop(strong);
        let Some(next) = next else { return };
        let next = next.min(Instant::now() + timeouts.look());
        // Woken early where there is now one too many.
        let _ = timeout_at(next, grown.notified()).await;
    }
}

impl Parking {
    /// Those that were idle for too long: the first ones are, and of what is kept no one is before its time.
    fn take_old(&mut self, now: Instant, timeouts: Timeouts) -> Vec<Parked> {
        let beyond = self.links.len().saturating_sub(KEPT);
        let idle_for = |wait| move |parked: &Parked| parked.since + wait <= now;
        let spare = self.links.partition_point(idle_for(timeouts.spare()));
        let every = self.links.partition_point(idle_for(timeouts.idle));
        self.links.drain(..every.max(spare.min(beyond))).collect()
    }
    /// Those that their server has closed: a socket that is not closed on this side too keeps a descriptor.
    fn take_gone(&mut self) -> Vec<Parked> {
        let links = &mut self.links;
        links
            .extract_if(.., |parked| parked.open.link.stream.is_over())
            .collect()
    }
    /// When the next one will have been.
    fn next_old(&self, timeouts: Timeouts) -> Option<Instant> {
        let wait = if self.links.len() > KEPT {
            timeouts.spare()
        } else {
            timeouts.idle
        };
        self.links.first().map(|parked| parked.since + wait)
    }
}

fn unwritten(cause: LdapError) -> BindFailure {
    BindFailure {
        written: false,
        cause,
    }
}

/// A bind from its submission to its answer. Dropped in between, it goes on in the background until
/// its own answer has come, so that no later bind can meet it.
struct Flight {
    open: Option<Box<Open>>,
    permit: Option<OwnedSemaphorePermit>,
    pool: Arc<PersonPool>,
    sent_before: u64,
    _outstanding: Counted,
}

impl Flight {
    async fn fly(&mut self, dn: &str, password: &Password) -> Result<BindResult, LdapError> {
        let Some(open) = &mut self.open else {
            return Err(LdapError::Closed(CloseReason::ShuttingDown));
        };
        let link = &mut open.link;
        link.connection
            .bind_simple(dn, password, &[RequestControl::PasswordPolicy])
            .map_err(submit_error)?;
        link.flush().await?;
        answer(link).await
    }
    /// Whether any byte of the bind may have left.
    fn has_written(&self) -> bool {
        self.open
            .as_ref()
            .is_none_or(|open| open.link.stream.sent() > self.sent_before)
    }
    /// The connection is free again.
    fn land(mut self) {
        if let Some(open) = self.open.take() {
            self.pool.park(open);
        }
    }
    /// The connection is lost.
    fn crash(mut self) -> Option<OwnedSemaphorePermit> {
        self.open = None;
        self.permit.take()
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let (Some(open), Some(permit)) = (self.open.take(), self.permit.take()) else {
            return;
        };
        if open.link.stream.sent() == self.sent_before {
            // Nothing left: closing it now means that the server never sees this bind.
            return;
        }
        // Without a runtime the connection is closed, which is as good.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(finish(Arc::clone(&self.pool), open, permit));
        }
    }
}

/// Waits for the answer to a bind that nobody wants to hear any more.
async fn finish(pool: Arc<PersonPool>, mut open: Box<Open>, permit: OwnedSemaphorePermit) {
    let limit = Instant::now() + pool.shared.settings.timeouts.operation;
    let late = async {
        open.link.flush().await?;
        answer(&mut open.link).await
    };
    if let Ok(Ok(_)) = timeout_at(limit, late).await {
        pool.park(open);
    }
    drop(permit);
}

async fn answer(link: &mut Link) -> Result<BindResult, LdapError> {
    loop {
        match link.next().await? {
            Event::BindDone { result, .. } => return Ok(result),
            Event::UnknownNotice { .. } | Event::Intermediate { .. } | Event::Stale(_) => {}
            event => return Err(unexpected("the answer to a bind", &event)),
        }
    }
}
