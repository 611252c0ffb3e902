//! Forgetting what is older than it has to be kept.

use super::Audit;
use super::checkpoint::Checkpoint;
use super::mark::End;
use super::verify::verify_node;
use crate::StoreError;
use crate::database::{Begin, Tx, args};
use crate::time::to_ms;
use std::time::SystemTime;

impl Audit {
    /// Removes this node's records from before a time, and signs that the chain begins behind them: it verifies
    /// as before. The last commit always stays. Gives how many records went.
    ///
    /// A chain that is broken is not pruned ([`StoreError::Damaged`]): the signature would hide it. Nor is one
    /// whose newest record is from before that time: a clock that was set wrong would take everything.
    pub async fn prune(&self, before: SystemTime) -> Result<i64, StoreError> {
        let (node, key) = (&*self.shared.node, &self.shared.key);
        let mark = key.marks().read()?.end(node);
        let mut tx = self.store.database.begin(Begin::Read).await?;
        let report = verify_node(&mut tx, node, true, key, mark).await?;
        if let Some(breach) = report.breach {
            return Err(broken(node, breach.seq));
        }
        // Of the same moment as what was verified: nothing else is signed.
        let base = new_base(&mut tx, node, to_ms(before)).await?;
        drop(tx);
        let Some(base) = base.filter(|base| base.next_seq > report.first_seq) else {
            return Ok(0);
        };
        let marks = key.marks().lock().await?;
        let mut tx = self.store.database.begin(Begin::Write).await?;
        if !begins_at(&mut tx, node, base).await? {
            return Err(broken(node, base.next_seq));
        }
        tx.execute(
            "DELETE FROM audit_segment WHERE node = $1 AND first_seq < $2",
            args![node, base.next_seq],
        )
        .await?;
        tx.execute(
            "DELETE FROM audit_checkpoint WHERE node = $1 AND next_seq <= $2",
            args![node, base.next_seq],
        )
        .await?;
        Checkpoint::base(key, node, base.next_seq, base.hash)
            .insert(&mut tx, node)
            .await?;
        tx.commit().await?;
        marks.advance(node, base).await?;
        Ok(base.next_seq - report.first_seq)
    }
}

/// Where the chain is to begin: before the first commit that has a record to keep.
async fn new_base(tx: &mut Tx, node: &str, before_ms: i64) -> Result<Option<End>, StoreError> {
    let newest = tx
        .row(
            "SELECT max(to_ms) FROM audit_segment WHERE node = $1",
            args![node],
        )
        .await?;
    let Some(newest) = newest.map_or(Ok(None), |row| row.int_or_none(0))? else {
        return Ok(None);
    };
    if newest < before_ms {
        tracing::warn!(
            target: "audit.not_pruned",
            node,
            problem = "even its newest record is too old, as if the clock had been wrong"
        );
        return Ok(None);
    }
    let row = tx
        .row(
            "SELECT first_seq, previous_hash FROM audit_segment WHERE node = $1 AND to_ms >= $2 \
             ORDER BY first_seq LIMIT 1",
            args![node, before_ms],
        )
        .await?;
    row.map(|row| {
        Ok(End {
            next_seq: row.int(0)?,
            hash: row.array(1)?,
        })
    })
    .transpose()
}

/// Whether a segment still stands there that goes on from this.
async fn begins_at(tx: &mut Tx, node: &str, base: End) -> Result<bool, StoreError> {
    let row = tx
        .row(
            "SELECT previous_hash FROM audit_segment WHERE node = $1 AND first_seq = $2",
            args![node, base.next_seq],
        )
        .await?;
    match row {
        Some(row) => Ok(row.array(0)? == base.hash),
        None => Ok(false),
    }
}

fn broken(node: &str, seq: i64) -> StoreError {
    StoreError::damaged(format!("the audit of `{node}` from record {seq}"))
}
