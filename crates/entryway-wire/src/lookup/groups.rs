//! Groups, their members, and whose they are.

use super::found::{GapJson, MatchJson, gaps};
use crate::shape::{shapes, words};
use crate::write::Text;
use entryway_lookup::{
    EntryId, GroupEntry, GroupsOf, InGroup, Member, Members, Step, Unresolved, WhyUnresolved,
};

words! {
    /// Why a member cannot be told.
    pub(crate) WhyWord: "elsewhere" | "not_found" | "not_a_name" | "not_evaluated";
}

shapes! {
    /// A group on the way from one entry to another.
    pub(crate) struct StepJson<'a> = "step_between" {
        /// Its name; `…` where nobody shows it.
        name: &'a str,
        /// By what to ask on, where it is shown.
        id: Option<Text<&'a EntryId>>,
    }
    /// GET /api/v1/groups/{id}: one group, without its members.
    pub struct GroupJson<'a> = "group_entry" {
        /// Which.
        group: MatchJson<'a>,
        /// Its number, where it has one.
        gid: Option<u32>,
        /// Whether its entry may not be told as a whole.
        partial: bool,
        /// Why; left out where nothing is missing.
        gaps: Option<Vec<GapJson<'a>>>,
    }
    /// GET /api/v1/groups/{id}/members.
    pub struct MembersJson<'a> = "members" {
        /// Of which group.
        group: MatchJson<'a>,
        /// Each once, by its shortest path; direct ones first, then by name.
        members: Vec<MemberJson<'a>>,
        /// Goes on after these, as `cursor`. Left out where there are no more, and where the list was not begun with `cursor=start`.
        next: Option<&'a str>,
        /// Members that cannot be told; left out where there are none. Of a list in pages they stand on the first.
        unresolved: Option<Vec<UnresolvedJson<'a>>>,
        /// Whether there may be more than these and the pages after them.
        partial: bool,
        /// Why; left out where nothing is missing.
        gaps: Option<Vec<GapJson<'a>>>,
    }
    /// A member.
    pub(crate) struct MemberJson<'a> = "member" {
        /// Who or what.
        entry: MatchJson<'a>,
        /// The groups between the group that was asked about and this member, the outermost first; left out for a direct one.
        path: Option<Vec<StepJson<'a>>>,
    }
    /// Members that cannot be told.
    pub(crate) struct UnresolvedJson<'a> = "unresolved_member" {
        /// What the group has in its list, where that is no name of anybody here and the caller may read people.
        value: Option<&'a str>,
        /// Why: it lies elsewhere, there is no such person or group that look-ups see, it is no name, it is a search that is not made.
        why: WhyWord,
        /// How many they are.
        count: u32,
        /// As in `member`.
        path: Option<Vec<StepJson<'a>>>,
    }
    /// GET /api/v1/people/{id}/groups.
    pub struct GroupsOfJson<'a> = "groups_of" {
        /// Whose.
        entry: MatchJson<'a>,
        /// Each once, direct ones first.
        groups: Vec<InGroupJson<'a>>,
        /// Whether there may be more.
        partial: bool,
        /// Why; left out where nothing is missing.
        gaps: Option<Vec<GapJson<'a>>>,
    }
    /// A group that somebody belongs to.
    pub(crate) struct InGroupJson<'a> = "in_group" {
        /// Which.
        group: MatchJson<'a>,
        /// Its number, where it has one.
        gid: Option<u32>,
        /// The groups in between, the person's own first; left out for a direct one.
        path: Option<Vec<StepJson<'a>>>,
    }
}

fn path(steps: &[Step]) -> Option<Vec<StepJson<'_>>> {
    let json = steps.iter().map(|step| StepJson {
        name: &step.name,
        id: step.id.as_ref().map(Text),
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
            value: member.value.as_deref().filter(|_| whole),
            why: WhyWord(WhyUnresolved::code(member.why)),
            count: member.count,
            path: path(&member.path),
        };
        Self {
            group: MatchJson::of(&members.group),
            members: members.members.iter().map(member).collect(),
            next,
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
