//! What a server was asked: counters and a log, for tests to look at. Passwords and compared values
//! are never kept.

use entryway_ldap_types::{Filter, ResultCode, Scope};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// How often what happened since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Connections accepted on both ports.
    pub connections: u64,
    /// Connections that are open now.
    pub open: u64,
    /// TLS handshakes that were finished.
    pub handshakes: u64,
    /// StartTLS requests, granted or not.
    pub start_tls: u64,
    /// Binds by name as sent and result; an anonymous bind has the empty name.
    pub binds: BTreeMap<(String, ResultCode), u64>,
    /// Binds with a name and no password (RFC 4513 §5.1.2). They are in `binds` too.
    pub empty_password_binds: u64,
    /// Searches, the root DSE's not counted.
    pub searches: u64,
    /// Reads of the root DSE.
    pub root_dse_reads: u64,
    /// Entries returned.
    pub entries: u64,
    /// Compares.
    pub compares: u64,
    /// Abandons.
    pub abandons: u64,
    /// Unbinds.
    pub unbinds: u64,
    /// Adds, modifies, deletes, renames: all refused.
    pub refused_updates: u64,
    /// Connections that ended because the client broke the protocol.
    pub protocol_errors: u64,
}

impl Counters {
    /// Binds with this name as sent, whatever their result.
    pub fn binds_of(&self, name: &str) -> u64 {
        self.binds
            .iter()
            .filter(|((bound, _), _)| bound == name)
            .map(|(_, count)| count)
            .sum()
    }
    /// Binds with this name as sent and this result.
    pub fn binds_with(&self, name: &str, code: ResultCode) -> u64 {
        self.binds
            .get(&(name.to_owned(), code))
            .copied()
            .unwrap_or(0)
    }
    /// All binds.
    pub fn all_binds(&self) -> u64 {
        self.binds.values().sum()
    }
}

/// One operation as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// Which connection, counted from 1.
    pub connection: u64,
    /// Its message id.
    pub id: u32,
    /// Whether it came through TLS.
    pub tls: bool,
    /// What it was.
    pub operation: Operation,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// A bind.
    Bind {
        /// The name as sent.
        name: String,
        /// With what.
        kind: BindKind,
    },
    /// A search.
    Search {
        /// The base as sent.
        base: String,
        /// How far below it.
        scope: Scope,
        /// The filter.
        filter: Filter,
        /// The attributes asked for, as sent.
        attributes: Vec<String>,
        /// The client's size limit.
        size_limit: u32,
        /// The page size asked for.
        page: Option<u32>,
    },
    /// A compare; the value is not kept.
    Compare {
        /// The entry as sent.
        entry: String,
        /// The attribute as sent.
        attribute: String,
    },
    /// An abandon of this message id.
    Abandon(u32),
    /// An unbind.
    Unbind,
    /// A StartTLS.
    StartTls,
    /// Any other extended operation, by its OID.
    Extended(String),
    /// An add, modify, delete or rename.
    Update(&'static str),
}

/// What a bind proves itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindKind {
    /// Neither name nor password.
    Anonymous,
    /// A name without a password.
    EmptyPassword,
    /// A password.
    Simple,
    /// A SASL mechanism.
    Sasl(String),
    /// A choice that LDAP does not have.
    Unknown,
}

/// Operations by their kind, as faults select them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are the RFC's own
pub enum Kind {
    Bind,
    Search,
    Compare,
    Abandon,
    Unbind,
    StartTls,
    Extended,
    Update,
}

impl Operation {
    /// The operation's kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Bind { .. } => Kind::Bind,
            Self::Search { .. } => Kind::Search,
            Self::Compare { .. } => Kind::Compare,
            Self::Abandon(_) => Kind::Abandon,
            Self::Unbind => Kind::Unbind,
            Self::StartTls => Kind::StartTls,
            Self::Extended(_) => Kind::Extended,
            Self::Update(_) => Kind::Update,
        }
    }
}

/// Counters and log behind one lock, and the news that they changed.
pub(crate) struct Record {
    kept: Mutex<Kept>,
    changed: watch::Sender<()>,
    log_capacity: usize,
}

#[derive(Default)]
struct Kept {
    counters: Counters,
    log: VecDeque<Received>,
}

/// Names that clients make up could fill the memory; after this many, new ones count together.
const MOST_NAMES: usize = 20_000;

impl Record {
    pub(crate) fn new(log_capacity: usize) -> Self {
        Self {
            kept: Mutex::default(),
            changed: watch::channel(()).0,
            log_capacity,
        }
    }
    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut self.lock().counters);
        self.changed.send_replace(());
    }
    pub(crate) fn count_bind(&self, name: &str, code: ResultCode) {
        self.count(|counters| {
            let room = counters.binds.len() < MOST_NAMES;
            let name = if room { name } else { "(others)" };
            *counters.binds.entry((name.to_owned(), code)).or_default() += 1;
        });
    }
    pub(crate) fn log(&self, received: Received) {
        if self.log_capacity == 0 {
            return;
        }
        let mut kept = self.lock();
        if kept.log.len() >= self.log_capacity {
            kept.log.pop_front();
        }
        kept.log.push_back(received);
        drop(kept);
        self.changed.send_replace(());
    }
    pub(crate) fn counters(&self) -> Counters {
        self.lock().counters.clone()
    }
    pub(crate) fn received(&self) -> Vec<Received> {
        self.lock().log.iter().cloned().collect()
    }
    /// Returns once the condition holds.
    pub(crate) async fn reached(&self, condition: impl Fn(&Counters) -> bool) {
        let mut changes = self.changed.subscribe();
        loop {
            changes.mark_unchanged();
            if condition(&self.lock().counters) {
                return;
            }
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
