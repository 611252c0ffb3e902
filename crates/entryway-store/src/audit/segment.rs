//! What a segment is, as bytes: the records of one commit, packed, their seal, and the hash over all.
//!
//! Records of one commit resemble each other: packed they are a sixth and less, and what is hashed, written, written
//! again from the log to the table, and kept for months is that.
//!
//! A seal is a signature of the node's key. With it nobody can append without the key; checkpoints stay what lets
//! a long chain be verified with few signatures.

use super::AuditEntry;
use super::key::{AuditKey, is_signed};
use crate::StoreError;
use crate::time::{from_ms, to_ms};
use aws_lc_rs::digest::{Context, SHA256};

/// SHA-256.
pub(super) type Hash = [u8; 32];

/// Before the first segment of a node.
pub(super) const NOTHING: Hash = [0; 32];

/// Bytes before a record's body: login id, milliseconds, length; big-endian.
const HEAD: usize = 8 + 8 + 4;
/// Bytes of a seal: the public key, then its signature.
const PUBLIC_KEY: usize = 32;
const SEAL: usize = PUBLIC_KEY + 64;

/// A segment, whether or not it is in the store yet.
pub(super) struct Segment {
    pub(super) first_seq: i64,
    pub(super) count: i64,
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) previous: Hash,
    pub(super) hash: Hash,
    /// The records, packed or not, and the seal.
    pub(super) body: Vec<u8>,
    /// Bytes of the records before they were packed; 0: they were not.
    pub(super) unpacked: i64,
}

/// Most bytes of the records of one segment: what one commit gathers, and one record more.
const UNPACKED_MOST: usize = 8 << 20;

/// Records that are about to be a segment.
#[derive(Default)]
pub(super) struct Frames {
    pub(super) body: Vec<u8>,
    count: i64,
    from_ms: i64,
    to_ms: i64,
}

/// A seal that stands on a segment.
pub(super) struct Seal {
    pub(super) public_key: Vec<u8>,
    /// Whether that key made it, over this segment at this place.
    pub(super) is_right: bool,
}

/// What a seal signs: the hash of the segment without it.
fn sealed(hash: &Hash) -> Vec<u8> {
    [b"entryway audit seal 1\0".as_slice(), hash].concat()
}

impl Frames {
    pub(super) fn push(&mut self, entry: &AuditEntry) {
        let at = to_ms(entry.at);
        if self.count == 0 {
            (self.from_ms, self.to_ms) = (at, at);
        }
        self.from_ms = self.from_ms.min(at);
        self.to_ms = self.to_ms.max(at);
        self.count += 1;
        // Entries over 1 MiB never come this far.
        let length = u32::try_from(entry.body.len()).unwrap_or(u32::MAX);
        self.body.extend_from_slice(&entry.login_id.to_be_bytes());
        self.body.extend_from_slice(&at.to_be_bytes());
        self.body.extend_from_slice(&length.to_be_bytes());
        self.body.extend_from_slice(&entry.body);
    }

    /// Packed, to be put wherever the chain ends.
    pub(super) fn pack(&self) -> Packed {
        Packed {
            body: lz4_flex::block::compress(&self.body),
            unpacked: self.body.len().try_into().unwrap_or(i64::MAX),
            count: self.count,
            from_ms: self.from_ms,
            to_ms: self.to_ms,
        }
    }
}

/// The records of a segment that has no place yet.
pub(super) struct Packed {
    body: Vec<u8>,
    unpacked: i64,
    count: i64,
    from_ms: i64,
    to_ms: i64,
}

impl Packed {
    /// At its place in the chain, sealed.
    pub(super) fn at(&self, node: &str, first_seq: i64, previous: Hash, key: &AuditKey) -> Segment {
        let mut segment = Segment {
            first_seq,
            count: self.count,
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            previous,
            hash: NOTHING,
            body: self.body.clone(),
            unpacked: self.unpacked,
        };
        // What is sealed and what the segment's hash covers begin alike: it is read once.
        let mut covered = segment.covered(node, &segment.body);
        let seal = key.sign(&sealed(&finished(covered.clone())));
        let packed = segment.body.len();
        segment.body.extend_from_slice(key.public_key());
        segment.body.extend_from_slice(&seal);
        covered.update(segment.body.get(packed..).unwrap_or_default());
        segment.hash = finished(covered);
        segment
    }
}

