//! Look-ups of groups, their members and whose they are.

use super::found::{Node, Via};
use super::members::{Below, members};
use super::seen::seen;
use super::walk::{Walked, walk};
use super::{GID_NUMBER, GroupsSettings, OBJECT_SID};
use crate::finder::{Finder, Place};
use crate::resolve::{Read, attributes, group, spent};
use entryway_ldap::SearchRole;
use entryway_lookup::{
    Answer, Gap, GroupEntry, GroupLookup, GroupQuestion, GroupsOf, GroupsOfQuestion, InGroup, Kind,
    Kinds, Match, Members, MembersQuestion, Missing, Reach, Refused, Spent, Step,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is left of the deadline to put the answer together.
const REST: Duration = Duration::from_millis(50);

impl GroupLookup for Finder {
    fn group(&self, question: GroupQuestion) -> Answer<'_, Result<GroupEntry, Refused>> {
        Box::pin(async move {
            let read = self.read(&question.id, question.deadline).await?;
            if read.found.kind != Kind::Group {
                return Err(Refused::NotFound);
            }
            Ok(GroupEntry {
                entry: read.found.clone(),
                gid: super::person::number(&read.entry, &GID_NUMBER),
                gaps: Vec::new(),
                spent: read.spent,
            })
        })
    }

    fn members(&self, question: MembersQuestion) -> Answer<'_, Result<Members, Refused>> {
        Box::pin(async move {
            let key = (question.group.clone(), question.reach, question.kinds);
            let (deadline, reach, kinds) = (question.deadline, question.reach, question.kinds);
            let ask = async || {
                let asked = self.members_now(&question, reach, kinds).await;
                asked.map(|(members, since)| (Arc::new(members), since))
            };
            // What is not all is asked for again.
            let weight = |members: &Arc<Members>| {
                let whole = members.gaps.is_empty();
                whole.then(|| 1 + members.members.len() + members.unresolved.len())
            };
            let all = self.members.get_since(key, deadline, weight, ask).await?;
            let mut members = Arc::unwrap_or_clone(all);
            let limit = usize::try_from(question.limit).unwrap_or(usize::MAX);
            let is_more = members.members.len() > limit || members.unresolved.len() > limit;
            members.members.truncate(limit);
            members.unresolved.truncate(limit);
            if is_more {
                members.gaps.push(Gap {
                    domain: Arc::clone(&members.group.domain),
                    why: Missing::Limit(question.limit),
                });
            }
            Ok(members)
        })
    }

    fn groups_of(&self, question: GroupsOfQuestion) -> Answer<'_, Result<GroupsOf, Refused>> {
        Box::pin(async move {
            let key = (question.entry.clone(), question.reach);
            let ask = async || {
                let asked = self.groups_of_now(&question).await;
                asked.map(|(groups, since)| (Arc::new(groups), since))
            };
            let weight =
                |groups: &Arc<GroupsOf>| groups.gaps.is_empty().then(|| 1 + groups.groups.len());
            let all = self
                .groups_of
                .get_since(key, question.deadline, weight, ask)
                .await?;
            let mut groups = Arc::unwrap_or_clone(all);
            let limit = usize::try_from(question.limit).unwrap_or(usize::MAX);
            if groups.groups.len() > limit {
                groups.groups.truncate(limit);
                groups.gaps.push(Gap {
                    domain: Arc::clone(&groups.entry.domain),
                    why: Missing::Limit(question.limit),
                });
            }
            Ok(groups)
        })
    }
}

impl Finder {
    /// The members, and since when a part of that may have changed.
    async fn members_now(
        &self,
        question: &MembersQuestion,
        reach: Reach,
        kinds: Kinds,
    ) -> Result<(Members, Instant), Refused> {
        let since = Instant::now();
        let (place, settings, read) = self.of_group(&question.group, question.deadline).await?;
        if read.found.kind != Kind::Group {
            return Err(Refused::NotFound);
        }
        let due = question
            .deadline
            .checked_sub(REST)
            .unwrap_or(question.deadline);
        let mut asker = place
            .domain
            .asker(SearchRole::GroupContent, due, settings.max_searches)
            .await;
        let Below {
            members: mut found,
            unresolved,
            gaps,
        } = members(place, &read.entry, reach, settings, &mut asker).await;
        found.retain(|member| kinds.has(member.entry.kind));
        let members = Members {
            group: read.found.clone(),
            members: found,
            unresolved,
            gaps,
            spent: spent(asker, since),
        };
        Ok((members, since.min(read.since)))
    }

