//! The one who writes the audit: takes what has gathered since the commit before began, and commits that.

use super::AuditEntry;
use super::chain::Chain;
use super::company::Company;
use super::key::AuditKey;
use super::segment::Frames;
use crate::store::Inner;
use crate::{Outage, StoreError};
use entryway_login::StoreUnavailable;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// Records in one commit.
const MOST_RECORDS: usize = 256;
/// Bytes in one commit, from which no record is added.
const MOST_BYTES: usize = 1 << 20;
/// A checkpoint is signed after so many records,
const SIGN_AFTER: i64 = 1024;
/// or so long after a record that none covers. The tests of this crate meddle with what is not signed yet, and take as
/// long as the machine lets them.
const SIGN_WITHIN: Duration = Duration::from_secs(if cfg!(test) { 3_600 } else { 10 });
/// A commit waits this long at most until as many records have come as are still on their way: it costs the processor
/// 100 us and more, mostly in the kernel, whether it holds one record or a hundred. A login by itself never waits.
const COMPANY: Duration = Duration::from_millis(1);
/// A commit that takes longer is a store that is out of reach.
const PATIENCE: Duration = Duration::from_secs(5);

/// A record, and who waits for it.
pub(super) struct Queued {
    pub(super) entry: AuditEntry,
    pub(super) done: oneshot::Sender<Result<(), StoreUnavailable>>,
}

pub(super) async fn run(
    store: Arc<Inner>,
    node: Arc<str>,
    key: Arc<AuditKey>,
    company: Arc<Company>,
    mut queue: mpsc::Receiver<Queued>,
) {
    let mut chain = Chain::new(&store.database, &node, &key);
    let mut signer = Signer {
        store: store.clone(),
        node: node.clone(),
        key: key.clone(),
        due: None,
        has_failed: false,
        running: None,
    };
    let mut batch = Vec::new();
    loop {
        let received = tokio::select! {
            // Where records never stop, nothing behind the queue would ever be looked at.
            biased;
            awaited = signer.wait() => {
                signer.next(&mut chain, awaited).await;
                continue;
            }
            received = queue.recv_many(&mut batch, MOST_RECORDS) => received,
        };
        if received == 0 {
            break;
        }
        let until = Instant::now() + COMPANY;
        while batch.len() < company.on_their_way(Instant::now().into_std()) {
            let room = MOST_RECORDS.saturating_sub(batch.len());
            match timeout_at(until, queue.recv_many(&mut batch, room)).await {
                Ok(received) if received > 0 => {}
                Ok(_) | Err(_) => break,
            }
        }
        commit(&mut chain, &mut batch).await;
        signer.appended(&mut chain);
    }
    signer.finish(&mut chain).await;
}

/// Has the chain's end signed now and then, beside the writing: a checkpoint waits for the disk three times, and no
/// decision waits for it.
struct Signer {
    store: Arc<Inner>,
    node: Arc<str>,
    key: Arc<AuditKey>,
    /// When records that nothing signs yet are signed at the latest.
    due: Option<Instant>,
    /// Whether the last one failed: the next waits until it is due, however much is written meanwhile.
    has_failed: bool,
    running: Option<Running>,
}

/// A signature that is being made.
struct Running {
    records: i64,
    task: JoinHandle<Result<bool, StoreError>>,
}

/// What a [`Signer`] waited for.
enum Awaited {
    Due,
    Ended(Outcome),
}

/// What became of a signature.
enum Outcome {
    Signed,
    /// Another store is here now.
    Moved {
        records: i64,
    },
    Failed {
        records: i64,
    },
}

impl Signer {
    /// Until there is something to do. May be given up and asked again.
    async fn wait(&mut self) -> Awaited {
        if let Some(running) = &mut self.running {
            let outcome = running.outcome().await;
            self.running = None;
            return Awaited::Ended(outcome);
        }
        match self.due {
            Some(due) => sleep_until(due).await,
            None => pending().await,
        }
        Awaited::Due
    }

    async fn next(&mut self, chain: &mut Chain<'_>, awaited: Awaited) {
        match awaited {
            Awaited::Due => self.start(chain),
            Awaited::Ended(outcome) => self.ended(chain, outcome).await,
        }
    }

