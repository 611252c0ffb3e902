//! What the key says of the chain.

use super::key::{AuditKey, is_signed};
use super::mark::End;
use super::segment::Hash;
use crate::StoreError;
use crate::database::{Tx, args};
use crate::time::now_ms;

/// Why it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The chain had come so far.
    Seen,
    /// What was before was pruned.
    Base,
}

/// All records of a node below `next_seq` end in `hash`: signed.
pub(super) struct Checkpoint {
    pub(super) kind: Kind,
    pub(super) next_seq: i64,
    pub(super) hash: Hash,
    at_ms: i64,
    pub(super) public_key: Vec<u8>,
    signature: Vec<u8>,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Base => "base",
        }
    }
}

impl Checkpoint {
    pub(super) fn seen(key: &AuditKey, node: &str, next_seq: i64, hash: Hash) -> Self {
        Self::new(key, node, Kind::Seen, next_seq, hash)
    }

    pub(super) fn base(key: &AuditKey, node: &str, next_seq: i64, hash: Hash) -> Self {
        Self::new(key, node, Kind::Base, next_seq, hash)
    }

    fn new(key: &AuditKey, node: &str, kind: Kind, next_seq: i64, hash: Hash) -> Self {
        let mut checkpoint = Self {
            kind,
            next_seq,
            hash,
            at_ms: now_ms(),
            public_key: key.public_key().to_vec(),
            signature: Vec::new(),
        };
        checkpoint.signature = key.sign(&checkpoint.message(node));
        checkpoint
    }

    /// What is signed: everything, with lengths before what varies.
    fn message(&self, node: &str) -> Vec<u8> {
        let mut message = b"entryway audit checkpoint 1\0".to_vec();
        for text in [self.kind.as_str(), node] {
            message.extend_from_slice(&(text.len() as u64).to_be_bytes());
            message.extend_from_slice(text.as_bytes());
        }
        message.extend_from_slice(&self.next_seq.to_be_bytes());
        message.extend_from_slice(&self.hash);
        message.extend_from_slice(&self.at_ms.to_be_bytes());
        message
    }

    pub(super) fn end(&self) -> End {
        End {
            next_seq: self.next_seq,
            hash: self.hash,
        }
    }

    pub(super) fn is_signed(&self, node: &str) -> bool {
        is_signed(&self.public_key, &self.message(node), &self.signature)
    }

    pub(super) async fn insert(&self, tx: &mut Tx, node: &str) -> Result<(), StoreError> {
        tx.execute(
            "INSERT INTO audit_checkpoint (node, next_seq, kind, hash, at_ms, public_key, signature) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (node, next_seq, kind) DO NOTHING",
            args![
                node,
                self.next_seq,
                self.kind.as_str(),
                self.hash.as_slice(),
                self.at_ms,
                self.public_key.as_slice(),
                self.signature.as_slice(),
            ],
        )
        .await
        .map(drop)
    }

    /// The furthest place that any of a node names.
    pub(super) async fn last(tx: &mut Tx, node: &str) -> Result<Option<i64>, StoreError> {
        let row = tx
            .row(
                "SELECT max(next_seq) FROM audit_checkpoint WHERE node = $1",
                args![node],
            )
            .await?;
        row.map_or(Ok(None), |row| row.int_or_none(0))
    }

    /// All of a node from a place on, in the chain's order.
    pub(super) async fn read(tx: &mut Tx, node: &str, from: i64) -> Result<Vec<Self>, StoreError> {
        let rows = tx
            .rows(
                "SELECT kind, next_seq, hash, at_ms, public_key, signature FROM audit_checkpoint \
                 WHERE node = $1 AND next_seq >= $2 ORDER BY next_seq, kind",
                args![node, from],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Self {
                    kind: match row.text(0)?.as_str() {
                        "base" => Kind::Base,
                        _ => Kind::Seen,
                    },
                    next_seq: row.int(1)?,
                    hash: row.array(2)?,
                    at_ms: row.int(3)?,
                    public_key: row.bytes(4)?,
                    signature: row.bytes(5)?,
                })
            })
            .collect()
    }
}
