//! Paging through a domain: by name, or by what stands below an entry.
//!
//! - `read` reads a list from the servers;
//! - `list` keeps it in little room, in order;
//! - `shelf` keeps those that were read, and reads each once for all who ask;
//! - `merged` pages through several as if they were one.
//!
//! Each kind is a list of its own, so that people alone cost nothing for groups. A cursor holds the row at the edge of a
//! page and not its number: rows that come or go on other pages move nothing.

mod list;
mod merged;
mod read;
mod shelf;

pub use shelf::BrowseFigures;
pub(crate) use shelf::Shelf;

use crate::finder::{Finder, Place};
use entryway_ldap_types::{Dn, ResultCode};
use entryway_lookup::{
    Answer, BrowseQuestion, BrowsedDomain, Browsing, Cursor, Direction, Gap, Mark, Missing, Page,
    Position, Refused, RowKind, Spent, View, collated,
};
use futures_util::future::join_all;
use merged::{Merged, Slice};
use shelf::{Key, Told, Wanted};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What is left of the deadline to put the answer together.
const REST: Duration = Duration::from_millis(50);
/// What a list is called in cursors.
const CURSORS_OF: &str = "browse";

impl Browsing for Finder {
    fn browsed(&self) -> Vec<BrowsedDomain> {
        let Some(browse) = self.policy().browse else {
            return Vec::new();
        };
        let domains = self.policy().domains.iter();
        domains
            .map(|domain| BrowsedDomain {
                name: Arc::clone(&domain.name),
                base: Arc::clone(&domain.people.base_text),
                page_size: browse.page_size,
            })
            .collect()
    }

    fn page(&self, question: BrowseQuestion) -> Answer<'_, Result<Page, Refused>> {
        Box::pin(async move { self.page_now(&question).await })
    }
}

/// Where a page begins, as it was read from the question.
enum From {
    Start,
    At(Mark),
    After(Mark),
    Before(Mark),
}

impl Finder {
    async fn page_now(&self, question: &BrowseQuestion) -> Result<Page, Refused> {
        let since = Instant::now();
        let (Some(browse), Some(shelf)) = (self.policy().browse, self.shelf()) else {
            return Err(Refused::SwitchedOff("browsing"));
        };
        let place = self.place_of(&question.domain)?;
        let below = below(place, &question.view)?;
        let kinds = kinds(question)?;
        let name = name_of(place, below.as_ref(), &kinds);
        let from = self.from(&question.position, &name)?;
        let size = question.size.unwrap_or(browse.page_size);
        let size = size.clamp(1, browse.page_size);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let due = question.deadline.checked_sub(REST);
        let wanted = Wanted {
            anew: question.refresh,
            due: due.unwrap_or(question.deadline),
        };
        let asked = kinds
            .iter()
            .filter(|kind| is_there(place, below.as_ref(), **kind))
            .map(|kind| {
                let key = Key {
                    domain: place.index,
                    below: below.clone(),
                    kind: *kind,
                };
                let (domains, policy) = (Arc::clone(self.domains()), Arc::clone(self.policy()));
                let read = {
                    let key = key.clone();
                    move |came| read::read(domains, policy, key, came)
                };
                shelf.list(key, wanted, read)
            });
        let told = join_all(asked).await;
        let gaps = gaps(place, &question.view, &told)?;
        let kept: Vec<_> = told.iter().filter_map(|told| told.kept.as_ref()).collect();
        let merged = Merged(kept.iter().map(|kept| &kept.list).collect());
        let slice = match &from {
            From::Start => merged.first(size),
            From::At(mark) => merged.after(mark, false, size),
            From::After(mark) => merged.after(mark, true, size),
            From::Before(mark) => merged.before(mark, size),
        };
        let total = merged.len();
        let (previous, next) = edges(&slice, total, from);
        let cursor = |direction, mark: Option<Mark>| {
            let cursor = Cursor {
                direction,
                mark: mark?,
                made: now(),
            };
            Some(cursor.seal(&name, self.seal()))
        };
        let as_of = kept.iter().map(|kept| kept.as_of).min();
        let spent = told.iter().filter(|told| told.waited);
        let spent = spent.filter_map(|told| Some(told.kept.as_ref()?.spent));
        Ok(Page {
            offset: as_u64(slice.offset),
            total: as_u64(total),
            next: cursor(Direction::Forward, next),
            previous: cursor(Direction::Back, previous),
            as_of: as_of.unwrap_or_else(SystemTime::now),
            gaps,
            spent: Spent {
                took: since.elapsed(),
                ..spent.fold(Spent::default(), together)
            },
            rows: slice.rows,
        })
    }

    fn from(&self, position: &Position, name: &str) -> Result<From, Refused> {
        Ok(match position {
            Position::Start => From::Start,
            Position::Seek(text) => From::At(Mark::new(&collated(text), "")),
            Position::Cursor(text) => {
                let keep = self.policy().cursor_age.as_secs();
                let cursor = Cursor::open(text, name, self.seal(), now(), keep)?;
                match cursor.direction {
                    Direction::Forward => From::After(cursor.mark),
                    Direction::Back => From::Before(cursor.mark),
                }
            }
        })
    }
}

