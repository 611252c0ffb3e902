//! What is seen of a server: counters per role, bounded in number, cheap to add to.
//!
//! Plain numbers; how they are rendered is the binary's. Never a password, a name or a value.

use crate::health::HealthReport;
use crate::tls::TlsSession;
use entryway_ldap_types::{ResultCode, Role};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Upper ends of the latency buckets in microseconds; one more bucket has no end.
pub const LATENCY_BOUNDS_US: [u64; 14] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000,
];
const BUCKETS: usize = LATENCY_BOUNDS_US.len() + 1;

/// Codes below this are counted each on their own, the rest together.
const CODES: usize = 124;

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// A search.
    Search,
    /// A person's bind.
    Bind,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationOutcome {
    /// With this result code.
    Code(ResultCode),
    /// With a result code that is not counted on its own.
    OtherCode,
    /// Without an answer.
    Unanswered,
    /// The caller went away.
    Abandoned,
}

/// A server as it is seen at one moment.
#[derive(Debug, Clone)]
pub struct ServerStats {
    /// As shown to the administrator.
    pub display: Arc<str>,
    /// The breaker.
    pub health: HealthReport,
    /// The newest TLS handshake of each way to it, by whichever role or look.
    pub sessions: Vec<Arc<TlsSession>>,
    /// Binds as the service account, of every role and look.
    pub service_binds: ServiceBinds,
    /// Every role that was ever used.
    pub roles: Vec<RoleStats>,
}

/// What came of binds as the service account, by name and password or by certificate. A bind without an answer is none
/// of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServiceBinds {
    /// The server said yes.
    pub taken: u64,
    /// The server said no, with whatever code.
    pub refused: u64,
    /// Nothing was sent, because the password was refused a moment ago, by others as a rule: a server that did so itself
    /// is not dialled.
    pub withheld: u64,
}

/// One role of a server.
#[derive(Debug, Clone)]
pub struct RoleStats {
    /// Which.
    pub role: Role,
    /// Connections that are ready, with or without work.
    pub open: usize,
    /// Open connections without work.
    pub idle: usize,
    /// Connections being set up.
    pub dialling: usize,
    /// Operations in flight.
    pub outstanding: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
    /// Connections ever opened.
    pub opened: u64,
    /// The same by how they are protected; counts of zero are left out.
    pub opened_by: Vec<(Protection, u64)>,
    /// How the one that was opened last is protected.
    pub last_protection: Option<Protection>,
    /// Dials that failed.
    pub dial_failures: u64,
    /// The same by [`crate::LdapError::code`], in its order.
    pub dial_failures_by: Vec<(&'static str, u64)>,
    /// LDAP bytes received, before any TLS.
    pub bytes_received: u64,
    /// LDAP bytes sent, before any TLS.
    pub bytes_sent: u64,
    /// How operations ended; counts of zero are left out.
    pub operations: Vec<OperationCount>,
    /// Time from submission to answer of answered operations.
    pub latency: LatencyHistogram,
}

impl RoleStats {
    /// Whether anything was ever dialled or asked in this role.
    pub fn was_used(&self) -> bool {
        self.opened + self.dial_failures > 0
            || self.dialling + self.waiting > 0
            || !self.operations.is_empty()
    }
}

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protection {
    /// Not at all.
    None,
    /// TLS 1.2.
    Tls12,
    /// TLS 1.3.
    Tls13,
}

impl Protection {
    const ALL: [Self; 3] = [Self::None, Self::Tls12, Self::Tls13];

    /// `none`, `1.2`, `1.3`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Tls12 => "1.2",
            Self::Tls13 => "1.3",
        }
    }
}

/// How often something ended in some way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperationCount {
    /// What was asked.
    pub kind: OperationKind,
    /// How it ended.
    pub outcome: OperationOutcome,
    /// How often.
    pub count: u64,
}

