//! Looking people up: what is asked of the directories, what they answer, and the ports between.
//!
//! `entryway-directory` answers the questions, `entryway-web` and the command line ask them; neither sees the
//! other. What can be decided without asking anybody is decided here: what a typed text is, in which order
//! matches stand, when `unique` succeeds, what a cursor holds. This crate must not know sockets, clocks, randomness
//! or any serialised form.
//!
//! - Every question carries the moment by which it is answered. Dropping its future is the cancellation: what was
//!   asked of a server is abandoned there.
//! - Every answer can be partial, and says by typed [`Gap`]s why. No list is cut without one.
//! - A person or a group is named by an [`EntryId`]: the domain and the identity that the directory keeps for good.

mod books;
mod browse;
mod cards;
mod cursor;
mod find;
mod found;
mod gap;
mod groups;
mod id;
mod initials;
mod mail_domains;
mod media;
mod order;
mod people;
mod policy;
mod ports;
mod refused;
mod resolve;
mod typed;

pub use books::{Book, BookEntry, BookLimits, BookPage, BookQuestion};
pub use browse::{BrowseKinds, BrowseQuestion, BrowsedDomain, Page, Position, Row, RowKind, View};
pub use cards::{Card, CardField, CardQuestion, FieldSet, Photo, PhotoQuestion, content_tag};
pub use cursor::{Cursor, CursorError, Direction, MAX_CURSOR_BYTES, Mark, Seal};
pub use find::{by_identity, contains, find_template, mail_template, with_stars};
pub use found::{Kind, Kinds, Match, Spent};
pub use gap::{Gap, Missing};
pub use groups::{
    GroupsOf, GroupsOfQuestion, InGroup, Member, Members, MembersQuestion, Reach, Step, Unresolved,
    WhyUnresolved,
};
pub use id::{EntryId, IdKey};
pub use initials::initials;
pub use mail_domains::MailDomains;
pub use media::MediaType;
pub use order::{Rank, SortKey, collated, fold, rank, sort};
pub use people::{GroupEntry, GroupQuestion, Person, PersonQuestion};
pub use policy::{
    BookDomains, BookPolicy, BrowsePolicy, CardPolicy, DomainLookups, FieldFrom, FieldPolicy,
    GroupsLookup, LookupPolicy, PeopleLookup, SecondMode, SecondSource,
};
pub use ports::{
    AddressBooks, Answer, Browsing, CardLookup, GroupLookup, Lookups, NameLookup, PersonLookup,
};
pub use refused::Refused;
pub use resolve::{
    DomainMatches, ResolveOutcome, ResolveQuestion, Resolved, Wanted, merge, refused_format,
};
pub use typed::{BadFormat, KnownDomain, Typed, TypedRules, classify, compared_length};
