//! One directory that cards are read from: an entry by its id, by another directory's id of the same person, or by
//! what a field says.

use super::photo;
use crate::ask::Asker;
use crate::fields;
use crate::finder::Place;
use crate::resolve::{as_match, is_elsewhere, is_nobody, missing, request, within};
use entryway_ldap::{SearchRequest, SearchResult};
use entryway_ldap_types::{AttributeName, Dn, Entry, Filter, ResultCode, Scope};
use entryway_login::is_secret_attribute;
use entryway_lookup::{
    CardPolicy, DomainLookups, EntryId, IdKey, Kind, Match, MediaType, Missing, by_identity,
    content_tag,
};
use std::sync::Arc;

/// More entries than this never matter: two already say that nobody can tell who is meant.
const SIZE_LIMIT: u32 = 2;
/// Values of the joining field that are looked for: who has more has none that is theirs alone.
const JOIN_VALUES: usize = 8;

/// A person's entry, as cards see it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) is: Match,
    pub(super) entry: Entry,
    /// Whether one of the attributes that a photo may be in has a value.
    pub(super) has_photo: bool,
}

/// Who an answer is about.
#[derive(Debug)]
pub(super) enum Who {
    Nobody,
    One(Box<Found>),
    /// Nobody can tell who of them is meant.
    Several,
}

impl Who {
    /// Somebody, if there is one alone.
    pub(super) fn alone(self) -> Option<Found> {
        match self {
            Self::One(found) => Some(*found),
            Self::Nobody | Self::Several => None,
        }
    }
}

/// A picture that can be shown.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub(super) media: MediaType,
    pub(super) bytes: Arc<[u8]>,
    pub(super) tag: u64,
}

/// The person of an id of this very domain.
pub(super) async fn by_id(
    place: Place<'_>,
    asker: &mut Asker,
    id: &EntryId,
) -> Result<Who, Missing> {
    let Some(request) = id.key().and_then(|key| asked(place, &key)) else {
        return Ok(Who::Nobody);
    };
    Ok(match ask(place, asker, request).await? {
        // An identity that was reused, or the DN of an entry that has an identity by now. Who is known here under another
        // id is not nobody, for whom somebody else would be asked.
        Who::One(found) if found.is.id != *id => Who::Several,
        found => found,
    })
}

/// The person whom another domain knows by this id, where both go by the same identity.
pub(super) async fn by_id_of(
    other: &DomainLookups,
    place: Place<'_>,
    asker: &mut Asker,
    id: &EntryId,
) -> Result<Option<Found>, Missing> {
    let Some(key) = id.key() else {
        return Ok(None);
    };
    let is_common = match &key {
        IdKey::Identity(identity) => are_alike(identity, other, place.lookups),
        IdKey::Dn(_) => true,
    };
    let request = asked(place, &key).filter(|_| is_common);
    let Some(request) = request else {
        return Ok(None);
    };
    let found = ask(place, asker, request).await?.alone();
    Ok(found.filter(|found| found.is.id.key() == Some(key)))
}

/// Whether what is an identity in the one is the same in the other. A number of an employee is not the number of a
/// user; what is unique in the world, and one attribute that both go by, are.
fn are_alike(identity: &str, one: &DomainLookups, other: &DomainLookups) -> bool {
    let same = match (&*one.id_attributes, &*other.id_attributes) {
        ([one], [other]) => one == other,
        _ => false,
    };
    let digits = identity.chars().filter(char::is_ascii_hexdigit).count();
    let hyphens = identity.chars().filter(|char| *char == '-').count();
    same || (digits == 32 && digits + hyphens == identity.len())
}

