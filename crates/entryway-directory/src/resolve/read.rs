//! One entry by its id.

use super::{attributes, group, is_elsewhere, is_nobody, missing, person, request, spent, within};
use crate::finder::{Finder, Place};
use entryway_ldap::{SearchRequest, SearchRole};
use entryway_ldap_types::{Entry, Filter, ResultCode, Scope};
use entryway_login::is_secret_attribute;
use entryway_lookup::{
    Answer, EntryId, IdKey, Kind, Match, Missing, Person, PersonLookup, PersonQuestion, Refused,
    Spent, by_identity,
};
use std::sync::Arc;
use std::time::Instant;

/// More entries than this never matter: two already say that an identity is none.
const SIZE_LIMIT: u32 = 2;

/// An entry that was read by its id.
#[derive(Debug)]
pub(crate) struct Read {
    /// What it is.
    pub(crate) found: Match,
    /// As the server gave it, with what groups are found by.
    pub(crate) entry: Arc<Entry>,
    /// Who gave it.
    pub(crate) server: Arc<str>,
    /// When it was asked for: what is made of it is no younger.
    pub(crate) since: Instant,
    pub(crate) spent: Spent,
}

/// What counts as one entry in the cache.
const BYTES_OF_ONE: usize = 4096;

impl Read {
    /// What it takes in the cache, in usual entries: one with a hundred thousand members is none of these.
    fn weight(&self) -> usize {
        let values = self.entry.attributes.iter().flat_map(|one| &one.values);
        1 + values.map(|value| value.len()).sum::<usize>() / BYTES_OF_ONE
    }
}

impl Finder {
    /// The entry of an id, a person or a group that look-ups may see.
    pub(crate) async fn read(&self, id: &EntryId, deadline: Instant) -> Result<Arc<Read>, Refused> {
        let place = self.place_of_id(id)?;
        let ask = async || {
            let read = self.read_now(place, id, deadline).await?;
            let since = read.since;
            Ok((Arc::new(read), since))
        };
        self.entries
            .get_since(id.clone(), deadline, |read| Some(read.weight()), ask)
            .await
    }

    async fn read_now(
        &self,
        place: Place<'_>,
        id: &EntryId,
        deadline: Instant,
    ) -> Result<Read, Refused> {
        let since = Instant::now();
        let seen = place.seen(SearchRole::Resolve, deadline).await;
        let place = seen.map_err(|why| place.unanswered(why))?;
        let asked = questions(place, id)?;
        let requests: Vec<SearchRequest> =
            asked.iter().map(|(_, request)| request.clone()).collect();
        let mut asker = place
            .domain
            .asker(SearchRole::Resolve, deadline, u32::MAX)
            .await;
        let answers = asker
            .ask_all(&requests)
            .await
            .map_err(|error| place.unanswered(missing(error, &asker)))?;
        let mut found: Option<(Match, Entry)> = None;
        let mut unusable = false;
        // Why there may be another one.
        let mut more = None;
        let mut no_base = false;
        for ((kind, request), answer) in asked.iter().zip(answers) {
            if is_elsewhere(&answer) {
                more.get_or_insert(Missing::Referral);
            }
            match answer.code {
                ResultCode::SUCCESS => {}
                code if is_nobody(code, request.scope) => {}
                // The base is not there, and with it no other entry of this identity.
                ResultCode::NO_SUCH_OBJECT => no_base = true,
                ResultCode::SIZE_LIMIT_EXCEEDED => {
                    let sent = u32::try_from(answer.entries.len()).unwrap_or(u32::MAX);
                    more = Some(Missing::ServerLimit(sent));
                }
                ResultCode::REFERRAL => {}
                code => return Err(place.unanswered(Missing::Refused(code))),
            }
            for entry in answer.entries {
                let Some(one) = as_match(place, *kind, &entry) else {
                    // One that has this identity and others is another one.
                    unusable |= lies_there(place, *kind, &entry);
                    continue;
                };
                // Another entry with the same identity: nobody can say which of them is meant.
                if found
                    .as_ref()
                    .is_some_and(|(_, other)| other.dn != entry.dn)
                {
                    return Err(Refused::NotFound);
                }
                found.get_or_insert((one, entry));
            }
        }
        let server = asker.served().cloned().unwrap_or_default();
        let (found, entry) = match (found, more) {
            (Some(found), None | Some(Missing::Referral)) => found,
            // Whether it is the only one, or whether there is none, nobody has said.
            (_, Some(why)) => return Err(place.unanswered(why)),
            (None, None) if no_base => {
                return Err(place.unanswered(Missing::Refused(ResultCode::NO_SUCH_OBJECT)));
            }
            (None, None) => return Err(Refused::NotFound),
        };
        // An identity that was reused, or the DN of an entry that has an identity by now.
        if unusable || found.id != *id {
            return Err(Refused::NotFound);
        }
        Ok(Read {
            found,
            entry: Arc::new(entry),
            server,
            since,
            spent: spent(asker, since),
        })
    }
}

