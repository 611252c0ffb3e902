//! `entryway groups`: whose groups, and who is in a group.

use super::{Asked, at_most, kinds, partial, path, who};
use crate::cli::{Common, GroupsCommand};
use crate::exit::Exit;
use crate::out;
use crate::table::aligned;
use entryway_lookup::{
    EntryId, GroupsOf, GroupsOfQuestion, Kinds, Members, MembersQuestion, Reach,
};
use entryway_wire::{GroupsOfJson, MembersJson};

pub(super) async fn groups(
    common: &Common,
    lookups: &Asked,
    asked: &GroupsCommand,
) -> Result<Exit, Exit> {
    let most = lookups.policy.most;
    match asked {
        GroupsCommand::Of {
            who,
            domain,
            direct,
            limit,
        } => {
            let limit = at_most("--limit", *limit, most)?.unwrap_or(most);
            let one = who::one(lookups, who, domain.as_deref(), Kinds::People).await?;
            of(common, lookups, one.id, (reach(*direct), limit)).await
        }
        GroupsCommand::Members {
            group,
            domain,
            direct,
            kind,
            limit,
        } => {
            let limit = at_most("--limit", *limit, most)?.unwrap_or(most);
            let one = who::one(lookups, group, domain.as_deref(), Kinds::Groups).await?;
            let (reach, kinds) = (reach(*direct), kinds(*kind));
            members(common, lookups, one.id, (reach, kinds, limit)).await
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {what}{many}")
}

fn reach(direct: bool) -> Reach {
    if direct {
        Reach::Direct
    } else {
        Reach::Effective
    }
}

async fn of(
    common: &Common,
    lookups: &Asked,
    entry: EntryId,
    (reach, limit): (Reach, u32),
) -> Result<Exit, Exit> {
    let due = lookups.due();
    let question = GroupsOfQuestion {
        entry,
        reach,
        limit,
        deadline: due,
    };
    let groups = lookups
        .told(due, lookups.lookups.groups_of(question))
        .await?;
    out::answer_as(common, &GroupsOfJson::of(&groups, true), || {
        groups_table(&groups)
    });
    partial(&groups.gaps);
    Ok(Exit::Done)
}

fn groups_table(groups: &GroupsOf) -> String {
    let GroupsOf { entry, groups, .. } = groups;
    let said = format!(
        "{} is in {}\n",
        crate::table::printable(&entry.name),
        counted(groups.len(), "group")
    );
    if groups.is_empty() {
        return said;
    }
    let head = ["group", "through", "gid", "description", "id"].map(str::to_owned);
    let lines = groups.iter().map(|group| {
        [
            group.group.name.clone(),
            path(&group.path),
            group.gid.map(|gid| gid.to_string()).unwrap_or_default(),
            group.group.description.clone().unwrap_or_default(),
            group.group.id.to_string(),
        ]
    });
    said + &aligned([head].into_iter().chain(lines))
}

async fn members(
    common: &Common,
    lookups: &Asked,
    group: EntryId,
    (reach, kinds, limit): (Reach, Kinds, u32),
) -> Result<Exit, Exit> {
    let due = lookups.due();
    let question = MembersQuestion {
        group,
        reach,
        kinds,
        limit,
        deadline: due,
    };
    let members = lookups.told(due, lookups.lookups.members(question)).await?;
    out::answer_as(common, &MembersJson::of(&members, None, true), || {
        members_table(&members)
    });
    partial(&members.gaps);
    Ok(Exit::Done)
}

fn members_table(members: &Members) -> String {
    let Members {
        group,
        members,
        unresolved,
        ..
    } = members;
    let name = crate::table::printable(&group.name);
    let said = format!("{name} has {}\n", counted(members.len(), "member"));
    let shown = members.iter().map(|member| {
        [
            member.entry.name.clone(),
            member.entry.kind.as_str().to_owned(),
            path(&member.path),
            member.entry.description.clone().unwrap_or_default(),
            member.entry.id.to_string(),
        ]
    });
    // What cannot be told is listed too: it is in the group all the same.
    let untold = unresolved.iter().map(|member| {
        [
            match &member.value {
                Some(value) => value.to_string(),
                None => format!("{} not told", member.count),
            },
            member.why.code().to_owned(),
            path(&member.path),
            String::new(),
            String::new(),
        ]
    });
    if members.is_empty() && unresolved.is_empty() {
        return said;
    }
    let head = ["member", "kind", "through", "description", "id"].map(str::to_owned);
    said + &aligned([head].into_iter().chain(shown).chain(untold))
}
