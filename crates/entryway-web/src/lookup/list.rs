//! Lists that are told page by page, of what is read as a whole: by a cursor that names the last row of a page.

use super::in_query;
use crate::Generation;
use crate::query::Query;
use crate::refusal::Refusal;
use entryway_lookup::{Cursor, Direction, Mark, Refused};
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

/// A list that goes on, page by page.
pub(super) struct List {
    /// All that decides what is in it.
    name: String,
    /// The last row of the page before.
    after: Option<Mark>,
}

impl List {
    /// `cursor=start` begins one; without a cursor there is none.
    pub(super) fn read(
        generation: &Generation,
        query: &Query<'_>,
        name: String,
    ) -> Result<Option<Self>, Refusal> {
        let after = match query.text("cursor") {
            None => return Ok(None),
            Some("start") => None,
            Some(text) => {
                let front = &generation.lookups;
                let keep = front.rules.cursor_age.as_secs();
                let opened = Cursor::open(text, &name, &*front.seal, now(), keep)
                    .map_err(|error| in_query(Refused::Cursor(error), "cursor"))?;
                Some(opened.mark)
            }
        };
        Ok(Some(Self { name, after }))
    }

    /// Whether nothing of it was told before.
    pub(super) fn begins(&self) -> bool {
        self.after.is_none()
    }

    /// Which rows come next, and where it goes on after them. `of` says where a row stands: rows are in that order.
    pub(super) fn page<T>(
        &self,
        generation: &Generation,
        rows: &[T],
        limit: u32,
        of: impl Fn(&T) -> Mark,
    ) -> (Range<usize>, Option<String>) {
        let from = match &self.after {
            None => 0,
            Some(mark) => behind(rows, mark, &of),
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let to = from.saturating_add(limit);
        if to >= rows.len() {
            return (from..rows.len(), None);
        }
        let last = rows.get(from..to).and_then(<[T]>::last);
        let next = last.map(|last| {
            let cursor = Cursor {
                direction: Direction::Forward,
                mark: of(last),
                made: now(),
            };
            cursor.seal(&self.name, &*generation.lookups.seal)
        });
        (from..to, next)
    }
}

/// How many rows stand before what comes after the mark, whose own row may be gone.
fn behind<T>(rows: &[T], mark: &Mark, of: impl Fn(&T) -> Mark) -> usize {
    let own = rows.iter().position(|row| of(row).tie == mark.tie);
    let after = || rows.iter().position(|row| of(row) > *mark);
    own.map(|own| own + 1).or_else(after).unwrap_or(rows.len())
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
}
