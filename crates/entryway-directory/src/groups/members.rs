//! The members of a group, level by level: who is named, what they are, and whom the groups among them name.

mod questions;

use super::values::{is_in_part, of_entry, whole};
use super::{GID_NUMBER, GroupsSettings, Membership, OBJECT_CLASS, OBJECT_SID, UID};
use crate::ask::Asker;
use crate::finder::Place;
use crate::resolve::{as_match, is_elsewhere, is_nobody, missing, within};
use entryway_ldap::{SearchRequest, SearchResult};
use entryway_ldap_types::{AttributeName, Dn, Entry, ResultCode};
use entryway_lookup::{
    Gap, Kind, Member, Missing, Reach, SortKey, Step, Unresolved, WhyUnresolved,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

static MEMBER_UID: AttributeName = AttributeName::from_static("memberUid");
/// Searches that are under way together: what came of them is kept, whatever becomes of the next.
const TOGETHER: usize = 16;

/// What was found below a group.
pub(super) struct Below {
    pub(super) members: Vec<Member>,
    pub(super) unresolved: Vec<Unresolved>,
    pub(super) gaps: Vec<Gap>,
}

/// Groups of one level, each with the way to its members.
type Level = Vec<(Entry, Arc<[Step]>)>;

/// How members of a level are asked for.
struct Question {
    request: SearchRequest,
    /// What it finds: the filter holds nothing else.
    kind: Kind,
    looks_for: LooksFor,
}

/// Whom a search looks for, with the way to each.
enum LooksFor {
    /// Entries by name.
    Named,
    /// People by a value of this attribute.
    Called(AttributeName),
    /// Whoever it finds is a member of this group.
    All(Arc<[Step]>),
}

/// Finds members. `asker` is on connections for the content of groups.
pub(super) async fn members(
    place: Place<'_>,
    top: &Entry,
    reach: Reach,
    settings: &GroupsSettings,
    asker: &mut Asker,
) -> Below {
    let mut walk = Walk {
        place,
        settings,
        attributes: attributes(place, settings),
        asker,
        // A group of a class that is no account has no SID there either.
        active_directory: top.first(&OBJECT_SID).is_some()
            || place.domain.is_known_active_directory(),
        seen: HashSet::from([top.dn.clone()]),
        ways: HashMap::new(),
        callers: HashMap::new(),
        untold: HashMap::new(),
        below: Below {
            members: Vec::new(),
            unresolved: Vec::new(),
            gaps: Vec::new(),
        },
        full: false,
        all_told: true,
    };
    walk.walk(top, reach).await;
    let mut below = walk.below;
    let untold = walk.untold.into_iter();
    below
        .unresolved
        .extend(untold.map(|((why, path), count)| Unresolved {
            value: None,
            why,
            count,
            path,
        }));
    below.unresolved.sort_by_cached_key(|one| {
        let steps: Vec<Arc<str>> = one.path.iter().map(|step| Arc::clone(&step.name)).collect();
        let is_untold = one.value.is_none();
        (
            steps.len(),
            is_untold,
            one.value.clone(),
            one.why.code(),
            steps,
        )
    });
    below
        .members
        .sort_by_cached_key(|member| (member.path.len(), SortKey::of(&member.entry)));
    below.gaps.dedup();
    below
}

/// What is asked of every entry: it may be a group that has members itself.
fn attributes(place: Place<'_>, settings: &GroupsSettings) -> Arc<[AttributeName]> {
    let of_entry = crate::resolve::attributes(place.lookups, None);
    let dynamic = settings
        .dynamic
        .iter()
        .map(|dynamic| &dynamic.url_attribute);
    let of_group = [
        &settings.member_attribute,
        &MEMBER_UID,
        &GID_NUMBER,
        &OBJECT_CLASS,
        &OBJECT_SID,
        &UID,
    ];
    let mut names: Vec<AttributeName> = Vec::new();
    for name in of_entry.iter().chain(of_group).chain(dynamic) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.into()
}

struct Walk<'a> {
    place: Place<'a>,
    settings: &'a GroupsSettings,
    attributes: Arc<[AttributeName]>,
    asker: &'a mut Asker,
    active_directory: bool,
    /// Everything that was found or is asked for.
    seen: HashSet<Dn>,
    /// The way to each entry that is asked for by name.
    ways: HashMap<Dn, Arc<[Step]>>,
    /// The way to whoever is asked for by what they are called, in lower case.
    callers: HashMap<String, Arc<[Step]>>,
    /// Members of whom nothing is told but how many they are, by why and by the way to them.
    untold: HashMap<(WhyUnresolved, Vec<Step>), u32>,
    below: Below,
    /// Nothing more is asked: a budget is used up.
    full: bool,
    /// Whoever was asked for by name in this level and is there was told.
    all_told: bool,
}

