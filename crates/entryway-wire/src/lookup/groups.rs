//! Groups, their members, and whose they are.

use super::found::{GapJson, MatchJson, gaps};
use super::texts::Id;
use crate::shape::{shapes, words};
use entryway_lookup::{
    GroupEntry, GroupsOf, InGroup, Member, Members, Step, Unresolved, WhyUnresolved,
};
use std::borrow::Cow;

words! {
    /// Why a member cannot be told.
    pub(crate) WhyWord: "elsewhere" | "not_found" | "not_a_name" | "not_evaluated";
}

shapes! {
    /// A group on the way from one entry to another.
    #[derive(serde::Deserialize)]
    pub(crate) struct StepJson<'a> = "step_between" {
        /// Its name; `…` where nobody shows it.
        pub(crate) name: Cow<'a, str>,
        /// By what to ask on, where it is shown.
        pub(crate) id: Option<Id<'a>>,
    }
    /// GET /api/v1/groups/{id}: one group, without its members.
    #[derive(serde::Deserialize)]
    pub struct GroupJson<'a> = "group_entry" {
        /// Which.
        pub(crate) group: MatchJson<'a>,
        /// Its number, where it has one.
        pub(crate) gid: Option<u32>,
        /// Whether its entry may not be told as a whole.
        pub(crate) partial: bool,
        /// Why; left out where nothing is missing.
        pub(crate) gaps: Option<Vec<GapJson<'a>>>,
    }
    /// GET /api/v1/groups/{id}/members.
    #[derive(serde::Deserialize)]
    pub struct MembersJson<'a> = "members" {
        /// Of which group.
        pub(crate) group: MatchJson<'a>,
        /// Each once, by its shortest path; direct ones first, then by name.
        pub(crate) members: Vec<MemberJson<'a>>,
        /// Goes on after these, as `cursor`. Left out where there are no more, and where the list was not begun with `cursor=start`.
        pub(crate) next: Option<Cow<'a, str>>,
        /// Members that cannot be told; left out where there are none. Of a list in pages they stand on the first.
        pub(crate) unresolved: Option<Vec<UnresolvedJson<'a>>>,
        /// Whether there may be more than these and the pages after them.
        pub(crate) partial: bool,
        /// Why; left out where nothing is missing.
        pub(crate) gaps: Option<Vec<GapJson<'a>>>,
    }
    /// A member.
    #[derive(serde::Deserialize)]
    pub(crate) struct MemberJson<'a> = "member" {
        /// Who or what.
        pub(crate) entry: MatchJson<'a>,
        /// The groups between the group that was asked about and this member, the outermost first; left out for a direct one.
        pub(crate) path: Option<Vec<StepJson<'a>>>,
    }
    /// Members that cannot be told.
    #[derive(serde::Deserialize)]
    pub(crate) struct UnresolvedJson<'a> = "unresolved_member" {
        /// What the group has in its list, where that is no name of anybody here and the caller may read people.
        pub(crate) value: Option<Cow<'a, str>>,
        /// Why: it lies elsewhere, there is no such person or group that look-ups see, it is no name, it is a search that is not made.
        pub(crate) why: WhyWord,
        /// How many they are.
        pub(crate) count: u32,
        /// As in `member`.
        pub(crate) path: Option<Vec<StepJson<'a>>>,
    }
    /// GET /api/v1/people/{id}/groups.
    #[derive(serde::Deserialize)]
    pub struct GroupsOfJson<'a> = "groups_of" {
        /// Whose.
        pub(crate) entry: MatchJson<'a>,
        /// Each once, direct ones first.
        pub(crate) groups: Vec<InGroupJson<'a>>,
        /// Whether there may be more.
        pub(crate) partial: bool,
        /// Why; left out where nothing is missing.
        pub(crate) gaps: Option<Vec<GapJson<'a>>>,
    }
    /// A group that somebody belongs to.
    #[derive(serde::Deserialize)]
    pub(crate) struct InGroupJson<'a> = "in_group" {
        /// Which.
        pub(crate) group: MatchJson<'a>,
        /// Its number, where it has one.
        pub(crate) gid: Option<u32>,
        /// The groups in between, the person's own first; left out for a direct one.
        pub(crate) path: Option<Vec<StepJson<'a>>>,
    }
}

fn path(steps: &[Step]) -> Option<Vec<StepJson<'_>>> {
    let json = steps.iter().map(|step| StepJson {
        name: Cow::Borrowed(&step.name),
        id: step.id.as_ref().map(Id::of),
    });
    (!steps.is_empty()).then(|| json.collect())
}

impl<'a> GroupJson<'a> {
    /// One group.
    pub fn of(group: &'a GroupEntry) -> Self {
        Self {
            group: MatchJson::of(&group.entry),
            gid: group.gid,
            partial: !group.gaps.is_empty(),
            gaps: gaps(&group.gaps),
        }
    }
}

impl<'a> MembersJson<'a> {
    /// The members of a group, after which `next` goes on; `whole` for who may read people.
    pub fn of(members: &'a Members, next: Option<&'a str>, whole: bool) -> Self {
        let member = |member: &'a Member| MemberJson {
            entry: match whole {
                true => MatchJson::of(&member.entry),
                false => MatchJson::named(&member.entry),
            },
            path: path(&member.path),
        };
        let unresolved = |member: &'a Unresolved| UnresolvedJson {
            value: member.value.as_deref().filter(|_| whole).map(Cow::Borrowed),
            why: WhyWord(WhyUnresolved::code(member.why)),
            count: member.count,
            path: path(&member.path),
        };
        Self {
            group: MatchJson::of(&members.group),
            members: members.members.iter().map(member).collect(),
            next: next.map(Cow::Borrowed),
            unresolved: (!members.unresolved.is_empty())
                .then(|| members.unresolved.iter().map(unresolved).collect()),
            partial: !members.gaps.is_empty(),
            gaps: gaps(&members.gaps),
        }
    }
}

impl<'a> GroupsOfJson<'a> {
    /// The groups of an entry; `whole` for who may read people.
    pub fn of(groups: &'a GroupsOf, whole: bool) -> Self {
        let group = |group: &'a InGroup| InGroupJson {
            group: MatchJson::of(&group.group),
            gid: group.gid,
            path: path(&group.path),
        };
        Self {
            entry: match whole {
                true => MatchJson::of(&groups.entry),
                false => MatchJson::named(&groups.entry),
            },
            groups: groups.groups.iter().map(group).collect(),
            partial: !groups.gaps.is_empty(),
            gaps: gaps(&groups.gaps),
        }
    }
}
