//! Many rows in little room: one buffer, and where each row begins in it, in the order of the list.
//!
//! A row of a usual person takes about a hundred bytes: what stands above an entry is kept once for all of its
//! neighbours, and an identity of 32 hexadecimal digits as 16 bytes.

mod packed;

use entryway_ldap_types::Dn;
use entryway_login::Subject;
use entryway_lookup::{EntryId, Mark, Row, RowKind, collated};
use packed::{Packer, Unpacked};
use std::cmp::Ordering;
use std::collections::HashMap;

/// What there is to a row, before it is kept.
pub(super) struct NewRow<'a> {
    pub(super) id: &'a EntryId,
    pub(super) name: &'a str,
    pub(super) description: Option<&'a str>,
    pub(super) mail: Option<&'a str>,
    pub(super) dn: &'a str,
}

/// Rows of one kind, in order.
pub(super) struct List {
    domain: Box<str>,
    kind: RowKind,
    bytes: Box<[u8]>,
    /// Where each row begins.
    starts: Box<[u32]>,
    parents: Box<[Box<str>]>,
}

/// Rows as they come.
pub(super) struct Building {
    domain: Box<str>,
    kind: RowKind,
    bytes: Vec<u8>,
    starts: Vec<u32>,
    parents: Vec<Box<str>>,
    known: HashMap<Box<str>, u32>,
    bytes_max: usize,
}

