//! Whether the audit is what was written.

use super::Audit;
use super::checkpoint::{Checkpoint, Kind};
use super::key::AuditKey;
use super::mark::End;
use super::walk::{BEGINNING, Walk};
use crate::StoreError;
use crate::database::{Begin, Tx, args};

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
    /// Records below this number are covered by a signature: a checkpoint, or behind the last one their own seals.
    pub signed_below: i64,
    /// For this node: records below this number are known to be signed by a file outside the store.
    pub marked_below: Option<i64>,
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
    /// Records were signed, says a checkpoint or this machine, and are not there.
    Truncated,
    /// A signature is wrong.
    BadSignature,
    /// A checkpoint or a record of this node is signed by a key that is not this node's.
    UnknownKey,
    /// No signature covers what stands there.
    Unsigned,
}

impl BreachKind {
    /// `gap`, `altered`, `reordered`, `truncated`, `bad_signature`, `unknown_key` or `unsigned`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Altered => "altered",
            Self::Reordered => "reordered",
            Self::Truncated => "truncated",
            Self::BadSignature => "bad_signature",
            Self::UnknownKey => "unknown_key",
            Self::Unsigned => "unsigned",
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
        let (own, key) = (&*self.shared.node, &self.shared.key);
        // Before the store: of two moments the later one has at least what the earlier one signed.
        let mark = key.marks().read()?.end(own);
        let mut tx = self.store.database.begin(Begin::Read).await?;
        let rows = tx
            .rows(
                "SELECT node FROM audit_segment UNION SELECT node FROM audit_checkpoint ORDER BY node",
                args![],
            )
            .await?;
        let mut names = Vec::new();
        for row in rows {
            names.push(row.text(0)?);
        }
        if mark.is_some() && !names.iter().any(|name| name == own) {
            names.push(own.to_owned());
        }
        let mut nodes = Vec::new();
        for name in names {
            let ours = *name == *own;
            let mark = mark.filter(|_| ours);
            nodes.push(verify_node(&mut tx, &name, ours, key, mark).await?);
        }
        Ok(Report { nodes })
    }
}

pub(super) async fn verify_node(
    tx: &mut Tx,
    node: &str,
    ours: bool,
    key: &AuditKey,
    mark: Option<End>,
) -> Result<NodeReport, StoreError> {
    let mut walk = Walk::new(node, key, ours);
    let mut start = BEGINNING;
    let mut breach = None;
    for checkpoint in Checkpoint::read(tx, node, i64::MIN).await? {
        breach = walk.believe(&checkpoint);
        if breach.is_some() {
            break;
        }
        if checkpoint.kind == Kind::Base {
            start = checkpoint.end();
        }
    }
    // What was signed before the base was pruned with what it covers.
    walk.known = walk.known.split_off(&start.next_seq);
    let checkpoints = walk.known.last_key_value().map_or(0, |(seq, _)| *seq);
    if breach.is_none() {
        breach = mark
            .filter(|mark| mark.next_seq >= start.next_seq)
            .and_then(|mark| walk.know(mark));
    }
    let mut signed_below = checkpoints;
    if breach.is_none() {
        breach = walk.run(tx, start, i64::MIN).await?;
        if breach.is_none() {
            signed_below = walk.end.next_seq;
        }
    }
    Ok(NodeReport {
        node: node.to_owned(),
        records: walk.records,
        first_seq: start.next_seq,
        signed_below,
        marked_below: mark.map(|mark| mark.next_seq),
        unknown_keys: walk.unknown_keys,
        breach,
    })
}
