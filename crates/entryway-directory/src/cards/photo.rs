//! Photos: read when one is asked for, each on a connection of its own. A photo may be larger than any message that is
//! taken, and that ends the connection: no card and no other photo goes with it.

use super::source::{Picture, picture};
use super::whole::Whole;
use crate::ask::{busy, failed, passes_on};
use crate::finder::{Finder, Place};
use crate::resolve::{as_match, fault, is_nobody, request};
use crate::share::share;
use entryway_ldap::{PageLimits, SearchRequest, SearchResult, SearchRole, Server};
use entryway_ldap_types::{AttributeName, ResultCode, Scope};
use entryway_login::{Fault, ServerTry, is_secret_attribute};
use entryway_lookup::{CardPolicy, EntryId, Kind, Missing, Refused};
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout_at;

/// Photos that are read at the same time, each with a connection.
pub(crate) const AT_ONCE: usize = 8;
/// What counts as one entry in the cache.
const WEIGHT_OF_ONE: usize = 4096;

/// Where somebody's photo is.
#[derive(Debug, Clone)]
pub(super) struct PhotoAt {
    /// Which domain has it, by its index.
    pub(super) domain: usize,
    /// Whose it is there.
    pub(super) id: EntryId,
    /// Under which name.
    pub(super) dn: Box<str>,
}

/// What came of asking one server.
enum Told {
    Answer(SearchResult),
    /// Larger than any that is shown.
    TooLarge,
}

/// The attributes that a photo may be in.
pub(super) fn attributes(cards: &CardPolicy) -> impl Iterator<Item = &AttributeName> {
    let names = cards.photo.iter();
    names.filter(|name| !is_secret_attribute(name))
}

impl Finder {
    /// The picture that is there, if what is there is one.
    pub(super) async fn picture_of(
        &self,
        id: &EntryId,
        whole: &Whole,
        at: &PhotoAt,
        deadline: Instant,
    ) -> Result<Option<Picture>, Refused> {
        let Some(place) = self.place(at.domain) else {
            return Ok(None);
        };
        let ask = async || {
            // Where it is was found out before.
            let since = whole.since.min(Instant::now());
            let read = self.read_photo(place, at, deadline).await;
            let picture = read.map_err(|why| place.unanswered(why))?;
            Ok((picture, since))
        };
        let weight = |picture: &Option<Picture>| {
            let bytes = picture.as_ref().map_or(0, |picture| picture.bytes.len());
            Some(1 + bytes / WEIGHT_OF_ONE)
        };
        self.photos
            .get_since(id.clone(), deadline, weight, ask)
            .await
    }

    async fn read_photo(
        &self,
        place: Place<'_>,
        at: &PhotoAt,
        deadline: Instant,
    ) -> Result<Option<Picture>, Missing> {
        let turn = timeout_at(deadline.into(), self.photo_turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(Missing::Unanswered(Fault::Deadline));
        };
        let answer = match alone(place, asked(place, at), deadline).await? {
            Told::Answer(answer) => answer,
            Told::TooLarge => return Ok(None),
        };
        match answer.code {
            ResultCode::SUCCESS => {}
            // Gone since.
            code if is_nobody(code, Scope::Base) => {}
            ResultCode::REFERRAL => return Err(Missing::Referral),
            code => return Err(Missing::Refused(code)),
        }
        let mut entries = answer.entries.iter();
        // Somebody else by now, perhaps.
        let own = entries.find(|entry| {
            as_match(place, Kind::Person, entry).is_some_and(|found| found.id == at.id)
        });
        Ok(own.and_then(|entry| picture(&place.lookups.cards, entry)))
    }
}

fn asked(place: Place<'_>, at: &PhotoAt) -> SearchRequest {
    let lookups = place.lookups;
    let mut names: Vec<AttributeName> = crate::resolve::attributes(lookups, None).to_vec();
    for name in attributes(&lookups.cards) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let dn: Arc<str> = Arc::from(&*at.dn);
    let restriction = lookups.people.restriction.clone();
    request(dn, Scope::Base, restriction, names.into(), 0)
}

/// Asks the servers for cards one after the other, each on a connection of its own.
async fn alone(
    place: Place<'_>,
    request: SearchRequest,
    deadline: Instant,
) -> Result<Told, Missing> {
    let order = place.domain.cards_order(deadline).await;
    let mut tried = Vec::new();
    for (at, server) in order.iter().enumerate() {
        let due = share(Instant::now(), deadline, order.len() - at);
        match of_server(server, request.clone(), due).await {
            Ok(told) => return Ok(told),
            Err(failure) => tried.push(failure),
        }
    }
    if Instant::now() >= deadline {
        return Err(Missing::Unanswered(Fault::Deadline));
    }
    Err(Missing::Unanswered(fault(&tried)))
}

async fn of_server(
    server: &Server,
    request: SearchRequest,
    due: Instant,
) -> Result<Told, ServerTry> {
    const ONE: PageLimits = PageLimits {
        size: 1,
        entries: 1,
    };
    let pages = server.pages(SearchRole::Cards, request, ONE, due).await;
    let mut pages = pages.map_err(|error| failed(server, &error))?;
    match pages.next(due).await {
        Ok(Some(answer)) if passes_on(answer.code) => Err(busy(server, &answer)),
        Ok(Some(answer)) => Ok(Told::Answer(answer)),
        Ok(None) => Ok(Told::TooLarge),
        Err(error) if error.is_too_long() => Ok(Told::TooLarge),
        Err(error) => Err(failed(server, &error)),
    }
}
