//! The searches for a level's members.

use super::{Level, LooksFor, Question, Walk};
use crate::groups::dynamic::NotEvaluated;
use crate::groups::filters::{BATCH, by_names, one_of};
use crate::groups::person::number;
use crate::groups::{GID_NUMBER, OBJECT_CLASS, OBJECT_SID, PRIMARY_GROUP_ID, UID};
use crate::resolve::{request, within};
use entryway_ldap::SearchRequest;
use entryway_ldap_types::{Dn, Entry, Filter, Scope};
use entryway_lookup::{Kind, Step, WhyUnresolved};
use std::sync::Arc;

impl Walk<'_> {
    /// Searches that give all of a group's members of one kind.
    pub(super) fn searches(&mut self, group: &Entry, way: &Arc<[Step]>) -> Vec<Question> {
        let mut questions = Vec::new();
        if let Some(own) = self.counted_by(group) {
            questions.push(Question {
                request: self.people(own, self.room()),
                kind: Kind::Person,
                looks_for: LooksFor::All(Arc::clone(way)),
            });
        }
        if let Some(dynamic) = &self.settings.dynamic
            && dynamic.is_one(group)
        {
            let (searches, others) = dynamic.searches(group);
            for why in others {
                let why = match why {
                    NotEvaluated::Elsewhere => WhyUnresolved::Elsewhere,
                    NotEvaluated::Unusable => WhyUnresolved::NotEvaluated,
                };
                self.untold(why, way);
            }
            for search in searches {
                let lookups = self.place.lookups;
                for (kind, restriction) in [
                    (Kind::Group, &lookups.groups.restriction),
                    (Kind::Person, &lookups.people.restriction),
                ] {
                    let filter = Filter::And(vec![restriction.clone(), search.filter.clone()]);
                    questions.push(Question {
                        request: request(
                            search.base.to_string().into(),
                            search.scope,
                            filter,
                            Arc::clone(&self.attributes),
                            self.room(),
                        ),
                        kind,
                        looks_for: LooksFor::All(Arc::clone(way)),
                    });
                }
            }
        }
        questions
    }

    /// Who has this group as the primary one stands in no list of members.
    fn counted_by(&self, group: &Entry) -> Option<Filter> {
        let (attribute, number) = if self.is_posix() && is_posix_group(group) {
            (&GID_NUMBER, number(group, &GID_NUMBER)?)
        } else if self.active_directory {
            let rid = group.first(&OBJECT_SID)?.last_chunk::<4>()?;
            (&PRIMARY_GROUP_ID, u32::from_le_bytes(*rid))
        } else {
            return None;
        };
        let number = number.to_string().into_bytes();
        Some(Filter::Equal(attribute.clone(), number))
    }

    /// Whether somebody has one of these as the primary group.
    pub(super) async fn count_some(&mut self, groups: &Level) -> bool {
        let own: Vec<Filter> = groups
            .iter()
            .filter_map(|(group, _)| self.counted_by(group))
            .collect();
        let requests: Vec<SearchRequest> = own
            .chunks(BATCH)
            .map(|batch| self.people(one_of(batch.to_vec()), 1))
            .collect();
        if requests.is_empty() {
            return false;
        }
        let answers = self.ask(requests).await.unwrap_or_default();
        answers.iter().any(|answer| !answer.entries.is_empty())
    }

    /// Searches for everybody who was named by DN. Groups are asked for first: an entry that is both is a group.
    pub(super) fn by_name(&self) -> Vec<Question> {
        let (people, groups) = (&self.place.lookups.people, &self.place.lookups.groups);
        // In one order, whatever that of the table is.
        let mut names: Vec<&Dn> = self.ways.keys().collect();
        names.sort_by_cached_key(|dn| dn.normalized());
        let batches = |inside: &dyn Fn(&Dn) -> bool| -> Vec<Filter> {
            let inside: Vec<&Dn> = names.iter().copied().filter(|dn| inside(dn)).collect();
            inside
                .chunks(BATCH)
                .map(|batch| by_names(batch.iter().copied(), self.active_directory))
                .collect()
        };
        let of_groups = batches(&|dn| dn.is_under(&groups.base))
            .into_iter()
            .map(|names| {
                request(
                    Arc::clone(&groups.base_text),
                    Scope::Subtree,
                    Filter::And(vec![groups.restriction.clone(), names]),
                    Arc::clone(&self.attributes),
                    0,
                )
            });
        let of_people = batches(&|dn| within(dn, &people.base, people.scope))
            .into_iter()
            .map(|names| (Kind::Person, self.people(names, 0)));
        of_groups
            .map(|request| (Kind::Group, request))
            .chain(of_people)
            .map(|(kind, request)| Question {
                request,
                kind,
                looks_for: LooksFor::Named,
            })
            .collect()
    }

    /// Searches for everybody who was named by what they are called.
    pub(super) fn by_caller(&self) -> Vec<Question> {
        // What it holds are values of `uid` (RFC 2307), whatever people log in with: as from the person upward.
        let attribute = &UID;
        let mut names: Vec<&String> = self.callers.keys().collect();
        names.sort();
        names
            .chunks(BATCH)
            .map(|batch| {
                let each = batch
                    .iter()
                    .map(|name| Filter::Equal(attribute.clone(), name.as_bytes().to_vec()));
                Question {
                    request: self.people(one_of(each.collect()), 0),
                    kind: Kind::Person,
                    looks_for: LooksFor::Called(attribute.clone()),
                }
            })
            .collect()
    }

    fn people(&self, own: Filter, size_limit: u32) -> SearchRequest {
        let people = &self.place.lookups.people;
        request(
            Arc::clone(&people.base_text),
            people.scope,
            Filter::And(vec![people.restriction.clone(), own]),
            Arc::clone(&self.attributes),
            size_limit,
        )
    }
}

fn is_posix_group(entry: &Entry) -> bool {
    entry
        .values(&OBJECT_CLASS)
        .any(|class| class.eq_ignore_ascii_case(b"posixGroup"))
}
