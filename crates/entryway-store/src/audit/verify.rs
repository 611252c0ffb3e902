//! Whether the audit is what was written.

use super::Audit;
use super::checkpoint::{Checkpoint, Kind};
use super::key::AuditKey;
use super::segment::{Hash, NOTHING, Segment};
use crate::StoreError;
use crate::database::{Begin, Tx, args};
use std::collections::BTreeMap;

/// What came of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Each node that has written here, by name.
    pub nodes: Vec<NodeReport>,
}

/// One node's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeReport {
    /// Which.
    pub node: String,
    /// Records that were read and found whole.
    pub records: i64,
    /// The first record's number: 0, or where the chain begins since older ones were pruned.
    pub first_seq: i64,
    /// Records below this number are covered by a signature.
    pub signed_below: i64,
    /// Public keys that signed for it and are neither ours nor trusted: for another node, nobody here can tell
    /// whether they are that node's.
    pub unknown_keys: Vec<Vec<u8>>,
    /// What is wrong first.
    pub breach: Option<Breach>,
}

/// Where a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breach {
    /// The first record that cannot be believed. Records are committed together: the broken one is this or one of
    /// the few behind it.
    pub seq: i64,
    /// How.
    pub kind: BreachKind,
}

/// How a chain is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BreachKind {
    /// Records are missing.
    Gap,
    /// What stands there is not what was written.
    Altered,
    /// What stands there was written elsewhere in the chain.
    Reordered,
    /// A checkpoint signed records that are not there.
    Truncated,
    /// A checkpoint's signature is wrong.
    BadSignature,
    /// A checkpoint of this node is signed by a key that is not this node's.
    UnknownKey,
}

impl BreachKind {
    /// `gap`, `altered`, `reordered`, `truncated`, `bad_signature` or `unknown_key`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Altered => "altered",
            Self::Reordered => "reordered",
            Self::Truncated => "truncated",
            Self::BadSignature => "bad_signature",
            Self::UnknownKey => "unknown_key",
        }
    }
}

impl Report {
    /// Whether no chain is broken.
    pub fn is_whole(&self) -> bool {
        self.nodes.iter().all(|node| node.breach.is_none())
    }
}

impl Audit {
    /// Reads everything, as it stands at one moment, and checks it.
    pub async fn verify(&self) -> Result<Report, StoreError> {
        let mut tx = self.store.database.begin(Begin::Read).await?;
        let rows = tx
            .rows(
                "SELECT node FROM audit_segment UNION SELECT node FROM audit_checkpoint ORDER BY node",
                args![],
            )
            .await?;
        let mut nodes = Vec::new();
        for row in rows {
            let node = row.text(0)?;
            let ours = *node == *self.shared.node;
            nodes.push(verify_node(&mut tx, &node, ours, &self.shared.key).await?);
        }
        Ok(Report { nodes })
    }
}

pub(super) async fn verify_node(
    tx: &mut Tx,
    node: &str,
    ours: bool,
    key: &AuditKey,
) -> Result<NodeReport, StoreError> {
    let mut report = NodeReport {
        node: node.to_owned(),
        records: 0,
        first_seq: 0,
        signed_below: 0,
        unknown_keys: Vec::new(),
        breach: None,
    };
    let mut signed: BTreeMap<i64, Hash> = BTreeMap::new();
    let mut expected = (0, NOTHING);
    for checkpoint in Checkpoint::read(tx, node).await? {
        if let Some(kind) = doubt(&checkpoint, node, ours, key, &mut report) {
            report.breach = Some(Breach {
                seq: checkpoint.next_seq,
                kind,
            });
            return Ok(report);
        }
        if checkpoint.kind == Kind::Base {
            expected = (checkpoint.next_seq, checkpoint.hash);
        }
        signed.insert(checkpoint.next_seq, checkpoint.hash);
    }
    report.first_seq = expected.0;
    report.signed_below = signed.last_key_value().map_or(0, |(seq, _)| *seq);
    // What was signed before the base was pruned with what it covers.
    signed = signed.split_off(&expected.0);
    report.breach = walk(tx, node, expected, &signed, &mut report.records).await?;
    Ok(report)
}

/// Why a checkpoint is not believed.
fn doubt(
    checkpoint: &Checkpoint,
    node: &str,
    ours: bool,
    key: &AuditKey,
    report: &mut NodeReport,
) -> Option<BreachKind> {
    if !checkpoint.is_signed(node) {
        return Some(BreachKind::BadSignature);
    }
    if !key.believes(&checkpoint.public_key) {
        if ours {
            return Some(BreachKind::UnknownKey);
        }
        if !report.unknown_keys.contains(&checkpoint.public_key) {
            report.unknown_keys.push(checkpoint.public_key.clone());
        }
    }
    None
}

/// Follows the chain to its end or its first breach.
async fn walk(
    tx: &mut Tx,
    node: &str,
    mut expected: (i64, Hash),
    signed: &BTreeMap<i64, Hash>,
    records: &mut i64,
) -> Result<Option<Breach>, StoreError> {
    let breach = |seq, kind| Ok(Some(Breach { seq, kind }));
    let mut from = i64::MIN;
    loop {
        let page = Segment::page(tx, node, from).await?;
        if page.is_empty() {
            break;
        }
        for segment in page {
            let (seq, hash) = expected;
            if segment.first_seq > seq {
                return breach(seq, BreachKind::Gap);
            }
            if segment.first_seq < seq {
                return breach(segment.first_seq, BreachKind::Reordered);
            }
            if segment.previous != hash {
                return breach(seq, BreachKind::Reordered);
            }
            if segment.computed(node) != segment.hash
                || segment.count < 1
                || segment.entries().is_err()
            {
                return breach(seq, BreachKind::Altered);
            }
            let next = segment.next_seq();
            // Somebody without the key can compute new hashes to the end, and not a new signature. Each checkpoint
            // stands at the end of a segment, with its hash.
            let ends_here = signed.get(&next).is_none_or(|hash| *hash == segment.hash);
            let within = (seq + 1)..next;
            if !ends_here || (!within.is_empty() && signed.range(within).next().is_some()) {
                return breach(seq, BreachKind::Altered);
            }
            *records += segment.count;
            expected = (next, segment.hash);
            from = next;
        }
    }
    match signed.last_key_value() {
        Some((last, _)) if *last > expected.0 => breach(expected.0, BreachKind::Truncated),
        _ => Ok(None),
    }
}
