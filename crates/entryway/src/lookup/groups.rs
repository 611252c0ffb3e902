//! `entryway groups`: whose groups, and who is in a group.

use super::patience::shown;
use super::{Asked, kinds, partial, path, refused, who};
use crate::cli::{Common, GroupsCommand};
use crate::exit::Exit;
use crate::out;
use crate::table::aligned;
use entryway_lookup::{GroupsOf, GroupsOfQuestion, Kinds, Members, MembersQuestion, Reach};
use entryway_wire::{GroupsOfJson, MembersJson};

pub(super) async fn groups(common: &Common, lookups: &Asked, asked: &GroupsCommand) -> Exit {
    let done = match asked {
        GroupsCommand::Of { who, direct } => of(common, lookups, who, reach(*direct)).await,
        GroupsCommand::Members {
            group,
            direct,
            kind,
            limit,
        } => {
            let limit = limit
                .unwrap_or(lookups.policy.most)
                .min(lookups.policy.most);
            members(
                common,
                lookups,
                group,
                (reach(*direct), kinds(*kind), limit),
            )
            .await
        }
    };
    done.unwrap_or_else(|exit| exit)
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

async fn of(common: &Common, lookups: &Asked, typed: &str, reach: Reach) -> Result<Exit, Exit> {
    let one = who::one(lookups, typed, Kinds::People).await?;
    let due = lookups.due();
    let question = GroupsOfQuestion {
        entry: one.id,
        reach,
        deadline: due,
    };
    let asked = shown(due, lookups.lookups.groups_of(question)).await;
    let groups = asked.map_err(|why| refused(&why))?;
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
    typed: &str,
    (reach, kinds, limit): (Reach, Kinds, u32),
) -> Result<Exit, Exit> {
    let one = who::one(lookups, typed, Kinds::Groups).await?;
    let due = lookups.due();
    let question = MembersQuestion {
        group: one.id,
        reach,
        kinds,
        limit,
        deadline: due,
    };
    let asked = shown(due, lookups.lookups.members(question)).await;
    let members = asked.map_err(|why| refused(&why))?;
    out::answer_as(common, &MembersJson::of(&members, true), || {
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