/// A histogram with the bounds of [`LATENCY_BOUNDS_US`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LatencyHistogram {
    /// Counts per bucket, not accumulated; the last has no upper end.
    pub buckets: Vec<u64>,
    /// Sum of everything counted, in microseconds.
    pub sum_us: u64,
}

impl LatencyHistogram {
    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// An upper bound of what this part of all took at most (0.99 for p99), in microseconds. `None` where nothing was
    /// counted, and where only the last bucket, which has no end, would hold it.
    pub fn quantile_us(&self, part: f64) -> Option<u64> {
        let count = self.count();
        // Exact for more operations than a server answers in a century.
        let wanted = ((count as f64 * part).ceil() as u64).max(1);
        let mut seen = 0;
        let mut ends = LATENCY_BOUNDS_US.iter().zip(&self.buckets);
        let (bound, _) = ends.find(|(_, held)| {
            seen += **held;
            count > 0 && seen >= wanted
        })?;
        Some(*bound)
    }
}

/// The live counters of a role: what there is of it now, and what was counted as long as anybody counts.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) open: Gauge,
    pub(crate) idle: Gauge,
    pub(crate) dialling: Gauge,
    pub(crate) outstanding: Gauge,
    pub(crate) waiting: Gauge,
    last_protection: Mutex<Option<Protection>>,
    totals: Arc<RoleTotals>,
}

/// What only ever rises.
#[derive(Default)]
pub(crate) struct RoleTotals {
    /// In the order of [`Protection::ALL`].
    opened: [AtomicU64; Protection::ALL.len()],
    /// Codes come from a closed list. A dial that fails is rare and slow enough for a lock.
    dial_failures: Mutex<BTreeMap<&'static str, u64>>,
    received: AtomicU64,
    sent: AtomicU64,
    searches: Outcomes,
    binds: Outcomes,
    latency: [AtomicU64; BUCKETS],
    latency_sum_us: AtomicU64,
}

struct Outcomes {
    codes: [AtomicU64; CODES],
    other: AtomicU64,
    unanswered: AtomicU64,
    abandoned: AtomicU64,
}

impl Default for Outcomes {
    fn default() -> Self {
        Self {
            codes: [const { AtomicU64::new(0) }; CODES],
            other: AtomicU64::default(),
            unanswered: AtomicU64::default(),
            abandoned: AtomicU64::default(),
        }
    }
}

/// A number of things that exist now.
#[derive(Default)]
pub(crate) struct Gauge(AtomicUsize);

/// One thing, counted as long as this lives.
pub(crate) struct Counted {
    counters: Arc<Counters>,
    gauge: fn(&Counters) -> &Gauge,
}

impl Gauge {
    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counted {
    pub(crate) fn new(counters: &Arc<Counters>, gauge: fn(&Counters) -> &Gauge) -> Self {
        gauge(counters).0.fetch_add(1, Ordering::Relaxed);
        Self {
            counters: Arc::clone(counters),
            gauge,
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.gauge)(&self.counters)
            .0
            .fetch_sub(1, Ordering::Relaxed);
    }
}

/// One operation, counted once when it ends: answered, unanswered, or given up by its caller.
pub(crate) struct Tally<'a> {
    counters: &'a Counters,
    kind: OperationKind,
    started: Instant,
    ended: bool,
}

impl<'a> Tally<'a> {
    pub(crate) fn start(counters: &'a Counters, kind: OperationKind) -> Self {
        Self {
            counters,
            kind,
            started: Instant::now(),
            ended: false,
        }
    }
    pub(crate) fn end(mut self, code: Option<ResultCode>) {
        self.ended = true;
        match code {
            Some(code) => self
                .counters
                .answered(self.kind, code, self.started.elapsed()),
            None => add(&self.counters.outcomes(self.kind).unanswered, 1),
        }
    }
}

impl Drop for Tally<'_> {
    fn drop(&mut self) {
        if !self.ended {
            add(&self.counters.outcomes(self.kind).abandoned, 1);
        }
    }
}

