//! Along a chain, from a place that is believed to its end or its first breach.

use super::checkpoint::Checkpoint;
use super::key::AuditKey;
use super::mark::End;
use super::segment::{Hash, NOTHING, Segment};
use super::verify::{Breach, BreachKind};
use crate::StoreError;
use crate::database::{Tx, args};
use std::collections::BTreeMap;

/// Where a chain begins.
pub(super) const BEGINNING: End = End {
    next_seq: 0,
    hash: NOTHING,
};

/// One node's chain, and what is known of it beforehand.
pub(super) struct Walk<'a> {
    pub(super) node: &'a str,
    pub(super) key: &'a AuditKey,
    /// Whether it is this node's: then a key that is not believed is a breach.
    pub(super) ours: bool,
    /// What was signed: the hash that all records below a number end in.
    pub(super) known: BTreeMap<i64, Hash>,
    pub(super) unknown_keys: Vec<Vec<u8>>,
    /// Records that were found whole.
    pub(super) records: i64,
    /// How far it came.
    pub(super) end: End,
}

impl<'a> Walk<'a> {
    pub(super) fn new(node: &'a str, key: &'a AuditKey, ours: bool) -> Self {
        Self {
            node,
            key,
            ours,
            known: BTreeMap::new(),
            unknown_keys: Vec::new(),
            records: 0,
            end: BEGINNING,
        }
    }

    /// Takes a signed end to be right. `Some`: another was signed for the same place.
    pub(super) fn know(&mut self, end: End) -> Option<Breach> {
        let there = self.known.insert(end.next_seq, end.hash);
        there.filter(|hash| *hash != end.hash).map(|_| Breach {
            seq: end.next_seq,
            kind: BreachKind::Altered,
        })
    }

    /// Takes what a checkpoint says to be right, if its signature is.
    pub(super) fn believe(&mut self, checkpoint: &Checkpoint) -> Option<Breach> {
        let at = |kind| Breach {
            seq: checkpoint.next_seq,
            kind,
        };
        if !checkpoint.is_signed(self.node) {
            return Some(at(BreachKind::BadSignature));
        }
        if !self.trusts(&checkpoint.public_key) {
            return Some(at(BreachKind::UnknownKey));
        }
        self.know(checkpoint.end())
    }

    fn trusts(&mut self, public_key: &[u8]) -> bool {
        if self.key.believes(public_key) {
            return true;
        }
        if !self.ours && !self.unknown_keys.iter().any(|key| key == public_key) {
            self.unknown_keys.push(public_key.to_vec());
        }
        !self.ours
    }

    /// Goes from `start`, whose hash is believed, through every record from number `from` on.
    pub(super) async fn run(
        &mut self,
        tx: &mut Tx,
        start: End,
        from: i64,
    ) -> Result<Option<Breach>, StoreError> {
        let breach = self.go(tx, start, from).await?;
        match breach {
            // What was signed is not reached, and says nothing of what stands before it: that has to be signed by
            // itself, or the cut is not the first thing that is wrong.
            Some(cut) if cut.kind == BreachKind::Truncated => {
                self.known.split_off(&(cut.seq + 1));
                let earlier = self.go(tx, start, from).await?;
                Ok(earlier.or(breach))
            }
            _ => Ok(breach),
        }
    }

    async fn go(
        &mut self,
        tx: &mut Tx,
        start: End,
        mut from: i64,
    ) -> Result<Option<Breach>, StoreError> {
        (self.end, self.records) = (start, 0);
        loop {
            let page = Segment::page(tx, self.node, from).await?;
            if page.is_empty() {
                break;
            }
            for segment in page {
                let seq = self.end.next_seq;
                if let Some(kind) = self.doubt(&segment) {
                    let seq = seq.min(segment.first_seq);
                    return Ok(Some(Breach { seq, kind }));
                }
                self.records += segment.count;
                self.end = End {
                    next_seq: segment.next_seq(),
                    hash: segment.hash,
                };
                from = self.end.next_seq;
            }
        }
        Ok(match self.known.last_key_value() {
            Some((last, _)) if *last > self.end.next_seq => Some(Breach {
                seq: self.end.next_seq,
                kind: BreachKind::Truncated,
            }),
            _ => None,
        })
    }

    /// Why a segment cannot be what was written behind the end.
    fn doubt(&mut self, segment: &Segment) -> Option<BreachKind> {
        let End {
            next_seq: seq,
            hash,
        } = self.end;
        if segment.first_seq > seq {
            return Some(BreachKind::Gap);
        }
        if segment.first_seq < seq || segment.previous != hash {
            return Some(BreachKind::Reordered);
        }
        if segment.computed(self.node) != segment.hash
            || segment.count < 1
            || segment.entries().is_err()
        {
            return Some(BreachKind::Altered);
        }
        // Somebody without the key can compute new hashes to the end, and not a new signature. What is signed
        // stands at the end of a segment, with its hash.
        let next = segment.next_seq();
        let ends_here = self
            .known
            .get(&next)
            .is_none_or(|hash| *hash == segment.hash);
        let within = (seq + 1)..next;
        if !ends_here || (!within.is_empty() && self.known.range(within).next().is_some()) {
            return Some(BreachKind::Altered);
        }
        let covered = self.known.last_key_value().map_or(0, |(last, _)| *last);
        if next > covered {
            return self.unsealed(segment);
        }
        None
    }

    /// Behind the last checkpoint only its own seal speaks for a segment.
    fn unsealed(&mut self, segment: &Segment) -> Option<BreachKind> {
        match segment.sealed_by(self.node) {
            Err(_) => Some(BreachKind::Altered),
            Ok(None) => Some(BreachKind::Unsigned),
            Ok(Some(seal)) if !seal.is_right => Some(BreachKind::BadSignature),
            Ok(Some(seal)) if !self.trusts(&seal.public_key) => Some(BreachKind::UnknownKey),
            Ok(Some(_)) => None,
        }
    }
}

/// Whether a segment ends right before `end`, with its hash.
pub(super) async fn ends_at(tx: &mut Tx, node: &str, end: End) -> Result<bool, StoreError> {
    let row = tx
        .row(
            "SELECT first_seq + count, hash FROM audit_segment WHERE node = $1 AND first_seq < $2 \
             ORDER BY first_seq DESC LIMIT 1",
            args![node, end.next_seq],
        )
        .await?;
    Ok(match row {
        Some(row) => row.int(0)? == end.next_seq && row.array(1)? == end.hash,
        None => end == BEGINNING,
    })
}
