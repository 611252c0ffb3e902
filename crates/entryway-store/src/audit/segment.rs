//! What a segment is, as bytes: the records of one commit, and the hash over them.

use super::AuditEntry;
use crate::StoreError;
use crate::time::{from_ms, to_ms};
use aws_lc_rs::digest::{Context, SHA256};

/// SHA-256.
pub(super) type Hash = [u8; 32];

/// Before the first segment of a node.
pub(super) const NOTHING: Hash = [0; 32];

/// Bytes before a record's body: login id, milliseconds, length; big-endian.
const HEAD: usize = 8 + 8 + 4;

/// A segment, whether or not it is in the store yet.
pub(super) struct Segment {
    pub(super) first_seq: i64,
    pub(super) count: i64,
    pub(super) from_ms: i64,
    pub(super) to_ms: i64,
    pub(super) previous: Hash,
    pub(super) hash: Hash,
    pub(super) body: Vec<u8>,
}

/// Records that are about to be a segment.
#[derive(Default)]
pub(super) struct Frames {
    pub(super) body: Vec<u8>,
    count: i64,
    from_ms: i64,
    to_ms: i64,
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

    /// At its place in the chain.
    pub(super) fn at(&self, node: &str, first_seq: i64, previous: Hash) -> Segment {
        let mut segment = Segment {
            first_seq,
            count: self.count,
            from_ms: self.from_ms,
            to_ms: self.to_ms,
            previous,
            hash: NOTHING,
            body: self.body.clone(),
        };
        segment.hash = segment.computed(node);
        segment
    }
}

impl Segment {
    pub(super) fn next_seq(&self) -> i64 {
        self.first_seq.saturating_add(self.count)
    }

    /// The hash that it must have: everything in it counts, with lengths before what varies.
    pub(super) fn computed(&self, node: &str) -> Hash {
        let mut context = Context::new(&SHA256);
        context.update(b"entryway audit segment 1\0");
        context.update(&self.previous);
        context.update(&(node.len() as u64).to_be_bytes());
        context.update(node.as_bytes());
        for number in [self.first_seq, self.count, self.from_ms, self.to_ms] {
            context.update(&number.to_be_bytes());
        }
        context.update(&self.body);
        let mut hash = NOTHING;
        // SHA-256 has 32 bytes.
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }

    /// The records in it, as many as it says, and not a byte more.
    pub(super) fn entries(&self) -> Result<Vec<AuditEntry>, StoreError> {
        let damaged = || StoreError::damaged(format!("the audit from record {}", self.first_seq));
        let mut entries = Vec::new();
        let mut rest = self.body.as_slice();
        while !rest.is_empty() {
            let (entry, behind) = entry(rest).ok_or_else(damaged)?;
            entries.push(entry);
            rest = behind;
        }
        if i64::try_from(entries.len()) != Ok(self.count) {
            return Err(damaged());
        }
        Ok(entries)
    }
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
