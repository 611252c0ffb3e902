//! The end of a node's chain, and what is appended to it.
//!
//! Nothing is appended, and nothing signed, behind an end that does not follow from what this process wrote or this
//! machine signed: whoever may write the store could otherwise have a forgery signed by going on from it.

use super::checkpoint::{Checkpoint, Kind};
use super::key::AuditKey;
use super::mark::End;
use super::segment::Packed;
use super::verify::{Breach, BreachKind};
use super::walk::{BEGINNING, Walk, ends_at};
use crate::database::{Begin, Database, Tx, args};
use crate::{Outage, StoreError};

/// Others that append to the same chain at the same time are given way to so often.
const TRIES: usize = 100;

/// A node's chain, as this process last saw its end.
pub(super) struct Chain<'a> {
    pub(super) database: &'a Database,
    pub(super) node: &'a str,
    pub(super) key: &'a AuditKey,
    tail: Option<Tail>,
    /// Whether `tail` is the end, and not only on the way to it.
    is_end: bool,
    /// Records behind the last checkpoint of this process.
    pub(super) unsigned: i64,
    /// That another daemon writes as this node was found last.
    pub(super) is_shared: bool,
}

/// An end that is to be signed, while more is appended behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ToSign {
    epoch: i64,
    end: End,
    /// How many records the signature is for.
    pub(super) records: i64,
}

#[derive(Clone, Copy)]
struct Tail {
    /// Of the store. Another one: a backup was restored, and the chain ends elsewhere; or somebody claims so.
    epoch: i64,
    end: End,
}

impl ToSign {
    /// Signs it, and notes it beside the key. `false`: another store is here now, and its chain ends elsewhere.
    pub(super) async fn sign(
        self,
        database: &Database,
        node: &str,
        key: &AuditKey,
    ) -> Result<bool, StoreError> {
        // Held to the end: a restore comes before or after, so that what is marked is of the store that is there.
        let marks = key.marks().lock().await?;
        let mut tx = database.begin(Begin::Write).await?;
        if epoch(&mut tx).await? != self.epoch {
            return Ok(false);
        }
        Checkpoint::seen(key, node, self.end.next_seq, self.end.hash)
            .insert(&mut tx, node)
            .await?;
        tx.commit().await?;
        marks.advance(node, self.end).await?;
        Ok(true)
    }
}

impl<'a> Chain<'a> {
    pub(super) fn new(database: &'a Database, node: &'a str, key: &'a AuditKey) -> Self {
        Self {
            database,
            node,
            key,
            tail: None,
            is_end: false,
            unsigned: 0,
            is_shared: false,
        }
    }