    /// The groups, and since when a part of that may have changed.
    async fn groups_of_now(
        &self,
        question: &GroupsOfQuestion,
    ) -> Result<(GroupsOf, Instant), Refused> {
        let since = Instant::now();
        let (place, settings, read) = self.of_group(&question.entry, question.deadline).await?;
        let due = question
            .deadline
            .checked_sub(REST)
            .unwrap_or(question.deadline);
        let direct;
        let settings = match question.reach {
            Reach::Effective => settings,
            Reach::Direct => {
                direct = GroupsSettings {
                    depth: None,
                    ..settings.clone()
                };
                &direct
            }
        };
        // Which of the groups may be seen must be asked when the walk has used up its time.
        let walked_by = due
            .checked_sub(due.saturating_duration_since(since) / 8)
            .unwrap_or(due);
        let mut asker = place
            .domain
            .asker(SearchRole::GroupContent, walked_by, settings.max_searches)
            .await;
        asker.first(&read.server);
        let name = read.found.login_name.as_ref().unwrap_or(&read.found.name);
        let wanted = settings.of_group(&attributes(place.lookups, None));
        let Walked {
            found,
            partial,
            elsewhere,
        } = walk(
            &read.entry,
            Some(&read.server),
            name,
            settings,
            wanted,
            &mut asker,
        )
        .await;
        let elsewhere = elsewhere.then_some(Missing::Referral);
        let mut whys: Vec<Missing> = partial
            .iter()
            .map(|cause| cause.missing(&asker))
            .chain(elsewhere)
            .collect();
        let walked = spent(asker, since);
        // As many searches as `max_groups` has room for, and no more.
        let role = SearchRole::GroupContent;
        let mut asker = place.domain.asker(role, due, u32::MAX).await;
        asker.first(&read.server);
        let active_directory = read.entry.first(&OBJECT_SID).is_some();
        let (seen, unsaid) = seen(place, &found, active_directory, &mut asker).await;
        for why in unsaid {
            if !whys.contains(&why) {
                whys.push(why);
            }
        }
        let matches: Vec<Option<Match>> = found
            .nodes()
            .iter()
            .map(|node| {
                let is_seen = seen.contains(&node.entry.dn);
                is_seen.then(|| group(place.lookups, &node.entry))?
            })
            .collect();
        let is_unusable =
            |(node, one): (&Node, &Option<Match>)| one.is_none() && seen.contains(&node.entry.dn);
        if found.nodes().iter().zip(&matches).any(is_unusable) {
            whys.push(Missing::Identity);
        }
        let step = |via: Via| {
            let shown = match via {
                Via::Group(at) => matches.get(at).and_then(Option::as_ref),
                Via::Unshown => None,
            };
            match shown {
                Some(one) => Step {
                    name: found.label(via),
                    id: Some(one.id.clone()),
                },
                None => Step {
                    name: found.label(Via::Unshown),
                    id: None,
                },
            }
        };
        let groups = found
            .nodes()
            .iter()
            .zip(&matches)
            .filter_map(|(node, one)| {
                let mut path: Vec<Step> = found.path(node).into_iter().map(step).collect();
                // One stands for all in a row: how many there are is not told either.
                path.dedup_by(|one, other| one.id.is_none() && other.id.is_none());
                Some(InGroup {
                    group: one.clone()?,
                    gid: node.gid,
                    path,
                })
            });
        let groups = groups.collect();
        let gaps = whys.into_iter().map(|why| Gap {
            domain: Arc::clone(&place.lookups.name),
            why,
        });
        let asked = spent(asker, since);
        let groups = GroupsOf {
            entry: read.found.clone(),
            groups,
            gaps: gaps.collect(),
            spent: Spent {
                round_trips: walked.round_trips + asked.round_trips,
                searches: walked.searches + asked.searches,
                entries: walked.entries.saturating_add(asked.entries),
                took: asked.took,
            },
        };
        Ok((groups, since.min(read.since)))
    }

    async fn of_group(
        &self,
        id: &entryway_lookup::EntryId,
        deadline: Instant,
    ) -> Result<(Place<'_>, &GroupsSettings, Arc<Read>), Refused> {
        let off = Refused::SwitchedOff("groups of this domain");
        self.place_of_id(id)?
            .domain
            .groups_settings()
            .ok_or(off.clone())?;
        let read = self.read(id, deadline).await?;
        // What its directory is, is known by now.
        let place = self.place_of_id(id)?;
        let settings = place.domain.groups_settings().ok_or(off)?;
        Ok((place, settings, read))
    }
}
