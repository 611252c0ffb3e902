//! Several lists as one, without putting them together: a place in it is a place in each.

use super::list::List;
use entryway_lookup::{Mark, Row};

/// Lists of one order.
pub(super) struct Merged<'a>(pub(super) Vec<&'a List>);

/// Rows that follow each other.
pub(super) struct Slice {
    pub(super) rows: Vec<Row>,
    /// How many stand before them.
    pub(super) offset: usize,
    /// The places of the first and of the last.
    pub(super) edges: Option<(Mark, Mark)>,
}

impl Merged<'_> {
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|list| list.len()).sum()
    }

    /// Rows from the beginning.
    pub(super) fn first(&self, size: usize) -> Slice {
        self.from(self.0.iter().map(|_| 0).collect(), size)
    }

    /// Rows from this mark on; with `behind_it`, from the next one on.
    pub(super) fn after(&self, mark: &Mark, behind_it: bool, size: usize) -> Slice {
        self.from(self.places(mark, behind_it), size)
    }

    /// Rows before this mark, those next to it.
    pub(super) fn before(&self, mark: &Mark, size: usize) -> Slice {
        let mut places = self.places(mark, false);
        let mut taken = 0;
        while taken < size {
            let last = self.0.iter().zip(&mut places).filter_map(|(list, place)| {
                let before = list.mark(place.checked_sub(1)?)?;
                Some((before, place))
            });
            let Some((_, place)) = last.max_by(|(one, _), (other, _)| one.cmp(other)) else {
                break;
            };
            *place -= 1;
            taken += 1;
        }
        self.from(places, taken)
    }

    fn places(&self, mark: &Mark, with_it: bool) -> Vec<usize> {
        let places = self.0.iter().map(|list| list.before(mark, with_it));
        places.collect()
    }

    fn from(&self, mut places: Vec<usize>, size: usize) -> Slice {
        let mut slice = Slice {
            rows: Vec::with_capacity(size.min(self.len())),
            offset: places.iter().sum(),
            edges: None,
        };
        while slice.rows.len() < size {
            let first = self
                .0
                .iter()
                .zip(&mut places)
                .filter_map(|(list, place)| Some((list.mark(*place)?, list, place)));
            let Some((mark, list, place)) = first.min_by(|(one, ..), (other, ..)| one.cmp(other))
            else {
                break;
            };
            slice.rows.extend(list.row(*place));
            *place += 1;
            slice.edges = match slice.edges {
                Some((first, _)) => Some((first, mark)),
                None => Some((mark.clone(), mark)),
            };
        }
        slice
    }
}

#[cfg(test)]
mod tests;
