//! The task that owns a multiplexed connection's socket: writes what was submitted, reads what
//! comes, and closes when there is no more work.

use super::{Delivery, Mux, Phase, State};
use crate::error::{CloseReason, LdapError};
use crate::link::{closed, stream_error};
use crate::stats::Counted;
use crate::stream::Stream;
use bytes::BytesMut;
use entryway_ldap_proto::Outbound;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long a goodbye may take to be written.
const GOODBYE: Duration = Duration::from_secs(1);
/// From so many searches in flight on, a write waits a turn for company.
const BUSY: usize = 4;
/// Reads in a row before other tasks have their turn.
const READS: usize = 16;

pub(super) struct Driver {
    mux: Arc<Mux>,
    stream: Stream,
    input: BytesMut,
    /// Being written; the other half of the connection's own outbound buffer.
    out: Outbound,
    ready: Vec<Delivery>,
    idle: Duration,
    /// Fires when the connection may have been idle for too long, or a goodbye takes too long.
    alarm: Pin<Box<Sleep>>,
    said_goodbye: bool,
    waited_a_turn: bool,
    _open: Counted,
}

/// Whether there is anything to read on for.
enum Stay {
    Yes,
    No,
}

impl Driver {
    pub(super) fn new(
        mux: Arc<Mux>,
        stream: Stream,
        input: BytesMut,
        idle: Duration,
        open: Counted,
    ) -> Self {
        Self {
            mux,
            stream,
            input,
            out: Outbound::default(),
            ready: Vec::new(),
            idle,
            alarm: Box::pin(sleep_until(Instant::now() + idle)),
            said_goodbye: false,
            waited_a_turn: false,
            _open: open,
        }
    }
    pub(super) async fn run(mut self) {
        let end = poll_fn(|cx| self.poll(cx)).await;
        tracing::debug!(error = %end.in_words(), "search connection ends");
        self.mux.state.lock().phase = Phase::Ended(end);
        self.stream.close();
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<LdapError> {
        if self.lets_others_submit() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        for _ in 0..READS {
            if let Err(error) = self.write(cx) {
                return Poll::Ready(error);
            }
            match self.stream.poll_read(cx, &mut self.input) {
                Poll::Ready(Ok(0)) => return Poll::Ready(LdapError::Closed(closed(&self.input))),
                Poll::Ready(Ok(count)) => {
                    self.mux.counters.received(count);
                    match self.read() {
                        Ok(Stay::Yes) => {}
                        // Before the rest is read: a flood that answers nothing has no rest.
                        Ok(Stay::No) => return self.rest(cx),
                        Err(error) => return Poll::Ready(error),
                    }
                }
                Poll::Ready(Err(error)) => return Poll::Ready(stream_error(error)),
                Poll::Pending => return self.rest(cx),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether to write in the next turn only: with several searches in flight, others are likely to
    /// be submitted in this one, and one write for all costs what one write for one does.
    fn lets_others_submit(&mut self) -> bool {
        if std::mem::take(&mut self.waited_a_turn) {
            return false;
        }
        let mut state = self.mux.state.lock();
        self.waited_a_turn = state.slots.len() >= BUSY && !state.connection.outbound().is_empty();
        self.waited_a_turn
    }

    /// Writes until nothing is left or the socket is full. Leaves the waker where submitters find it.
    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), LdapError> {
        loop {
            {
                let mut state = self.mux.state.lock();
                match &state.driver {
                    Some(waker) if waker.will_wake(cx.waker()) => {}
                    _ => state.driver = Some(cx.waker().clone()),
                }
                state.swap_outbound(&mut self.out);
            }
            let waiting = self.out.len();
            if waiting == 0 {
                return Ok(());
            }
            let written = self
                .stream
                .poll_write(cx, &mut self.out)
                .map_err(stream_error);
            self.mux.counters.sent(waiting - self.out.len());
            match written {
                Poll::Ready(result) => result?,
                Poll::Pending => return Ok(()),
            }
        }
    }

    /// Deals out every complete message that was read.
    fn read(&mut self) -> Result<Stay, LdapError> {
        let mut ready = std::mem::take(&mut self.ready);
        let (judged, retired, stay) = {
            let mut state = self.mux.state.lock();
            let before = self.input.len();
            let judged = judge(&mut state, &mut self.input, &mut ready);
            if self.input.len() < before {
                // Whole messages alone: in the middle of one the server says nothing to anybody.
                state.heard = Instant::now();
            }
            let retired = state.retire_if_worn();
            let leaving = state.slots.is_empty() && !matches!(state.phase, Phase::Open);
            (judged, retired, if leaving { Stay::No } else { Stay::Yes })
        };
        if retired {
            self.mux.room.notify_waiters();
        }
        let answered = !ready.is_empty();
        for (answer, result) in ready.drain(..) {
            // Whoever went away meanwhile has abandoned it.
            let _ = answer.send(result);
            self.mux.make_room();
        }
        self.ready = ready;
        if answered && self.input.is_empty() && self.ready.capacity() > 256 {
            self.ready = Vec::new();
        }
        judged.map(|()| stay)
    }

    /// Nothing to read: is there anything to stay for?
    fn rest(&mut self, cx: &mut Context<'_>) -> Poll<LdapError> {
        let now = Instant::now();
        let mut state = self.mux.state.lock();
        let has_work = !state.slots.is_empty();
        if !has_work && matches!(state.phase, Phase::Open) && now >= state.heard + self.idle {
            state.phase = Phase::Retiring;
        }
        let leaving = !has_work && !matches!(state.phase, Phase::Open);
        if leaving && !self.said_goodbye {
            self.said_goodbye = true;
            // An ended conversation has no goodbye.
            let _ = state.connection.unbind();
            drop(state);
            self.alarm.as_mut().reset(now + GOODBYE);
            if let Err(error) = self.write(cx) {
                return Poll::Ready(error);
            }
            state = self.mux.state.lock();
        }
        let unwritten = !self.out.is_empty() || !state.connection.outbound().is_empty();
        let heard = state.heard;
        drop(state);
        if self.said_goodbye && !unwritten {
            return Poll::Ready(LdapError::Closed(CloseReason::ShuttingDown));
        }
        while self.alarm.as_mut().poll(cx).is_ready() {
            if self.said_goodbye {
                return Poll::Ready(LdapError::Closed(CloseReason::Stalled));
            }
            let next = (heard + self.idle).max(now + Duration::from_millis(1));
            let next = if has_work {
                next.max(now + self.idle)
            } else {
                next
            };
            self.alarm.as_mut().reset(next);
        }
        Poll::Pending
    }
}

fn judge(
    state: &mut State,
    input: &mut BytesMut,
    ready: &mut Vec<Delivery>,
) -> Result<(), LdapError> {
    loop {
        let before = input.len();
        let Some(event) = state.connection.receive(input).map_err(LdapError::breach)? else {
            return Ok(());
        };
        state.take(event, before - input.len(), ready)?;
    }
}

/// However the driver ends, every search in flight hears of it and none waits for ever.
impl Drop for Driver {
    fn drop(&mut self) {
        let mut ready = Vec::new();
        {
            let mut state = self.mux.state.lock();
            for slot in std::mem::take(&mut state.slots) {
                let error = match &state.phase {
                    Phase::Ended(error) => error.clone(),
                    Phase::Open | Phase::Retiring => LdapError::Closed(CloseReason::ShuttingDown),
                };
                slot.fail(error, &mut ready);
            }
            if !matches!(state.phase, Phase::Ended(_)) {
                state.phase = Phase::Ended(LdapError::Closed(CloseReason::ShuttingDown));
            }
        }
        for (answer, result) in ready {
            let _ = answer.send(result);
        }
        self.mux.room.notify_waiters();
    }
}