    /// Something was appended.
    fn appended(&mut self, chain: &mut Chain<'_>) {
        if chain.unsigned >= SIGN_AFTER && !self.has_failed {
            self.start(chain);
        } else if chain.unsigned > 0 {
            self.due.get_or_insert_with(|| Instant::now() + SIGN_WITHIN);
        }
    }

    fn start(&mut self, chain: &mut Chain<'_>) {
        if self.running.is_some() {
            return;
        }
        self.due = None;
        self.has_failed = false;
        if let Some(end) = chain.take_unsigned() {
            let (store, node, key) = (self.store.clone(), self.node.clone(), self.key.clone());
            let task = async move {
                match timeout(PATIENCE, end.sign(&store.database, &node, &key)).await {
                    Ok(done) => done,
                    Err(_) => Err(StoreError::unavailable(
                        store.database.place(),
                        Outage::Locked,
                    )),
                }
            };
            self.running = Some(Running {
                records: end.records,
                task: tokio::spawn(task),
            });
        }
    }

    async fn ended(&mut self, chain: &mut Chain<'_>, outcome: Outcome) {
        let is_moved = matches!(outcome, Outcome::Moved { .. });
        match outcome {
            Outcome::Signed => {}
            Outcome::Moved { records } | Outcome::Failed { records } => {
                chain.not_signed(records);
                self.has_failed = true;
                self.due = Some(Instant::now() + SIGN_WITHIN);
            }
        }
        if is_moved && matches!(timeout(PATIENCE, chain.goes_on()).await, Ok(Ok(()))) {
            self.start(chain);
        }
        self.appended(chain);
    }

    /// Signs what is left: the one that runs, one for what came since, and one more where another store was found.
    async fn finish(mut self, chain: &mut Chain<'_>) {
        self.has_failed = false;
        for _ in 0..3 {
            if self.running.is_none() && !self.has_failed {
                self.start(chain);
            }
            let Some(mut running) = self.running.take() else {
                return;
            };
            let outcome = running.outcome().await;
            self.ended(chain, outcome).await;
        }
    }
}

impl Running {
    async fn outcome(&mut self) -> Outcome {
        let records = self.records;
        match (&mut self.task).await {
            Ok(Ok(true)) => Outcome::Signed,
            Ok(Ok(false)) => Outcome::Moved { records },
            Ok(Err(error)) => {
                tracing::warn!(target: "audit.not_signed", %error);
                Outcome::Failed { records }
            }
            // The runtime ends.
            Err(_) => Outcome::Failed { records },
        }
    }
}

/// Commits everything in `batch`, in as few segments as its size allows, and tells who waits.
async fn commit(chain: &mut Chain<'_>, batch: &mut Vec<Queued>) {
    let mut frames = Frames::default();
    let mut waiting = Vec::with_capacity(batch.len());
    for Queued { entry, done } in batch.drain(..) {
        frames.push(&entry);
        waiting.push(done);
        if frames.body.len() >= MOST_BYTES {
            append(chain, &frames, &mut waiting).await;
            frames = Frames::default();
        }
    }
    if !waiting.is_empty() {
        append(chain, &frames, &mut waiting).await;
    }
}

/// Once, until something is appended again: each login that it costs has a line of its own.
fn tell_shared<E>(chain: &mut Chain<'_>, appended: &Result<Result<(), StoreError>, E>) {
    match appended {
        Ok(Ok(())) => chain.is_shared = false,
        Ok(Err(error @ StoreError::SharedNode { node, seq })) if !chain.is_shared => {
            chain.is_shared = true;
            tracing::error!(target: "audit.node_shared", node, seq, problem = %error);
        }
        _ => {}
    }
}

async fn append(
    chain: &mut Chain<'_>,
    frames: &Frames,
    waiting: &mut Vec<oneshot::Sender<Result<(), StoreUnavailable>>>,
) {
    let appended = timeout(PATIENCE, chain.append(&frames.pack())).await;
    tell_shared(chain, &appended);
    let done = match appended {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(StoreUnavailable(error.to_string())),
        Err(_) => Err(StoreUnavailable(format!(
            "the store `{}` does not answer in time",
            chain.database.place()
        ))),
    };
    for one in waiting.drain(..) {
        // Whoever has given up does not listen.
        let _ = one.send(done.clone());
    }
}
