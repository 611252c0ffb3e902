//! The ports: what answers look-ups, as the fronts use it. `entryway-directory` stands behind them.
//!
//! Whoever implements them keeps the deadline of each question; nobody needs a timer around one. Dropping a future
//! abandons at the servers what it asked.

use crate::{
    Book, BookPage, BookQuestion, BrowseQuestion, BrowsedDomain, Card, CardQuestion, GroupEntry,
    GroupQuestion, GroupsOf, GroupsOfQuestion, Members, MembersQuestion, Page, Person,
    PersonQuestion, Photo, PhotoQuestion, Refused, ResolveQuestion, Resolved,
};
use std::pin::Pin;

/// An answer that is waited for.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// People and groups by what was typed.
pub trait NameLookup: Send + Sync {
    /// A result for each query, in their order.
    fn resolve(&self, question: ResolveQuestion) -> Answer<'_, Vec<Resolved>>;
}

/// One person by id.
pub trait PersonLookup: Send + Sync {
    /// The person, as far as look-ups may show them.
    fn person(&self, question: PersonQuestion) -> Answer<'_, Result<Person, Refused>>;
}

/// Groups, their members and whose they are.
pub trait GroupLookup: Send + Sync {
    /// The group without its members.
    fn group(&self, question: GroupQuestion) -> Answer<'_, Result<GroupEntry, Refused>>;
    /// Its members.
    fn members(&self, question: MembersQuestion) -> Answer<'_, Result<Members, Refused>>;
    /// The groups of an entry.
    fn groups_of(&self, question: GroupsOfQuestion) -> Answer<'_, Result<GroupsOf, Refused>>;
}

/// Paging through domains.
pub trait Browsing: Send + Sync {
    /// The domains that can be paged through; none where it is switched off.
    fn browsed(&self) -> Vec<BrowsedDomain>;
    /// A page.
    fn page(&self, question: BrowseQuestion) -> Answer<'_, Result<Page, Refused>>;
}

/// Business cards and photos.
pub trait CardLookup: Send + Sync {
    /// Somebody's card.
    fn card(&self, question: CardQuestion) -> Answer<'_, Result<Card, Refused>>;
    /// Somebody's photo.
    fn photo(&self, question: PhotoQuestion) -> Answer<'_, Result<Photo, Refused>>;
}

/// Address books.
pub trait AddressBooks: Send + Sync {
    /// Those that there are, in the order of their names.
    fn books(&self) -> Vec<Book>;
    /// Searches one.
    fn search_book(&self, question: BookQuestion) -> Answer<'_, Result<BookPage, Refused>>;
}

/// All of them.
pub trait Lookups:
    NameLookup + PersonLookup + GroupLookup + Browsing + CardLookup + AddressBooks
{
}

impl<T> Lookups for T where
    T: NameLookup + PersonLookup + GroupLookup + Browsing + CardLookup + AddressBooks
{
}
