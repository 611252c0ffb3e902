//! Paging through domains.

use super::found::{GapJson, gaps};
use super::texts::Id;
use crate::shape::{shapes, words};
use crate::time::Rfc3339;
use entryway_lookup::{BrowsedDomain, Page, Row, RowKind};
use std::borrow::Cow;

words! {
    /// What a row is.
    pub(crate) RowWord: "person" | "group" | "container";
}

shapes! {
    /// GET /api/v1/browse without a domain: those that can be paged through.
    #[derive(serde::Deserialize)]
    pub struct BrowsedJson<'a> = "browsed" {
        /// In the order of the configuration; none where paging is switched off.
        pub(crate) domains: Vec<DomainJson<'a>>,
    }
    /// A domain that can be paged through.
    #[derive(serde::Deserialize)]
    pub(crate) struct DomainJson<'a> = "browsed_domain" {
        /// Its name.
        pub(crate) name: Cow<'a, str>,
        /// The base of its people.
        pub(crate) base: Cow<'a, str>,
        /// Rows of a page where nobody says how many.
        pub(crate) page_size: u32,
    }
    /// GET /api/v1/browse: a page, ordered by name.
    #[derive(serde::Deserialize)]
    pub struct PageJson<'a> = "page" {
        /// The rows.
        pub(crate) rows: Vec<RowJson<'a>>,
        /// How many rows stand before this page.
        pub(crate) offset: u64,
        /// How many rows there are on all pages, as far as they are known.
        pub(crate) total: u64,
        /// Goes on after this page, as `cursor`; left out on the last one.
        pub(crate) next: Option<Cow<'a, str>>,
        /// Goes back, as `cursor`; left out on the first one.
        pub(crate) previous: Option<Cow<'a, str>>,
        /// When the directory was read for it.
        pub(crate) as_of: Cow<'a, str>,
        /// Whether there may be more rows.
        pub(crate) partial: bool,
        /// Why; left out where nothing is missing.
        pub(crate) gaps: Option<Vec<GapJson<'a>>>,
    }
    /// A row of a page.
    #[derive(serde::Deserialize)]
    pub(crate) struct RowJson<'a> = "row" {
        /// What it is; below a container stand others: ask with its `dn` as `under`.
        pub(crate) kind: RowWord,
        /// By what to ask on.
        pub(crate) id: Id<'a>,
        /// By which the rows are ordered.
        pub(crate) name: Cow<'a, str>,
        /// What tells namesakes apart.
        pub(crate) description: Option<Cow<'a, str>>,
        /// The mail address.
        pub(crate) mail: Option<Cow<'a, str>>,
        /// The name in the directory.
        pub(crate) dn: Cow<'a, str>,
    }
}

impl RowWord {
    pub(crate) fn is_group(&self) -> bool {
        self.0 == RowKind::Group.as_str()
    }
}

impl<'a> BrowsedJson<'a> {
    /// The domains that can be paged through.
    pub fn of(domains: &'a [BrowsedDomain]) -> Self {
        let domain = |domain: &'a BrowsedDomain| DomainJson {
            name: Cow::Borrowed(&domain.name),
            base: Cow::Borrowed(&domain.base),
            page_size: domain.page_size,
        };
        Self {
            domains: domains.iter().map(domain).collect(),
        }
    }
}

impl<'a> PageJson<'a> {
    /// A page.
    pub fn of(page: &'a Page) -> Self {
        let row = |row: &'a Row| RowJson {
            kind: RowWord(row.kind.as_str()),
            id: Id::of(&row.id),
            name: Cow::Borrowed(&row.name),
            description: row.description.as_deref().map(Cow::Borrowed),
            mail: row.mail.as_deref().map(Cow::Borrowed),
            dn: Cow::Borrowed(&row.dn),
        };
        Self {
            rows: page.rows.iter().map(row).collect(),
            offset: page.offset,
            total: page.total,
            next: page.next.as_deref().map(Cow::Borrowed),
            previous: page.previous.as_deref().map(Cow::Borrowed),
            as_of: Rfc3339(page.as_of).to_string().into(),
            partial: !page.gaps.is_empty(),
            gaps: gaps(&page.gaps),
        }
    }
}