/// Whoever has one of these values, if it is one alone, as look-ups see them: `None` where it is nobody, somebody whom
/// they do not see, or more than one. Those whom they do not see count: a value that is theirs too says nothing.
pub(super) async fn by_values(
    place: Place<'_>,
    asker: &mut Asker,
    ways: &Filter,
) -> Result<Option<Found>, Missing> {
    let people = &place.lookups.people;
    let seen = request(
        Arc::clone(&people.base_text),
        people.scope,
        Filter::And(vec![people.restriction.clone(), ways.clone()]),
        attributes(place.lookups),
        SIZE_LIMIT,
    );
    let photo = photo_of(place, &seen);
    let requests: Vec<SearchRequest> = [bearers(place, ways), seen]
        .into_iter()
        .chain(photo)
        .collect();
    let answers = match asker.ask_all(&requests).await {
        Ok(answers) => answers,
        Err(unanswered) => return Err(missing(unanswered, asker)),
    };
    let mut answers = answers.into_iter();
    let (Some(all), Some(seen)) = (answers.next(), answers.next()) else {
        return Ok(None);
    };
    let Some(dn) = alone(all)? else {
        return Ok(None);
    };
    Ok(who(place, people.scope, seen, answers.next())?
        .alone()
        .filter(|found| found.entry.dn == dn))
}

/// The entry that alone has one of these values, whether look-ups see it or not.
pub(super) async fn bearer(
    place: Place<'_>,
    asker: &mut Asker,
    ways: &Filter,
) -> Result<Option<Dn>, Missing> {
    match asker.ask(bearers(place, ways)).await {
        Ok(answer) => alone(answer),
        Err(unanswered) => Err(missing(unanswered, asker)),
    }
}

/// Who of all that is there has one of these values.
fn bearers(place: Place<'_>, ways: &Filter) -> SearchRequest {
    let people = &place.lookups.people;
    let identity: Vec<AttributeName> = place.lookups.id_attributes.to_vec();
    request(
        Arc::clone(&people.base_text),
        people.scope,
        ways.clone(),
        identity.into(),
        SIZE_LIMIT,
    )
}

/// The only entry of an answer.
fn alone(answer: SearchResult) -> Result<Option<Dn>, Missing> {
    let mut entries = answer.entries.iter();
    match (answer.code, entries.next(), entries.next()) {
        (ResultCode::SUCCESS | ResultCode::SIZE_LIMIT_EXCEEDED, Some(_), Some(_)) => Ok(None),
        (ResultCode::SUCCESS, ..) if is_elsewhere(&answer) => Err(Missing::Referral),
        (ResultCode::SUCCESS, only, _) => Ok(only.map(|entry| entry.dn.clone())),
        (ResultCode::SIZE_LIMIT_EXCEEDED, Some(_), None) => Ok(None),
        (ResultCode::SIZE_LIMIT_EXCEEDED, None, _) => Err(Missing::ServerLimit(0)),
        (ResultCode::REFERRAL, ..) => Err(Missing::Referral),
        (code, ..) => Err(Missing::Refused(code)),
    }
}

/// What asks for one of these values; `None` where nobody can be found by them.
pub(super) fn ways(names: &[AttributeName], values: &[String]) -> Option<Filter> {
    if values.len() > JOIN_VALUES {
        return None;
    }
    let names = names.iter().filter(|name| !is_secret_attribute(name));
    let ways = names.flat_map(|name| {
        values
            .iter()
            .map(|value| Filter::Equal(name.clone(), value.as_bytes().to_vec()))
    });
    let ways: Vec<Filter> = ways.collect();
    (!ways.is_empty()).then_some(Filter::Or(ways))
}

/// Where the values of the joining field are; nowhere where it is put together by a template.
pub(super) fn joining<'a>(lookups: &'a DomainLookups, join: &str) -> &'a [AttributeName] {
    let mut fields = lookups.cards.fields.iter();
    fields
        .find(|field| *field.name == *join)
        .map(|field| fields::copied(field, &lookups.people))
        .unwrap_or_default()
}

/// The first picture that can be shown: by its bytes, and not too large.
pub(super) fn picture(cards: &CardPolicy, entry: &Entry) -> Option<Picture> {
    photo::attributes(cards)
        .flat_map(|name| entry.values(name))
        .filter(|bytes| bytes.len() <= cards.photo_max)
        .find_map(|bytes| {
            Some(Picture {
                media: MediaType::of(bytes)?,
                tag: content_tag(&bytes[..]),
                bytes: Arc::from(&bytes[..]),
            })
        })
}

