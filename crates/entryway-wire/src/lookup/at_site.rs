//! What a site answered to a look-up: read strictly, because the site is another company, and told under its name.
//!
//! Whoever was logged in at a site has a subject that begins with its name, groups below its name, and a mail address in
//! its own domains alone: the same holds of whom it lets find, so that both are one person and neither is somebody else.

mod placed;

use super::{
    AddressBooksJson, BookPageJson, BrowsedJson, CardJson, GroupJson, GroupsOfJson, MatchesJson,
    MembersJson, PageJson, PersonJson, ResolvedJson,
};
use crate::{JsonError, to_json};
use entryway_login::SitePolicy;
use entryway_lookup::{Card, CardField, EntryId, Spent};
use placed::Placed;
use serde::de::DeserializeOwned;

/// An answer of a site.
pub enum SiteAnswer {
    /// `address_books`.
    Books(AddressBooksJson<'static>),
    /// `address_book_page`.
    BookPage(BookPageJson<'static>),
    /// `browsed`.
    Browsed(BrowsedJson<'static>),
    /// `page`.
    Page(PageJson<'static>),
    /// `card`.
    Card(CardJson<'static>),
    /// `matches`.
    Matches(MatchesJson<'static>),
    /// `person`.
    Person(PersonJson<'static>),
    /// `group_entry`.
    Group(GroupJson<'static>),
    /// `groups_of`.
    GroupsOf(GroupsOfJson<'static>),
    /// `members`.
    Members(MembersJson<'static>),
    /// `resolved`.
    Resolved(ResolvedJson<'static>),
}

/// Whose answer it is.
#[derive(Clone, Copy)]
pub struct Whose<'a> {
    /// The site.
    pub site: &'a SitePolicy,
    /// The connector that gave it: where its list goes on, no other can tell.
    pub connector: &'a str,
}

/// What stands between a connector and its cursor.
const BETWEEN: char = '.';

/// The connector whose cursor it is, and the cursor as it knows it.
pub fn site_cursor(cursor: &str) -> Option<(&str, &str)> {
    cursor.split_once(BETWEEN)
}

impl SiteAnswer {
    /// Reads an answer of this shape; `None` where it is none. Keys that are not known are passed over.
    pub fn read(shape: &str, json: &[u8]) -> Option<Self> {
        match shape {
            "address_books" => read(json).map(Self::Books),
            "address_book_page" => read(json).map(Self::BookPage),
            "browsed" => read(json).map(Self::Browsed),
            "page" => read(json).map(Self::Page),
            "card" => read(json).map(Self::Card),
            "matches" => read(json).map(Self::Matches),
            "person" => read(json).map(Self::Person),
            "group_entry" => read(json).map(Self::Group),
            "groups_of" => read(json).map(Self::GroupsOf),
            "members" => read(json).map(Self::Members),
            "resolved" => read(json).map(Self::Resolved),
            _ => None,
        }
    }

    /// Puts everybody and everything under the site's name, and leaves out what is not taken of it.
    pub fn place(&mut self, whose: Whose<'_>) {
        match self {
            Self::Books(books) => books.place(whose),
            Self::BookPage(page) => page.place(whose),
            Self::Browsed(browsed) => browsed.place(whose),
            Self::Page(page) => page.place(whose),
            Self::Card(card) => card.place(whose),
            Self::Matches(matches) => matches.place(whose),
            Self::Person(person) => person.place(whose),
            Self::Group(group) => group.place(whose),
            Self::GroupsOf(groups) => groups.place(whose),
            Self::Members(members) => members.place(whose),
            Self::Resolved(resolved) => resolved.place(whose),
        }
    }

    /// Leaves of people in and around groups nothing but who they are.
    pub fn leave_names(&mut self) {
        match self {
            Self::GroupsOf(groups) => groups.entry.leave_the_name(),
            Self::Members(members) => {
                for member in &mut members.members {
                    member.entry.leave_the_name();
                }
                for member in members.unresolved.iter_mut().flatten() {
                    member.value = None;
                }
            }
            _ => {}
        }
    }

    /// Puts the texts in that were asked about, as they came; `false` where there is not a result for each.
    pub fn answers(&mut self, queries: &[String]) -> bool {
        let Self::Resolved(resolved) = self else {
            return false;
        };
        for (result, query) in resolved.results.iter_mut().zip(queries) {
            result.query = query.clone().into();
        }
        resolved.results.len() == queries.len()
    }

    /// How many entries it tells.
    pub fn found(&self) -> usize {
        match self {
            Self::Books(_) | Self::Browsed(_) => 0,
            Self::Card(_) | Self::Person(_) | Self::Group(_) => 1,
            Self::BookPage(page) => page.entries.len(),
            Self::Page(page) => page.rows.len(),
            Self::Matches(matches) => matches.matches.len(),
            Self::GroupsOf(groups) => groups.groups.len(),
            Self::Members(members) => members.members.len(),
            Self::Resolved(resolved) => {
                let results = resolved.results.iter();
                results.map(|result| result.matches.len()).sum()
            }
        }
    }

    /// Whether there may be more.
    pub fn is_partial(&self) -> bool {
        match self {
            Self::Books(_) | Self::Browsed(_) | Self::Person(_) => false,
            Self::BookPage(page) => page.partial,
            Self::Page(page) => page.partial,
            Self::Card(card) => card.partial,
            Self::Matches(matches) => matches.partial,
            Self::Group(group) => group.partial,
            Self::GroupsOf(groups) => groups.partial,
            Self::Members(members) => members.partial,
            Self::Resolved(resolved) => resolved.results.iter().any(|result| result.partial),
        }
    }

    /// As it is told.
    pub fn to_json(&self) -> Result<Vec<u8>, JsonError> {
        match self {
            Self::Books(books) => to_json(books),
            Self::BookPage(page) => to_json(page),
            Self::Browsed(browsed) => to_json(browsed),
            Self::Page(page) => to_json(page),
            Self::Card(card) => to_json(card),
            Self::Matches(matches) => to_json(matches),
            Self::Person(person) => to_json(person),
            Self::Group(group) => to_json(group),
            Self::GroupsOf(groups) => to_json(groups),
            Self::Members(members) => to_json(members),
            Self::Resolved(resolved) => to_json(resolved),
        }
    }

    /// A card, to be told in another form. Why fields may be missing is not in it.
    pub fn card(&self) -> Option<Card> {
        let Self::Card(card) = self else { return None };
        let fields = card.fields.0.iter();
        Some(Card {
            id: EntryId::clone(&card.id.0),
            name: card.name.to_string(),
            fields: fields
                .map(|(name, text)| CardField {
                    name: (**name).into(),
                    text: text.to_string(),
                })
                .collect(),
            has_photo: card.has_photo,
            tag: 0,
            gaps: Vec::new(),
            spent: Spent::default(),
        })
    }
}

fn read<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests;
