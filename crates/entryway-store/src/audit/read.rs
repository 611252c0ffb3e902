//! Reading the record of decisions.

use super::Audit;
use super::segment::Segment;
use crate::StoreError;
use crate::database::{Begin, Row, Tx, args};
use std::time::SystemTime;

/// 2026-01-01 UTC, from which login ids count. Milliseconds since 1970.
const IDS_BEGIN_MS: i64 = 1_767_225_600_000;
/// A decision comes this long after its submission, at most; with room for a clock that is set.
const DECIDED_WITHIN_MS: i64 = 70_000;
const SET_BACK_MS: i64 = 2_000;
/// A connector's clock is believed when it is no further from ours than this.
const OTHER_CLOCK_MS: i64 = 6 * 60_000;
/// Segments that are read at once.
const PAGE: i64 = 32;

/// A decision that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Which node decided.
    pub node: String,
    /// Its place among the node's records, from 0.
    pub seq: i64,
    /// The login's id.
    pub login_id: u64,
    /// When it was decided, to the millisecond.
    pub at: SystemTime,
    /// The record, as it was given.
    pub body: Vec<u8>,
}

impl Audit {
    /// The last `count` records of all nodes, oldest first.
    pub async fn tail(&self, count: usize) -> Result<Vec<AuditRecord>, StoreError> {
        let mut tx = self.store.database.begin(Begin::Read).await?;
        let mut records = Vec::new();
        let mut offset = 0;
        while records.len() < count {
            let page = tx
                .rows(
                    segment!("ORDER BY to_ms DESC, node, first_seq DESC LIMIT $1 OFFSET $2"),
                    args![PAGE, offset],
                )
                .await?;
            if page.is_empty() {
                break;
            }
            for row in &page {
                records.extend(records_of(row)?);
            }
            offset += PAGE;
        }
        records.sort_by(|a, b| (a.at, &a.node, a.seq).cmp(&(b.at, &b.node, b.seq)));
        Ok(records.split_off(records.len().saturating_sub(count)))
    }

    /// The record of a login, if there is one. An id that a site's connector drew has its clock, which may be minutes from
    /// ours: that is looked for last.
    pub async fn get(&self, login_id: u64) -> Result<Option<AuditRecord>, StoreError> {
        match self.get_drawn_here(login_id).await? {
            Some(record) => Ok(Some(record)),
            None => {
                let apart = OTHER_CLOCK_MS;
                self.find(login_id, apart, DECIDED_WITHIN_MS + apart).await
            }
        }
    }

    /// The same of a login whose id was drawn by a node of this store.
    pub async fn get_drawn_here(&self, login_id: u64) -> Result<Option<AuditRecord>, StoreError> {
        self.find(login_id, SET_BACK_MS, DECIDED_WITHIN_MS).await
    }

    async fn find(
        &self,
        login_id: u64,
        before_ms: i64,
        after_ms: i64,
    ) -> Result<Option<AuditRecord>, StoreError> {
        let since_2026 = i64::try_from(login_id >> 24).unwrap_or(i64::MAX);
        let submitted = IDS_BEGIN_MS.saturating_add(since_2026);
        let mut tx = self.store.database.begin(Begin::Read).await?;
        let places = tx
            .rows(
                "SELECT node, first_seq FROM audit_segment WHERE to_ms >= $1 AND from_ms <= $2 \
                 ORDER BY to_ms, node, first_seq",
                args![
                    submitted.saturating_sub(before_ms),
                    submitted.saturating_add(after_ms)
                ],
            )
            .await?;
        for place in places {
            let row = tx
                .row(
                    segment!("WHERE node = $1 AND first_seq = $2"),
                    args![place.text(0)?.as_str(), place.int(1)?],
                )
                .await?;
            let Some(row) = row else { continue };
            let found = records_of(&row)?
                .into_iter()
                .find(|record| record.login_id == login_id);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// The columns of [`Segment::read`], in its order, and the node.
macro_rules! segment {
    ($rest:literal) => {
        concat!(
            "SELECT first_seq, count, from_ms, to_ms, previous_hash, hash, body, unpacked, node FROM audit_segment ",
            $rest
        )
    };
}
use segment;

impl Segment {
    pub(super) fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            first_seq: row.int(0)?,
            count: row.int(1)?,
            from_ms: row.int(2)?,
            to_ms: row.int(3)?,
            previous: row.array(4)?,
            hash: row.array(5)?,
            body: row.bytes(6)?,
            unpacked: row.int(7)?,
        })
    }

    /// The next few of a node, from record `seq` on.
    pub(super) async fn page(tx: &mut Tx, node: &str, seq: i64) -> Result<Vec<Self>, StoreError> {
        let rows = tx
            .rows(
                segment!("WHERE node = $1 AND first_seq >= $2 ORDER BY first_seq LIMIT $3"),
                args![node, seq, PAGE],
            )
            .await?;
        rows.iter().map(Self::read).collect()
    }
}

fn records_of(row: &Row) -> Result<Vec<AuditRecord>, StoreError> {
    let segment = Segment::read(row)?;
    let node = row.text(8)?;
    let records = segment.entries()?.into_iter().zip(segment.first_seq..);
    Ok(records
        .map(|(entry, seq)| AuditRecord {
            node: node.clone(),
            seq,
            login_id: entry.login_id,
            at: entry.at,
            body: entry.body,
        })
        .collect())
}