/// What is right above the rows; none in a flat view.
fn below(place: Place<'_>, view: &View) -> Result<Option<Dn>, Refused> {
    let (people, groups) = (&place.lookups.people.base, &place.lookups.groups.base);
    match view {
        View::Flat => Ok(None),
        View::Below(None) => Ok(Some(people.clone())),
        View::Below(Some(dn)) if dn.is_under(people) || dn.is_under(groups) => Ok(Some(dn.clone())),
        View::Below(Some(dn)) => Err(Refused::Outside(dn.to_string())),
    }
}

fn kinds(question: &BrowseQuestion) -> Result<Vec<RowKind>, Refused> {
    let is_tree = question.view != View::Flat;
    let wanted = [
        (question.kinds.containers && is_tree, RowKind::Container),
        (question.kinds.groups, RowKind::Group),
        (question.kinds.people, RowKind::Person),
    ];
    let kinds = wanted.into_iter().filter(|(wanted, _)| *wanted);
    let kinds: Vec<RowKind> = kinds.map(|(_, kind)| kind).collect();
    if kinds.is_empty() {
        let none = "no kind of rows is asked for that the view has".to_owned();
        return Err(Refused::Unusable(none));
    }
    Ok(kinds)
}

/// Whether a row of this kind can be there at all.
fn is_there(place: Place<'_>, below: Option<&Dn>, kind: RowKind) -> bool {
    let (people, groups) = (&place.lookups.people, &place.lookups.groups);
    let Some(below) = below else { return true };
    match kind {
        RowKind::Person => match people.scope {
            entryway_ldap_types::Scope::Base => false,
            entryway_ldap_types::Scope::OneLevel => *below == people.base,
            entryway_ldap_types::Scope::Subtree => below.is_under(&people.base),
        },
        RowKind::Group => below.is_under(&groups.base),
        RowKind::Container => true,
    }
}

/// By what a cursor knows its list.
fn name_of(place: Place<'_>, below: Option<&Dn>, kinds: &[RowKind]) -> String {
    let kinds = kinds.iter().map(|kind| kind.as_str());
    let kinds = kinds.collect::<Vec<_>>().join(",");
    let domain = &place.lookups.name;
    match below {
        Some(below) => format!("{CURSORS_OF}\0{domain}\0{kinds}\0{}", below.normalized()),
        None => format!("{CURSORS_OF}\0{domain}\0{kinds}"),
    }
}

/// Why there may be more rows; an error where there is no list at all.
fn gaps(place: Place<'_>, view: &View, told: &[Told]) -> Result<Vec<Gap>, Refused> {
    let (people, groups) = (&place.lookups.people.base, &place.lookups.groups.base);
    // What is not there is an answer to whoever named it. A base that is not there is nobody's wish.
    let is_named = matches!(view, View::Below(Some(dn)) if dn != people && dn != groups);
    let is_gone = |told: &Told| {
        told.missing == Some(Missing::Refused(ResultCode::NO_SUCH_OBJECT)) && told.kept.is_none()
    };
    if is_named && !told.is_empty() && told.iter().all(is_gone) {
        return Err(Refused::NotFound);
    }
    let mut gaps: Vec<Gap> = Vec::new();
    for told in told {
        let kept = told.kept.iter().flat_map(|kept| &kept.missing);
        for why in told.missing.iter().chain(kept) {
            let gap = Gap {
                domain: Arc::clone(&place.lookups.name),
                why: *why,
            };
            if !gaps.contains(&gap) {
                gaps.push(gap);
            }
        }
    }
    let has_none = told.iter().all(|told| told.kept.is_none());
    match gaps.first() {
        Some(gap) if has_none && !told.is_empty() => Err(Refused::Unanswered(gap.clone())),
        _ => Ok(gaps),
    }
}

/// Before which row it goes back, and after which it goes on, where there are others.
fn edges(slice: &Slice, total: usize, from: From) -> (Option<Mark>, Option<Mark>) {
    let behind = slice.offset + slice.rows.len() < total;
    match &slice.edges {
        Some((first, last)) => (
            (slice.offset > 0).then(|| first.clone()),
            behind.then(|| last.clone()),
        ),
        // Behind the last row, or before the first.
        None => match from {
            From::At(mark) if slice.offset > 0 => (Some(mark), None),
            // The row itself, if it is still there, is among those that it goes back to.
            From::After(mark) if slice.offset > 0 => {
                let tie = format!("{}\0", mark.tie);
                (Some(Mark { tie, ..mark }), None)
            }
            From::Before(mark) if behind => (
                None,
                Some(Mark {
                    tie: String::new(),
                    ..mark
                }),
            ),
            _ => (None, None),
        },
    }
}

fn together(one: Spent, other: Spent) -> Spent {
    Spent {
        // Lists are read at the same time.
        round_trips: one.round_trips.max(other.round_trips),
        searches: one.searches + other.searches,
        entries: one.entries.saturating_add(other.entries),
        took: one.took.max(other.took),
    }
}

/// In seconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
