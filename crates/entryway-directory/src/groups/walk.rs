//! The walk from a person's entry upward, level by level.

mod chain;
mod implied;
mod searched;

use super::cause::Cause;
use super::filters::BATCH;
use super::found::{Found, From};
use super::person::{Person, Way, member_of};
use super::values::whole;
use super::{GroupsSettings, MEMBER_OF, Membership};
use crate::ask::{AT_ONCE, Asker, Unanswered};
use crate::resolve::is_elsewhere;
use entryway_ldap::{DerefAliases, SearchRequest, SearchResult};
use entryway_ldap_types::{AttributeName, Dn, Entry, Filter, ResultCode, Scope};
use entryway_login::{Group, GroupsOperation};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Most groups that one entry may name.
const PARENTS: usize = 20_000;
/// Into how many parts a batch is split to learn which of its groups a group was found by.
const PARTS: usize = 8;

/// Finds an entry's groups for a login: those that were found, and why there may be more.
pub(crate) async fn groups_of(
    operation: &GroupsOperation,
    domain: &Arc<str>,
    settings: &GroupsSettings,
    asker: &mut Asker,
) -> (Vec<Group>, Option<String>) {
    // Groups on other servers are none of the domain's, for its logins: they are told of where people are not looked for.
    let Walked { found, partial, .. } = walk(
        &operation.entry,
        Some(&operation.server),
        &operation.name,
        settings,
        settings.of_group(&[]),
        asker,
    )
    .await;
    (
        found.into_groups(domain),
        partial.map(|cause| cause.to_string()),
    )
}

/// What came of a walk.
pub(crate) struct Walked {
    pub(crate) found: Found,
    /// The first reason why there may be more groups.
    pub(crate) partial: Option<Cause>,
    /// Whether a part of an answer is on another server.
    pub(crate) elsewhere: bool,
}

/// Finds an entry's groups, each with these attributes.
pub(crate) async fn walk(
    told: &Entry,
    told_by: Option<&Arc<str>>,
    name: &str,
    settings: &GroupsSettings,
    attributes: Arc<[AttributeName]>,
    asker: &mut Asker,
) -> Walked {
    // Elsewhere the server itself is asked for what it does not tell.
    let completed = match settings.membership {
        Membership::MemberOf if member_of(told).1 => {
            Some(whole(told, &MEMBER_OF, PARENTS, told_by, asker).await)
        }
        _ => None,
    };
    let (entry, partial) = match &completed {
        Some((entry, all)) => (entry, (!all).then(|| told_in_part(entry))),
        None => (told, None),
    };
    let mut walk = Walk {
        settings,
        person: Person::new(entry, settings),
        attributes,
        asker,
        found: Found::new(settings.max_groups),
        chain: HashMap::new(),
        below: HashMap::new(),
        dynamic: None,
        partial,
        elsewhere: false,
    };
    walk.walk(name).await;
    Walked {
        found: walk.found,
        partial: walk.partial,
        elsewhere: walk.elsewhere,
    }
}

fn told_in_part(entry: &Entry) -> Cause {
    Cause::InPart(entry.dn_text.clone())
}

struct Walk<'a> {
    settings: &'a GroupsSettings,
    person: Person<'a>,
    /// What is asked of each group.
    attributes: Arc<[AttributeName]>,
    asker: &'a mut Asker,
    found: Found,
    /// What the server reached by itself, or the person names, and the walk did not come to yet.
    chain: HashMap<Dn, Entry>,
    /// Which group is right below another of the chain, where groups told it.
    below: HashMap<Dn, Dn>,
    /// Groups that are a search, once they were asked for.
    dynamic: Option<Arc<[Entry]>>,
    /// The first reason why there may be more groups.
    partial: Option<Cause>,
    /// Whether a part of an answer is on another server.
    elsewhere: bool,
}