/// By a key, among the people of the domain; `None` where it lies outside.
fn asked(place: Place<'_>, key: &IdKey<'_>) -> Option<SearchRequest> {
    let people = &place.lookups.people;
    Some(match key {
        IdKey::Dn(dn) if within(dn, &people.base, people.scope) => request(
            dn.to_string().into(),
            Scope::Base,
            people.restriction.clone(),
            attributes(place.lookups),
            SIZE_LIMIT,
        ),
        IdKey::Dn(_) => return None,
        IdKey::Identity(identity) => {
            let own = by_identity(&place.lookups.id_attributes, identity)?;
            request(
                Arc::clone(&people.base_text),
                people.scope,
                Filter::And(vec![people.restriction.clone(), own]),
                attributes(place.lookups),
                SIZE_LIMIT,
            )
        }
    })
}

/// Asks who fits.
async fn ask(place: Place<'_>, asker: &mut Asker, request: SearchRequest) -> Result<Who, Missing> {
    let scope = request.scope;
    let photo = photo_of(place, &request);
    let requests: Vec<SearchRequest> = [request].into_iter().chain(photo).collect();
    let answers = match asker.ask_all(&requests).await {
        Ok(answers) => answers,
        Err(unanswered) => return Err(missing(unanswered, asker)),
    };
    let mut answers = answers.into_iter();
    match answers.next() {
        Some(answer) => who(place, scope, answer, answers.next()),
        None => Ok(Who::Nobody),
    }
}

/// Whether whoever this finds has a photo: without its bytes, which are read when somebody wants them.
fn photo_of(place: Place<'_>, request: &SearchRequest) -> Option<SearchRequest> {
    let names: Vec<AttributeName> = photo::attributes(&place.lookups.cards).cloned().collect();
    (!names.is_empty()).then(|| SearchRequest {
        types_only: true,
        attributes: names.into(),
        ..request.clone()
    })
}

/// Who of an answer is meant; `photos` tells who of them has a photo.
fn who(
    place: Place<'_>,
    scope: Scope,
    answer: SearchResult,
    photos: Option<SearchResult>,
) -> Result<Who, Missing> {
    let elsewhere = is_elsewhere(&answer);
    let SearchResult { code, entries, .. } = answer;
    match code {
        ResultCode::SUCCESS | ResultCode::SIZE_LIMIT_EXCEEDED => {}
        code if is_nobody(code, scope) => {}
        ResultCode::REFERRAL => return Err(Missing::Referral),
        code => return Err(Missing::Refused(code)),
    }
    let people = &place.lookups.people;
    let mut found: Option<Found> = None;
    for entry in entries {
        if !within(&entry.dn, &people.base, people.scope) {
            continue;
        }
        let is_other = |other: &Found| other.entry.dn != entry.dn;
        let is = as_match(place, Kind::Person, &entry);
        match is.filter(|_| !found.as_ref().is_some_and(is_other)) {
            Some(is) => {
                let photos = photos.iter().flat_map(|photos| &photos.entries);
                let mut own = photos.filter(|one| one.dn == entry.dn);
                found = Some(Found {
                    is,
                    has_photo: own.any(|one| !one.attributes.is_empty()),
                    entry,
                });
            }
            // Another one, or one whose identity cannot be read and is anybody's.
            None => return Ok(Who::Several),
        }
    }
    Ok(match found {
        // One came, and the server has more: that one need not be alone.
        Some(_) if code == ResultCode::SIZE_LIMIT_EXCEEDED => Who::Several,
        Some(found) => Who::One(Box::new(found)),
        // Nobody is told so who may be behind a reference, or whom the server keeps for itself.
        None if elsewhere => return Err(Missing::Referral),
        None if code == ResultCode::SIZE_LIMIT_EXCEEDED => return Err(Missing::ServerLimit(0)),
        None => Who::Nobody,
    })
}

/// What makes a match, and what the fields are made of.
fn attributes(lookups: &DomainLookups) -> Arc<[AttributeName]> {
    let mut names: Vec<AttributeName> = crate::resolve::attributes(lookups, None).to_vec();
    for name in fields::needs(&lookups.cards.fields, &lookups.people) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.into()
}
