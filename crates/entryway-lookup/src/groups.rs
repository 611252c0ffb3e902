//! Members of a group and groups of a person or a group, each with the path that gave it.

use crate::{EntryId, Gap, Kinds, Match, Spent};
use std::sync::Arc;
use std::time::Instant;

/// How far is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Whom the group itself names; the groups that name the person.
    Direct,
    /// Through other groups too, as deep as the domain says: what rules see.
    Effective,
}

/// Asks for the members of a group.
#[derive(Debug, Clone)]
pub struct MembersQuestion {
    /// Which group.
    pub group: EntryId,
    /// How far.
    pub reach: Reach,
    /// Which kinds are told. Groups are walked through whatever is told.
    pub kinds: Kinds,
    /// No more than this.
    pub limit: u32,
    /// Answer before this.
    pub deadline: Instant,
}

/// Asks for the groups of an entry.
#[derive(Debug, Clone)]
pub struct GroupsOfQuestion {
    /// Whose: a person's, or those of a group.
    pub entry: EntryId,
    /// How far.
    pub reach: Reach,
    /// No more than this.
    pub limit: u32,
    /// Answer before this.
    pub deadline: Instant,
}

/// A group on the way from one entry to another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    /// Its name; its DN where it has none; `…` where nobody shows it.
    pub name: Arc<str>,
    /// By what to ask on; `None` where nobody shows it.
    pub id: Option<EntryId>,
}

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who or what.
    pub entry: Match,
    /// The groups between the group that was asked about and this member, the outermost first. Empty for a direct one.
    /// Of several ways a shortest.
    pub path: Vec<Step>,
}

/// Members that cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unresolved {
    /// What the group has in its list, where that is a name of nobody here. Not told of who may be hidden from look-ups,
    /// and not of searches: what they look for is nobody's business who may not read the group's entry.
    pub value: Option<Box<str>>,
    /// Why.
    pub why: WhyUnresolved,
    /// How many they are: one where there is a value.
    pub count: u32,
    /// As [`Member::path`].
    pub path: Vec<Step>,
}

/// Why a member cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyUnresolved {
    /// It lies outside of the domain's bases.
    Elsewhere,
    /// There is no such entry, or the service account may not see it, or it is neither a person nor a group here.
    NotFound,
    /// It is no name.
    NotAName,
    /// It is a search that is not made: it is no LDAP URL, looks at a secret, or is one too many.
    NotEvaluated,
}

impl WhyUnresolved {
    /// A stable word for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere",
            Self::NotFound => "not_found",
            Self::NotAName => "not_a_name",
            Self::NotEvaluated => "not_evaluated",
        }
    }
}

/// The members of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members {
    /// Of which group.
    pub group: Match,
    /// Each once, by its shortest path; direct ones first, then by name.
    pub members: Vec<Member>,
    /// Members that cannot be told.
    pub unresolved: Vec<Unresolved>,
    /// Why there may be more. Empty where these are all.
    pub gaps: Vec<Gap>,
    /// What it cost.
    pub spent: Spent,
}

/// A group that an entry belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InGroup {
    /// Which.
    pub group: Match,
    /// Its number, where it has one.
    pub gid: Option<u32>,
    /// The groups in between, the entry's own first. Empty for a direct one.
    pub path: Vec<Step>,
}

/// The groups of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupsOf {
    /// Whose.
    pub entry: Match,
    /// Each once, direct ones first.
    pub groups: Vec<InGroup>,
    /// Why there may be more. Empty where these are all.
    pub gaps: Vec<Gap>,
    /// What it cost.
    pub spent: Spent,
}
