//! Address books: named views that an application offers its people.

use crate::{EntryId, Gap, Spent};
use std::sync::Arc;
use std::time::Instant;

/// An address book, as it is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// What it is called in the configuration and in addresses.
    pub name: Arc<str>,
    /// For people; `None` where nothing is written.
    pub title: Option<Arc<str>>,
    /// The domains that it shows; empty where it is the caller's own.
    pub domains: Vec<Arc<str>>,
    /// The names of the fields of its entries.
    pub fields: Vec<Arc<str>>,
    /// Its limits.
    pub limits: BookLimits,
}

/// How much of an address book is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookLimits {
    /// Characters that must be typed.
    pub min_length: u32,
    /// Entries where nobody says how many.
    pub shown: u32,
    /// Entries at most: more is capped, and said.
    pub most: u32,
}

/// Searches an address book.
#[derive(Debug, Clone)]
pub struct BookQuestion {
    /// Which.
    pub book: String,
    /// What was typed.
    pub query: String,
    /// The domain of the person who looks, where it is known: a book may show nothing but that.
    pub own_domain: Option<String>,
    /// How many entries; `None` for the book's own number.
    pub limit: Option<u32>,
    /// Where another page told to go on.
    pub cursor: Option<String>,
    /// Answer before this.
    pub deadline: Instant,
}

/// An entry of an address book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookEntry {
    /// By what to ask on.
    pub id: EntryId,
    /// The domain's name.
    pub domain: Arc<str>,
    /// The name for people.
    pub name: String,
    /// What the entry hangs under, where the book groups its entries.
    pub group: Option<String>,
    /// The book's fields that have a value, by the book's names.
    pub fields: Vec<(Arc<str>, String)>,
}

/// A page of an address book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookPage {
    /// Ordered as matches are.
    pub entries: Vec<BookEntry>,
    /// Goes on after these; `None` where there are no more.
    pub next: Option<String>,
    /// The number that was asked for, where it was capped.
    pub capped_from: Option<u32>,
    /// Why there may be more.
    pub gaps: Vec<Gap>,
    /// What it cost.
    pub spent: Spent,
}
