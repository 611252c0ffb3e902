//! `http.refused`: callers that are not known, or ask for more than they may. A line for each, but
//! strangers cannot fill the log: only so many a second, and then how many were left out.

use crate::refusal::Denied;
use parking_lot::Mutex;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Lines in each [`SPAN`].
const MOST: u32 = 10;
const SPAN: Duration = Duration::from_secs(1);

/// What was written lately.
#[derive(Default)]
pub(crate) struct Complaints(Mutex<Lately>);

#[derive(Default)]
struct Lately {
    since: Option<Instant>,
    written: u32,
    left_out: u64,
}

/// Where a request came from.
pub(crate) struct Origin {
    pub(crate) peer: SocketAddr,
    /// Whom the peer speaks for, if it is a trusted proxy; else the peer.
    pub(crate) client: Option<IpAddr>,
}

impl Origin {
    /// The client, where it is not the peer.
    fn spoken_for(&self) -> Option<IpAddr> {
        let peer = self.peer.ip().to_canonical();
        self.client.filter(|client| *client != peer)
    }
}

impl Complaints {
    /// Writes that a caller was turned away, if there is room for another line.
    pub(crate) fn denied(&self, denied: &Denied, route: &'static str, origin: Origin) {
        let Some(left_out) = self.room(Instant::now()) else {
            return;
        };
        tracing::info!(
            target: "http.refused",
            route,
            status = denied.status.as_u16(),
            problem = denied.problem,
            caller = denied.caller.as_deref(),
            scope = denied.needed,
            peer = %origin.peer,
            client = origin.spoken_for().map(tracing::field::display),
            left_out = (left_out > 0).then_some(left_out),
        );
    }

    /// How many lines were left out before this one; nothing when it is left out too.
    fn room(&self, now: Instant) -> Option<u64> {
        let mut lately = self.0.lock();
        if lately.since.is_none_or(|since| now >= since + SPAN) {
            lately.since = Some(now);
            lately.written = 0;
        }
        if lately.written == MOST {
            lately.left_out += 1;
            return None;
        }
        lately.written += 1;
        Some(std::mem::take(&mut lately.left_out))
    }
}

#[cfg(test)]
mod tests;
