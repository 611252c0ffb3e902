//! One person or one group, by id.

use crate::{EntryId, Gap, Match, Spent};
use entryway_ldap_types::AttributeName;
use std::time::Instant;

/// Asks for one person.
#[derive(Debug, Clone)]
pub struct PersonQuestion {
    /// Who.
    pub id: EntryId,
    /// Answer before this.
    pub deadline: Instant,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub entry: Match,
    /// What the domain lets look-ups show beside that, each with all of its values as text.
    pub attributes: Vec<(AttributeName, Vec<String>)>,
    /// What it cost.
    pub spent: Spent,
}

/// Asks for one group, without its members.
#[derive(Debug, Clone)]
pub struct GroupQuestion {
    /// Which.
    pub id: EntryId,
    /// Answer before this.
    pub deadline: Instant,
}

/// One group, without its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEntry {
    /// Which.
    pub entry: Match,
    /// Its number, where it has one.
    pub gid: Option<u32>,
    /// Why its entry may not be told as a whole.
    pub gaps: Vec<Gap>,
    /// What it cost.
    pub spent: Spent,
}