impl Walk<'_> {
    async fn walk(&mut self, name: &str) {
        let mut direct = self.direct(name).await;
        let person = self.person.entry;
        let person = (From::Person, person.dn.clone(), person.dn_text.clone());
        direct.extend(self.searched_with_chain(&[person]).await);
        let mut frontier = self.take(direct);
        let Some(depth) = self.settings.depth else {
            return;
        };
        let mut level = 0_u32;
        loop {
            while !frontier.is_empty() && !self.is_flat() {
                level += 1;
                let mut parents = self.parents(&frontier).await;
                let below: Vec<_> = frontier
                    .iter()
                    .filter_map(|&at| {
                        let entry = &self.found.node(at)?.entry;
                        Some((From::Group(at), entry.dn.clone(), entry.dn_text.clone()))
                    })
                    .collect();
                parents.extend(self.searched_with_chain(&below).await);
                parents.retain(|(_, entry)| !self.found.has(&entry.dn));
                if parents.is_empty() {
                    break;
                }
                if level > depth {
                    self.is_partial(|| Cause::Depth(depth));
                    return;
                }
                frontier = self.take(parents);
            }
            // The server came to these through groups that it does not show.
            let mut rest: Vec<_> = self
                .chain
                .drain()
                .map(|(_, entry)| (From::Somewhere, entry))
                .collect();
            // A person who names them may have been found to be in them otherwise.
            rest.retain(|(_, entry)| !self.found.has(&entry.dn));
            // In one order, whatever that of the table is.
            rest.sort_by_cached_key(|(_, entry)| entry.dn.normalized());
            frontier = self.take(rest);
            // Groups that are a search may have them as members.
            if frontier.is_empty() || self.settings.dynamic.is_none() {
                return;
            }
        }
    }

    /// The person's own groups.
    async fn direct(&mut self, name: &str) -> Vec<(From, Entry)> {
        let (settings, person) = (self.settings, &self.person);
        let entry = person.entry;
        let (named, more) = member_of(entry);
        let mut filters: Vec<Filter> = settings.direct(person, name).into_iter().collect();
        if person.way == Way::MemberOf {
            let inside: Vec<&Dn> = named.iter().filter(|dn| self.is_inside(dn)).collect();
            let active_directory = person.is_active_directory();
            filters.extend(
                inside
                    .chunks(BATCH)
                    .map(|batch| settings.named(batch.iter().copied(), active_directory)),
            );
        }
        let primary = person.primary_sid.as_deref();
        filters.extend(primary.map(|sid| settings.with_sid(sid)));
        if person.way == Way::InChain && settings.membership != Membership::TokenGroups {
            // Last, so that the others can be told from it.
            filters.push(settings.in_chain(&person.entry.dn_text));
        }
        let requests: Vec<_> = filters
            .into_iter()
            .map(|filter| self.request(filter))
            .collect();
        if more && self.person.way == Way::MemberOf {
            self.is_partial(|| told_in_part(entry));
        }
        let before = self.asker.served().cloned();
        let mut answers = self.ask(&requests).await;
        if self.person.way == Way::MemberOf {
            let by = self.one_server(before.as_ref(), requests.len());
            for groups in &mut answers {
                self.complete(groups, by.as_ref()).await;
            }
            // Those of login names name nobody above the person.
            return self.without_implied(answers.concat()).await;
        }
        if self.person.way == Way::InChain {
            if self.settings.membership == Membership::TokenGroups {
                let primary = answers.concat();
                let chain = self.token_groups().await;
                return self.direct_of(chain, &primary, &named);
            }
            let chain = answers.pop().unwrap_or_default();
            let direct: Vec<Entry> = answers.concat();
            self.in_chain(chain, &direct, &named).await
        } else {
            let direct = answers.into_iter().flatten();
            direct.map(|entry| (From::Person, entry)).collect()
        }
    }

    /// Whether no group has groups.
    fn is_flat(&self) -> bool {
        self.person.way == Way::Nowhere && self.settings.dynamic.is_none()
    }

    /// The groups one level above, none of which was found before.
    async fn parents(&mut self, frontier: &[usize]) -> Vec<(From, Entry)> {
        match self.person.way {
            Way::Member => self.parents_by_member(frontier).await,
            Way::MemberOf => self.parents_by_name(frontier).await,
            Way::InChain => self.parents_in_chain(frontier),
            Way::Told => self.parents_told(frontier),
            Way::Nowhere => Vec::new(),
        }
    }

    async fn parents_by_name(&mut self, frontier: &[usize]) -> Vec<(From, Entry)> {
        let above = self.named_by(frontier);
        let active_directory = self.person.is_active_directory();
        let requests: Vec<_> = above
            .chunks(BATCH)
            .map(|batch| {
                let names = batch.iter().map(|(dn, _)| dn);
                self.request(self.settings.named(names, active_directory))
            })
            .collect();
        let below: HashMap<&Dn, usize> = above.iter().map(|(dn, below)| (dn, *below)).collect();
        let before = self.asker.served().cloned();
        let mut answers = self.ask(&requests).await.concat();
        let by = self.one_server(before.as_ref(), requests.len());
        self.complete(&mut answers, by.as_ref()).await;
        answers
            .into_iter()
            .filter(|entry| !self.found.has(&entry.dn))
            .map(|entry| match below.get(&entry.dn) {
                Some(&below) => (From::Group(below), entry),
                None => (From::Somewhere, entry),
            })
            .collect()
    }

    /// The server that has answered all of so many searches, where that is known: who answered last, if that was one slice
    /// or it has answered before them too.
    fn one_server(&self, before: Option<&Arc<str>>, searches: usize) -> Option<Arc<str>> {
        let served = self.asker.served();
        let is_one = searches <= AT_ONCE || served == before;
        served.filter(|_| is_one).cloned()
    }

    /// Groups of very many groups are told in parts too.
    async fn complete(&mut self, groups: &mut [Entry], told_by: Option<&Arc<str>>) {
        for group in groups.iter_mut().filter(|group| member_of(group).1) {
            let (whole, all) = whole(group, &MEMBER_OF, PARENTS, told_by, self.asker).await;
            if !all {
                self.is_partial(|| told_in_part(&whole));
            }
            *group = whole;
        }
    }

    /// What these groups name above them, each once, without what was found or lies outside the base.
    fn named_by(&self, frontier: &[usize]) -> Vec<(Dn, usize)> {
        let mut seen = HashSet::new();
        let mut above = Vec::new();
        for &at in frontier {
            for dn in self
                .found
                .node(at)
                .into_iter()
                .flat_map(|node| &node.member_of)
            {
                if !self.found.has(dn) && self.is_inside(dn) && seen.insert(dn) {
                    above.push((dn.clone(), at));
                }
            }
        }
        above
    }

    /// Asks for the parents of whole batches. A batch that has some is split until it is known which of its
    /// groups they came from; most have none, and cost one search.
    async fn parents_by_member(&mut self, frontier: &[usize]) -> Vec<(From, Entry)> {
        let mut parents: Vec<Entry> = Vec::new();
        let mut seen: HashSet<Dn> = HashSet::new();
        let mut below: HashMap<Dn, usize> = HashMap::new();
        let mut parts: Vec<Vec<usize>> = frontier.chunks(BATCH).map(<[usize]>::to_vec).collect();
        // What for is a path alone must leave enough for the groups themselves.
        let spare = self.asker.left() / 2;
        let mut whole = true;
        while !parts.is_empty() {
            let requests: Vec<_> = parts.iter().map(|part| self.above(part)).collect();
            let answers = if whole {
                self.ask(&requests).await
            } else {
                // Without an answer the groups are known all the same.
                self.try_to_ask(&requests).await.unwrap_or_default()
            };
            let mut split = Vec::new();
            // One way to each is enough: the first part that has it is followed.
            let mut followed: HashSet<Dn> = HashSet::new();
            for (part, answer) in parts.iter().zip(answers) {
                let mut open = false;
                for entry in answer {
                    if self.found.has(&entry.dn) || below.contains_key(&entry.dn) {
                        continue;
                    }
                    match part.as_slice() {
                        [only] => {
                            below.insert(entry.dn.clone(), *only);
                        }
                        _ => open |= followed.insert(entry.dn.clone()),
                    }
                    if whole && seen.insert(entry.dn.clone()) {
                        parents.push(entry);
                    }
                }
                if open {
                    let size = part.len().div_ceil(PARTS);
                    split.extend(part.chunks(size).map(<[usize]>::to_vec));
                }
            }
            let cost = u32::try_from(split.len()).unwrap_or(u32::MAX);
            if self.asker.left().saturating_sub(cost) < spare {
                break;
            }
            parts = split;
            whole = false;
        }
        parents
            .into_iter()
            .map(|entry| match below.get(&entry.dn) {
                Some(&below) => (From::Group(below), entry),
                None => (From::Somewhere, entry),
            })
            .collect()
    }

    /// Asks which groups have one of these as a member.
    fn above(&self, part: &[usize]) -> SearchRequest {
        let members = part
            .iter()
            .filter_map(|&at| Some(&*self.found.node(at)?.entry.dn_text));
        self.request(self.settings.with_members(members))
    }

    fn request(&self, filter: Filter) -> SearchRequest {
        SearchRequest {
            base: Arc::clone(&self.settings.base_text),
            scope: Scope::Subtree,
            deref: DerefAliases::Never,
            // One more than is taken tells that there are more.
            size_limit: self.settings.max_groups.saturating_add(1),
            time_limit: 0,
            types_only: false,
            filter: Arc::new(filter),
            attributes: Arc::clone(&self.attributes),
        }
    }

    /// Asks for groups, and remembers why an answer is missing or not whole. An entry outside the base is no answer.
    async fn ask(&mut self, requests: &[SearchRequest]) -> Vec<Vec<Entry>> {
        let mut answers = self.ask_as_told(requests).await;
        for entries in &mut answers {
            entries.retain(|entry| entry.dn.is_under(&self.settings.base));
        }
        answers
    }

    /// The same for entries that lie anywhere.
    async fn ask_as_told(&mut self, requests: &[SearchRequest]) -> Vec<Vec<Entry>> {
        if requests.is_empty() {
            return Vec::new();
        }
        match self.try_to_ask(requests).await {
            Ok(answers) => answers,
            Err(unanswered) => {
                self.is_partial(|| Cause::Unanswered(unanswered));
                Vec::new()
            }
        }
    }

    async fn try_to_ask(
        &mut self,
        requests: &[SearchRequest],
    ) -> Result<Vec<Vec<Entry>>, Unanswered> {
        let answers = self.asker.ask_all(requests).await?;
        Ok(answers
            .into_iter()
            .map(|answer| self.read(answer))
            .collect())
    }

    /// The entries of an answer.
    fn read(&mut self, answer: SearchResult) -> Vec<Entry> {
        self.elsewhere |= is_elsewhere(&answer);
        match answer.code {
            ResultCode::SUCCESS => {}
            ResultCode::SIZE_LIMIT_EXCEEDED => {
                let sent = answer.entries.len();
                self.is_partial(|| Cause::Sent(sent));
            }
            code => self.is_partial(|| Cause::Code(code)),
        }
        answer.entries
    }

    fn take(&mut self, level: Vec<(From, Entry)>) -> Vec<usize> {
        let (new, all) = self.found.take(level, self.settings);
        if !all {
            let most = self.settings.max_groups;
            self.is_partial(|| Cause::Groups(most));
            // Nothing more is found: there is no room for it.
            return Vec::new();
        }
        new
    }

    fn is_inside(&self, dn: &Dn) -> bool {
        dn.is_under(&self.settings.base)
    }

    fn is_partial(&mut self, why: impl FnOnce() -> Cause) {
        self.partial.get_or_insert_with(why);
    }
}
