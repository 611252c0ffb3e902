//! `[[user_type_range]]`: the first enabled row that holds a uid gives the type.

use crate::{RuleId, UserType};
use std::collections::{BTreeSet, HashSet};

/// An enabled row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeRange {
    /// First uid, included.
    pub from: u32,
    /// Last uid, included. A row that ends before it begins holds nothing.
    pub to: u32,
    /// What it gives.
    pub user_type: UserType,
    /// Where it was written.
    pub rule: RuleId,
}

/// Every enabled row, cut into pieces that do not overlap: a uid is found in a number of comparisons that is the
/// logarithm of the number of rows (10,000 rows: 15), whatever the rows are.
#[derive(Debug, Clone, Default)]
pub struct TypeRanges {
    rows: Vec<TypeRange>,
    /// Disjoint, ascending; neighbours that touch belong to different rows.
    pieces: Vec<Piece>,
}

/// The uids `from..=to`, which `row` decides.
#[derive(Debug, Clone, Copy)]
struct Piece {
    from: u32,
    to: u32,
    row: usize,
}

/// A row that does not decide every uid that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// The row.
    pub rule: RuleId,
    /// The row before it that decides the lowest of the uids that it loses.
    pub loses_to: RuleId,
    /// Whether it loses all of them: it could as well not be there.
    pub never_wins: bool,
}

impl TypeRanges {
    /// From the enabled rows in the file's order.
    pub fn new(rows: Vec<TypeRange>) -> Self {
        let pieces = pieces(&rows);
        Self { rows, pieces }
    }

    /// The first row, in the file's order, that holds `uid`.
    pub fn find(&self, uid: u32) -> Option<&TypeRange> {
        let at = self.pieces.partition_point(|piece| piece.to < uid);
        let piece = self.pieces.get(at).filter(|piece| piece.from <= uid)?;
        self.rows.get(piece.row)
    }

    /// The rows that lose uids to an earlier one, in the file's order, each once: for the warnings of `check`.
    pub fn overlaps(&self) -> Vec<Overlap> {
        let winners: HashSet<usize> = self.pieces.iter().map(|piece| piece.row).collect();
        let rows = self.rows.iter().enumerate();
        rows.filter_map(|(at, row)| {
            let winner = self.rows.get(self.first_loss(at, row)?)?;
            Some(Overlap {
                rule: row.rule,
                loses_to: winner.rule,
                never_wins: !winners.contains(&at),
            })
        })
        .collect()
    }

    /// Who decides the lowest uid of a row that it does not decide itself.
    ///
    /// A row's uids all lie in pieces without a gap, and pieces that touch differ: if the first is its own, the
    /// second is somebody else's.
    fn first_loss(&self, at: usize, row: &TypeRange) -> Option<usize> {
        if row.from > row.to {
            return None;
        }
        let first = self.pieces.partition_point(|piece| piece.to < row.from);
        let mut pieces = self.pieces.get(first..)?.iter().take(2);
        pieces
            .find(|piece| piece.from <= row.to && piece.row != at)
            .map(|piece| piece.row)
    }
}

/// Walks over the ends of all rows in ascending order; the first of the rows that are open decides.
fn pieces(rows: &[TypeRange]) -> Vec<Piece> {
    // One place more than a uid has, so that a row may end with the last uid.
    let mut ends: Vec<(u64, bool, usize)> = Vec::with_capacity(rows.len() * 2);
    for (at, row) in rows.iter().enumerate() {
        if row.from <= row.to {
            ends.push((u64::from(row.from), true, at));
            ends.push((u64::from(row.to) + 1, false, at));
        }
    }
    ends.sort_unstable();

    let mut pieces = Vec::new();
    let mut open = BTreeSet::new();
    let mut current: Option<(u64, usize)> = None;
    for group in ends.chunk_by(|one, other| one.0 == other.0) {
        for (_, opens, row) in group {
            if *opens {
                open.insert(*row);
            } else {
                open.remove(row);
            }
        }
        let Some((here, _, _)) = group.first() else {
            continue;
        };
        let winner = open.first().copied();
        if winner == current.map(|(_, row)| row) {
            continue;
        }
        if let Some((from, row)) = current
            && let (Ok(from), Ok(to)) = (u32::try_from(from), u32::try_from(here - 1))
        {
            pieces.push(Piece { from, to, row });
        }
        current = winner.map(|row| (*here, row));
    }
    pieces
}

#[cfg(test)]
mod tests;