impl Counters {
    /// Counts on from there.
    pub(crate) fn on(totals: &Arc<RoleTotals>) -> Arc<Self> {
        Arc::new(Self {
            totals: Arc::clone(totals),
            ..Self::default()
        })
    }
    pub(crate) fn dialled(&self, protection: Protection) {
        for (known, count) in Protection::ALL.into_iter().zip(&self.totals.opened) {
            if known == protection {
                add(count, 1);
            }
        }
        *self.last_protection.lock() = Some(protection);
    }
    /// `code` is [`crate::LdapError::code`].
    pub(crate) fn dial_failed(&self, code: &'static str) {
        *self.totals.dial_failures.lock().entry(code).or_default() += 1;
    }
    pub(crate) fn received(&self, bytes: usize) {
        add(&self.totals.received, bytes as u64);
    }
    pub(crate) fn sent(&self, bytes: usize) {
        add(&self.totals.sent, bytes as u64);
    }
    fn answered(&self, kind: OperationKind, code: ResultCode, took: Duration) {
        let outcomes = self.outcomes(kind);
        let counter = usize::try_from(code.0)
            .ok()
            .and_then(|code| outcomes.codes.get(code))
            .unwrap_or(&outcomes.other);
        add(counter, 1);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = LATENCY_BOUNDS_US
            .iter()
            .take_while(|&&bound| micros > bound)
            .count();
        if let Some(bucket) = self.totals.latency.get(bucket) {
            add(bucket, 1);
        }
        add(&self.totals.latency_sum_us, micros);
    }
    pub(crate) fn snapshot(&self, role: Role) -> RoleStats {
        let totals = &*self.totals;
        let mut operations = Vec::new();
        totals
            .searches
            .collect(OperationKind::Search, &mut operations);
        totals.binds.collect(OperationKind::Bind, &mut operations);
        let opened_by: Vec<_> = Protection::ALL
            .into_iter()
            .zip(totals.opened.iter().map(read))
            .filter(|(_, count)| *count > 0)
            .collect();
        let dial_failures_by: Vec<_> = totals
            .dial_failures
            .lock()
            .iter()
            .map(|(code, count)| (*code, *count))
            .collect();
        RoleStats {
            role,
            open: self.open.get(),
            idle: self.idle.get(),
            dialling: self.dialling.get(),
            outstanding: self.outstanding.get(),
            waiting: self.waiting.get(),
            opened: opened_by.iter().map(|(_, count)| count).sum(),
            opened_by,
            last_protection: *self.last_protection.lock(),
            dial_failures: dial_failures_by.iter().map(|(_, count)| count).sum(),
            dial_failures_by,
            bytes_received: read(&totals.received),
            bytes_sent: read(&totals.sent),
            operations,
            latency: LatencyHistogram {
                buckets: totals.latency.iter().map(read).collect(),
                sum_us: read(&totals.latency_sum_us),
            },
        }
    }
    fn outcomes(&self, kind: OperationKind) -> &Outcomes {
        match kind {
            OperationKind::Search => &self.totals.searches,
            OperationKind::Bind => &self.totals.binds,
        }
    }
}

impl Outcomes {
    fn collect(&self, kind: OperationKind, into: &mut Vec<OperationCount>) {
        let codes = self
            .codes
            .iter()
            .zip(0..)
            .map(|(count, code)| (OperationOutcome::Code(ResultCode(code)), count));
        let rest = [
            (OperationOutcome::OtherCode, &self.other),
            (OperationOutcome::Unanswered, &self.unanswered),
            (OperationOutcome::Abandoned, &self.abandoned),
        ];
        into.extend(
            codes
                .chain(rest)
                .map(|(outcome, count)| OperationCount {
                    kind,
                    outcome,
                    count: read(count),
                })
                .filter(|counted| counted.count > 0),
        );
    }
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests;
