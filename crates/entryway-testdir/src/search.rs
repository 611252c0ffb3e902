//! Searches (RFC 4511 §4.5): which entries, and what of them.

use crate::directory::{Directory, StoredAttribute, StoredEntry};
use crate::matching::{Selector, Truth};
use crate::range;
use bytes::{Bytes, BytesMut};
use entryway_ldap_types::{AttributeName, Dn, Filter, ResultCode, Scope};
use std::ops::Range;

/// Why a search has no entries to look at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoBase {
    /// The base is not a name.
    NotAName,
    /// No such entry; the nearest one above, if any.
    NotThere(String),
}

impl Directory {
    /// The numbers of the entries that match, in the order of the tree.
    pub(crate) fn search(
        &self,
        base: &str,
        scope: Scope,
        filter: &Filter,
    ) -> Result<Vec<usize>, NoBase> {
        let base = self.base(base)?;
        let test = self.prepare(filter);
        let within: Range<usize> = match scope {
            Scope::Base => base..base + 1,
            Scope::OneLevel | Scope::Subtree => self.subtree(base),
        };
        let matches = |number: &usize| {
            self.entry(*number).is_some_and(|entry| {
                (scope != Scope::OneLevel || entry.parent == Some(base))
                    && test.of(*number, entry) == Truth::True
            })
        };
        Ok(match self.candidates(&test) {
            Some(candidates) => candidates
                .into_iter()
                .filter(|number| within.contains(number))
                .filter(matches)
                .collect(),
            None => within.filter(matches).collect(),
        })
    }

    /// The number of the entry with this name as sent.
    pub(crate) fn base(&self, name: &str) -> Result<usize, NoBase> {
        let dn = Dn::parse(name).map_err(|_| NoBase::NotAName)?;
        self.find(&dn).ok_or_else(|| {
            NoBase::NotThere(
                self.nearest_above(&dn)
                    .map(|entry| entry.dn_text.to_string())
                    .unwrap_or_default(),
            )
        })
    }
}

impl NoBase {
    pub(crate) fn code(&self) -> ResultCode {
        match self {
            Self::NotAName => ResultCode::INVALID_DN_SYNTAX,
            Self::NotThere(_) => ResultCode::NO_SUCH_OBJECT,
        }
    }
    pub(crate) fn matched(&self) -> &str {
        match self {
            Self::NotAName => "",
            Self::NotThere(above) => above,
        }
    }
}

/// Which attributes a search returns (RFC 4511 §4.5.1.8, RFC 3673).
pub(crate) struct Selection {
    user: bool,
    operational: bool,
    named: Vec<Selector>,
    /// Parts of attributes: the base name, and from where to where.
    ranges: Vec<(String, (usize, Option<usize>))>,
}

impl Selection {
    /// From the list as sent. `1.1` and names that are none select nothing.
    pub(crate) fn new<'a>(list: impl IntoIterator<Item = &'a str>) -> Self {
        let mut selection = Self {
            user: false,
            operational: false,
            named: Vec::new(),
            ranges: Vec::new(),
        };
        let mut empty = true;
        for name in list {
            empty = false;
            match name {
                "*" => selection.user = true,
                "+" => selection.operational = true,
                "1.1" => {}
                name => selection.name(name),
            }
        }
        selection.user |= empty;
        selection
    }
    fn name(&mut self, name: &str) {
        let Ok(name) = AttributeName::parse(name) else {
            return;
        };
        // Which values are wanted is no subtype of the attribute.
        let bounds = name.options().find_map(range::bounds);
        let wanted = match bounds {
            Some(bounds) => {
                self.ranges.push((name.base().to_owned(), bounds));
                AttributeName::parse(name.base()).unwrap_or(name)
            }
            None => name,
        };
        self.named.push(Selector::new(&wanted));
    }
    /// The part of an attribute that is asked for.
    pub(crate) fn range_of(&self, base: &str) -> Option<(usize, Option<usize>)> {
        self.ranges
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(base))
            .map(|(_, bounds)| *bounds)
    }
    /// The selected attributes of an entry, in its order.
    pub(crate) fn of<'a>(
        &'a self,
        entry: &'a StoredEntry,
    ) -> impl Iterator<Item = &'a StoredAttribute> {
        entry.attributes.iter().filter(|stored| {
            self.takes_all(stored.operational)
                || self.named.iter().any(|wanted| wanted.selects(stored))
        })
    }
    /// Whether an attribute of the root DSE is selected.
    pub(crate) fn takes(&self, name: &'static str, operational: bool) -> bool {
        let key = crate::schema::key(&AttributeName::from_static(name));
        self.takes_all(operational) || self.named.iter().any(|wanted| wanted.key() == &*key)
    }

    fn takes_all(&self, operational: bool) -> bool {
        if operational {
            self.operational
        } else {
            self.user
        }
    }
}

/// One page of a search's matches (RFC 2696).
pub(crate) struct Page {
    /// Which of the matches.
    pub(crate) range: Range<usize>,
    /// Where the next page starts; empty when there is none.
    pub(crate) cookie: Bytes,
}

impl Page {
    /// `None` for a cookie that this server never gave. A page of size 0 ends the search early.
    ///
    /// A cookie says where to go on: entries never change, so nothing has to be remembered.
    pub(crate) fn new(matches: usize, size: u32, cookie: &[u8]) -> Option<Self> {
        let start = match cookie {
            [] => 0,
            [b'p', position @ ..] => usize::try_from(u64::from_be_bytes(position.try_into().ok()?))
                .ok()
                .filter(|&at| at < matches)?,
            _ => return None,
        };
        let end = start
            .saturating_add(usize::try_from(size).unwrap_or(usize::MAX))
            .min(matches);
        let mut next = BytesMut::new();
        if size > 0 && end < matches {
            next.extend_from_slice(b"p");
            next.extend_from_slice(&u64::try_from(end).unwrap_or(u64::MAX).to_be_bytes());
        }
        Some(Self {
            range: start..end,
            cookie: next.freeze(),
        })
    }
}

#[cfg(test)]
mod tests;
