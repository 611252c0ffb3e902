//! One directory that cards are read from: an entry by its id, by another directory's id of the same person, or by
//! what a field says.

use crate::ask::Asker;
use crate::fields;
use crate::finder::Place;
use crate::resolve::{as_match, missing, request, within};
use entryway_ldap::{SearchRequest, SearchResult};
use entryway_ldap_types::{AttributeName, Entry, Filter, ResultCode, Scope};
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
}

/// What is asked for of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fetched {
    /// Who it is.
    Identity,
    /// What a card is made of, too.
    Card,
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
pub(super) struct Picture {
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
    Ok(match who(place, asker, request).await? {
        // An identity that was reused, or the DN of an entry that has an identity by now.
        Who::One(found) if found.is.id != *id => Who::Nobody,
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
    let found = who(place, asker, request).await?.alone();
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

/// The person of whom the field says one of these; `None` where it says so of nobody, or of more than one.
pub(super) async fn by_values(
    place: Place<'_>,
    asker: &mut Asker,
    names: &[AttributeName],
    values: &[String],
    fetched: Fetched,
) -> Result<Option<Found>, Missing> {
    if values.is_empty() || values.len() > JOIN_VALUES {
        return Ok(None);
    }
    let ways = names.iter().filter(|name| !is_secret_attribute(name));
    let ways = ways.flat_map(|name| {
        values
            .iter()
            .map(|value| Filter::Equal(name.clone(), value.as_bytes().to_vec()))
    });
    let ways: Vec<Filter> = ways.collect();
    if ways.is_empty() {
        return Ok(None);
    }
    let people = &place.lookups.people;
    let filter = Filter::And(vec![people.restriction.clone(), Filter::Or(ways)]);
    let request = request(
        Arc::clone(&people.base_text),
        people.scope,
        filter,
        attributes(place.lookups, fetched),
        SIZE_LIMIT,
    );
    Ok(who(place, asker, request).await?.alone())
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
    let names = cards.photo.iter();
    let names = names.filter(|name| !is_secret_attribute(name));
    names
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
            attributes(place.lookups, Fetched::Card),
            SIZE_LIMIT,
        ),
        IdKey::Dn(_) => return None,
        IdKey::Identity(identity) => {
            let own = by_identity(&place.lookups.id_attributes, identity)?;
            request(
                Arc::clone(&people.base_text),
                people.scope,
                Filter::And(vec![people.restriction.clone(), own]),
                attributes(place.lookups, Fetched::Card),
                SIZE_LIMIT,
            )
        }
    })
}

/// Asks who fits.
async fn who(place: Place<'_>, asker: &mut Asker, request: SearchRequest) -> Result<Who, Missing> {
    let answer = match asker.ask(request).await {
        Ok(answer) => answer,
        Err(unanswered) => return Err(missing(unanswered, asker)),
    };
    let SearchResult { code, entries, .. } = answer;
    match code {
        ResultCode::SUCCESS | ResultCode::SIZE_LIMIT_EXCEEDED | ResultCode::NO_SUCH_OBJECT => {}
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
            Some(is) => found = Some(Found { is, entry }),
            // Another one, or one whose identity cannot be read and is anybody's.
            None => return Ok(Who::Several),
        }
    }
    Ok(match found {
        // One came, and the server has more: that one need not be alone.
        Some(_) if code == ResultCode::SIZE_LIMIT_EXCEEDED => Who::Several,
        Some(found) => Who::One(Box::new(found)),
        None => Who::Nobody,
    })
}

/// What makes a match, and what the fields and the photo are made of.
fn attributes(lookups: &DomainLookups, fetched: Fetched) -> Arc<[AttributeName]> {
    let of_match = crate::resolve::attributes(lookups, None);
    if fetched == Fetched::Identity {
        return of_match;
    }
    let mut names: Vec<AttributeName> = of_match.to_vec();
    let photo = lookups.cards.photo.iter();
    let photo = photo.filter(|name| !is_secret_attribute(name));
    for name in fields::needs(&lookups.cards.fields, &lookups.people).chain(photo) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.into()
}