/// A match, if the entry lies where its kind is looked for and has an identity that can be used.
pub(crate) fn as_match(place: Place<'_>, kind: Kind, entry: &Entry) -> Option<Match> {
    lies_there(place, kind, entry).then_some(())?;
    match kind {
        Kind::Person => person(place.lookups, entry),
        Kind::Group => group(place.lookups, entry),
    }
}

/// Whether an entry lies where its kind is looked for: a server may answer with what does not.
pub(crate) fn lies_there(place: Place<'_>, kind: Kind, entry: &Entry) -> bool {
    let (people, groups) = (&place.lookups.people, &place.lookups.groups);
    match kind {
        Kind::Person => within(&entry.dn, &people.base, people.scope),
        Kind::Group => entry.dn.is_under(&groups.base),
    }
}

/// How an id is asked for, as a person and as a group.
fn questions(place: Place<'_>, id: &EntryId) -> Result<Vec<(Kind, SearchRequest)>, Refused> {
    let lookups = place.lookups;
    let attributes = attributes(lookups, place.domain.groups_settings());
    let (people, groups) = (&lookups.people, &lookups.groups);
    let kinds = [
        (
            Kind::Person,
            &people.base,
            &people.base_text,
            people.scope,
            &people.restriction,
        ),
        (
            Kind::Group,
            &groups.base,
            &groups.base_text,
            Scope::Subtree,
            &groups.restriction,
        ),
    ];
    let key = id.key().ok_or(Refused::NotFound)?;
    let mut asked = Vec::new();
    for (kind, base, base_text, scope, restriction) in kinds {
        let request = match &key {
            IdKey::Dn(dn) if within(dn, base, scope) => request(
                dn.to_string().into(),
                Scope::Base,
                restriction.clone(),
                Arc::clone(&attributes),
                SIZE_LIMIT,
            ),
            IdKey::Dn(_) => continue,
            IdKey::Identity(identity) => {
                let own = by_identity(&lookups.id_attributes, identity).ok_or(Refused::NotFound)?;
                request(
                    Arc::clone(base_text),
                    scope,
                    Filter::And(vec![restriction.clone(), own]),
                    Arc::clone(&attributes),
                    SIZE_LIMIT,
                )
            }
        };
        asked.push((kind, request));
    }
    if asked.is_empty() {
        return Err(Refused::NotFound);
    }
    Ok(asked)
}

impl PersonLookup for Finder {
    fn person(&self, question: PersonQuestion) -> Answer<'_, Result<Person, Refused>> {
        Box::pin(async move {
            let read = self.read(&question.id, question.deadline).await?;
            if read.found.kind != Kind::Person {
                return Err(Refused::NotFound);
            }
            let place = self.place_of_id(&question.id)?;
            let shown = place.lookups.people.shown.iter();
            let shown = shown.filter(|name| !is_secret_attribute(name));
            let attributes = shown.filter_map(|name| {
                let values = read.entry.values(name);
                let values: Vec<String> = values
                    .filter_map(|value| std::str::from_utf8(value).ok())
                    .map(str::to_owned)
                    .collect();
                (!values.is_empty()).then(|| (name.clone(), values))
            });
            Ok(Person {
                entry: read.found.clone(),
                attributes: attributes.collect(),
                spent: read.spent,
            })
        })
    }
}
