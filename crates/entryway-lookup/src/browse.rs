//! Paging through a domain.

use crate::{EntryId, Gap, Spent};
use entryway_ldap_types::Dn;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// Asks for a page.
#[derive(Debug, Clone)]
pub struct BrowseQuestion {
    /// Of which domain.
    pub domain: String,
    /// Of what in it.
    pub view: View,
    /// Which kinds.
    pub kinds: BrowseKinds,
    /// Where it begins.
    pub position: Position,
    /// How many rows; `None` for the domain's own size. More than the domain allows is capped.
    pub size: Option<u32>,
    /// Whether the index is read anew for it, however fresh it is.
    pub refresh: bool,
    /// Answer before this.
    pub deadline: Instant,
}

/// What is paged through.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum View {
    /// Everybody and everything by name, wherever it stands.
    Flat,
    /// What stands right below an entry; below the domain's base where there is none.
    Below(Option<Dn>),
}

/// Which kinds of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BrowseKinds {
    /// Somebody.
    pub people: bool,
    /// Groups.
    pub groups: bool,
    /// What holds others together: organizational units and their like. None of them is in a flat view.
    pub containers: bool,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// At the beginning.
    Start,
    /// Where another page told to go on: [`Page::next`], [`Page::previous`].
    Cursor(String),
    /// At the first name that is this text or comes after it.
    Seek(String),
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKind {
    /// Somebody.
    Person,
    /// A group.
    Group,
    /// It holds others together.
    Container,
}

impl RowKind {
    /// `person`, `group` or `container`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Group => "group",
            Self::Container => "container",
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub kind: RowKind,
    /// By what to ask on.
    pub id: EntryId,
    /// By which the rows are ordered.
    pub name: Box<str>,
    /// What tells namesakes apart.
    pub description: Option<Box<str>>,
    /// The mail address.
    pub mail: Option<Box<str>>,
    /// By which to go on downwards.
    pub dn: Box<str>,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Ordered by name, without regard to case.
    pub rows: Vec<Row>,
    /// How many rows stand before this page.
    pub offset: u64,
    /// How many rows there are on all pages, as far as they are known.
    pub total: u64,
    /// Goes on after this page; `None` where it is the last.
    pub next: Option<String>,
    /// Goes back; `None` where it is the first.
    pub previous: Option<String>,
    /// When the directory was read for it.
    pub as_of: SystemTime,
    /// Why there may be more rows.
    pub gaps: Vec<Gap>,
    /// What it cost. Nothing is asked of the directory while the index is fresh.
    pub spent: Spent,
}

/// A domain that can be paged through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowsedDomain {
    /// Its name.
    pub name: Arc<str>,
    /// The base of its people, as written.
    pub base: Arc<str>,
    /// Rows of a page where nobody says how many.
    pub page_size: u32,
}
