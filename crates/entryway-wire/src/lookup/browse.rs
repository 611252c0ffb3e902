//! Paging through domains.

use super::found::{GapJson, gaps};
use crate::shape::{shapes, words};
use crate::time::Rfc3339;
use crate::write::Text;
use entryway_lookup::{BrowsedDomain, EntryId, Page, Row};

words! {
    /// What a row is.
    pub(crate) RowWord: "person" | "group" | "container";
}

shapes! {
    /// GET /api/v1/browse without a domain: those that can be paged through.
    pub struct BrowsedJson<'a> = "browsed" {
        /// In the order of the configuration; none where paging is switched off.
        domains: Vec<DomainJson<'a>>,
    }
    /// A domain that can be paged through.
    pub(crate) struct DomainJson<'a> = "browsed_domain" {
        /// Its name.
        name: &'a str,
        /// The base of its people.
        base: &'a str,
        /// Rows of a page where nobody says how many.
        page_size: u32,
    }
    /// GET /api/v1/browse: a page, ordered by name.
    pub struct PageJson<'a> = "page" {
        /// The rows.
        rows: Vec<RowJson<'a>>,
        /// How many rows stand before this page.
        offset: u64,
        /// How many rows there are on all pages, as far as they are known.
        total: u64,
        /// Goes on after this page, as `cursor`; left out on the last one.
        next: Option<&'a str>,
        /// Goes back, as `cursor`; left out on the first one.
        previous: Option<&'a str>,
        /// When the directory was read for it.
        as_of: Text<Rfc3339>,
        /// Whether there may be more rows.
        partial: bool,
        /// Why; left out where nothing is missing.
        gaps: Option<Vec<GapJson<'a>>>,
    }
    /// A row of a page.
    pub(crate) struct RowJson<'a> = "row" {
        /// What it is; below a container stand others: ask with its `dn` as `under`.
        kind: RowWord,
        /// By what to ask on.
        id: Text<&'a EntryId>,
        /// By which the rows are ordered.
        name: &'a str,
        /// What tells namesakes apart.
        description: Option<&'a str>,
        /// The mail address.
        mail: Option<&'a str>,
        /// The name in the directory.
        dn: &'a str,
    }
}

impl<'a> BrowsedJson<'a> {
    /// The domains that can be paged through.
    pub fn of(domains: &'a [BrowsedDomain]) -> Self {
        let domain = |domain: &'a BrowsedDomain| DomainJson {
            name: &domain.name,
            base: &domain.base,
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
            id: Text(&row.id),
            name: &row.name,
            description: row.description.as_deref(),
            mail: row.mail.as_deref(),
            dn: &row.dn,
        };
        Self {
            rows: page.rows.iter().map(row).collect(),
            offset: page.offset,
            total: page.total,
            next: page.next.as_deref(),
            previous: page.previous.as_deref(),
            as_of: Text(Rfc3339(page.as_of)),
            partial: !page.gaps.is_empty(),
            gaps: gaps(&page.gaps),
        }
    }
}
