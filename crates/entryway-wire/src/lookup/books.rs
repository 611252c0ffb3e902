//! Address books.

use super::found::{GapJson, gaps};
use super::texts::{Id, Texts};
use crate::shape::shapes;
use entryway_lookup::{Book, BookEntry, BookPage};
use std::borrow::Cow;

shapes! {
    /// GET /api/v1/address-books.
    #[derive(serde::Deserialize)]
    pub struct AddressBooksJson<'a> = "address_books" {
        /// In the order of their names.
        pub(crate) address_books: Vec<BookJson<'a>>,
    }
    /// An address book.
    #[derive(serde::Deserialize)]
    pub(crate) struct BookJson<'a> = "address_book" {
        /// Its name in addresses.
        pub(crate) name: Cow<'a, str>,
        /// Its name for people.
        pub(crate) title: Option<Cow<'a, str>>,
        /// The domains that it shows; left out where it is that of whoever looks.
        pub(crate) domains: Option<Vec<Cow<'a, str>>>,
        /// The names of the fields of its entries.
        pub(crate) fields: Vec<Cow<'a, str>>,
        /// Characters that must be typed.
        pub(crate) min_length: u32,
        /// Entries where nobody says how many.
        pub(crate) shown: u32,
        /// Entries at most.
        pub(crate) max: u32,
    }
    /// GET /api/v1/address-books/{name}: a page of one.
    #[derive(serde::Deserialize)]
    pub struct BookPageJson<'a> = "address_book_page" {
        /// Who was found.
        pub(crate) entries: Vec<BookEntryJson<'a>>,
        /// Goes on after these, as `cursor`; left out where there are no more.
        pub(crate) next: Option<Cow<'a, str>>,
        /// The number that was asked for, where it was more than the book shows.
        pub(crate) capped_from: Option<u32>,
        /// Whether there may be more.
        pub(crate) partial: bool,
        /// Why; left out where nothing is missing.
        pub(crate) gaps: Option<Vec<GapJson<'a>>>,
    }
    /// An entry of an address book.
    #[derive(serde::Deserialize)]
    pub(crate) struct BookEntryJson<'a> = "address_book_entry" {
        /// By what to ask on.
        pub(crate) id: Id<'a>,
        /// The domain.
        pub(crate) domain: Cow<'a, str>,
        /// The name for people.
        pub(crate) name: Cow<'a, str>,
        /// What it hangs under, where the book groups its entries.
        pub(crate) group: Option<Cow<'a, str>>,
        /// The book's fields that have a value.
        pub(crate) fields: Texts<'a>,
    }
}

impl<'a> AddressBooksJson<'a> {
    /// The address books that there are.
    pub fn of(books: &'a [Book]) -> Self {
        let book = |book: &'a Book| BookJson {
            name: Cow::Borrowed(&book.name),
            title: book.title.as_deref().map(Cow::Borrowed),
            domains: (!book.domains.is_empty()).then(|| {
                book.domains
                    .iter()
                    .map(|name| Cow::Borrowed(&**name))
                    .collect()
            }),
            fields: book
                .fields
                .iter()
                .map(|name| Cow::Borrowed(&**name))
                .collect(),
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
            id: Id::of(&entry.id),
            domain: Cow::Borrowed(&entry.domain),
            name: Cow::Borrowed(&entry.name),
            group: entry.group.as_deref().map(Cow::Borrowed),
            fields: Texts(
                entry
                    .fields
                    .iter()
                    .map(|(name, text)| (Cow::Borrowed(&**name), Cow::Borrowed(text.as_str())))
                    .collect(),
            ),
        };
        Self {
            entries: page.entries.iter().map(entry).collect(),
            next: page.next.as_deref().map(Cow::Borrowed),
            capped_from: page.capped_from,
            partial: !page.gaps.is_empty(),
            gaps: gaps(&page.gaps),
        }
    }
}
