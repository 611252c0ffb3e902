//! The end of a node's chain, and what is appended to it.

use super::checkpoint;
use super::key::AuditKey;
use super::segment::{Frames, Hash, NOTHING};
use crate::database::{Begin, Database, args};
use crate::{Outage, StoreError};

/// Others that append to the same chain at the same time are given way to so often.
const TRIES: usize = 100;

/// A node's chain, as this process last saw its end.
pub(super) struct Chain<'a> {
    pub(super) database: &'a Database,
    pub(super) node: &'a str,
    pub(super) key: &'a AuditKey,
    tail: Option<Tail>,
    /// Records behind the last checkpoint of this process.
    pub(super) unsigned: i64,
}

#[derive(Clone, Copy)]
struct Tail {
    /// Of the store. Another one: a backup was restored, and the chain ends elsewhere.
    epoch: i64,
    next_seq: i64,
    hash: Hash,
}

impl<'a> Chain<'a> {
    pub(super) fn new(database: &'a Database, node: &'a str, key: &'a AuditKey) -> Self {
        Self {
            database,
            node,
            key,
            tail: None,
            unsigned: 0,
        }
    }

    /// Appends a segment; durable when this returns.
    pub(super) async fn append(&mut self, frames: Frames) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let tail = match self.tail.take() {
                Some(tail) => tail,
                None => self.read_tail().await?,
            };
            let segment = frames.at(self.node, tail.next_seq, tail.hash);
            let (next_seq, hash) = (segment.next_seq(), segment.hash);
            // Nothing is inserted when the end has moved: somebody else's segment has the place, the chain was
            // pruned beyond it, or another store is here now.
            let inserted = self
                .database
                .execute(
                    "INSERT INTO audit_segment \
                     (node, first_seq, count, from_ms, to_ms, previous_hash, hash, body) \
                     SELECT $1, $2, $3, $4, $5, $6, $7, $8 \
                     WHERE EXISTS (SELECT 1 FROM store_state WHERE one = 1 AND epoch = $9) \
                     AND NOT EXISTS (SELECT 1 FROM audit_checkpoint WHERE node = $1 AND next_seq > $2) \
                     ON CONFLICT (node, first_seq) DO NOTHING",
                    args![
                        self.node,
                        segment.first_seq,
                        segment.count,
                        segment.from_ms,
                        segment.to_ms,
                        segment.previous.as_slice(),
                        segment.hash.as_slice(),
                        segment.body,
                        tail.epoch,
                    ],
                )
                .await?;
            if inserted == 1 {
                self.unsigned += segment.count;
                self.tail = Some(Tail {
                    epoch: tail.epoch,
                    next_seq,
                    hash,
                });
                return Ok(());
            }
        }
        Err(StoreError::unavailable(
            self.database.place(),
            Outage::Locked,
        ))
    }

    /// Signs the end that this process reached.
    pub(super) async fn sign(&mut self) -> Result<(), StoreError> {
        if let Some(tail) = self.tail {
            let mut tx = self.database.begin(Begin::Write).await?;
            checkpoint::Checkpoint::seen(self.key, self.node, tail.next_seq, tail.hash)
                .insert(&mut tx, self.node)
                .await?;
            tx.commit().await?;
        }
        self.unsigned = 0;
        Ok(())
    }

    async fn read_tail(&self) -> Result<Tail, StoreError> {
        let mut tx = self.database.begin(Begin::Read).await?;
        let state = tx
            .row("SELECT epoch FROM store_state WHERE one = 1", args![])
            .await?
            .ok_or_else(|| StoreError::damaged("the table `store_state`"))?;
        let mut tail = Tail {
            epoch: state.int(0)?,
            next_seq: 0,
            hash: NOTHING,
        };
        let segment = tx
            .row(
                "SELECT first_seq + count, hash FROM audit_segment WHERE node = $1 \
                 ORDER BY first_seq DESC LIMIT 1",
                args![self.node],
            )
            .await?;
        // A checkpoint behind the last segment: somebody cut the chain. Going on behind the cut leaves it to see.
        let checkpoint = tx
            .row(
                "SELECT next_seq, hash FROM audit_checkpoint WHERE node = $1 \
                 ORDER BY next_seq DESC LIMIT 1",
                args![self.node],
            )
            .await?;
        for row in [segment, checkpoint].into_iter().flatten() {
            let next_seq = row.int(0)?;
            if next_seq > tail.next_seq {
                tail.next_seq = next_seq;
                tail.hash = row.array(1)?;
            }
        }
        Ok(tail)
    }
}
