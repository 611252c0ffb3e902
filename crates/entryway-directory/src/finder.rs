//! What answers look-ups: the domains, the policy, and what was read a moment ago.

use crate::books::{Key, List};
use crate::browse::{BrowseFigures, Shelf};
use crate::cache::{Cache, CacheFigures, Room};
use crate::cards::{PHOTOS_AT_ONCE, Picture, Whole};
use crate::domain::{Domain, Domains};
use crate::resolve::{Read, fault};
use entryway_ldap::SearchRole;
use entryway_login::Fault;
use entryway_lookup::{
    DomainLookups, EntryId, Gap, GroupsOf, Kinds, LookupPolicy, Members, Missing, Reach, Refused,
    Seal,
};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;

/// What subjects of accounts begin with that are in no directory.
const NO_DOMAINS: [&str; 2] = ["local", "os"];

/// Answers look-ups. Nothing it asks decides a login, and nothing that it keeps is used by one.
pub struct Finder {
    domains: Arc<Domains>,
    policy: Arc<LookupPolicy>,
    seal: Arc<dyn Seal>,
    /// `None` where browsing is switched off.
    shelf: Option<Shelf>,
    pub(crate) entries: Arc<Cache<EntryId, Arc<Read>>>,
    pub(crate) groups_of: Arc<Cache<(EntryId, Reach), Arc<GroupsOf>>>,
    pub(crate) members: Arc<Cache<(EntryId, Reach, Kinds), Arc<Members>>>,
    pub(crate) cards: Arc<Cache<EntryId, Arc<Whole>>>,
    pub(crate) photos: Arc<Cache<EntryId, Option<Picture>>>,
    /// Turns at reading one.
    pub(crate) photo_turns: Semaphore,
    pub(crate) books: Arc<Cache<Key, Arc<List>>>,
}

/// A domain as it is asked, and as it is looked up.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) index: usize,
    pub(crate) domain: &'a Domain,
    pub(crate) lookups: &'a DomainLookups,
}

impl Place<'_> {
    /// The domain as its directory says that it is: asked where that decides how it is asked, once.
    pub(crate) async fn seen(self, role: SearchRole, due: Instant) -> Result<Self, Missing> {
        let Some(other) = &self.lookups.active_directory else {
            return Ok(self);
        };
        match self.domain.is_active_directory(role, due).await {
            Ok(true) => Ok(Self {
                lookups: other,
                ..self
            }),
            Ok(false) => Ok(self),
            Err(_) if Instant::now() >= due => Err(Missing::Unanswered(Fault::Deadline)),
            Err(tried) => Err(Missing::Unanswered(fault(&tried))),
        }
    }

    /// Why a question has no answer.
    pub(crate) fn unanswered(self, why: Missing) -> Refused {
        Refused::Unanswered(Gap {
            domain: Arc::clone(&self.lookups.name),
            why,
        })
    }
}

impl Finder {
    /// Looks up in these domains by this policy: same order and index. `seal` signs cursors.
    pub fn new(domains: Arc<Domains>, policy: Arc<LookupPolicy>, seal: Arc<dyn Seal>) -> Self {
        let (life, room) = (policy.cache, &Room::new(policy.cache_max));
        let shelf = policy
            .browse
            .map(|browse| Shelf::new(browse, policy.domains.len()));
        Self {
            seal,
            shelf,
            domains,
            policy,
            entries: Cache::new(life, room),
            groups_of: Cache::new(life, room),
            members: Cache::new(life, room),
            cards: Cache::new(life, room),
            photos: Cache::new(life, room),
            photo_turns: Semaphore::new(PHOTOS_AT_ONCE),
            books: Cache::new(life, room),
        }
    }

    /// What it goes by.
    pub fn policy(&self) -> &Arc<LookupPolicy> {
        &self.policy
    }

    /// How much was told again without asking, by what it was: `entries`, `groups`, `members`, `cards`, `photos`,
    /// `books`.
    pub fn cache_figures(&self) -> [(&'static str, CacheFigures); 6] {
        [
            ("entries", self.entries.figures()),
            ("groups", self.groups_of.figures()),
            ("members", self.members.figures()),
            ("cards", self.cards.figures()),
            ("photos", self.photos.figures()),
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

    /// The domain of this index, as far as it is known what its directory is: see [`Place::seen`].
    pub(crate) fn place(&self, index: usize) -> Option<Place<'_>> {
        let domain = self.domains.get(index)?;
        let lookups = self.policy.domains.get(index)?;
        Some(Place {
            index,
            domain,
            lookups: lookups.seen(domain.is_known_active_directory()),
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

    /// The domain of an id, spelled as in the configuration: another spelling is the id of nobody, and nothing is asked
    /// for it.
    pub(crate) fn place_of_id(&self, id: &EntryId) -> Result<Place<'_>, Refused> {
        // No domain is called so.
        if NO_DOMAINS.contains(&id.domain()) {
            return Err(Refused::NoDirectory(id.to_string()));
        }
        let place = self.place_of(id.domain())?;
        if *place.lookups.name == *id.domain() {
            Ok(place)
        } else {
            Err(Refused::NotFound)
        }
    }
}
