//! What every answer is made of: one person or group, and what finding them cost.

use crate::EntryId;
use std::sync::Arc;
use std::time::Duration;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Somebody.
    Person,
    /// A group.
    Group,
}

impl Kind {
    /// `person` or `group`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Group => "group",
        }
    }
}

/// Which kinds are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kinds {
    /// People alone.
    People,
    /// Groups alone.
    Groups,
    /// Both.
    Both,
}

impl Kinds {
    /// Whether this kind is among them.
    pub fn has(self, kind: Kind) -> bool {
        match kind {
            Kind::Person => matches!(self, Self::People | Self::Both),
            Kind::Group => matches!(self, Self::Groups | Self::Both),
        }
    }
}

/// A person or a group that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// By what to ask on.
    pub id: EntryId,
    /// What it is.
    pub kind: Kind,
    /// The name for people: `people.name_attribute`, `groups.name_attribute`; the value in its RDN where it has none.
    pub name: String,
    /// What tells namesakes apart.
    pub description: Option<String>,
    /// The mail address.
    pub mail: Option<String>,
    /// A person's own value of the search attribute.
    pub login_name: Option<String>,
    /// The domain's name.
    pub domain: Arc<str>,
    /// The name in the directory, as the server spelt it.
    pub dn: Box<str>,
}

/// What an answer cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// How often somebody waited for a server: searches that were made at the same time count once.
    pub round_trips: u32,
    /// Searches that were made.
    pub searches: u32,
    /// Entries that came.
    pub entries: u32,
    /// How long it took.
    pub took: Duration,
}