impl Walk<'_> {
    async fn walk(&mut self, top: &Entry, reach: Reach) {
        // The entry may have been read without its members.
        let read = self
            .ask(vec![of_entry(&top.dn_text, Arc::clone(&self.attributes))])
            .await;
        let mut level: Level = read
            .into_iter()
            .flatten()
            .flat_map(|answer| answer.entries)
            .map(|entry| (entry, Arc::from([])))
            .collect();
        let most = match (reach, self.settings.depth) {
            (Reach::Direct, _) | (_, None) => 0,
            (Reach::Effective, Some(depth)) => depth,
        };
        for depth in 0_u32.. {
            if level.is_empty() || self.full {
                return;
            }
            if depth > most {
                // Where groups in groups do not count, theirs are none of this one's.
                let counts = reach == Reach::Effective && self.settings.depth.is_some();
                if counts
                    && (level.iter().any(|(entry, _)| self.has_some(entry))
                        || self.count_some(&level).await)
                {
                    self.gap(Missing::Depth(most));
                }
                return;
            }
            level = self.below(level).await;
        }
    }

    /// Asks for the members of these groups, and gives the groups among them.
    async fn below(&mut self, level: Level) -> Level {
        let mut questions: Vec<Question> = Vec::new();
        for (group, way) in level {
            let group = self.complete(group).await;
            self.name_all(&group, &way);
            questions.extend(self.searches(&group, &way));
        }
        questions.extend(self.by_name());
        questions.extend(self.by_caller());
        let mut next = Level::new();
        let mut answered = true;
        self.all_told = true;
        for slice in questions.chunks(TOGETHER) {
            if self.full {
                break;
            }
            let requests = slice.iter().map(|one| one.request.clone()).collect();
            let Some(answers) = self.ask(requests).await else {
                answered = false;
                break;
            };
            for (question, answer) in slice.iter().zip(answers) {
                self.take(question, answer, &mut next);
            }
        }
        let (ways, callers) = (
            std::mem::take(&mut self.ways),
            std::mem::take(&mut self.callers),
        );
        // Who was not answered for is not known to be missing, and whom a server kept back is not either: the gap tells.
        if answered && !self.full && self.all_told {
            // They may be hidden from look-ups, and then their names are too.
            for way in ways.into_values().chain(callers.into_values()) {
                self.untold(WhyUnresolved::NotFound, &way);
            }
        }
        next
    }

    /// A large group is told in parts.
    async fn complete(&mut self, group: Entry) -> Entry {
        let name = &self.settings.member_attribute;
        if !is_in_part(&group, name) {
            return group;
        }
        let most = usize::try_from(self.settings.max_members).unwrap_or(usize::MAX);
        // Which server told the first part is not known of a group among others.
        let (whole, all) = whole(&group, name, most, None, self.asker).await;
        if !all {
            self.gap(Missing::Values);
        }
        whole
    }

    /// Notes whom a group names.
    fn name_all(&mut self, group: &Entry, way: &Arc<[Step]>) {
        let settings = self.settings;
        for value in group.values(&settings.member_attribute) {
            let text = String::from_utf8_lossy(value);
            match Dn::parse(&text) {
                // A placeholder of groups that may not be empty.
                Ok(dn) if dn.is_empty() => {}
                Ok(dn) if !self.is_inside(&dn) => {
                    if self.seen.insert(dn) {
                        self.unresolved(text.into(), WhyUnresolved::Elsewhere, way);
                    }
                }
                Ok(dn) => {
                    if self.seen.insert(dn.clone()) {
                        self.ways.insert(dn, Arc::clone(way));
                    }
                }
                Err(_) => self.unresolved(text.into(), WhyUnresolved::NotAName, way),
            }
        }
        if self.is_posix() {
            for value in group.values(&MEMBER_UID) {
                let text = String::from_utf8_lossy(value);
                self.callers
                    .entry(text.to_lowercase())
                    .or_insert_with(|| Arc::clone(way));
            }
        }
    }

    fn take(&mut self, question: &Question, answer: SearchResult, next: &mut Level) {
        let mut is_whole = !is_elsewhere(&answer);
        if !is_whole {
            self.gap(Missing::Referral);
        }
        match answer.code {
            ResultCode::SUCCESS | ResultCode::REFERRAL => {}
            code if is_nobody(code, question.request.scope) => {}
            ResultCode::SIZE_LIMIT_EXCEEDED => {
                is_whole = false;
                let sent = u32::try_from(answer.entries.len()).unwrap_or(u32::MAX);
                let asked = question.request.size_limit;
                // Those who came may all be known: then nobody else says that there are more.
                self.gap(if asked == 0 || sent < asked {
                    Missing::ServerLimit(sent)
                } else {
                    Missing::Entries(self.settings.max_members)
                });
            }
            code => {
                is_whole = false;
                self.gap(Missing::Refused(code));
            }
        }
        match question.looks_for {
            LooksFor::Named | LooksFor::Called(_) => self.all_told &= is_whole,
            LooksFor::All(_) => {}
        }
        for entry in answer.entries {
            let way = match &question.looks_for {
                LooksFor::Named => match self.ways.remove(&entry.dn) {
                    Some(way) => way,
                    None => continue,
                },
                LooksFor::Called(attribute) => {
                    let mut way = None;
                    for value in entry.values(attribute) {
                        let name = String::from_utf8_lossy(value).to_lowercase();
                        way = way.or(self.callers.remove(&name));
                    }
                    match way {
                        Some(way) if self.seen.insert(entry.dn.clone()) => way,
                        _ => continue,
                    }
                }
                LooksFor::All(way) => {
                    // Named as well, perhaps, and found in this way before.
                    if !self.seen.insert(entry.dn.clone()) && self.ways.remove(&entry.dn).is_none()
                    {
                        continue;
                    }
                    Arc::clone(way)
                }
            };
            if self.below.members.len()
                >= usize::try_from(self.settings.max_members).unwrap_or(usize::MAX)
            {
                self.gap(Missing::Entries(self.settings.max_members));
                self.full = true;
                return;
            }
            self.add(entry, question.kind, &way, next);
        }
    }

    fn add(&mut self, entry: Entry, kind: Kind, way: &Arc<[Step]>, next: &mut Level) {
        // A server may answer with what lies elsewhere, or has an identity that cannot be used.
        let Some(found) = as_match(self.place, kind, &entry) else {
            return self.untold(WhyUnresolved::NotFound, way);
        };
        if kind == Kind::Group {
            let step = Step {
                name: found.name.as_str().into(),
                id: Some(found.id.clone()),
            };
            next.push((entry, way.iter().cloned().chain([step]).collect()));
        }
        self.below.members.push(Member {
            entry: found,
            path: way.to_vec(),
        });
    }

    /// Whether a group names anybody.
    fn has_some(&self, entry: &Entry) -> bool {
        let named = entry.attributes.iter().any(|attribute| {
            attribute.name == self.settings.member_attribute && !attribute.values.is_empty()
        });
        let called = self.is_posix() && entry.first(&MEMBER_UID).is_some();
        let dynamic = self.settings.dynamic.as_ref();
        named || called || dynamic.is_some_and(|dynamic| dynamic.is_one(entry))
    }

    fn is_posix(&self) -> bool {
        match self.settings.membership {
            Membership::MemberUid => true,
            Membership::Auto => !self.active_directory,
            _ => false,
        }
    }

    fn is_inside(&self, dn: &Dn) -> bool {
        let (people, groups) = (&self.place.lookups.people, &self.place.lookups.groups);
        within(dn, &people.base, people.scope) || dn.is_under(&groups.base)
    }

    /// How many may come of one search: one more than there is room for tells that there are more.
    fn room(&self) -> u32 {
        let held = u32::try_from(self.below.members.len()).unwrap_or(u32::MAX);
        let room = self.settings.max_members.saturating_sub(held);
        room.saturating_add(1)
    }

    async fn ask(&mut self, requests: Vec<SearchRequest>) -> Option<Vec<SearchResult>> {
        match self.asker.ask_all(&requests).await {
            Ok(answers) => Some(answers),
            Err(error) => {
                let why = missing(error, self.asker);
                self.gap(why);
                self.full = true;
                None
            }
        }
    }

    fn gap(&mut self, why: Missing) {
        let gap = Gap {
            domain: Arc::clone(&self.place.lookups.name),
            why,
        };
        if !self.below.gaps.contains(&gap) {
            self.below.gaps.push(gap);
        }
    }

    fn unresolved(&mut self, value: Box<str>, why: WhyUnresolved, way: &[Step]) {
        let most = self.settings.max_members;
        if self.below.unresolved.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            return self.gap(Missing::Entries(most));
        }
        self.below.unresolved.push(Unresolved {
            value: Some(value),
            why,
            count: 1,
            path: way.to_vec(),
        });
    }

    fn untold(&mut self, why: WhyUnresolved, way: &[Step]) {
        let count = self.untold.entry((why, way.to_vec())).or_default();
        *count = count.saturating_add(1);
    }
}
