//! The record of decisions: append-only, chained by hashes, signed by a key that is not in the store.
//!
//! Records of a node stand in segments, one for each commit. A segment's hash covers the hash before it, its own
//! head and all its bytes, among them a signature of the node's key; checkpoints sign the hash reached so far, and
//! a file beside the key remembers the last of them. What is changed, added, moved or taken out is found by
//! [`Audit::verify`], and nothing is appended behind it; so is a tail that is cut off, but for what stood behind
//! the last checkpoint when the process ended.

mod chain;
mod checkpoint;
mod company;
mod key;
mod mark;
mod prune;
mod read;
mod segment;
mod verify;
mod walk;
mod writer;

pub use company::Expected;
pub use key::{AuditKey, KeyError};
pub(crate) use mark::MarkFile;
pub use read::AuditRecord;
pub use verify::{Breach, BreachKind, NodeReport, Report};

use crate::StoreError;
use crate::store::Inner;
use chain::Chain;
use company::Company;
use entryway_login::StoreUnavailable;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use writer::Queued;

/// Decisions that wait for the commit before theirs. More at once is a store that does not keep up.
const QUEUE: usize = 8192;
/// Largest record, in bytes.
const LARGEST: usize = 1 << 20;

/// One decision, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// The login's id, whose upper 40 bits are its submission in milliseconds since 2026-01-01 UTC.
    pub login_id: u64,
    /// When it was decided.
    pub at: SystemTime,
    /// The record, as JSON; at most 1 MiB. Opaque here.
    pub body: Vec<u8>,
}

/// The record of decisions. Cheap to clone.
#[derive(Clone)]
pub struct Audit {
    store: Arc<Inner>,
    shared: Arc<Shared>,
}

struct Shared {
    node: Arc<str>,
    key: Arc<AuditKey>,
    company: Arc<Company>,
    queue: Mutex<Option<mpsc::Sender<Queued>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Audit {
    pub(crate) fn start(store: Arc<Inner>, node: String, key: AuditKey) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (node, key) = (Arc::<str>::from(node), Arc::new(key));
        let company = Company::new();
        let writer = tokio::spawn(writer::run(
            store.clone(),
            node.clone(),
            key.clone(),
            company.clone(),
            waiting,
        ));
        Self {
            store,
            shared: Arc::new(Shared {
                node,
                key,
                company,
                queue: Mutex::new(Some(queue)),
                writer: Mutex::new(Some(writer)),
            }),
        }
    }

    /// Says that a decision is on its way: a commit waits a moment for company.
    pub fn expect(&self) -> Expected {
        self.shared.company.expect(Instant::now())
    }

    /// Keeps a decision that nobody expected. See [`Audit::append_expected`].
    pub async fn append(&self, entry: AuditEntry) -> Result<(), StoreUnavailable> {
        self.append_expected(entry, self.expect()).await
    }

    /// Keeps a decision; returns when it is durable. On an error nobody may be told the decision: it is not kept,
    /// or nobody knows whether it is.
    pub async fn append_expected(
        &self,
        entry: AuditEntry,
        expected: Expected,
    ) -> Result<(), StoreUnavailable> {
        if entry.body.len() > LARGEST {
            return Err(StoreUnavailable(format!(
                "the record has {} bytes, more than the audit takes",
                entry.body.len()
            )));
        }
        let (done, written) = oneshot::channel();
        {
            let queue = self.shared.queue.lock();
            let queue = queue.as_ref().ok_or_else(closed)?;
            queue
                .try_send(Queued { entry, done })
                .map_err(|error| match error {
                    mpsc::error::TrySendError::Full(_) => {
                        StoreUnavailable("the store does not keep up with the audit".to_owned())
                    }
                    mpsc::error::TrySendError::Closed(_) => closed(),
                })?;
        }
        drop(expected);
        written.await.map_err(|_| closed())?
    }

    /// Whether the chain holds from what this machine last signed to its end, so that a decision can be appended.
    pub async fn goes_on(&self) -> Result<(), StoreError> {
        let shared = &self.shared;
        Chain::new(&self.store.database, &shared.node, &shared.key)
            .goes_on()
            .await
    }

    /// Writes what is queued and a checkpoint.
    pub(crate) async fn close(&self) {
        drop(self.shared.queue.lock().take());
        let writer = self.shared.writer.lock().take();
        if let Some(writer) = writer {
            // A writer that failed has told those who waited.
            let _ = writer.await;
        }
    }
}

fn closed() -> StoreUnavailable {
    StoreUnavailable("the store is closed".to_owned())
}

#[cfg(test)]
mod tests;
