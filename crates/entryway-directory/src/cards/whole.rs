//! A card as a whole, of whatever sources there are.

use super::may_see;
use super::photo::PhotoAt;
use super::source::{self, Found, Who};
use crate::ask::Asker;
use crate::fields;
use crate::finder::{Finder, Place};
use crate::resolve::spent;
use entryway_ldap::SearchRole;
use entryway_lookup::{
    CardField, CardPolicy, EntryId, FieldSet, Gap, Missing, Refused, SecondMode, SecondSource,
    Spent,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The field of the configuration that is the photo.
const PHOTO: &str = "photo";
/// Searches of one source for one card, repeated ones too.
const SEARCHES: u32 = 12;
/// What is left of the deadline to tell the card without its second source, when that is waited for in vain.
const REST: Duration = Duration::from_millis(50);
/// What counts as one entry in the cache.
const WEIGHT_OF_ONE: usize = 4096;

/// All that there is of somebody, whoever looks.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(super) name: String,
    /// In the order of the configuration: the first source's, then what the second has beside them.
    pub(super) fields: Vec<Part<CardField>>,
    pub(super) photo: Option<Part<PhotoAt>>,
    /// When it was asked for: what is made of it is no younger.
    pub(super) since: Instant,
    /// Where a source that did not answer may have a photo: whether that would be public.
    photo_to_come: Option<bool>,
    pub(super) gaps: Vec<Gap>,
    pub(super) spent: Spent,
}

/// Something of a card, and for whom it is.
#[derive(Debug)]
pub(super) struct Part<T> {
    pub(super) what: T,
    pub(super) public: bool,
}

impl Whole {
    /// Whether a source that did not answer may have a photo that this set would see.
    pub(super) fn may_have_photo(&self, set: FieldSet) -> bool {
        self.photo_to_come
            .is_some_and(|public| may_see(set, public))
    }

    /// What it takes in the cache, in entries; nothing that is incomplete is kept.
    fn weight(&self) -> Option<usize> {
        let text: usize = self.fields.iter().map(|part| part.what.text.len()).sum();
        self.gaps.is_empty().then(|| 1 + text / WEIGHT_OF_ONE)
    }
}

impl Finder {
    /// What there is of somebody.
    pub(super) async fn card_of(
        &self,
        id: &EntryId,
        deadline: Instant,
    ) -> Result<Arc<Whole>, Refused> {
        let place = self.place_of_id(id)?;
        let ask = async || {
            let whole = self.card_now(place, id, deadline).await?;
            let since = whole.since;
            Ok((Arc::new(whole), since))
        };
        self.cards
            .get_since(id.clone(), deadline, |whole| whole.weight(), ask)
            .await
    }

    async fn card_now(
        &self,
        place: Place<'_>,
        id: &EntryId,
        deadline: Instant,
    ) -> Result<Whole, Refused> {
        let since = Instant::now();
        let place = seen(place, deadline)
            .await
            .map_err(|why| place.unanswered(why))?;
        let mut asker = asking(place, deadline).await;
        let first = source::by_id(place, &mut asker, id).await;
        // A domain that does not answer may know the person: nobody else is asked in its place.
        let first = first.map_err(|why| Refused::Unanswered(gap(place, why)))?;
        let second = place.lookups.cards.second.as_ref();
        let second = second.and_then(|second| Some((second, self.place(second.domain)?)));
        let whole = match (first, second) {
            (Who::One(found), Some((second, beside))) if second.mode == SecondMode::Supplement => {
                let mut whole = whole(place, &found, since, spent(asker, since));
                if wants_more(&whole, &place.lookups.cards, &beside.lookups.cards) {
                    let due = deadline.checked_sub(REST).unwrap_or(deadline);
                    supplement(&mut whole, place, &found, second, beside, id, due).await;
                    whole.spent.took = since.elapsed();
                }
                whole
            }
            (Who::One(found), _) => whole(place, &found, since, spent(asker, since)),
            (Who::Nobody, Some((second, beside))) if second.mode == SecondMode::Partition => {
                let beside = seen(beside, deadline)
                    .await
                    .map_err(|why| beside.unanswered(why))?;
                let mut other = asking(beside, deadline).await;
                let found = source::by_id_of(place.lookups, beside, &mut other, id).await;
                let found = found.map_err(|why| Refused::Unanswered(gap(beside, why)))?;
                let found = found.ok_or(Refused::NotFound)?;
                let both = added(spent(asker, since), spent(other, since));
                whole(beside, &found, since, both)
            }
            (Who::Nobody | Who::Several, _) => return Err(Refused::NotFound),
        };
        Ok(whole)
    }
}

/// Asks the servers for cards.
async fn asking(place: Place<'_>, due: Instant) -> Asker {
    let order = place.domain.cards_order(due).await;
    Asker::new(order, SearchRole::Cards, due, SEARCHES)
}

