//! Address books.

use super::found::{GapJson, Texts, gaps};
use crate::shape::shapes;
use crate::write::Text;
use entryway_lookup::{Book, BookEntry, BookPage, EntryId};

shapes! {
    /// GET /api/v1/address-books.
    pub struct AddressBooksJson<'a> = "address_books" {
        /// In the order of their names.
        address_books: Vec<BookJson<'a>>,
    }
    /// An address book.
    pub(crate) struct BookJson<'a> = "address_book" {
        /// Its name in addresses.
        name: &'a str,
        /// Its name for people.
        title: Option<&'a str>,
        /// The domains that it shows; left out where it is that of whoever looks.
        domains: Option<Vec<&'a str>>,
        /// The names of the fields of its entries.
        fields: Vec<&'a str>,
        /// Characters that must be typed.
        min_length: u32,
        /// Entries where nobody says how many.
        shown: u32,
        /// Entries at most.
        max: u32,
    }
    /// GET /api/v1/address-books/{name}: a page of one.
    pub struct BookPageJson<'a> = "address_book_page" {
        /// Who was found.
        entries: Vec<BookEntryJson<'a>>,
        /// Goes on after these, as `cursor`; left out where there are no more.
        next: Option<&'a str>,
        /// The number that was asked for, where it was more than the book shows.
        capped_from: Option<u32>,
        /// Whether there may be more.
        partial: bool,
        /// Why; left out where nothing is missing.
        gaps: Option<Vec<GapJson<'a>>>,
    }
    /// An entry of an address book.
    pub(crate) struct BookEntryJson<'a> = "address_book_entry" {
        /// By what to ask on.
        id: Text<&'a EntryId>,
        /// The domain.
        domain: &'a str,
        /// The name for people.
        name: &'a str,
        /// What it hangs under, where the book groups its entries.
        group: Option<&'a str>,
        /// The book's fields that have a value.
        fields: Texts<'a>,
    }
}

impl<'a> AddressBooksJson<'a> {
    /// The address books that there are.
    pub fn of(books: &'a [Book]) -> Self {
        let book = |book: &'a Book| BookJson {
            name: &book.name,
            title: book.title.as_deref(),
            domains: (!book.domains.is_empty())
                .then(|| book.domains.iter().map(|name| &**name).collect()),
            fields: book.fields.iter().map(|name| &**name).collect(),
            min_length: book.limits.min_length,
            shown: book.limits.shown,
            max: book.limits.most,
        };
        Self {
            address_books: books.iter().map(book).collect(),
        }
    }
}

impl<'a> BookPageJson<'a> {
    /// A page.
    pub fn of(page: &'a BookPage) -> Self {
        let entry = |entry: &'a BookEntry| BookEntryJson {
            id: Text(&entry.id),
            domain: &entry.domain,
            name: &entry.name,
            group: entry.group.as_deref(),
            fields: Texts(
                entry
                    .fields
                    .iter()
                    .map(|(name, text)| (&**name, text.as_str()))
                    .collect(),
            ),
        };
        Self {
            entries: page.entries.iter().map(entry).collect(),
            next: page.next.as_deref(),
            capped_from: page.capped_from,
            partial: !page.gaps.is_empty(),
            gaps: gaps(&page.gaps),
        }
    }
}
