//! What answers look-ups: the domains, the policy, and what was read a moment ago.

use crate::books::{Key, List};
use crate::browse::{BrowseFigures, Shelf};
use crate::cache::{Cache, CacheFigures};
use crate::cards::Whole;
use crate::domain::{Domain, Domains};
use crate::resolve::Read;
use entryway_lookup::{
    DomainLookups, EntryId, GroupsOf, Kinds, LookupPolicy, Members, Reach, Refused, Seal,
};
use std::sync::Arc;

/// Answers look-ups. Nothing it asks decides a login, and nothing that it keeps is used by one.
pub struct Finder {
    domains: Arc<Domains>,
    policy: Arc<LookupPolicy>,
    seal: Arc<dyn Seal>,
    /// `None` where browsing is switched off.
    shelf: Option<Shelf>,
    pub(crate) entries: Cache<EntryId, Arc<Read>>,
    pub(crate) groups_of: Cache<(EntryId, Reach), Arc<GroupsOf>>,
    pub(crate) members: Cache<(EntryId, Reach, Kinds), Arc<Members>>,
    pub(crate) cards: Cache<EntryId, Arc<Whole>>,
    pub(crate) books: Cache<Key, Arc<List>>,
}

/// A domain as it is asked, and as it is looked up.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) index: usize,
    pub(crate) domain: &'a Domain,
    pub(crate) lookups: &'a DomainLookups,
}

impl Finder {
    /// Looks up in these domains by this policy: same order and index. `seal` signs cursors.
    pub fn new(domains: Arc<Domains>, policy: Arc<LookupPolicy>, seal: Arc<dyn Seal>) -> Self {
        let (life, most) = (policy.cache, policy.cache_max);
        let shelf = policy
            .browse
            .map(|browse| Shelf::new(browse, policy.domains.len()));
        Self {
            seal,
            shelf,
            domains,
            policy,
            entries: Cache::new(life, most),
            groups_of: Cache::new(life, most),
            members: Cache::new(life, most),
            cards: Cache::new(life, most),
            books: Cache::new(life, most),
        }
    }

    /// What it goes by.
    pub fn policy(&self) -> &Arc<LookupPolicy> {
        &self.policy
    }

    /// How much was told again without asking, by what it was: `entries`, `groups`, `members`, `cards`, `books`.
    pub fn cache_figures(&self) -> [(&'static str, CacheFigures); 5] {
        [
            ("entries", self.entries.figures()),
            ("groups", self.groups_of.figures()),
            ("members", self.members.figures()),
            ("cards", self.cards.figures()),
            ("books", self.books.figures()),
        ]
    }

    /// What is kept for paging.
    pub fn browse_figures(&self) -> BrowseFigures {
        self.shelf.as_ref().map(Shelf::figures).unwrap_or_default()
    }

    pub(crate) fn domains(&self) -> &Arc<Domains> {
        &self.domains
    }

    pub(crate) fn seal(&self) -> &dyn Seal {
        &*self.seal
    }

    pub(crate) fn shelf(&self) -> Option<&Shelf> {
        self.shelf.as_ref()
    }

    /// The domain of this index.
    pub(crate) fn place(&self, index: usize) -> Option<Place<'_>> {
        Some(Place {
            index,
            domain: self.domains.get(index)?,
            lookups: self.policy.domains.get(index)?,
        })
    }

    /// The domain of this name, in any case.
    pub(crate) fn place_of(&self, name: &str) -> Result<Place<'_>, Refused> {
        let found = self
            .policy
            .domains
            .iter()
            .position(|domain| domain.name.eq_ignore_ascii_case(name));
        found
            .and_then(|index| self.place(index))
            .ok_or_else(|| Refused::UnknownDomain(name.to_owned()))
    }
}
