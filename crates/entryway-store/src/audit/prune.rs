//! Forgetting what is older than it has to be kept.

use super::Audit;
use super::checkpoint::Checkpoint;
use super::verify::verify_node;
use crate::StoreError;
use crate::database::{Begin, args};
use crate::time::to_ms;
use std::time::SystemTime;

impl Audit {
    /// Removes this node's records from before a time, and signs that the chain begins behind them: it verifies
    /// as before. The last commit always stays. Gives how many records went.
    ///
    /// A chain that is broken is not pruned ([`StoreError::Damaged`]): the signature would hide it.
    pub async fn prune(&self, before: SystemTime) -> Result<i64, StoreError> {
        let node: &str = &self.shared.node;
        let mut tx = self.store.database.begin(Begin::Read).await?;
        let report = verify_node(&mut tx, node, true, &self.shared.key).await?;
        drop(tx);
        if let Some(breach) = report.breach {
            return Err(StoreError::damaged(format!(
                "the audit of `{node}` from record {}",
                breach.seq
            )));
        }
        let mut tx = self.store.database.begin(Begin::Write).await?;
        let row = tx
            .row(
                "SELECT first_seq, previous_hash FROM audit_segment WHERE node = $1 AND first_seq = COALESCE( \
                 (SELECT min(first_seq) FROM audit_segment WHERE node = $1 AND to_ms >= $2), \
                 (SELECT max(first_seq) FROM audit_segment WHERE node = $1))",
                args![node, to_ms(before)],
            )
            .await?;
        let Some(row) = row else { return Ok(0) };
        let (first_seq, previous) = (row.int(0)?, row.array(1)?);
        if first_seq <= report.first_seq {
            return Ok(0);
        }
        tx.execute(
            "DELETE FROM audit_segment WHERE node = $1 AND first_seq < $2",
            args![node, first_seq],
        )
        .await?;
        tx.execute(
            "DELETE FROM audit_checkpoint WHERE node = $1 AND next_seq <= $2",
            args![node, first_seq],
        )
        .await?;
        Checkpoint::base(&self.shared.key, node, first_seq, previous)
            .insert(&mut tx, node)
            .await?;
        tx.commit().await?;
        Ok(first_seq - report.first_seq)
    }
}