impl Segment {
    pub(super) fn next_seq(&self) -> i64 {
        self.first_seq.saturating_add(self.count)
    }

    /// The hash that it must have: everything in it counts, with lengths before what varies.
    pub(super) fn computed(&self, node: &str) -> Hash {
        self.computed_over(node, &self.body)
    }

    fn computed_over(&self, node: &str, body: &[u8]) -> Hash {
        finished(self.covered(node, body))
    }

    /// What the hash covers, so far as `body` goes.
    fn covered(&self, node: &str, body: &[u8]) -> Context {
        let mut context = Context::new(&SHA256);
        context.update(match self.unpacked {
            0 => b"entryway audit segment 1\0",
            _ => b"entryway audit segment 2\0",
        });
        context.update(&self.previous);
        context.update(&(node.len() as u64).to_be_bytes());
        context.update(node.as_bytes());
        for number in [self.first_seq, self.count, self.from_ms, self.to_ms] {
            context.update(&number.to_be_bytes());
        }
        if self.unpacked != 0 {
            context.update(&self.unpacked.to_be_bytes());
        }
        context.update(body);
        context
    }

    /// The records in it, as many as it says, and not a byte more but a seal.
    pub(super) fn entries(&self) -> Result<Vec<AuditEntry>, StoreError> {
        self.split().map(|(entries, _)| entries)
    }

    /// Who sealed it, by public key. `None`: nobody. Segments of before there were seals have none.
    pub(super) fn sealed_by(&self, node: &str) -> Result<Option<Seal>, StoreError> {
        let (_, seal) = self.split()?;
        let Some((public_key, signature)) = seal.split_at_checked(PUBLIC_KEY) else {
            return Ok(None);
        };
        let frames = self
            .body
            .get(..self.body.len().saturating_sub(seal.len()))
            .unwrap_or_default();
        let message = sealed(&self.computed_over(node, frames));
        Ok(Some(Seal {
            public_key: public_key.to_vec(),
            is_right: is_signed(public_key, &message, signature),
        }))
    }

    fn split(&self) -> Result<(Vec<AuditEntry>, &[u8]), StoreError> {
        let damaged = || StoreError::damaged(format!("the audit from record {}", self.first_seq));
        if self.unpacked != 0 {
            let seal_at = self.body.len().checked_sub(SEAL).ok_or_else(damaged)?;
            let (packed, seal) = self.body.split_at_checked(seal_at).ok_or_else(damaged)?;
            let size = usize::try_from(self.unpacked)
                .ok()
                .filter(|size| *size <= UNPACKED_MOST)
                .ok_or_else(damaged)?;
            let frames = lz4_flex::block::decompress(packed, size).map_err(|_| damaged())?;
            return match self.framed(&frames) {
                Some((entries, [])) if frames.len() == size => Ok((entries, seal)),
                _ => Err(damaged()),
            };
        }
        match self.framed(&self.body) {
            Some((entries, rest)) if rest.is_empty() || rest.len() == SEAL => Ok((entries, rest)),
            _ => Err(damaged()),
        }
    }

    /// As many records as it says, and what stands behind them.
    fn framed<'a>(&self, frames: &'a [u8]) -> Option<(Vec<AuditEntry>, &'a [u8])> {
        let mut entries = Vec::new();
        let mut rest = frames;
        for _ in 0..self.count {
            let (entry, behind) = entry(rest)?;
            entries.push(entry);
            rest = behind;
        }
        Some((entries, rest))
    }
}

fn finished(context: Context) -> Hash {
    let mut hash = NOTHING;
    // SHA-256 has 32 bytes.
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

fn entry(bytes: &[u8]) -> Option<(AuditEntry, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (login_id, head) = head.split_first_chunk::<8>()?;
    let (at, length) = head.split_first_chunk::<8>()?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    let (body, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let entry = AuditEntry {
        login_id: u64::from_be_bytes(*login_id),
        at: from_ms(i64::from_be_bytes(*at)),
        body: body.to_vec(),
    };
    Some((entry, rest))
}

#[cfg(test)]
mod tests;