    /// Appends a segment; durable when this returns.
    pub(super) async fn append(&mut self, frames: &Packed) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let tail = match self.tail {
                Some(tail) if self.is_end => tail,
                _ => self.find_end().await?,
            };
            let End { next_seq, hash } = tail.end;
            let segment = frames.at(self.node, next_seq, hash, self.key);
            let end = End {
                next_seq: segment.next_seq(),
                hash: segment.hash,
            };
            self.is_end = false;
            // Nothing is inserted when the end has moved: somebody else's segment has the place, the chain was
            // pruned beyond it, or another store is here now.
            let inserted = self
                .database
                .execute(
                    "INSERT INTO audit_segment \
                     (node, first_seq, count, from_ms, to_ms, previous_hash, hash, body, unpacked) \
                     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 \
                     WHERE EXISTS (SELECT 1 FROM store_state WHERE one = 1 AND epoch = $10) \
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
                        segment.unpacked,
                        tail.epoch,
                    ],
                )
                .await?;
            if inserted == 1 {
                self.unsigned += segment.count;
                self.tail = Some(Tail { end, ..tail });
                self.is_end = true;
                return Ok(());
            }
        }
        Err(StoreError::unavailable(
            self.database.place(),
            Outage::Locked,
        ))
    }

    /// The end that this process reached, if records stand before it that nothing signs yet. They count as signed from
    /// here on: [`Chain::not_signed`] takes that back.
    pub(super) fn take_unsigned(&mut self) -> Option<ToSign> {
        let records = std::mem::take(&mut self.unsigned);
        let Tail { epoch, end } = self.tail?;
        (records > 0 && end != BEGINNING).then_some(ToSign {
            epoch,
            end,
            records,
        })
    }

    /// It did not come to a signature.
    pub(super) fn not_signed(&mut self, records: i64) {
        self.unsigned += records;
    }

    /// Whether there is an end that can be gone on from.
    pub(super) async fn goes_on(&mut self) -> Result<(), StoreError> {
        self.find_end().await.map(drop)
    }

    /// Follows the chain from what is known to its end.
    async fn find_end(&mut self) -> Result<Tail, StoreError> {
        // Before the store: of two moments the later one has at least what the earlier one signed.
        let marks = self.key.marks().read()?;
        let mut tx = self.database.begin(Begin::Read).await?;
        let epoch = epoch(&mut tx).await?;
        // That the store is another one since a restore counts when it is said outside of the store.
        let own = self
            .tail
            .filter(|tail| tail.epoch == epoch || marks.restored != Some(epoch))
            .map(|tail| tail.end);
        let mut walk = Walk::new(self.node, self.key, true);
        let found = follow(&mut tx, &mut walk, own, marks.end(self.node)).await?;
        if let Err(breach) = found {
            if breach.kind == BreachKind::UnknownKey {
                return Err(StoreError::SharedNode {
                    node: self.node.to_owned(),
                    seq: breach.seq,
                });
            }
            return Err(StoreError::Damaged {
                what: format!(
                    "the audit of `{}` from record {} ({})",
                    self.node,
                    breach.seq,
                    breach.kind.as_str()
                ),
                remedy: REMEDY,
            });
        }
        let tail = Tail {
            epoch,
            end: walk.end,
        };
        if own.is_none() {
            // Of a process that ended before it signed them.
            self.unsigned = walk.records;
        }
        (self.tail, self.is_end) = (Some(tail), true);
        Ok(tail)
    }
}

/// What a node can do whose chain is broken: what stands there stays as it is, to be looked at.
const REMEDY: &str =
    ": look at `entryway audit verify`, then restore a backup, or go on with another `audit.node`";

/// Walks from the furthest place that is known for certain; gives what does not hold.
async fn follow(
    tx: &mut Tx,
    walk: &mut Walk<'_>,
    own: Option<End>,
    mark: Option<End>,
) -> Result<Result<(), Breach>, StoreError> {
    let mut start = own.or(mark);
    let below = match start {
        Some(start) => start.next_seq,
        None => Checkpoint::last(tx, walk.node).await?.unwrap_or(0),
    };
    let mut is_base = false;
    for checkpoint in Checkpoint::read(tx, walk.node, below).await? {
        let at_start = start.is_some_and(|start| start.next_seq == checkpoint.next_seq);
        if let Some(breach) = walk.believe(&checkpoint) {
            // The start is known without it: it may be signed by a key from before.
            if at_start {
                continue;
            }
            return Ok(Err(breach));
        }
        if checkpoint.kind == Kind::Base || start.is_none() {
            is_base = checkpoint.kind == Kind::Base;
            start = Some(checkpoint.end());
        }
    }
    let start = start.unwrap_or(BEGINNING);
    for known in [own, mark, Some(start)].into_iter().flatten() {
        if known.next_seq >= start.next_seq
            && let Some(breach) = walk.know(known)
        {
            return Ok(Err(breach));
        }
    }
    walk.known = walk.known.split_off(&start.next_seq);
    if !is_base && !ends_at(tx, walk.node, start).await? {
        return Ok(Err(Breach {
            seq: start.next_seq,
            kind: BreachKind::Truncated,
        }));
    }
    let breach = walk.run(tx, start, start.next_seq).await?;
    Ok(breach.map_or(Ok(()), Err))
}

async fn epoch(tx: &mut Tx) -> Result<i64, StoreError> {
    tx.row("SELECT epoch FROM store_state WHERE one = 1", args![])
        .await?
        .ok_or_else(|| StoreError::damaged("the table `store_state`"))?
        .int(0)
}