/// The domain as its directory says that it is. Where cards are on servers of their own, those of the domain are not
/// asked for them, and what is known of them is enough.
async fn seen(place: Place<'_>, deadline: Instant) -> Result<Place<'_>, Missing> {
    if !place.domain.cards().is_empty() {
        return Ok(place);
    }
    place.seen(SearchRole::Cards, deadline).await
}

/// What one source has.
fn whole(place: Place<'_>, found: &Found, since: Instant, spent: Spent) -> Whole {
    let cards = &place.lookups.cards;
    let fields = cards.fields.iter().filter_map(|field| {
        let text = fields::text(field, place.index, place.lookups, &found.is, &found.entry)?;
        Some(Part {
            public: is_public(cards, &field.name),
            what: CardField {
                name: Arc::clone(&field.name),
                text,
            },
        })
    });
    Whole {
        name: found.is.name.clone(),
        fields: fields.collect(),
        photo: found.has_photo.then(|| Part {
            what: PhotoAt {
                domain: place.index,
                id: found.is.id.clone(),
                dn: found.entry.dn_text.clone(),
            },
            public: is_public(cards, PHOTO),
        }),
        since,
        photo_to_come: None,
        gaps: Vec::new(),
        spent,
    }
}

/// Whether the second source may have what the first has not.
fn wants_more(whole: &Whole, first: &CardPolicy, second: &CardPolicy) -> bool {
    let has = |name: &str| whole.fields.iter().any(|part| *part.what.name == *name);
    second.fields.iter().any(|field| !has(&field.name)) || wants_photo(whole, first, second)
}

/// A card that is configured without a photo gets none from elsewhere.
fn wants_photo(whole: &Whole, first: &CardPolicy, second: &CardPolicy) -> bool {
    whole.photo.is_none() && !first.photo.is_empty() && !second.photo.is_empty()
}

/// Adds what the second source has of the same person, or why it may have more.
async fn supplement(
    whole: &mut Whole,
    place: Place<'_>,
    first: &Found,
    second: &SecondSource,
    beside: Place<'_>,
    id: &EntryId,
    due: Instant,
) {
    let since = Instant::now();
    let mut here = asking(place, due).await;
    let seen = seen(beside, due).await;
    let beside = *seen.as_ref().unwrap_or(&beside);
    let mut there = asking(beside, due).await;
    let found = match seen {
        Ok(_) => source::by_id_of(place.lookups, beside, &mut there, id).await,
        Err(why) => Err(why),
    };
    let found = match found {
        Ok(None) => {
            let names = source::joining(place.lookups, &second.join);
            let others = source::joining(beside.lookups, &second.join);
            let values: Vec<String> = names
                .iter()
                .flat_map(|name| fields::values(&first.entry, name))
                .collect();
            let ways = source::ways(names, &values).zip(source::ways(others, &values));
            match ways {
                Some((ours, theirs)) => {
                    // What two here have in common says nothing of either there.
                    let (ours, theirs) = tokio::join!(
                        source::bearer(place, &mut here, &ours),
                        source::by_values(beside, &mut there, &theirs),
                    );
                    match (ours, theirs) {
                        (_, Err(why)) => Err(gap(beside, why)),
                        // Whom nobody fits there, nobody here matters to.
                        (_, Ok(None)) => Ok(None),
                        (Err(why), Ok(Some(_))) => Err(gap(place, why)),
                        (Ok(ours), Ok(theirs)) => {
                            Ok(theirs.filter(|_| ours.is_some_and(|dn| dn == first.entry.dn)))
                        }
                    }
                }
                None => Ok(None),
            }
        }
        found => found.map_err(|why| gap(beside, why)),
    };
    whole.spent = added(whole.spent, spent(here, since));
    whole.spent = added(whole.spent, spent(there, since));
    match found {
        Ok(Some(found)) => add(whole, &place.lookups.cards, beside, &found),
        Ok(None) => {}
        Err(gap) => {
            let (first, second) = (&place.lookups.cards, &beside.lookups.cards);
            if wants_photo(whole, first, second) {
                whole.photo_to_come = Some(is_public(first, PHOTO) && is_public(second, PHOTO));
            }
            whole.gaps.push(gap);
        }
    }
}

/// What the second source has beside the first. What both can have is public where both say so.
fn add(whole: &mut Whole, first: &CardPolicy, beside: Place<'_>, found: &Found) {
    let other = self::whole(beside, found, whole.since, Spent::default());
    let is_ours = |name: &str| first.fields.iter().any(|field| *field.name == *name);
    for mut part in other.fields {
        let name = &part.what.name;
        if whole.fields.iter().any(|known| known.what.name == *name) {
            continue;
        }
        part.public &= !is_ours(name) || is_public(first, name);
        whole.fields.push(part);
    }
    if whole.photo.is_none() && !first.photo.is_empty() {
        whole.photo = other.photo.map(|part| Part {
            public: part.public && is_public(first, PHOTO),
            ..part
        });
    }
    let at = |name: &str| first.fields.iter().position(|field| *field.name == *name);
    whole
        .fields
        .sort_by_key(|part| at(&part.what.name).unwrap_or(usize::MAX));
}

fn is_public(cards: &CardPolicy, name: &str) -> bool {
    cards.public.iter().any(|public| **public == *name)
}

fn gap(place: Place<'_>, why: Missing) -> Gap {
    Gap {
        domain: Arc::clone(&place.lookups.name),
        why,
    }
}

fn added(one: Spent, other: Spent) -> Spent {
    Spent {
        round_trips: one.round_trips + other.round_trips,
        searches: one.searches + other.searches,
        entries: one.entries + other.entries,
        took: one.took.max(other.took),
    }
}