impl Building {
    /// Of this domain; no more than so many bytes.
    pub(super) fn new(domain: &str, kind: RowKind, bytes_max: usize) -> Self {
        Self {
            domain: domain.into(),
            kind,
            bytes: Vec::new(),
            starts: Vec::new(),
            parents: Vec::new(),
            known: HashMap::new(),
            // A row is found by a number of 32 bits.
            bytes_max: bytes_max.min(u32::MAX as usize),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Forgets what came after the first `rows`.
    pub(super) fn truncate(&mut self, rows: usize) {
        if let Some(start) = self.starts.get(rows) {
            self.bytes.truncate(*start as usize);
            self.starts.truncate(rows);
        }
    }

    /// Takes a row; false where there is no room for it.
    pub(super) fn push(&mut self, row: &NewRow<'_>) -> bool {
        let Ok(start) = u32::try_from(self.bytes.len()) else {
            return false;
        };
        let (own, parent) = split(row.dn);
        let parent = parent.map(|parent| self.parent(parent));
        let identity = row.id.subject().0.get(self.domain.len() + 1..);
        let mut packer = Packer(&mut self.bytes);
        // 0 for no parent.
        packer.number(parent.map_or(0, |at| at + 1));
        packer.text(own);
        packer.text(row.name);
        packer.optional(row.description);
        packer.optional(row.mail);
        packer.identity(identity.unwrap_or_default(), row.dn);
        if self.bytes.len() > self.bytes_max {
            self.bytes.truncate(start as usize);
            return false;
        }
        self.starts.push(start);
        true
    }

    fn parent(&mut self, parent: &str) -> u32 {
        if let Some(at) = self.known.get(parent) {
            return *at;
        }
        let at = u32::try_from(self.parents.len()).unwrap_or(u32::MAX - 1);
        self.parents.push(parent.into());
        self.known.insert(parent.into(), at);
        at
    }

    /// Puts the rows in order, each once. Takes a tenth of a second for a hundred thousand of them.
    pub(super) fn in_order(self) -> List {
        let mut list = List {
            domain: self.domain,
            kind: self.kind,
            bytes: self.bytes.into_boxed_slice(),
            starts: Box::default(),
            parents: self.parents.into_boxed_slice(),
        };
        let mut keyed: Vec<(Box<str>, u32)> = self
            .starts
            .iter()
            .map(|&start| (list.key_at(start).into_boxed_str(), start))
            .collect();
        keyed.sort_unstable_by(|(one, at_one), (other, at_other)| {
            one.cmp(other).then_with(|| {
                let ties = (list.tie_at(*at_one), list.tie_at(*at_other));
                ties.0.cmp(&ties.1).then(at_one.cmp(at_other))
            })
        });
        // What was renamed while it was read may have come twice.
        keyed.dedup_by(|(one, at_one), (other, at_other)| {
            one == other && list.tie_at(*at_one) == list.tie_at(*at_other)
        });
        list.starts = keyed.into_iter().map(|(_, start)| start).collect();
        list
    }
}

impl List {
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// About what it takes.
    pub(super) fn bytes(&self) -> usize {
        let parents = self.parents.iter().map(|parent| parent.len() + 16);
        self.bytes.len() + self.starts.len() * 4 + parents.sum::<usize>()
    }

    /// How many rows stand before this mark; with `with_it`, the row of the mark itself too.
    pub(super) fn before(&self, mark: &Mark, with_it: bool) -> usize {
        self.starts
            .partition_point(|&start| match self.compare(start, mark) {
                Ordering::Less => true,
                Ordering::Equal => with_it,
                Ordering::Greater => false,
            })
    }

    /// The place of a row in the order.
    pub(super) fn mark(&self, at: usize) -> Option<Mark> {
        let start = *self.starts.get(at)?;
        Some(Mark::new(&self.key_at(start), &self.tie_at(start)))
    }

    pub(super) fn row(&self, at: usize) -> Option<Row> {
        let row = self.unpacked(*self.starts.get(at)?);
        let dn = self.dn(&row);
        let identity = row.identity(&dn);
        Some(Row {
            kind: self.kind,
            id: EntryId::from_subject(Subject(format!("{}:{identity}", self.domain)))?,
            name: row.name.into(),
            description: row.description.map(Into::into),
            mail: row.mail.map(Into::into),
            dn: dn.into(),
        })
    }

    fn compare(&self, start: u32, mark: &Mark) -> Ordering {
        let key = self.key_at(start);
        key.cmp(&mark.key)
            .then_with(|| self.tie_at(start).cmp(&mark.tie))
    }

    /// What rows are ordered by, no longer than a cursor holds.
    fn key_at(&self, start: u32) -> String {
        Mark::new(&collated(self.unpacked(start).name), "").key
    }

    fn tie_at(&self, start: u32) -> String {
        let row = self.unpacked(start);
        let kind = match self.kind {
            RowKind::Container => 'c',
            RowKind::Group => 'g',
            RowKind::Person => 'p',
        };
        Mark::new("", &format!("{kind}{}", row.identity(&self.dn(&row)))).tie
    }

    fn dn(&self, row: &Unpacked<'_>) -> String {
        let parent = row.parent.checked_sub(1);
        let parent = parent.and_then(|at| self.parents.get(at as usize));
        match parent {
            Some(parent) => format!("{},{parent}", row.own),
            None => row.own.to_owned(),
        }
    }

    fn unpacked(&self, start: u32) -> Unpacked<'_> {
        Unpacked::read(self.bytes.get(start as usize..).unwrap_or_default())
    }
}

/// The identity that a DN stands for.
fn of_dn(dn: &str) -> Option<String> {
    let subject = Subject::from_dn("", &Dn::parse(dn).ok()?).0;
    subject
        .split_once(':')
        .map(|(_, identity)| identity.to_owned())
}

/// An entry's own part of its name, and what stands behind the comma. A name with quotes (RFC 2253) is kept as it is.
fn split(dn: &str) -> (&str, Option<&str>) {
    let mut escaped = false;
    for (at, byte) in dn.bytes().enumerate() {
        match byte {
            b'"' => break,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b',' => {
                return match (dn.get(..at), dn.get(at + 1..)) {
                    (Some(own), Some(parent)) => (own, Some(parent)),
                    _ => (dn, None),
                };
            }
            _ => {}
        }
    }
    (dn, None)
}

#[cfg(test)]
mod tests;
