//! The one who writes the audit: takes what has gathered since the commit before began, and commits that.

use super::AuditEntry;
use super::chain::Chain;
use super::company::Company;
use super::key::AuditKey;
use super::segment::Frames;
use crate::store::Inner;
use entryway_login::StoreUnavailable;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

/// Records in one commit.
const MOST_RECORDS: usize = 256;
/// Bytes in one commit, from which no record is added.
const MOST_BYTES: usize = 1 << 20;
/// A checkpoint is signed after so many records,
const SIGN_AFTER: i64 = 1024;
/// or so long after a record that none covers.
const SIGN_WITHIN: Duration = Duration::from_secs(10);
/// A commit waits this long at most until as many records have come as are still on their way: it costs the processor
/// 100 us and more, mostly in the kernel, whether it holds one record or a hundred. A login by itself never waits.
const COMPANY: Duration = Duration::from_millis(3);
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
    let mut batch = Vec::new();
    let mut due: Option<Instant> = None;
    loop {
        let received = match due {
            None => queue.recv_many(&mut batch, MOST_RECORDS).await,
            Some(at) => match timeout_at(at, queue.recv_many(&mut batch, MOST_RECORDS)).await {
                Ok(received) => received,
                Err(_) => {
                    due = sign(&mut chain).await;
                    continue;
                }
            },
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
        if chain.unsigned >= SIGN_AFTER {
            due = sign(&mut chain).await;
        } else if chain.unsigned > 0 {
            due.get_or_insert_with(|| Instant::now() + SIGN_WITHIN);
        }
    }
    if chain.unsigned > 0 {
        sign(&mut chain).await;
    }
}

/// When to try again, if it did not work.
async fn sign(chain: &mut Chain<'_>) -> Option<Instant> {
    match timeout(PATIENCE, chain.sign()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            tracing::warn!(target: "audit.not_signed", %error);
            Some(Instant::now() + SIGN_WITHIN)
        }
        Err(_) => Some(Instant::now() + SIGN_WITHIN),
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

async fn append(
    chain: &mut Chain<'_>,
    frames: &Frames,
    waiting: &mut Vec<oneshot::Sender<Result<(), StoreUnavailable>>>,
) {
    let done = match timeout(PATIENCE, chain.append(&frames.pack())).await {
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
